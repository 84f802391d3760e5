// The second half of a lane: what follows an attempt.
#include <algorithm>

#include "base/crash_point.h"
#include "gateway/dispatcher/lane.h"

namespace octroi::gateway {
namespace {

constexpr std::int64_t kNoteRetryEveryNanos = 60'000'000'000;

std::uint32_t MostAttempts(std::span<InHand* const> items) {
  std::uint32_t most = 0;
  for (const InHand* item : items) most = std::max(most, item->attempts);
  return most;
}

bool SameDelivery(const DestinationPlan& a, const DestinationPlan& b) {
  const auto secret = [](const DestinationPlan& plan) {
    return plan.secret ? std::optional<std::string_view>(plan.secret->bytes) : std::nullopt;
  };
  return a.id == b.id && a.file == b.file && a.sql == b.sql && a.url == b.url &&
         a.method == b.method && a.headers == b.headers && secret(a) == secret(b) &&
         a.present_as == b.present_as && a.secret_name == b.secret_name &&
         a.answer_within == b.answer_within && a.allow_private_address == b.allow_private_address;
}

}  // namespace

bool Lane::Retry(Backoff& backoff, Breaker::Pass pass, const Receipt& receipt) {
  const DestinationPlan& settings = *Settings();
  const std::int64_t now = shared_.parts.clock->BootNowNanos();
  std::vector<InHand*> exhausted;
  base::Millis horizon = settings.retry_for;
  for (InHand* item : leaving_) {
    const base::Millis left = settings.retry_for - (now - item->first_try_nanos) / 1'000'000;
    if (left <= 0) {
      exhausted.push_back(item);
    } else {
      horizon = std::min(horizon, left);
    }
  }
  const base::Millis wait = std::min(backoff.Next(settings, receipt.retry_after), horizon);
  destination_.breaker->Failed(pass, wait);
  if (!exhausted.empty() &&
      !Conclude(exhausted, base::Outcome::kFailed, base::Reason::kRetriesExhausted, receipt)) {
    return false;
  }
  if (exhausted.size() == leaving_.size()) return true;
  Note(base::Reason::kRetrying, receipt.http_status);
  queue_.Pause(wait, [this] { return shared_.draining() || SettingsChanged(); });
  return !shared_.draining();
}

// Nothing was tried, so nothing counts towards the destination's breaker or retry_for.
bool Lane::WaitForTokens() {
  constexpr base::Millis kAgainMs = 500;
  Note(base::Reason::kTokensUnavailable, 0);
  queue_.Pause(kAgainMs, [this] { return shared_.draining() || SettingsChanged(); });
  return !shared_.draining();
}

// So that status shows it, and a restart goes on counting; not an outcome, so a full journal may
// refuse it.
void Lane::Note(base::Reason reason, std::uint16_t http_status) {
  const std::int64_t now = shared_.parts.clock->BootNowNanos();
  if (noted_nanos_ != 0 && now - noted_nanos_ < kNoteRetryEveryNanos) return;
  noted_nanos_ = now;
  journal::OutcomeRecord record = OutcomeOf(base::Outcome::kInFlight, reason);
  record.attempt = MostAttempts(leaving_);
  record.http_status = http_status;
  for (const InHand* item : leaving_) {
    if (!item->final) record.events.push_back(item->sequence());
  }
  (void)book_.TryAppend({record});
}

journal::OutcomeRecord Lane::OutcomeOf(base::Outcome outcome, base::Reason reason) const {
  journal::OutcomeRecord record;
  record.plan = plan_->number;
  record.destination = destination_.place;
  record.outcome = outcome;
  record.reason = reason;
  record.at = shared_.parts.clock->WallNow();
  return record;
}

bool Lane::Conclude(Items items, base::Outcome outcome, base::Reason reason,
                    const Receipt& receipt) {
  journal::OutcomeRecord record = OutcomeOf(outcome, reason);
  record.attempt = MostAttempts(items);
  record.http_status = receipt.http_status;
  if (outcome == base::Outcome::kSent) record.key_version = key_version_;
  for (const InHand* item : items) {
    record.events.push_back(item->sequence());
    if (outcome == base::Outcome::kSent)
      destination_.sent->Record((record.at - item->record().received) * 1'000);
  }
  return Conclude(std::vector<journal::OutcomeRecord>{std::move(record)}, items);
}

bool Lane::Conclude(const std::vector<journal::OutcomeRecord>& outcomes, Items items) {
  if (!book_.Append(outcomes)) return false;
  OCTROI_CRASH_POINT("delivery.concluded");
  for (const journal::OutcomeRecord& outcome : outcomes) book_.Count(*plan_, outcome);
  for (InHand* item : items) item->final = true;
  std::uint64_t lowest = kNothingPending;
  for (std::size_t i = 0; i < in_hand_count_; ++i) {
    if (!in_hand_[i].final) lowest = std::min(lowest, in_hand_[i].sequence());
  }
  queue_.SetInHand(lowest);
  shared_.pending -= items.size();
  destination_.pending->Add(-static_cast<std::int64_t>(items.size()));
  return true;
}

void Lane::UsePlanInForce() {
  PlanPtr plan = shared_.parts.plan();
  if (plan == plan_) return;
  const PlanPtr before = std::exchange(plan_, std::move(plan));
  const DestinationPlan* settings = Settings();
  if (settings == nullptr) {
    sender_.reset();
    return;
  }
  const bool same =
      sender_ != nullptr && SameDelivery(*settings, before->destinations[destination_.place]);
  if (same) return;
  if (sender_ != nullptr) destination_.breaker->Reset();
  sender_ = shared_.parts.make_sender(*settings);
}

bool Lane::SettingsChanged() const {
  const PlanPtr now = shared_.parts.plan();
  if (now == plan_) return false;
  const auto& all = now->destinations;
  return destination_.place >= all.size() ||
         !SameDelivery(all[destination_.place], plan_->destinations[destination_.place]);
}

}  // namespace octroi::gateway
