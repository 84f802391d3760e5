#include "gateway/consent_state.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <tuple>

#include "base/event.h"
#include "base/words.h"
#include "gateway/consent_history.h"
#include "gateway/consent_parts.h"
#include "policies/people.h"

namespace octroi::gateway {
namespace {

using base::ErrorCode;
using policies::ConsentEntry;
using policies::ConsentEvent;
using policies::ConsentIndex;
using policies::ConsentState;
using policies::Fingerprint;

base::Error Wrong(std::string detail) {
  return {ErrorCode::kInvalid, "consent.person", std::move(detail)};
}

// What every source knows people by, each field once.
SourcePlan AllIdentifiers(const Plan& plan) {
  SourcePlan all;
  for (const SourcePlan& source : plan.sources) {
    for (const SourcePlan::Identifier& one : source.subject) {
      if (std::ranges::find(all.subject, one.field, &SourcePlan::Identifier::field) ==
          all.subject.end())
        all.subject.push_back(one);
    }
  }
  return all;
}

// In force at `at`, as known at `known_at`: what was true or obeyed by then. A withdrawal that is
// dated ahead is obeyed at once; a grant that is dated ahead waits, and Fold says so.
bool Counts(const ConsentEvent& event, base::Millis at, base::Millis known_at) {
  return event.recorded_at <= known_at && std::min(event.effective_at, event.recorded_at) <= at;
}

base::Millis EndOf(const ConsentEntry& entry, const policies::PurposeSpec& purpose) {
  const base::Millis since = base::Millis{entry.since_seconds} * 1000;
  const base::Millis until = base::Millis{entry.until_seconds} * 1000;
  const base::Millis again = purpose.ask_again_after == 0 ? 0 : since + purpose.ask_again_after;
  if (until == 0 || again == 0) return std::max(until, again);
  return std::min(until, again);
}

std::string ReasonOf(ConsentState state) {
  if (state == ConsentState::kLifted) return "";  // denies nothing
  const bool person = policies::IsOfPerson(state);
  return (person ? "subject." : "consent.") + std::string(Name(state));
}

int RankOf(ConsentState state) {
  if (state == ConsentState::kSuppressed) return 3;
  if (state == ConsentState::kRestricted) return 2;
  return state == ConsentState::kLifted ? 1 : 0;
}

// The register as it stood for some identifiers.
struct Moment {
  const Plan& plan;
  base::Millis at;
  const ConsentIndex& index;
  std::vector<ConsentIndex::Subject> subjects;
  const std::vector<ConsentEvent>& events;  // an entry's reference is a place here, from 1

  // As decisions read it: the strictest of those subjects.
  ConsentState StateOf(std::size_t place, std::span<const ConsentIndex::Subject> of) const {
    policies::DecisionInput input;
    input.now = at;
    input.subjects = of;
    return plan.policies->StateOf(input, static_cast<std::uint16_t>(place), index);
  }

  void Cite(const ConsentEntry& entry, StateOfPurpose& into) const {
    into.since = base::Millis{entry.since_seconds} * 1000;
    if (entry.reference != 0 && entry.reference <= events.size())
      into.event = events[entry.reference - 1];
  }

  StateOfPurpose OfPurpose(std::size_t place) const {
    StateOfPurpose one;
    one.purpose = plan.purposes[place];
    one.state = StateOf(place, subjects);
    one.reason = ReasonOf(one.state);
    const auto decides = std::ranges::find_if(subjects, [&](const ConsentIndex::Subject& subject) {
      return one.state != ConsentState::kUnknown && StateOf(place, {&subject, 1}) == one.state;
    });
    if (decides == subjects.end()) return one;
    const ConsentEntry entry = index.Get(*decides, place);
    const policies::PurposeSpec& purpose = plan.policies->spec().purposes[place];
    Cite(entry, one);
    if (entry.state == ConsentState::kGranted) one.until = EndOf(entry, purpose);
    if (one.state != ConsentState::kExpired) return one;
    const bool changed = one.since < purpose.refresh_from;
    if (changed) one.reason = base::Name(base::Reason::kNoticeChanged);
    if (changed) one.until = purpose.refresh_from;
    one.since = one.until;
    return one;
  }

