#include "gateway/consent_history.h"

#include <algorithm>
#include <set>
#include <utility>

namespace octroi::gateway {

using policies::ConsentEvent;
using policies::Fingerprint;

namespace {

base::Status IndexStates(const Plan& plan, const ConsentEvent& event, const ReadHistory& history,
                         base::Millis now, policies::ConsentIndex& index) {
  const auto purpose = std::find(plan.purposes.begin(), plan.purposes.end(), event.purpose);
  auto place = static_cast<std::size_t>(purpose - plan.purposes.begin());
  if (event.purpose == policies::kWholePerson) {
    place = policies::ConsentIndex::kPerson;
  } else if (purpose == plan.purposes.end()) {
    return base::Ok();  // no longer in force: nothing decides by it
  }
  const auto set = [&](const std::vector<Fingerprint>& prints,
                       const std::vector<ConsentEvent>& events) {
    index.Set(prints, place, Fold(events, now));
  };
  if (index.SubjectsOf(event.subject).size() <= 1) {
    std::vector<Fingerprint> prints = event.subject;
    for (std::size_t known = 0;
         known != prints.size();) {  // events link identifiers to further ones
      known = prints.size();
      const auto events = history(prints, event.purpose);
      if (!events) return events.error();
      for (const ConsentEvent& past : *events) {
        for (const Fingerprint& print : past.subject) {
          if (std::find(prints.begin(), prints.end(), print) == prints.end())
            prints.push_back(print);
        }
      }
      if (known == prints.size()) set(prints, *events);
    }
    return base::Ok();
  }
  for (const Fingerprint& print : event.subject) {
    const auto events = history({print}, event.purpose);
    if (!events) return events.error();
    set({print}, *events);
  }
  return base::Ok();
}

}  // namespace

base::Status IndexConsent(const Plan& plan, const ConsentEvent& event, const ReadHistory& history,
                          base::Millis now, policies::ConsentIndex& index) {
  const base::Status done = IndexStates(plan, event, history, now, index);
  // After the links of the history: on its own it would make somebody new of an identifier.
  index.SetAge(event.subject, event.age,
               static_cast<std::uint32_t>(std::max<base::Millis>(event.effective_at, 0) / 1000));
  return done;
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
  const auto history = [&](const std::vector<Fingerprint>& subject,
                           std::string_view purpose) -> base::Result<std::vector<ConsentEvent>> {
    std::set<std::size_t> places;
    for (const Fingerprint& print : subject) {
      if (const auto of = of_.find(print); of != of_.end())
        places.insert(of->second.begin(), of->second.end());
    }
    std::vector<ConsentEvent> events;
    for (const std::size_t place : places) {
      if (place < through && events_[place].purpose == purpose) events.push_back(events_[place]);
    }
    return events;
  };
  for (std::size_t i = known; i < through; ++i)
    static_cast<void>(IndexConsent(plan, events_[i], history, now, index));  // memory does not fail
}

}  // namespace octroi::gateway
