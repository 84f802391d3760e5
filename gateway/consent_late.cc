#include "gateway/consent_late.h"

#include <algorithm>
#include <map>
#include <set>

#include "gateway/consent_denies.h"
#include "gateway/consent_report.h"
#include "gateway/consent_state.h"
#include "gateway/left_walk.h"

namespace octroi::gateway {
namespace {

using policies::ConsentEvent;
using policies::Fingerprint;

class Finder {
 public:
  explicit Finder(const LateParts& parts) : parts_(parts) {}

  base::Status TakeRegister() {
    const auto read = parts_.store->ForEach([&](const ConsentEvent& event) { Take(event); });
    return read ? Link() : read;
  }

  // With all that came late of the same people: a delivery is the first one's.
  base::Status TakePeopleOf(std::span<const ConsentEvent> events) {
    std::set<std::string> known;
    for (const ConsentEvent& event : events) {
      const auto history = HistoryOf(event.subject);
      if (!history) return history.error();
      for (const ConsentEvent& one : (*history)->events()) {
        if (known.insert(one.id).second) Take(one);
      }
    }
    return Link();
  }

  base::Status Walk(std::uint64_t from, const std::atomic<bool>* stop) {
    if (late_.empty()) return base::Ok();
    return EachThatLeft(*parts_.store, from, [&](const Left& left) -> base::Status {
      if (stop != nullptr && *stop)
        return base::Error{base::ErrorCode::kUnavailable, "consent.late", "stopping"};
      return Look(left);
    });
  }

  std::vector<Late> TakeFound() {
    std::erase_if(late_, [](const Late& one) { return one.deliveries.empty(); });
    return std::move(late_);
  }

 private:
  void Take(const ConsentEvent& event) {
    if (!IsLate(event.state, event.effective_at, event.recorded_at)) return;
    late_.push_back({event, {}, {}});
    late_.back().event.detail.clear();
  }

  // A record may name the person by an identifier that only other events link to this one.
  base::Status Link() {
    std::ranges::stable_sort(late_, {}, [](const Late& one) { return one.event.recorded_at; });
    for (std::size_t i = 0; i < late_.size(); ++i) {
      const auto history = HistoryOf(late_[i].event.subject);
      if (!history) return history.error();
      for (const Fingerprint& print : (*history)->identifiers()) of_[print].push_back(i);
    }
    return base::Ok();
  }

  base::Status Look(const Left& left) {
    std::set<std::size_t> candidates;  // by when they were recorded
    for (const Fingerprint& print : left.record.subject) {
      if (const auto of = of_.find(print); of != of_.end())
        candidates.insert(of->second.begin(), of->second.end());
    }
    for (const std::size_t candidate : candidates) {
      Late& late = late_[candidate];
      if (!Within(late.event, left)) continue;
      const auto history = HistoryOf(left.record.subject);
      if (!history) return history.error();
      const Late::Delivery delivery = Judge(late.event, **history, left);
      if (delivery.purposes == 0) continue;
      late.handle = HandleOf(*parts_.keys, **history);
      late.deliveries.push_back(delivery);
      break;
    }
    return base::Ok();
  }

  // Delivered after the person acted, and decided before the register knew. What was on the wire
  // when it learnt is told of a little later.
  bool Within(const ConsentEvent& event, const Left& left) const {
    const auto& destinations = parts_.plan->destinations;
    const std::uint16_t to = left.state.destination;
    const base::Millis wire = to < destinations.size() ? destinations[to].answer_within : 0;
    return left.state.at >= event.effective_at && left.row.received < event.recorded_at &&
           left.state.at < event.recorded_at + wire;
  }

  base::Result<const PersonHistory*> HistoryOf(const std::vector<Fingerprint>& person) {
    const auto known = histories_.find(person);
    if (known != histories_.end()) return &known->second;
    auto read = PersonHistory::Read(*parts_.store, person);
    if (!read) return read.error();
    return &histories_.emplace(person, *std::move(read)).first->second;
  }

  // Which purposes of the delivery the register denied then, had it known.
  Late::Delivery Judge(const ConsentEvent& event, const PersonHistory& history,
                       const Left& left) const {
    Late::Delivery delivery{
        left.row.sequence, left.state.destination, left.state.at, left.certain, 0, 0};
    const StateOfPerson then = history.At(*parts_.plan, delivery.at, event.recorded_at);
    const auto& specs = parts_.plan->policies->spec().purposes;
    for (const StateOfPurpose& one : then.purposes) {
      const auto place = static_cast<std::size_t>(
          std::ranges::find(parts_.plan->purposes, one.purpose) - parts_.plan->purposes.begin());
      if (place >= specs.size() || (left.purposes >> place & 1) == 0) continue;
      const bool spoken_of =
          event.purpose == one.purpose || event.purpose == policies::kWholePerson;
      const bool denied = Denies(then.person, one, specs[place].basis);
      if (denied && spoken_of) delivery.purposes |= 1U << place;
      if (!denied) delivery.others |= 1U << place;
    }
    return delivery;
  }

  const LateParts& parts_;
  std::vector<Late> late_;
  std::map<Fingerprint, std::vector<std::size_t>> of_;  // places in late_
  std::map<std::vector<Fingerprint>, PersonHistory> histories_;
};

}  // namespace

bool IsLate(policies::ConsentState state, base::Millis effective_at, base::Millis recorded_at) {
  return policies::IsNo(state) && effective_at < recorded_at;
}

base::Result<std::vector<Late>> FindLate(const LateParts& parts) {
  Finder finder(parts);
  base::Status found = finder.TakeRegister();
  if (found) found = finder.Walk(1, nullptr);
  if (!found) return found.error();
  return finder.TakeFound();
}

base::Result<std::vector<Late>> FindLateOf(const LateParts& parts,
                                           std::span<const ConsentEvent> events, std::uint64_t from,
                                           const std::atomic<bool>& stop) {
  Finder finder(parts);
  base::Status found = finder.TakePeopleOf(events);
  if (found) found = finder.Walk(from, &stop);
  if (!found) return found.error();
  std::set<std::string_view> asked;
  for (const ConsentEvent& event : events) asked.insert(event.id);
  std::vector<Late> late = finder.TakeFound();
  std::erase_if(late, [&](const Late& one) { return !asked.contains(one.event.id); });
  return late;
}

}  // namespace octroi::gateway
