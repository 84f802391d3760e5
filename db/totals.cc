#include <algorithm>

#include "store/projection.h"

namespace octroi::store {
namespace {

using base::Outcome;

std::uint64_t* FieldOf(Totals::Source& source, Outcome outcome) {
  switch (outcome) {
    case Outcome::kUndecided:
      return &source.received;
    case Outcome::kRejected:
      return &source.rejected;
    case Outcome::kQuarantined:
      return &source.quarantined;
    case Outcome::kMerged:
      return &source.merged;
    case Outcome::kAccepted:
      return &source.accepted;
    default:
      return nullptr;
  }
}

std::uint64_t* FieldOf(Totals::Destination& destination, Outcome outcome) {
  switch (outcome) {
    case Outcome::kSent:
      return &destination.sent;
    case Outcome::kInFlight:
      return &destination.in_flight;
    case Outcome::kWithheld:
      return &destination.withheld;
    case Outcome::kFailed:
      return &destination.failed;
    case Outcome::kErased:
      return &destination.erased;
    default:
      return nullptr;
  }
}

void Add(Totals::Source& to, const Totals::Source& from) {
  to.received += from.received;
  to.rejected += from.rejected;
  to.quarantined += from.quarantined;
  to.merged += from.merged;
  to.accepted += from.accepted;
}

void Add(Totals::Destination& to, const Totals::Destination& from) {
  to.accepted += from.accepted;
  to.withheld += from.withheld;
  to.sent += from.sent;
  to.in_flight += from.in_flight;
  to.failed += from.failed;
  to.erased += from.erased;
}

}  // namespace

void CountEvents(Totals& totals, const Totals::Why& what, std::uint64_t n) {
  if (std::uint64_t* field = FieldOf(totals.sources[what.place], what.outcome)) *field += n;
  if (n > 0 && what.outcome != Outcome::kUndecided) totals.source_reasons[what] += n;
}

void CountDeliveries(Totals& totals, const Totals::Why& what, std::uint64_t n) {
  if (std::uint64_t* field = FieldOf(totals.destinations[what.place], what.outcome)) *field += n;
  if (n > 0) totals.destination_reasons[what] += n;
}

void OfferAccepted(Totals& totals) {
  std::uint64_t accepted = 0;
  for (const auto& [place, source] : totals.sources) accepted += source.accepted;
  for (auto& [place, destination] : totals.destinations) destination.accepted = accepted;
}

Totals Merged(const std::map<std::uint32_t, Totals>& plans) {
  Totals all;
  for (const auto& [plan, totals] : plans) {
    for (const auto& [place, source] : totals.sources) Add(all.sources[place], source);
    for (const auto& [place, to] : totals.destinations) Add(all.destinations[place], to);
    for (const auto& [why, n] : totals.source_reasons) all.source_reasons[why] += n;
    for (const auto& [why, n] : totals.destination_reasons) all.destination_reasons[why] += n;
  }
  return all;
}

base::Result<Totals> FlowStore::Sum() {
  base::Result<std::map<std::uint32_t, Totals>> plans = SumByPlan();
  if (!plans) return plans.error();
  return Merged(*plans);
}

bool Holds(const Totals::Source& source) {
  return source.received == source.rejected + source.quarantined + source.merged + source.accepted;
}

bool Holds(const Totals::Destination& to) {
  return to.accepted == to.withheld + to.sent + to.in_flight + to.failed + to.erased;
}

bool Holds(const Totals& totals) {
  const auto all = [](const auto& parts) {
    return std::ranges::all_of(parts, [](const auto& part) { return Holds(part.second); });
  };
  return all(totals.sources) && all(totals.destinations);
}

}  // namespace octroi::store
