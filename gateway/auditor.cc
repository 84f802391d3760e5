#include "gateway/auditor.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "gateway/access/requests.h"
#include "gateway/projector.h"
#include "store/projection.h"

namespace octroi::gateway {
namespace {

using base::Outcome;

constexpr std::uint16_t kWhole = 0xffff;
constexpr base::Millis kMinute = 60'000;
constexpr base::Millis kAccessMs = access::kApproveWithinMs + access::kOpenWithinMs;

void Count(store::Totals& totals, std::uint16_t source, Outcome outcome, base::Reason reason) {
  store::CountEvents(totals, {source, Outcome::kUndecided, base::Reason::kUndecided}, 1);
  store::CountEvents(totals, {source, outcome, reason}, 1);
}

}  // namespace

void Discrepancies::Add(const Discrepancy& one, std::uint64_t as_many) {
  total_ += as_many;
  named_.insert(one);
  if (named_.size() > kDiscrepanciesMax) named_.erase(std::prev(named_.end()));
}

void Auditor::Begin(std::uint64_t from) {
  if (begun_) first_ = from;
  begun_ = true;
  end_ = kNoEnd;
  settled_.clear();
}

void Auditor::Take(std::uint64_t sequence, std::string_view record) {
  const auto kind = journal::KindOf(record);
  if (sequence == 0 || !kind) return;
  if (*kind == journal::RecordKind::kOutcome && Decode(record, outcome_)) TakeOutcome();
  if (begins_ == 0) begins_ = sequence;
  if (*kind == journal::kAccessRecord && Decode(record, access_)) TakeAccess(sequence);
  if (*kind != journal::RecordKind::kEvent || sequence >= end_ || !Decode(record, event_)) return;
  if (first_ == 0 && event_.received < since_) return;
  if (open_.size() >= open_max_) return End(sequence);
  if (first_ == 0) first_ = sequence;
  Known& known = open_[sequence];
  known.plan = event_.plan;
  known.source = event_.source;
  known.outcome = event_.outcome;
  known.reason = event_.reason;
  known.received = event_.received;
  known.record = std::hash<std::string_view>()(record);
  known.deliveries.reserve(event_.verdicts.size());
  for (const base::Verdict& verdict : event_.verdicts) {
    known.deliveries.push_back(InitialState(verdict, event_.received));
  }
}

// A value is given to who asked, after another role approved. What was asked before the journal
// begins is not known, and named only if it cannot have been.
void Auditor::TakeAccess(std::uint64_t sequence) {
  if (sequence <= accesses_through_) return;
  accesses_through_ = sequence;
  if (begins_at_ == 0) begins_at_ = access_.at;
  if (access_.at >= since_) ++report_.accesses;
  const auto asked = asked_.find(access_.request);
  if (access_.access == journal::Access::kAsked) asked_[access_.request] = {access_.role, ""};
  if (access_.access == journal::Access::kApproved && asked != asked_.end())
    asked->second.approver = access_.role;
  if (access_.access != journal::Access::kOpened) return;
  const bool approved = asked != asked_.end() && asked->second.role == access_.role &&
                        !asked->second.approver.empty() && asked->second.approver != access_.role;
  if (asked != asked_.end()) asked_.erase(asked);  // once
  const bool may_be_older = begins_ > 1 && access_.at < begins_at_ + kAccessMs;
  if (!approved && !may_be_older && access_.at >= since_)
    report_.discrepancies.Add({sequence, kWhole, "access_unapproved"});
}

void Auditor::TakeOutcome() {
  for (const std::uint64_t sequence : outcome_.events) {
    if (first_ != 0 && sequence >= first_ && sequence < end_) TakeOutcome(sequence);
  }
}

void Auditor::TakeOutcome(std::uint64_t sequence) {
  ++report_.outcomes;
  const store::DeliveryState next{outcome_.destination, outcome_.outcome,     outcome_.reason,
                                  outcome_.attempt,     outcome_.http_status, outcome_.at};
  const auto name = [&](std::string_view what) {
    report_.discrepancies.Add({sequence, next.destination, what});
  };
  const auto known = open_.find(sequence);
  if (known == open_.end()) {
    return name(Settled(sequence) ? "outcome_after_final" : "outcome_of_nothing");
  }
  auto& deliveries = known->second.deliveries;
  const auto state =
      std::ranges::find(deliveries, next.destination, &store::DeliveryState::destination);
  if (state == deliveries.end()) return name("outcome_of_nothing");
  if (!store::Advance(*state, next)) name("outcome_after_final");
}

bool Auditor::Settled(std::uint64_t sequence) const {
  const std::uint64_t at = sequence - first_;
  return at < settled_.size() && settled_[at];
}

std::vector<std::uint64_t> Auditor::Open() const {
  std::vector<std::uint64_t> sequences;
  sequences.reserve(open_.size());
  for (const auto& [sequence, known] : open_) sequences.push_back(sequence);
  return sequences;
}

std::vector<std::uint64_t> Auditor::Final() const {
  std::vector<std::uint64_t> sequences;
  sequences.reserve(open_.size());
  for (const auto& [sequence, known] : open_) {
    const bool may_change = std::ranges::any_of(
        known.deliveries, [](const auto& state) { return store::MayChange(state.outcome); });
    if (!may_change) sequences.push_back(sequence);
  }
  return sequences;
}

std::vector<Discrepancy> Auditor::Compare(std::uint64_t sequence,
                                          const store::EventRow* row) const {
  const Known& known = open_.at(sequence);
  if (row == nullptr) return {{sequence, kWhole, "store_missing"}};
  std::vector<Discrepancy> found;
  if (row->plan != known.plan || row->source != known.source || row->outcome != known.outcome ||
      row->reason != known.reason || row->received != known.received ||
      std::hash<std::string_view>()(row->record) != known.record) {
    found.push_back({sequence, kWhole, "store_differs"});
  }
  std::map<std::uint16_t, store::DeliveryState> theirs;
  for (const store::DeliveryState& state : row->deliveries) theirs[state.destination] = state;
  for (const store::DeliveryState& state : known.deliveries) {
    const auto same = theirs.find(state.destination);
    if (same == theirs.end() || same->second != state) {
      found.push_back({sequence, state.destination, "store_differs"});
    }
    if (same != theirs.end()) theirs.erase(same);
  }
  for (const auto& [destination, state] : theirs) {
    found.push_back({sequence, destination, "store_differs"});
  }
  return found;
}

void Auditor::Settle(std::uint64_t sequence, const std::vector<Discrepancy>& found) {
  for (const Discrepancy& one : found) report_.discrepancies.Add(one);
  const auto node = open_.extract(sequence);
  const Known& known = node.mapped();
  const std::uint64_t at = sequence - first_;
  if (at >= settled_.size()) settled_.resize(at + 1);
  settled_[at] = true;
  ++report_.events;
  store::Totals& minute = report_.minutes[{known.received - known.received % kMinute, known.plan}];
  Count(minute, known.source, known.outcome, known.reason);
  Places places;
  for (const store::DeliveryState& state : known.deliveries) {
    store::CountDeliveries(minute, {state.destination, state.outcome, state.reason}, 1);
    places.insert(state.destination);
  }
  if (known.outcome != Outcome::kAccepted) return;
  Offered& offered = offered_[known.plan][places];
  ++offered.events;
  if (offered.first.size() < kDiscrepanciesMax) offered.first.push_back(sequence);
}

// What a plan decided for at all, it decides for with every event.
void Auditor::NameMissingVerdicts(std::uint32_t plan, const Places& all) {
  for (const auto& [places, offered] : offered_[plan]) {
    for (const std::uint16_t place : all) {
      if (places.contains(place)) continue;
      std::uint64_t as_many = offered.events;
      for (const std::uint64_t sequence : offered.first) {
        report_.discrepancies.Add({sequence, place, "verdict_missing"}, std::exchange(as_many, 0));
      }
    }
  }
}

AuditReport Auditor::Conclude() {
  std::map<std::uint32_t, Places> destinations;  // of each plan
  for (const auto& [plan, sets] : offered_) {
    for (const auto& [places, offered] : sets)
      destinations[plan].insert(places.begin(), places.end());
    NameMissingVerdicts(plan, destinations[plan]);
  }
  for (auto& [key, minute] : report_.minutes) {
    for (const std::uint16_t place : destinations[key.second]) minute.destinations[place];
    store::OfferAccepted(minute);
    report_.holds = report_.holds && store::Holds(minute);
  }
  report_.holds = report_.holds && report_.discrepancies.total() == 0;
  return std::move(report_);
}

}  // namespace octroi::gateway
