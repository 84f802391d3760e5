// Course: how a failure went over time: since when, what it was before, and whether what was done
// about it worked. Pure arithmetic on sums by hour.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "scores/figures.h"

namespace octroi::scores {

enum class Stage : std::uint8_t {
  kOpen,    // as bad as it became
  kEased,   // significantly better than at its worst, and not yet what it was
  kMended,  // what it was before, or where that is not known: fewer than one in a hundred fail
};

// Buckets are places in what was given. A tally's `good` did not fail; without records it is not
// known. kMended asks for kFewest records since.
struct Course {
  Stage stage = Stage::kOpen;
  std::optional<std::size_t> fell;   // from where it is worse than before (FellAt)
  std::optional<std::size_t> eased;  // from where it is better again
  Tally before, during, after;       // up to `fell`, between, from `eased`
};

// What fell and rose again fell before it rose: the likeliest rise is sought first where the whole
// has no fall. What broke again since it was better is told from then on: `before` is the better
// time.
Course CourseOf(std::span<const Tally> buckets);

// The bucket from which the rest is better than what came before, as FellAt.
std::optional<std::size_t> RoseAt(std::span<const Tally> buckets);

}  // namespace octroi::scores
