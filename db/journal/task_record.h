// TaskRecord: that a recipient is to be told of a no which came after it was sent something
// (GDPR 19), or that somebody says it was told. The store's tasks are projected from these. Holds
// no identifier of a person; what is said on closing is sealed, since people write names into it.
// docs/FORMATS.md, docs/decisions/0032-late-tasks.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/key_ring.h"
#include "journal/records.h"

namespace octroi::journal {

inline constexpr auto kTaskRecord = static_cast<RecordKind>(9);

enum class TaskStep : std::uint8_t { kOpened = 1, kClosed = 2 };

struct TaskRecord {
  TaskStep step = TaskStep::kOpened;
  std::uint32_t plan = 0;  // in force then
  base::Millis at = 0;
  std::string task;  // id
  // kOpened
  std::string consent, handle, purpose;  // of the consent event: id, its person's, its purpose
  std::uint8_t state = 0;                // policies::ConsentState, likewise
  base::Millis effective_at = 0, recorded_at = 0;
  std::uint16_t destination = 0;
  std::uint64_t deliveries = 0, perhaps = 0;
  base::Millis due = 0;
  // kClosed
  std::uint32_t uid = 0;  // of the process that asked (SO_PEERCRED)
  std::string note;       // SealNote; empty: none
};

void Encode(const TaskRecord& record, std::string& out);
base::Status Decode(std::string_view record, TaskRecord& into);  // kInvalid: not exactly one

// The note, bound to the task, the moment and who wrote it. Any thread.
std::string SealNote(const crypto::KeyRing& keys, std::string_view task, base::Millis at,
                     std::uint32_t uid, std::string_view note);
// Nothing: there is none, or other keys sealed it.
std::optional<std::string> OpenNote(const crypto::KeyRing& keys, std::string_view task,
                                    base::Millis at, std::uint32_t uid, std::string_view sealed);

}  // namespace octroi::journal
