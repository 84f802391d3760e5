// Journeys: how many people go from one event to the next within a time, and where and why the
// thread breaks (ux.md, M-Journeys). Pure: it is told who did what, and counts people.
//
// A journey begins with the first measured touch of the first step in the period. The next step is
// reached by the earliest measured touch of it that does not come before, and within the window
// from the beginning; one record is one step. Where there is none, the break has the first cause
// that holds, in the order below.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace octroi::scores {

// Fewer people are never told (ux.md A.0: cells under 10).
inline constexpr std::uint64_t kPeopleFloor = 10;

enum class TouchKind : std::uint8_t {
  kMeasured,     // taken, and the purpose may use it
  kWithheld,     // taken, but the purpose may not: what the person said, or a policy
  kQuarantined,  // it came, and its data could not be used
  kElsewhere,    // a first step that is not asked about: of another campaign
};

struct Touch {
  std::uint32_t person = 0;
  std::uint16_t step = 0;
  TouchKind kind = TouchKind::kMeasured;
  base::Millis at = 0;
  std::uint64_t record = 0;  // the same in several steps where an event is several
};

enum class Break : std::uint8_t {
  kWithheld,     // the step came within the window, and might not be used
  kQuarantined,  // it came within the window, with data that could not be used
  kLate,         // it came after the window
  kBefore,       // it came only before the step that it should follow
  kOpen,         // it did not come, but the window is not over
  kNone,         // it did not come
};
inline constexpr std::size_t kBreaks = 6;
std::string_view Name(Break one);  // "withheld", "quarantined", "late", "before", "open", "none"

struct JourneyTerms {
  std::size_t steps = 0;              // at least two
  base::Millis within = 0;            // from the first step on
  base::Millis since = 0, until = 0;  // when the first step was
  base::Millis now = 0;
};

struct JourneyFigures {
  std::vector<std::uint64_t> persons;  // that reached each step
  struct Link {                        // from a step to the next
    std::array<std::uint64_t, kBreaks> breaks{};
    std::optional<base::Millis> median;  // between the two; of none: nothing
  };
  std::vector<Link> links;
  std::uint64_t excluded = 0;          // people whose first step might not be used
  std::vector<std::uint64_t> orphans;  // by step: people in the period, without any first step
};

// Reorders `touches`. Each person counts once, whatever they did again. For every link: people at a
// step = people at the next + those of each break.
JourneyFigures Follow(std::vector<Touch>& touches, const JourneyTerms& terms);

// Which parts of a total may be told. None where the total is not. Else not those from 1 to 9; and
// the smallest others go with them until at least two are not told that are ten people or more
// together: what is left out is then known as one number only, and that one is not small.
std::vector<bool> MayBeTold(bool total_told, std::span<const std::uint64_t> parts);

}  // namespace octroi::scores
