#include "gateway/recovery.h"

#include <algorithm>

namespace octroi::gateway {

void JournalRecovery::Take(std::uint64_t sequence, std::string_view record) {
  const auto kind = journal::KindOf(record);
  if (!kind) return;
  switch (*kind) {
    case journal::RecordKind::kEvent:
      return TakeEvent(sequence, record);
    case journal::RecordKind::kOutcome:
      if (Decode(record, outcome_)) TakeOutcome();
      return;
    case journal::RecordKind::kPlan: {
      journal::PlanRecord plan;
      if (Decode(record, plan) && plan.number >= last_plan_.number)
        last_plan_ = {plan.number, plan.config_digest, plan.names};
      return;
    }
    case journal::RecordKind::kConsent:
      return;
  }
}

void JournalRecovery::TakeEvent(std::uint64_t sequence, std::string_view record) {
  if (!Decode(record, event_)) return;
  if (event_.received >= seen_since_) {
    if (event_.message != journal::Fingerprint{}) {
      seen_.Restore(event_.message, static_cast<std::uint32_t>(event_.body_digest | 1),
                    event_.received, sequence);
    }
    for (const auto& unique : event_.unique)
      seen_.Restore(unique.key, unique.digest, event_.received, sequence);
  }
  Pending pending;
  for (const base::Verdict& verdict : event_.verdicts) {
    if (verdict.allowed) pending.destinations.push_back(verdict.destination);
  }
  if (pending.destinations.empty()) return;
  pending.record = record;
  pending_.emplace(sequence, std::move(pending));
}

void JournalRecovery::TakeOutcome() {
  if (outcome_.outcome == base::Outcome::kInFlight && outcome_.reason == base::Reason::kQueued)
    return TakeReplay();
  const bool final = outcome_.outcome != base::Outcome::kInFlight;
  for (const std::uint64_t sequence : outcome_.events) {
    const auto found = pending_.find(sequence);
    if (found == pending_.end()) continue;
    found->second.attempts = std::max(found->second.attempts, outcome_.attempt);
    if (!final) continue;
    std::erase(found->second.destinations, outcome_.destination);
    if (found->second.destinations.empty()) pending_.erase(found);
  }
}

void JournalRecovery::TakeReplay() {
  for (const std::uint64_t sequence : outcome_.events) {
    Pending& pending = pending_[sequence];
    pending.attempts = std::max(pending.attempts, outcome_.attempt);
    if (std::ranges::count(pending.destinations, outcome_.destination) == 0)
      pending.destinations.push_back(outcome_.destination);
  }
}

void JournalRecovery::Requeue(Dispatcher& dispatcher, const journal::Journal& journal) const {
  for (const auto& [sequence, pending] : pending_) {
    std::string record = pending.record;
    if (record.empty()) {
      // What is no longer there stays empty: the lane says that it is gone.
      static_cast<void>(
          journal.Read(sequence, sequence,
                       [&](std::uint64_t, std::string_view bytes) { record.assign(bytes); }));
    }
    dispatcher.Requeue(sequence, record, pending.destinations, pending.attempts);
  }
}

}  // namespace octroi::gateway
