// Campaign: which one an event belongs to, as the journal and the counters know it: a keyed hash,
// since whoever writes a link may write anything into it, also a person's address.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/hmac.h"

namespace octroi::gateway {

// Of `name`, which is not empty; never what stands for none or for all others (store/quality.h).
// `key` is GateKeys::dedup; `scratch` is only kept for its memory.
std::uint64_t CampaignHash(const crypto::HmacKey& key, std::string_view name, std::string& scratch);

}  // namespace octroi::gateway
