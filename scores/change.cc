#include "scores/change.h"

#include <array>
#include <cmath>

namespace octroi::scores {
namespace {

constexpr Micro kTenth = kPoint / 10;

// Rounded towards minus infinity.
Micro FloorTenths(Micro value) { return (value >= 0 ? value : value - kTenth + 1) / kTenth; }

}  // namespace

Change Explain(std::span<const Segment> segments) {
  Segment all;
  for (const Segment& one : segments) {
    for (const auto side : {&Segment::before, &Segment::after}) {
      (all.*side).records += (one.*side).records;
      (all.*side).sum += (one.*side).sum;
      (all.*side).common += (one.*side).common;
    }
  }
  if (all.before.records == 0 || all.after.records == 0) return {};
  const auto mean = [](Micro sum, const Segment::Side& side) { return Mean(sum, side.records); };
  Change change;
  change.total = mean(all.after.sum, all.after) - mean(all.before.sum, all.before);
  change.rules = (mean(all.after.sum, all.after) - mean(all.after.common, all.after)) -
                 (mean(all.before.sum, all.before) - mean(all.before.common, all.before));
  long double data = 0;
  for (const Segment& one : segments) {
    if (one.before.records == 0 || one.after.records == 0) continue;
    const auto ratio = [](auto a, auto b) {
      return static_cast<long double>(a) / static_cast<long double>(b);
    };
    const long double share = (ratio(one.before.records, all.before.records) +
                               ratio(one.after.records, all.after.records)) /
                              2;
    data += share * (ratio(one.after.common, one.after.records) -
                     ratio(one.before.common, one.before.records));
  }
  change.data = static_cast<Micro>(std::llround(data));
  change.mix = change.total - change.rules - change.data;
  return change;
}

Change InTenths(const Change& change) {
  const std::array<Micro, 3> exact = {change.data, change.rules, change.mix};
  std::array<Micro, 3> shown{};
  Change tenths;
  tenths.total = FloorTenths(change.total + kTenth / 2);
  Micro left = tenths.total;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    shown[i] = FloorTenths(exact[i]);
    left -= shown[i];
  }
  // What rounding down left over goes where it cut off most.
  for (; left > 0; --left) {
    std::size_t most = 0;
    for (std::size_t i = 1; i < exact.size(); ++i) {
      if (exact[i] - shown[i] * kTenth > exact[most] - shown[most] * kTenth) most = i;
    }
    ++shown[most];
  }
  tenths.data = shown[0];
  tenths.rules = shown[1];
  tenths.mix = shown[2];
  return tenths;
}

}  // namespace octroi::scores
