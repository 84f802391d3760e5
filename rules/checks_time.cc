// Checks about time: of two fields, and of a field and the time of receipt.
#include "base/text.h"
#include "rules/compiled.h"

namespace octroi::rules {
namespace {

bool IsInOrder(Compare compare, base::Millis left, base::Millis right) {
  switch (compare) {
    case Compare::kBefore:
      return left < right;
    case Compare::kAfter:
      return left > right;
    case Compare::kNotBefore:
      return left >= right;
    case Compare::kNotAfter:
      return left <= right;
    default:
      return false;
  }
}

}  // namespace

bool HoldsInTime(const Test& test, const base::Value& value, const Asked& asked) {
  const auto time = base::ParseRfc3339(value.text, true);
  if (!time) return false;
  switch (test.kind) {
    case Test::Kind::kNotFuture:
      return *time <= asked.around.received + test.span;
    case Test::Kind::kMaxAge:
      return asked.around.received - *time <= test.span;
    case Test::Kind::kMinAge:
      return asked.around.received - *time >= test.span;
    default:
      break;
  }
  const auto other = base::ParseRfc3339(asked.event[test.other].text, true);
  return other && IsInOrder(test.compare, *time, *other);
}

}  // namespace octroi::rules