  // A suppression counts for more than a restriction.
  StateOfPurpose OfPerson() const {
    StateOfPurpose one;
    one.purpose = policies::kWholePerson;
    ConsentEntry strictest;
    for (const ConsentIndex::Subject subject : subjects) {
      const ConsentEntry entry = index.Get(subject, ConsentIndex::kPerson);
      if (RankOf(entry.state) > RankOf(strictest.state)) strictest = entry;
    }
    one.state = strictest.state;
    one.reason = ReasonOf(one.state);
    if (one.state != ConsentState::kUnknown) Cite(strictest, one);
    return one;
  }
};

}  // namespace

base::Result<std::vector<Fingerprint>> ReadPersonFile(const Plan& plan, std::string_view text,
                                                      const crypto::KeyRing& keys) {
  const SourcePlan all = AllIdentifiers(plan);
  std::vector<base::PathMap::Entry> entries;
  for (const SourcePlan::Identifier& one : all.subject)
    entries.push_back({plan.fields[one.field], one.field});
  const auto paths = base::PathMap::Compile(entries);
  if (!paths) return paths.error();
  base::EventParser parser;
  base::Event parsed;
  const base::ParseFault fault = parser.Parse(text, *paths, parsed);
  if (fault.reason != base::Reason::kUndecided) return Wrong(std::string(base::Name(fault.reason)));
  const auto members = nlohmann::json::parse(text);  // strictly parsed before: it does not throw
  for (const auto& member : members.items()) {
    const bool known =
        std::ranges::any_of(entries, [&](const auto& entry) { return entry.path == member.key(); });
    if (!known) return Wrong("a member is no identifier that a source knows people by");
  }
  std::string wrong;
  const auto pointer_of = [&](base::FieldId field) { return wrong = "/" + plan.fields[field]; };
  std::vector<Identified> person;
  if (ReadPerson(all, parsed, keys, pointer_of, person))
    return Wrong("`" + wrong + "` is not a valid identifier of its kind");
  if (person.empty()) return Wrong("there is no identifier");
  std::vector<Fingerprint> prints;
  prints.reserve(person.size());
  for (const Identified& one : person) prints.push_back(one.print);
  return prints;
}

base::Result<PersonHistory> PersonHistory::Read(store::ConsentStore& store,
                                                std::vector<Fingerprint> person) {
  PersonHistory history;
  history.person_ = person;
  auto linked = ReadLinked(std::move(person), [&](const std::vector<Fingerprint>& subject) {
    return store.History(subject, {});
  });
  if (!linked) return linked.error();
  history.linked_ = std::move(linked->identifiers);
  history.events_ = std::move(linked->events);
  std::ranges::sort(history.events_, {}, [](const ConsentEvent& event) {
    return std::tuple(event.recorded_at, event.sequence, std::string_view(event.id));
  });
  return history;
}

StateOfPerson PersonHistory::At(const Plan& plan, base::Millis at, base::Millis known_at) const {
  ConsentHistory then;
  std::map<std::string, std::size_t> events;
  std::vector<ConsentEvent> counted;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    if (!Counts(events_[i], at, known_at)) continue;
    ConsentEvent event = events_[i];
    event.sequence = i + 1;  // so that an entry tells which of ours decided
    ++events[event.purpose];
    counted.push_back(event);
    then.Add(std::move(event));
  }
  ConsentIndex index(plan.purposes.size());
  then.Enter(plan, at, index);
  const Moment moment{plan, at, index, index.SubjectsOf(person_), events_};

  StateOfPerson all;
  all.subjects = policies::People(counted, at).Count(person_);
  for (std::size_t place = 0; place < plan.purposes.size(); ++place) {
    if (plan.purposes[place].empty()) continue;
    StateOfPurpose& one = all.purposes.emplace_back(moment.OfPurpose(place));
    one.events = events[one.purpose];
  }
  all.person = moment.OfPerson();
  all.person.events = events[all.person.purpose];
  for (const ConsentIndex::Subject subject : moment.subjects)
    all.age = std::max(all.age, index.AgeOf(subject));
  return all;
}

}  // namespace octroi::gateway
