#include "gateway/recovery.h"

#include <algorithm>

#include "gateway/admission.h"

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
  Pending pending, held;
  for (const base::Verdict& verdict : event_.verdicts) {
    if (verdict.allowed) pending.destinations.push_back(verdict.destination);
    if (IsHeld(verdict)) held.destinations.push_back(verdict.destination);
  }
  for (auto [what, into] : {std::pair{&pending, &pending_}, std::pair{&held, &held_}}) {
    if (what->destinations.empty()) continue;
    what->record = record;
    into->emplace(sequence, std::move(*what));
  }
}

void JournalRecovery::TakeOutcome() {
  if (outcome_.outcome == base::Outcome::kInFlight && outcome_.reason == base::Reason::kQueued)
    return TakeReplay();
  const bool final = outcome_.outcome != base::Outcome::kInFlight;
  for (const std::uint64_t sequence : outcome_.events) {
    const auto found = pending_.find(sequence);
    if (found != pending_.end())
      found->second.attempts = std::max(found->second.attempts, outcome_.attempt);
    if (!final) continue;
    const std::pair delivery{sequence, outcome_.destination};
    failed_.erase(delivery);
    if (outcome_.outcome == base::Outcome::kFailed) failed_.insert(delivery);
    if (failed_.size() > kFailedMax) failed_.erase(failed_.begin());
    Remove(pending_, sequence, outcome_.destination);
    Remove(held_, sequence, outcome_.destination);
  }
}

void JournalRecovery::Remove(std::map<std::uint64_t, Pending>& from, std::uint64_t sequence,
                             std::uint16_t destination) {
  const auto found = from.find(sequence);
  if (found == from.end()) return;
  std::erase(found->second.destinations, destination);
  if (found->second.destinations.empty()) from.erase(found);
}

void JournalRecovery::TakeReplay() {
  for (const std::uint64_t sequence : outcome_.events) {
    Remove(held_, sequence, outcome_.destination);
    failed_.erase({sequence, outcome_.destination});
    Pending& pending = pending_[sequence];
    pending.attempts = std::max(pending.attempts, outcome_.attempt);
    if (std::ranges::count(pending.destinations, outcome_.destination) == 0)
      pending.destinations.push_back(outcome_.destination);
  }
}

std::uint64_t JournalRecovery::Resendable(const journal::Journal& journal) const {
  std::uint64_t count = 0;
  for (const auto& [sequence, pending] : pending_) count += pending.destinations.size();
  std::string payload;
  for (const auto& [sequence, destination] : failed_)
    count += journal.ReadPayload(sequence, payload) ? 1 : 0;
  return count;
}

void JournalRecovery::Hold(HoldDesk& desk) const {
  for (const auto& [sequence, held] : held_) desk.Restore(sequence, held.record, held.destinations);
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
