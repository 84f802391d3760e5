// ReleaseRecord: the new decision by which held deliveries may leave. It stands right before what
// it caused, in one frame: an OutcomeRecord in_flight with delivery.queued, which names the same
// events. docs/FORMATS.md, docs/decisions/0024-hold.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "journal/records.h"

namespace octroi::journal {

inline constexpr auto kReleaseRecord = static_cast<RecordKind>(6);

struct ReleaseRecord {
  std::uint32_t plan = 0;
  std::uint16_t destination = 0;
  base::Millis at = 0;
  struct Event {
    std::uint64_t sequence = 0;
    base::Reason reason = base::Reason::kUndecided;  // why it may leave now
    std::uint32_t purposes = 0;                      // bits of those that allow
    std::uint64_t consent = 0;                       // the consent event that decided; 0: none
    bool operator==(const Event&) const = default;
  };
  std::vector<Event> events;  // by sequence, ascending
};

void Encode(const ReleaseRecord& record, std::string& out);
base::Status Decode(std::string_view record, ReleaseRecord& into);  // kInvalid: not exactly one

}  // namespace octroi::journal
