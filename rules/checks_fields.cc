// Checks about several fields at once.
#include <algorithm>
#include <cmath>

#include "rules/compiled.h"

namespace octroi::rules {
namespace {

using base::Event;
using base::FieldId;
using base::Value;

Finding FindingOf(bool holds) { return holds ? Finding::kHolds : Finding::kFails; }

// Calls `with` with every value that is there. False: one has no text.
template <class With>
bool EachText(std::span<const FieldId> fields, const Event& event, With with) {
  for (const FieldId field : fields) {
    const Value& value = event[field];
    if (!value.present()) continue;
    if (IsComposite(value)) return false;
    with(value);
  }
  return true;
}

Finding FindAlike(const Test& test, const Event& event) {
  const Value* first = nullptr;
  std::size_t count = 0;
  bool alike = true;
  const bool fit = EachText(test.fields, event, [&](const Value& value) {
    if (first == nullptr) first = &value;
    alike = alike && IsSame(*first, value);
    ++count;
  });
  if (!fit) return Finding::kUnfit;
  return count < 2 ? Finding::kNotAsked : FindingOf(alike);
}

Finding FindDifferent(const Test& test, const Event& event) {
  std::size_t count = 0;
  bool differ = true;
  const bool fit = EachText(test.fields, event, [&](const Value& value) {
    ++count;
    std::size_t same = 0;  // it is the same as itself
    EachText(test.fields, event, [&](const Value& other) { same += IsSame(value, other) ? 1 : 0; });
    differ = differ && same == 1;
  });
  if (!fit) return Finding::kUnfit;
  return count < 2 ? Finding::kNotAsked : FindingOf(differ);
}

// A double holds 15 digits; sums of decimals such as 0.1 + 0.2 are off in the 16th.
constexpr double kRounding = 1e-12;

Finding FindSum(const Test& test, const Event& event) {
  if (!event.present(test.other)) return Finding::kNotAsked;
  double sum = 0;
  double size = 0;
  for (const FieldId field : test.fields) {
    if (!event.present(field)) return Finding::kNotAsked;
    const auto number = NumberOf(event[field]);
    if (!number) return IsComposite(event[field]) ? Finding::kUnfit : Finding::kFails;
    sum += *number;
    size += std::abs(*number);
  }
  const auto total = NumberOf(event[test.other]);
  if (!total) return IsComposite(event[test.other]) ? Finding::kUnfit : Finding::kFails;
  // Beyond what a double holds, everything would be within the rounding.
  if (!std::isfinite(sum) || !std::isfinite(size)) return Finding::kFails;
  return FindingOf(std::abs(sum - *total) <= test.limit + kRounding * std::max(1.0, size));
}

Finding FindPair(const Test& test, const Event& event) {
  const Value& first = event[test.field];
  const Value& second = event[test.other];
  if (!first.present() || !second.present()) return Finding::kNotAsked;
  if (IsComposite(first) || IsComposite(second)) return Finding::kUnfit;
  return FindingOf(std::ranges::any_of(test.pairs, [&](const auto& pair) {
    return pair.first == first.text && pair.second == second.text;
  }));
}

}  // namespace

Finding FindOfFields(const Test& test, const Event& event) {
  switch (test.kind) {
    case Test::Kind::kAllOrNone: {
      const auto filled =
          std::ranges::count_if(test.fields, [&](FieldId field) { return IsFilled(event, field); });
      return FindingOf(filled == 0 || static_cast<std::size_t>(filled) == test.fields.size());
    }
    case Test::Kind::kAllEqual:
      return FindAlike(test, event);
    case Test::Kind::kAllDifferent:
      return FindDifferent(test, event);
    case Test::Kind::kSum:
      return FindSum(test, event);
    case Test::Kind::kPair:
      return FindPair(test, event);
    default:
      return Finding::kFails;
  }
}

}  // namespace octroi::rules
