#include "gateway/consent_history.h"

#include <algorithm>
#include <set>
#include <utility>

#include "policies/people.h"

namespace octroi::gateway {

using policies::ConsentEvent;
using policies::Fingerprint;

base::Result<Linked> ReadLinked(std::vector<Fingerprint> identifiers, const ReadHistory& history) {
  Linked linked{std::move(identifiers), {}};
  std::set<std::string> seen;
  for (std::size_t asked = 0; asked != linked.identifiers.size();) {
    const std::vector<Fingerprint> fresh(
        linked.identifiers.begin() + static_cast<std::ptrdiff_t>(asked), linked.identifiers.end());
    asked = linked.identifiers.size();
    auto events = history(fresh);
    if (!events) return events.error();
    for (ConsentEvent& event : *events) {
      if (seen.insert(event.id).second) linked.events.push_back(std::move(event));
    }
    std::set<Fingerprint> known(linked.identifiers.begin(), linked.identifiers.end());
    for (const ConsentEvent& event : linked.events) {
      if (!policies::LinksOn(event, known)) continue;
      for (const Fingerprint& print : event.subject) {
        if (known.insert(print).second) linked.identifiers.push_back(print);
      }
    }
  }
  return linked;
}

base::Result<std::vector<Fingerprint>> IndexPeople(const Plan& plan,
                                                   const std::vector<Fingerprint>& subject,
                                                   const ReadHistory& history, base::Millis now,
                                                   policies::ConsentIndex& index) {
  auto linked = ReadLinked(subject, history);
  if (!linked) return linked.error();
  const policies::People people(linked->events, now);
  for (const Fingerprint& print : linked->identifiers) {
    const auto set = [&](std::size_t place, std::string_view purpose) {
      const policies::ConsentEntry entry = people.Of(print, purpose);
      if (entry != index.Get(index.Find(print), place)) index.Set(print, place, entry);
    };
    for (std::size_t place = 0; place < plan.purposes.size(); ++place) {
      if (!plan.purposes[place].empty()) set(place, plan.purposes[place]);
    }
    set(policies::ConsentIndex::kPerson, policies::kWholePerson);
    if (people.AgeOf(print) != index.AgeOf(index.Find(print)))
      index.SetAge(print, people.AgeOf(print));
  }
  return std::move(linked->identifiers);
}

void ConsentHistory::Add(ConsentEvent event) {
  event.detail.clear();
  for (const Fingerprint& print : event.subject) of_[print].push_back(events_.size());
  events_.push_back(std::move(event));
}

std::unique_ptr<policies::ConsentIndex> ConsentHistory::At(const Plan& plan,
                                                           base::Millis at) const {
  auto index = std::make_unique<policies::ConsentIndex>(plan.purposes.size());
  Advance(plan, 0, at, *index);
  return index;
}

std::size_t ConsentHistory::Advance(const Plan& plan, std::size_t known, base::Millis at,
                                    policies::ConsentIndex& index) const {
  std::size_t through = known;
  while (through < events_.size() && events_[through].recorded_at <= at) ++through;
  Enter(plan, known, through, at, index);
  return through;
}

void ConsentHistory::Enter(const Plan& plan, base::Millis now,
                           policies::ConsentIndex& index) const {
  Enter(plan, 0, events_.size(), now, index);
}

void ConsentHistory::Enter(const Plan& plan, std::size_t known, std::size_t through,
                           base::Millis now, policies::ConsentIndex& index) const {
  const auto history =
      [&](const std::vector<Fingerprint>& subject) -> base::Result<std::vector<ConsentEvent>> {
    std::set<std::size_t> places;
    for (const Fingerprint& print : subject) {
      if (const auto of = of_.find(print); of != of_.end())
        places.insert(of->second.begin(), of->second.end());
    }
    std::vector<ConsentEvent> events;
    for (const std::size_t place : places) {
      if (place < through) events.push_back(events_[place]);
    }
    return events;
  };
  std::set<Fingerprint> done;
  for (std::size_t i = known; i < through; ++i) {
    const auto& subject = events_[i].subject;
    if (std::ranges::all_of(subject, [&](const auto& print) { return done.contains(print); }))
      continue;
    const auto indexed = IndexPeople(plan, subject, history, now, index);
    if (indexed) done.insert(indexed->begin(), indexed->end());  // memory does not fail
  }
}

}  // namespace octroi::gateway
