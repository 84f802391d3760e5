#include "scores/record_score.h"

#include <algorithm>

namespace octroi::scores {
namespace {

constexpr int kTenths = 10;

constexpr int LostTenths(rules::Severity severity) {
  switch (severity) {
    case rules::Severity::kBlocking:
      return 10;
    case rules::Severity::kMajor:
      return 5;
    case rules::Severity::kMinor:
      break;
  }
  return 1;
}

constexpr bool Has(std::uint64_t mask, std::size_t bit) { return (mask >> bit & 1) != 0; }

constexpr int kUnmeasured = -1;
using Lost = std::array<int, kDimensions>;  // tenths, by dimension

void Note(Lost& lost, rules::Dimension dimension, int tenths) {
  int& worst = lost[static_cast<std::size_t>(dimension)];
  worst = std::max(worst, tenths);
}

}  // namespace

std::uint64_t Terms::Blocking() const {
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < rules.size() && i < 64; ++i) {
    if (rules[i].severity == rules::Severity::kBlocking) mask |= std::uint64_t{1} << i;
  }
  return mask;
}

int Terms::Dimensions() const {
  Lost measured;
  measured.fill(kUnmeasured);
  for (const RuleTerms& rule : rules) {
    if (rule.counted) Note(measured, rule.dimension, 0);
  }
  if (requires_fields) Note(measured, rules::Dimension::kCompleteness, 0);
  return static_cast<int>(std::ranges::count(measured, 0));
}

bool IsUsable(const Terms& terms, const Found& found, std::uint64_t among) {
  return !found.required_missing &&
         (found.evaluated & found.failed & among & terms.Blocking()) == 0;
}

std::optional<Micro> ScoreOf(const Terms& terms, const Found& found, std::uint64_t among) {
  Lost lost;
  lost.fill(kUnmeasured);
  if (terms.requires_fields)
    Note(lost, rules::Dimension::kCompleteness, found.required_missing ? kTenths : 0);
  for (std::size_t i = 0; i < terms.rules.size() && i < 64; ++i) {
    const RuleTerms& rule = terms.rules[i];
    if (!rule.counted || !Has(found.evaluated & among, i)) continue;
    Note(lost, rule.dimension, Has(found.failed, i) ? LostTenths(rule.severity) : 0);
  }
  Micro kept = 0, weight = 0;
  for (std::size_t d = 0; d < kDimensions; ++d) {
    if (lost[d] == kUnmeasured) continue;
    weight += terms.weights[d];
    kept += terms.weights[d] * (kTenths - lost[d]);
  }
  if (weight == 0) return std::nullopt;
  return Mean(kept * kWhole, static_cast<std::uint64_t>(weight * kTenths));
}

}  // namespace octroi::scores
