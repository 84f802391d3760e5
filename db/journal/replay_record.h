// ReplayRecord: that someone asked for failed deliveries to be sent again, and who. It stands right
// before what it caused, in one frame: an OutcomeRecord in_flight with delivery.queued, which names
// the deliveries. docs/FORMATS.md, docs/decisions/0012-replay.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "journal/records.h"

namespace octroi::journal {

inline constexpr auto kReplayRecord = static_cast<RecordKind>(5);

struct ReplayRecord {
  std::uint32_t plan = 0;
  std::uint16_t destination = 0;
  base::Millis at = 0;
  std::uint32_t uid = 0;     // of the process that asked (SO_PEERCRED)
  std::uint64_t events = 0;  // how many deliveries
};

void Encode(const ReplayRecord& record, std::string& out);
base::Status Decode(std::string_view record, ReplayRecord& into);  // kInvalid: not exactly one

}  // namespace octroi::journal
