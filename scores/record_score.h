// The score of one record, from what the rules found (ux.md C.3): pure, and the same whatever was
// written twice or is always true.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "rules/spec.h"
#include "scores/figures.h"

namespace octroi::scores {

inline constexpr std::size_t kDimensions = 6;  // of rules::Dimension, in its order
using Weights = std::array<std::uint8_t, kDimensions>;
inline constexpr Weights kDefaultWeights = {20, 25, 15, 10, 10, 20};

struct RuleTerms {
  rules::Dimension dimension = rules::Dimension::kValidity;
  rules::Severity severity = rules::Severity::kMajor;
  bool counted = true;  // in the score; usable never leaves a rule out
};

// What a contract promises, as far as figures hang on it. Bit i of a mask is rules[i].
struct Terms {
  std::vector<RuleTerms> rules;
  Weights weights = kDefaultWeights;
  bool requires_fields = false;  // measures completeness, as a blocking rule would

  std::uint64_t Blocking() const;
  int Dimensions() const;  // measured
};

struct Found {
  std::uint64_t evaluated = 0, failed = 0;
  bool required_missing = false;
  bool operator==(const Found&) const = default;
};

// As if there were no rules but those of `among`; the required fields stay.
inline constexpr std::uint64_t kAllRules = UINT64_MAX;

bool IsUsable(const Terms& terms, const Found& found, std::uint64_t among = kAllRules);
// 100 x sum(weight x (1 - worst severity that failed)) / sum(weight), over the dimensions that
// something was evaluated in. Nothing: in none.
std::optional<Micro> ScoreOf(const Terms& terms, const Found& found,
                             std::uint64_t among = kAllRules);

}  // namespace octroi::scores
