// What an event is judged against, and what the judging found.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/words.h"

namespace octroi::rules {

// The last window of what was seen, asked by uniqueness rules. Implemented outside (it needs a
// keyed fingerprint and survives restarts). Safe from the threads that judge.
class SeenWindow {
 public:
  virtual ~SeenWindow() = default;
  // Was the same `key` seen for this rule within `within` before now? Remembers it either way. The
  // key is the values of the rule's fields in its order: u16 length and text; 0xffff for an absent
  // one; 0xfffe, u32 length and text for one of 65,534 bytes or more. The person is u16 count, then
  // each identifier so.
  virtual bool SeenBefore(base::Reason rule, std::string_view key, base::Millis within) = 0;
};

// What an event is judged against; all outlive the call.
struct Surroundings {
  base::Millis received = 0;
  std::optional<base::Millis> event_time;          // parsed from the source's time field
  std::span<const std::string_view> subject_keys;  // normalised identifiers: [subject]
  SeenWindow* seen = nullptr;                      // none: uniqueness rules are not evaluated
};

// One event's findings. Bits are rules in file order; bit i of a mask is rule i. No value of the
// event.
struct Judgement {
  base::Outcome outcome = base::Outcome::kUndecided;  // accepted, quarantined, merged or rejected
  base::Reason reason = base::Reason::kUndecided;     // of the decisive rule; kAccepted otherwise
  std::uint64_t evaluated = 0;
  std::uint64_t failed = 0;
  bool required_missing = false;
  std::uint64_t unknown = 0;   // of the failed: those that could not be decided
  std::uint64_t repaired = 0;  // the rules whose repair changed the value
  bool usable = true;          // no blocking rule failed, no required field is missing (ux.md C.3)
};

}  // namespace octroi::rules
