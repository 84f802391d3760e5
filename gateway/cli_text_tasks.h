// What `octroi tasks` prints for people, from the JSON of the task desk.
#pragma once

#include <cstdint>
#include <string>

#include "crypto/key_ring.h"
#include "gateway/config.h"
#include "gateway/names.h"
#include "journal/task_record.h"

namespace octroi::gateway {

std::string TaskListText(const std::string& json, Language language);
std::string TaskText(const std::string& json, Language language);  // one, shown or just closed
// One line of `octroi journal dump`, with the note in clear.
std::string TaskRecordJson(std::uint64_t sequence, const journal::TaskRecord& record,
                           const Names& names, const crypto::KeyRing& keys);

}  // namespace octroi::gateway
