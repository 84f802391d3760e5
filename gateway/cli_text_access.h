// What `octroi reidentify` prints for people, from the JSON that `--json` prints, and access
// records as `octroi journal dump` has them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "crypto/key_ring.h"
#include "gateway/config.h"
#include "journal/access_record.h"

namespace octroi::gateway {

std::string_view ReidentifyUsage(Language language);
std::string AccessText(const std::string& json, Language language);  // what became of a statement
std::string WaitingText(const std::string& json, Language language);
std::string RequestText(const nlohmann::ordered_json& request, Language language);

// docs/FORMATS.md, *Journal*; `keys` open the reason.
std::string AccessRecordJson(std::uint64_t sequence, const journal::AccessRecord& record,
                             const crypto::KeyRing& keys);

}  // namespace octroi::gateway
