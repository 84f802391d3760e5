// Figures: shares of counts, and what may be said of them (ux.md C.3 to C.5). Pure arithmetic on
// sums, so that the figure of a whole is never a mean of figures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.h"

namespace octroi::scores {

// Points out of 100, in millionths: whole numbers, so that sums are exact. Sums of them hold for
// 9e10 records.
using Micro = std::int64_t;
inline constexpr Micro kPoint = 1'000'000;
inline constexpr Micro kWhole = 100 * kPoint;

inline constexpr std::uint64_t kFewest = 30;         // records; below, nothing is said
inline constexpr std::uint64_t kIntervalTo = 1'000;  // records; below, the interval is shown

struct Tally {
  std::uint64_t records = 0, good = 0;  // good <= records
  Tally& operator+=(const Tally& other) {
    records += other.records;
    good += other.good;
    return *this;
  }
  bool operator==(const Tally&) const = default;
};

Micro Mean(Micro sum, std::uint64_t records);  // of a sum that is not negative; half up; 0 of none
Micro Share(const Tally& tally);               // good of records

// Wilson's score interval of a share, 95 % (Wilson 1927, JASA 22). Of none: everything.
struct Interval {
  Micro low = 0, high = kWhole;
};
Interval Wilson(const Tally& tally);

// Whether an arrow may be drawn: two-sided p < 0.01 (pooled z), at least one point, and enough
// records on both sides.
bool Differ(const Tally& before, const Tally& after);

// How much of what was promised the contract's rules look at.
struct Coverage {
  int dimensions = 0;  // measured, of six
  std::size_t critical = 0, covered = 0;
  bool Full() const { return dimensions == 6 && covered == critical; }
};
// 'A' to 'E'; nothing below kFewest. No A without full coverage.
std::optional<char> Grade(const Tally& usable, const Coverage& coverage);

// An objective's allowance of records that are not usable. `used`: kWhole is all of it. `pace`: how
// many times faster than what would just last the window, over `lately`. Nothing: none was
// received.
struct Budget {
  Micro used = 0;
  double pace = 0;
  std::optional<base::Millis> lasts;  // at that pace, from now; nothing: as long as the window
};
std::optional<Budget> BudgetOf(const Tally& window, const Tally& lately, Micro target,
                               base::Millis length);

// Where a share of good ones fell: the bucket from which the rest is worse than what came before,
// at its most likely (largest z), if that is significant as Differ says. Nothing: it did not fall.
std::optional<std::size_t> FellAt(std::span<const Tally> buckets);

}  // namespace octroi::scores
