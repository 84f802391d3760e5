#include "gateway/consent_history.h"

#include <algorithm>
#include <set>
#include <utility>

namespace octroi::gateway {

using policies::ConsentEvent;
using policies::Fingerprint;

base::Status IndexConsent(const Plan& plan, const ConsentEvent& event, const ReadHistory& history,
                          base::Millis now, policies::ConsentIndex& index) {
  const auto purpose = std::find(plan.purposes.begin(), plan.purposes.end(), event.purpose);
  if (purpose == plan.purposes.end())
    return base::Ok();  // no longer in force: nothing decides by it
  const auto place = static_cast<std::size_t>(purpose - plan.purposes.begin());
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

void ConsentHistory::Add(ConsentEvent event) {
  event.detail.clear();
  for (const Fingerprint& print : event.subject) of_[print].push_back(events_.size());
  events_.push_back(std::move(event));
}

std::unique_ptr<policies::ConsentIndex> ConsentHistory::At(const Plan& plan,
                                                           base::Millis at) const {
  auto index = std::make_unique<policies::ConsentIndex>(plan.purposes.size());
  const auto history = [&](const std::vector<Fingerprint>& subject,
                           std::string_view purpose) -> base::Result<std::vector<ConsentEvent>> {
    std::set<std::size_t> places;
    for (const Fingerprint& print : subject) {
      if (const auto known = of_.find(print); known != of_.end())
        places.insert(known->second.begin(), known->second.end());
    }
    std::vector<ConsentEvent> events;
    for (const std::size_t place : places) {
      const ConsentEvent& event = events_[place];
      if (event.purpose == purpose && event.recorded_at <= at) events.push_back(event);
    }
    return events;
  };
  for (const ConsentEvent& event : events_) {
    if (event.recorded_at > at) continue;
    static_cast<void>(IndexConsent(plan, event, history, at, *index));  // memory does not fail
  }
  return index;
}

}  // namespace octroi::gateway
