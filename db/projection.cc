#include "store/projection.h"

#include <algorithm>
#include <limits>

#include "store/store.h"

namespace octroi::store {
namespace {

using base::Outcome;

constexpr std::string_view kWhere = "store.apply";

bool OfEvent(Outcome outcome) {
  return outcome >= Outcome::kRejected && outcome <= Outcome::kAccepted;
}

bool OfDelivery(Outcome outcome) {
  return outcome >= Outcome::kSent && outcome <= Outcome::kErased;
}

base::Error Invalid(std::string detail) {
  return base::Error{base::ErrorCode::kInvalid, kWhere, std::move(detail)};
}

base::Status CheckEvent(const EventRow& event) {
  if (!OfEvent(event.outcome)) return Invalid("`outcome` is not one of an event");
  if (event.outcome != Outcome::kAccepted && !event.deliveries.empty()) {
    return Invalid("`deliveries` of an event that was not accepted");
  }
  int previous = -1;
  for (const DeliveryState& delivery : event.deliveries) {
    if (!OfDelivery(delivery.outcome)) return Invalid("`outcome` is not one of a delivery");
    if (delivery.destination <= previous) return Invalid("`deliveries` do not ascend");
    previous = delivery.destination;
  }
  return base::Ok();
}

}  // namespace

base::Status CheckBatch(const Projection& batch, std::uint64_t projected_through) {
  if (batch.through <= projected_through) return Invalid("`through` does not grow");
  if (batch.through > std::numeric_limits<std::int64_t>::max()) {
    return Invalid("`through` is out of range");
  }
  std::uint64_t previous = projected_through;
  for (const EventRow& event : batch.events) {
    if (event.sequence <= previous) return Invalid("`sequence` does not follow on");
    if (event.sequence > batch.through) return Invalid("`sequence` is beyond `through`");
    previous = event.sequence;
    if (base::Status whole = CheckEvent(event); !whole) return whole;
  }
  return base::Ok();
}

bool MayChange(Outcome outcome) {
  return outcome == Outcome::kInFlight || outcome == Outcome::kFailed;
}

base::Result<bool> Advance(DeliveryState& current, const DeliveryState& next) {
  if (!OfDelivery(next.outcome)) return Invalid("`outcome` is not one of a delivery");
  if (!MayChange(current.outcome)) {
    if (next.outcome == current.outcome) return false;
    return Invalid("a final outcome does not change");
  }
  current = next;
  return true;
}

bool SameConsent(const policies::ConsentEvent& stored, const policies::ConsentEvent& given) {
  return stored.id == given.id && stored.record_id == given.record_id &&
         stored.subject == given.subject && stored.purpose == given.purpose &&
         stored.state == given.state && stored.effective_at == given.effective_at &&
         stored.valid_until == given.valid_until &&
         policies::MarksOf(stored) == policies::MarksOf(given) &&
         policies::TextOf(stored.limits.get()) == policies::TextOf(given.limits.get());
}

base::Status CheckConsents(std::span<const policies::ConsentEvent> events) {
  const auto invalid = [](std::string detail) {
    return base::Error{base::ErrorCode::kInvalid, "store.append", std::move(detail)};
  };
  for (const policies::ConsentEvent& event : events) {
    if (event.id.empty()) return invalid("`id` is empty");
    if (event.subject.empty()) return invalid("`subject` is empty");
    if (event.sequence > std::numeric_limits<std::int64_t>::max()) {
      return invalid("`sequence` is out of range");
    }
  }
  return base::Ok();
}

base::Status CheckTokens(std::string_view domain, std::span<const TokenRow> rows) {
  const bool boxed =
      std::ranges::none_of(rows, [](const TokenRow& row) { return row.sealed.empty(); });
  if (!domain.empty() && boxed) return base::Ok();
  return base::Error{base::ErrorCode::kInvalid, "store.mint", "a row has no domain or no box"};
}

base::Status CheckBreach(const BreachEntry& entry) {
  if (!entry.breach.empty() && entry.place > 0) return base::Ok();
  return base::Error{base::ErrorCode::kInvalid, "store.breach", "an entry has no id or no place"};
}

base::Status Appended(base::Status done, bool refused) {
  if (done || refused || done.error().code != base::ErrorCode::kInvalid) return done;
  return base::Error{base::ErrorCode::kUnavailable, done.error().where, done.error().detail};
}

}  // namespace octroi::store
