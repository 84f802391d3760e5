// DecisionCases: all that Decide can be given, as finitely many cases for one purpose at one
// destination; and the search through them for one with a wanted answer. Every case is decided by
// PolicySet::Decide itself, on a ConsentIndex that holds what the case says. Nothing of the
// decision is written a second time here.
//
// The dimensions, and why these values stand for all others:
//
//   purpose p       one at a time: the others are denied by the accompanying signal. A purpose is
//                   judged on what is its own (decide.h, "per purpose"), and a destination is
//                   reached if one purpose allows; so what is allowed for several is allowed for
//                   one of them alone. tests/policies/decision_cases_test.cc holds Decide to that.
//   moment          in force; while consent is observed, if that is not over at `now`; once terms
//   that
//                   change have changed; and the last one of a safeguard that has an end
//   people          no identifier; one that nobody knows; one subject; two linked subjects. A
//                   subject: every stored state of p, a grant that is early or late, one past its
//                   validity, one that is to be asked for again, one from before and one from
//                   when the terms changed, one that is not explicit, one not by a parent (where
//                   it matters; the others are as strong as a grant can be at that age), one that
//                   is limited to others (one whose limits cover this is as good as one without);
//                   and of the person nothing, a restriction or suppression before or with the
//                   early grant, a lifting. Of two every unordered pair: the order decides only
//                   which entry is cited. More than two say nothing that the strictest two do not.
//   age             of the youngest, which is all that is asked: not known, and those that a
//                   condition or the basis tells apart
//   event time      before every grant, with the early one, now. Decide only compares times; of
//                   each comparison both answers occur, and equality, with every state. Now alone
//                   where p asks for consent at sending only: nothing is compared then.
//   receipt         now: it only tells what is held from what was held for too long, and neither
//                   is allowed
//   signal          denies p or not (a denial of this destination alone does no more); Sec-GPC or
//                   not, if p is advertising: nothing else asks for it
//   route           the sources and contracts that are given; of sources that the same policies
//                   apply to, one stands for all
//   fields          those that a condition of a policy of p here asks about, and of each: absent,
//                   an array (there, without a text), and a text for every combination of value
//                   lists that some text is in, none included. The person's country likewise: each
//                   of the laws, and another. A field that Decide reads and that
//                   no condition names is noticed, and the answer is then "undecided".
//
// A member added to what Decide reads fails to compile here (decision_cases.cc, `Told`) until it
// has become a dimension.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policies/decide.h"

namespace octroi::policies {

struct CaseRoute {
  std::uint16_t source = 0;
  std::uint16_t contract = 0;
  std::vector<base::FieldId> never_there;  // fields that no event on this route can have
};

// What must be so in a case for it to be looked at.
struct CasesAsked {
  std::uint16_t destination = 0;
  std::uint16_t purpose = 0;
  std::vector<CaseRoute> routes;  // of contracts that the destination receives
  base::Millis now = 0;           // the search is about this moment and all later ones
  bool enforced_only = false;     // not while consent is observed
  // What the register must say of a purpose (PolicySet::StateOf): a bit for each ConsentState.
  struct State {
    std::uint16_t purpose = 0;
    std::uint16_t states = 0xffff;
  };
  std::vector<State> states;           // each purpose once
  std::optional<ConsentState> person;  // restricted or suppressed: of one of its subjects at least
  std::optional<bool> identified, gpc, denied;
  // Another set whose answers are held against the first one's: what it tells apart is told apart
  // too. Both mean the same by a place.
  const PolicySet* beside = nullptr;
  std::uint64_t cases_max = 50'000'000;  // more: undecided
};

struct CaseField {
  base::FieldId field = 0;
  base::JsonType type = base::JsonType::kAbsent;  // absent, array or string
  std::string text;                               // of a string
  bool listed = false;  // the text is one of a value list, and may be about somebody
};

struct CaseSubject {
  ConsentEntry purpose;  // of the purpose judged; `limits` not set
  ConsentEntry person;
  SharedLimits limits = nullptr;  // of `purpose`
};

struct DecisionCase {
  std::uint16_t source = 0, contract = 0, destination = 0, purpose = 0;
  base::Millis now = 0, event_time = 0;
  bool identified = false, gpc = false, denied = false;
  AgeBand age = AgeBand::kUnknown;  // of every subject
  std::vector<CaseSubject> subjects;
  // What the register says of other purposes, of every subject: as `states` asked.
  std::vector<std::pair<std::uint16_t, ConsentEntry>> others;
  std::vector<CaseField> fields;
  base::Verdict verdict;
};

struct CaseSearch {
  enum class Answer { kNone, kFound, kUndecided } answer = Answer::kUndecided;
  std::uint64_t cases = 0;            // decided; of kUndecided those that there would be
  std::uint64_t budget = 0;           // with no less as cases_max the search is the same
  std::optional<DecisionCase> found;  // the plainest one comes first
};

// Whether a case is what is looked for. `input` and `index` are those that gave the verdict.
using CaseWanted = std::function<bool(const base::Verdict& verdict, const CaseRoute& route,
                                      const DecisionInput& input, const ConsentIndex& index)>;

// Of a case that is looked at: whether its event lacks the field. False of a field that no
// condition asks about: any event will do.
bool IsAbsent(const DecisionInput& input, base::FieldId field);

// One thread; some 100 ns a case. kUndecided: more than cases_max cases, a purpose whose grants
// last less than ten seconds, or a field read that no condition names. Never kNone then.
CaseSearch FindCase(const PolicySet& policies, const CasesAsked& asked, const CaseWanted& wanted);

}  // namespace octroi::policies
