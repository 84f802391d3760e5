#include "scores/figures.h"

#include <algorithm>
#include <cmath>

namespace octroi::scores {
namespace {

constexpr double kZ95 = 1.959963984540054;
constexpr double kZ99 = 2.575829303548901;

Micro InMicro(double share) {
  return static_cast<Micro>(std::llround(std::clamp(share, 0.0, 1.0) * kWhole));
}

double Of(const Tally& tally) {
  return static_cast<double>(tally.good) / static_cast<double>(tally.records);
}

// Of the difference of two shares; 0 where both are all or nothing.
double PooledZ(const Tally& a, const Tally& b) {
  Tally both = a;
  both += b;
  const double share = Of(both);
  const double spread =
      std::sqrt(share * (1 - share) *
                (1.0 / static_cast<double>(a.records) + 1.0 / static_cast<double>(b.records)));
  return spread == 0 ? 0 : (Of(b) - Of(a)) / spread;
}

}  // namespace

Micro Mean(Micro sum, std::uint64_t records) {
  if (records == 0) return 0;
  const auto n = static_cast<Micro>(records);
  const Micro whole = sum / n, rest = sum % n;
  return whole + (rest >= n - rest ? 1 : 0);
}

Micro Share(const Tally& tally) {
  return Mean(static_cast<Micro>(tally.good) * kWhole, tally.records);
}

Interval Wilson(const Tally& tally) {
  if (tally.records == 0) return {};
  const double n = static_cast<double>(tally.records), p = Of(tally), z2 = kZ95 * kZ95;
  const double middle = p + z2 / (2 * n);
  const double reach = kZ95 * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  return {InMicro((middle - reach) / (1 + z2 / n)), InMicro((middle + reach) / (1 + z2 / n))};
}

bool Differ(const Tally& before, const Tally& after) {
  if (before.records < kFewest || after.records < kFewest) return false;
  const Micro moved = Share(after) - Share(before);
  return std::abs(moved) >= kPoint && std::abs(PooledZ(before, after)) > kZ99;
}

std::optional<char> Grade(const Tally& usable, const Coverage& coverage) {
  if (usable.records < kFewest) return std::nullopt;
  const Micro share = Share(usable);
  if (share >= 97 * kPoint) return coverage.Full() ? 'A' : 'B';
  if (share >= 93 * kPoint) return 'B';
  if (share >= 85 * kPoint) return 'C';
  return share >= 70 * kPoint ? 'D' : 'E';
}

std::optional<Budget> BudgetOf(const Tally& window, const Tally& lately, Micro target,
                               base::Millis length) {
  if (window.records == 0) return std::nullopt;
  const double allowed = static_cast<double>(kWhole - target) / kWhole;
  const auto spent = [&](const Tally& tally) {
    if (tally.records == 0) return 0.0;
    const double bad = 1 - Of(tally);
    if (allowed > 0) return bad / allowed;
    return bad > 0 ? 1e6 : 0.0;  // a promise of 100 % has nothing to spend
  };
  Budget budget;
  const double used = std::min(spent(window), 1e6);
  budget.used = static_cast<Micro>(std::llround(used * kWhole));
  budget.pace = spent(lately);
  const double left = std::max(0.0, 1 - used);
  if (budget.pace > 1 || left == 0) {
    const double share = left == 0 ? 0.0 : left / budget.pace;
    budget.lasts = static_cast<base::Millis>(share * static_cast<double>(length));
  }
  return budget;
}

std::optional<std::size_t> FellAt(std::span<const Tally> buckets) {
  Tally rest;
  for (const Tally& bucket : buckets) rest += bucket;
  Tally before;
  std::optional<std::size_t> at;
  double deepest = 0;
  for (std::size_t i = 0; i + 1 < buckets.size(); ++i) {
    before += buckets[i];
    const Tally after{rest.records - before.records, rest.good - before.good};
    if (!Differ(before, after)) continue;
    const double z = PooledZ(before, after);
    if (z >= deepest) continue;
    deepest = z;
    at = i + 1;
  }
  while (at && *at + 1 < buckets.size() && buckets[*at].records == 0) ++*at;
  return at;
}

}  // namespace octroi::scores
