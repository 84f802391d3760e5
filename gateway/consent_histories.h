// ConsentHistories: the whole register, read once at the start, answering what the store's History
// answers. A start that asked the store for each event would cost a server a round trip each.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policies/consent.h"

namespace octroi::gateway {

class ConsentHistories {
 public:
  // By sequence, as the store gives them; kept without `detail`.
  void Add(const policies::ConsentEvent& event) {
    const std::size_t place = events_.size();
    events_.push_back(event);
    events_.back().detail.clear();
    for (const policies::Fingerprint& print : std::set(event.subject.begin(), event.subject.end()))
      places_[KeyOf(print)].push_back(place);
  }
  const std::vector<policies::ConsentEvent>& events() const { return events_; }

  // All events of any of these fingerprints for one purpose, each once.
  std::vector<policies::ConsentEvent> History(const std::vector<policies::Fingerprint>& subject,
                                              std::string_view purpose) const {
    std::set<std::size_t> found;
    for (const policies::Fingerprint& print : subject) {
      const auto known = places_.find(KeyOf(print));
      if (known != places_.end()) found.insert(known->second.begin(), known->second.end());
    }
    std::vector<policies::ConsentEvent> history;
    for (const std::size_t place : found) {
      if (events_[place].purpose == purpose) history.push_back(events_[place]);
    }
    return history;
  }

 private:
  static std::string KeyOf(const policies::Fingerprint& print) {
    return {reinterpret_cast<const char*>(print.data()), print.size()};
  }
  std::vector<policies::ConsentEvent> events_;
  std::unordered_map<std::string, std::vector<std::size_t>> places_;
};

}  // namespace octroi::gateway
