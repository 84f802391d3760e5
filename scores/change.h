// Why a figure moved: what the data did, what other rules did, what another mix of sources did
// (ux.md C.4). The three sum to the move, exactly.
#pragma once

#include <cstdint>
#include <span>

#include "scores/figures.h"

namespace octroi::scores {

// One source and campaign in two periods. A figure is sum / records.
struct Segment {
  struct Side {
    std::uint64_t records = 0;
    Micro sum = 0;     // under the rules of that time
    Micro common = 0;  // under the rules that both times had
  };
  Side before, after;
};

struct Change {
  Micro total = 0, data = 0, rules = 0, mix = 0;  // total == data + rules + mix
  bool operator==(const Change&) const = default;
};

// rules: how far the figure lies from the one under common rules, after and before.
// data: what each segment's own figure under common rules moved, at the mean of its two shares.
// mix: the rest, that is what the shares moved, at the mean of the two figures; a segment that is
// in one period only is all mix. Order of the segments changes nothing. All zero if a period is
// empty.
Change Explain(std::span<const Segment> segments);

// The same in tenths of a point, as it is shown: the total is rounded, and the parts with it, none
// by a tenth or more, so that what is shown sums as well.
Change InTenths(const Change& change);

}  // namespace octroi::scores
