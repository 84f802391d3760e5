// Runs the tests of a rule. Composites are judged by what was asked: a part about a value that is
// not there says nothing, and where no part says anything the whole says nothing.
#include "rules/compiled.h"

namespace octroi::rules {
namespace {

using base::Event;
using base::FieldId;
using Kind = Test::Kind;

Finding FindingOf(bool holds) { return holds ? Finding::kHolds : Finding::kFails; }

Finding FindingOf(Truth truth) {
  return truth == Truth::kUnknown ? Finding::kUnknown : FindingOf(truth == Truth::kTrue);
}

// Which of two findings stands for both: the one that ranks higher. In `when` a value that is not
// there holds nothing, so that what needs it does not hold either.
int RankOfAll(Finding finding, bool in_when) {
  constexpr int kRanks[] = {0, 1, 5, 3, 2};  // not asked, holds, fails, unfit, unknown
  return finding == Finding::kNotAsked && in_when ? 4 : kRanks[static_cast<std::size_t>(finding)];
}
int RankOfAny(Finding finding) {
  constexpr int kRanks[] = {0, 4, 1, 3, 2};
  return kRanks[static_cast<std::size_t>(finding)];
}

Finding Contrary(Finding finding) {
  if (finding == Finding::kHolds) return Finding::kFails;
  return finding == Finding::kFails ? Finding::kHolds : finding;
}

bool ArePresent(const Test& test, const Event& event) {
  const bool all = test.kind == Kind::kAllPresent;
  for (const FieldId field : test.fields) {
    if (IsFilled(event, field) != all) return !all;
  }
  return all;
}

bool IsUnseen(const Test& test, const Asked& asked) {
  std::string& key = asked.scratch.Next();
  if (!AppendUniqueKey(test, asked.event, asked.around, key)) return true;
  return !asked.around.seen->SeenBefore(asked.rule, key, test.span);
}

Finding FindOfValue(const Test& test, const Asked& asked) {
  const base::Value& value = asked.event[test.field];
  if (!value.present()) return Finding::kNotAsked;
  if (IsComposite(value)) return Finding::kUnfit;
  if (test.kind == Kind::kCompare) {
    const base::Value& other = asked.event[test.other];
    if (!other.present()) return Finding::kNotAsked;
    if (IsComposite(other)) return Finding::kUnfit;
  }
  if (test.kind == Kind::kPostalCode && test.other != kSubjectField &&
      !asked.event.present(test.other)) {
    return Finding::kNotAsked;
  }
  return FindingOf(Holds(test, value, asked));
}

Finding FindAny(std::span<const Test> tests, const Asked& asked);

Finding FindOne(const Test& test, std::span<const Test> parts, const Asked& asked) {
  switch (test.kind) {
    case Kind::kAllOf:
      return FindAll(parts, asked);
    case Kind::kAnyOf:
      return FindAny(parts, asked);
    case Kind::kNot:
      return Contrary(FindAll(parts, asked));
    case Kind::kExpression:
      return FindingOf(test.expression->Holds(asked.event, asked.around.received));
    case Kind::kAnyPresent:
    case Kind::kAllPresent:
      return FindingOf(ArePresent(test, asked.event));
    case Kind::kUnique:
      return FindingOf(IsUnseen(test, asked));
    case Kind::kEventAge: {
      const Surroundings& around = asked.around;
      return FindingOf(around.event_time && around.received - *around.event_time < test.span);
    }
    case Kind::kJsonType:
      return FindingOf(HasJsonType(asked.event[test.field], test.types));
    default:
      return test.OfValue() ? FindOfValue(test, asked) : FindOfFields(test, asked.event);
  }
}

// Calls `with` with every test of a list and the parts of it, until it says no.
template <class With>
void Each(std::span<const Test> tests, With with) {
  for (std::size_t at = 0; at < tests.size(); at += 1 + tests[at].parts) {
    if (!with(tests[at], tests.subspan(at + 1, tests[at].parts))) return;
  }
}

Finding FindAny(std::span<const Test> tests, const Asked& asked) {
  Finding found = Finding::kNotAsked;
  Each(tests, [&](const Test& test, std::span<const Test> parts) {
    const Finding next = FindOne(test, parts, asked);
    if (RankOfAny(next) > RankOfAny(found)) found = next;
    return found != Finding::kHolds;
  });
  return found;
}

}  // namespace

Finding FindAll(std::span<const Test> tests, const Asked& asked) {
  Finding found = Finding::kNotAsked;
  int rank = -1;
  Each(tests, [&](const Test& test, std::span<const Test> parts) {
    const Finding next = FindOne(test, parts, asked);
    const int ranks = RankOfAll(next, asked.in_when);
    if (ranks > rank) {
      found = next;
      rank = ranks;
    }
    return found != Finding::kFails;
  });
  return found;
}

}  // namespace octroi::rules
