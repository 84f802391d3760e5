#include "gateway/hold_desk.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "base/log.h"
#include "base/thread_name.h"
#include "gateway/admission.h"
#include "gateway/dispatcher/outcome_book.h"
#include "gateway/dispatcher/second_decision.h"

namespace octroi::gateway {
namespace {

using base::Outcome;
using base::Reason;

constexpr std::size_t kAtOnce = 500;          // decided in one round
constexpr std::size_t kUnderOneLock = 1'000;  // looked at
constexpr int kPauseForWork = 10;             // a round of n ms is followed by a pause of 10 n
constexpr base::Millis kNever = std::numeric_limits<base::Millis>::max();

std::uint64_t Mixed(std::uint64_t hash, std::uint64_t value) {
  return (hash ^ value) * 0x100000001b3;  // FNV-1a, by word
}

bool IsAnswered(policies::ConsentState state) {
  using enum policies::ConsentState;
  return state != kUnknown && state != kRequested && state != kPending && state != kLifted;
}

}  // namespace

HoldDesk::HoldDesk(Parts parts)
    : parts_(std::move(parts)), gauge_(parts_.metrics->GaugeOf("octroi_held")) {}

HoldDesk::~HoldDesk() { Stop(); }

void HoldDesk::Start() {
  thread_ = std::thread([this] { Run(); });
}

void HoldDesk::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void HoldDesk::Run() {
  base::NameThread("hold");
  base::Millis pause = parts_.every;
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, std::chrono::milliseconds(pause), [&] { return stopping_; })) {
    lock.unlock();
    const std::int64_t begin = parts_.clock->BootNowNanos();
    const bool more = Look();
    const base::Millis took = (parts_.clock->BootNowNanos() - begin) / 1'000'000;
    pause = more ? 0 : std::max(parts_.every, took * kPauseForWork);
    lock.lock();
  }
}

void HoldDesk::Restore(std::uint64_t sequence, std::string_view record,
                       const std::vector<std::uint16_t>& destinations) {
  const PlanPtr plan = parts_.plan();
  const std::lock_guard lock(mutex_);
  if (!journal::Decode(record, record_)) return;
  Hold(sequence, record_, *plan, [&](const base::Verdict& verdict) {
    return std::ranges::find(destinations, verdict.destination) != destinations.end();
  });
}

void HoldDesk::PlanChanged() {
  const PlanPtr plan = parts_.plan();
  if (holds_ || !plan || !plan->policies) return;  // none: starting, and no event was judged yet
  holds_ = std::ranges::any_of(plan->policies->spec().purposes,
                               [](const policies::PurposeSpec& one) { return one.hold_for != 0; });
}

void HoldDesk::OnDurable(const std::vector<journal::FramePtr>& frames, const journal::Ticket&) {
  PlanChanged();
  if (!holds_) return;
  const PlanPtr plan = parts_.plan();
  const std::lock_guard lock(mutex_);
  for (const journal::FramePtr& frame : frames) {
    journal::ForEachRecord(frame->records, [&](std::uint32_t index, std::string_view record) {
      const auto kind = journal::KindOf(record);
      if (kind && *kind == journal::RecordKind::kEvent && journal::Decode(record, record_))
        Hold(frame->first_sequence + index, record_, *plan, IsHeld);
      return true;
    });
  }
}

void HoldDesk::Hold(std::uint64_t sequence, const journal::EventRecord& record, const Plan& plan,
                    const std::function<bool(const base::Verdict&)>& held) {
  std::vector<Waiting> waiting;
  for (const base::Verdict& verdict : record.verdicts) {
    if (held(verdict)) waiting.push_back({verdict.destination, verdict.purposes});
  }
  if (waiting.empty()) return;
  Held made{record.received, 0, 0, record.plan, record.subject, std::move(waiting)};
  made.look_at = NextEnd(made, plan, record.received);
  look_at_ = held_.empty() ? made.look_at : std::min(look_at_, made.look_at);
  const Says says = RegisterSays(made);
  if (says.answered) {
    AllDue();  // between its admission and now
  } else {
    made.decided_by = says.hash;
  }
  held_.insert_or_assign(sequence, std::move(made));
  count_ = held_.size();
  gauge_.Set(static_cast<std::int64_t>(held_.size()));
}

bool HoldDesk::AnyOf(std::uint64_t first, std::uint64_t last) const {
  const std::lock_guard lock(mutex_);
  const auto at = held_.lower_bound(first);
  return at != held_.end() && at->first <= last;
}

void HoldDesk::GiveUp(std::uint64_t through) {
  const std::lock_guard lock(mutex_);
  given_up_ = std::max(given_up_.load(), through);
}

void HoldDesk::AllDue() { generation_ = std::numeric_limits<std::uint64_t>::max(); }

// All that Decide reads of the register about this record's people.
HoldDesk::Says HoldDesk::RegisterSays(const Held& held) const {
  std::uint32_t purposes = 0;
  for (const Waiting& one : held.waiting) purposes |= one.purposes;
  const policies::ConsentIndex& index = *parts_.index;
  Says says;
  for (const policies::Fingerprint& print : held.subject) {
    const auto subject = index.Find(print);
    if (subject == policies::ConsentIndex::kNobody) continue;
    const auto mix = [&](std::size_t purpose) {
      const policies::ConsentEntry entry = index.Get(subject, purpose);
      const auto state = static_cast<std::uint64_t>(entry.state);
      says.hash = Mixed(Mixed(says.hash, state), entry.reference);
      says.answered = says.answered || IsAnswered(entry.state);
    };
    mix(policies::ConsentIndex::kPerson);
    for (std::size_t p = 0; p < base::kPurposesMax; ++p) {
      if ((purposes >> p & 1) != 0) mix(p);
    }
    says.hash = Mixed(says.hash, static_cast<std::uint64_t>(index.AgeOf(subject)));
  }
  return says;
}

base::Millis HoldDesk::NextEnd(const Held& held, const Plan& plan, base::Millis after) const {
  base::Millis next = kNever;
  const auto& purposes = plan.policies->spec().purposes;
  for (const Waiting& one : held.waiting) {
    for (std::size_t p = 0; p < purposes.size(); ++p) {
      const base::Millis over = held.received + purposes[p].hold_for + 1;
      if ((one.purposes >> p & 1) != 0 && over > after) next = std::min(next, over);
    }
  }
  return next;
}

// Those whose answer may have changed; at most kAtOnce, and then the rest is due in the next round.
std::vector<std::uint64_t> HoldDesk::Due(const Plan& plan, base::Millis now) {
  const std::uint64_t generation = parts_.index->generation();
  std::vector<std::uint64_t> due;
  std::unique_lock lock(mutex_);
  const bool ended = !held_.empty() && held_.begin()->first <= given_up_;
  if (held_.empty() ||
      (generation == generation_ && plan.number == plan_ && now < look_at_ && !ended)) {
    return due;
  }
  look_at_ = kNever;
  generation_ = generation;
  plan_ = plan.number;
  std::size_t looked = 0;
  for (auto at = held_.begin(); at != held_.end();) {
    if (due.size() == kAtOnce) {
      AllDue();
      return due;
    }
    const std::uint64_t sequence = at->first;
    if (IsDue(sequence, at->second, plan, now)) due.push_back(sequence);
    look_at_ = std::min(look_at_, at->second.look_at);
    ++at;
    if (++looked % kUnderOneLock != 0) continue;
    lock.unlock();  // the journal's thread must not wait for all of them
    lock.lock();
    at = held_.upper_bound(sequence);
  }
  return due;
}

bool HoldDesk::IsDue(std::uint64_t sequence, Held& held, const Plan& plan, base::Millis now) const {
  const std::uint64_t says = RegisterSays(held).hash;
  if (held.plan == plan.number && held.decided_by == says && now < held.look_at &&
      sequence > given_up_) {
    return false;
  }
  held.plan = plan.number;
  held.decided_by = says;
  held.look_at = NextEnd(held, plan, now);
  return true;
}

HoldDesk::Decided HoldDesk::Decide(std::uint64_t sequence, const Plan& plan, base::Millis now) {
  Decided decided{sequence, {}, {}};
  std::vector<Waiting> waiting;
  {
    const std::lock_guard lock(mutex_);
    waiting = held_.at(sequence).waiting;
  }
  static_cast<void>(parts_.journal->Read(
      sequence, sequence,
      [&](std::uint64_t, std::string_view bytes) { decided.record.assign(bytes); }));
  journal::EventRecord record;
  journal::PayloadView fields;
  std::string payload;
  const bool readable = journal::Decode(decided.record, record) &&
                        parts_.journal->ReadPayload(sequence, payload) && fields.Decode(payload);
  for (const Waiting& one : waiting) {
    base::Verdict verdict{one.destination, false, Reason::kPayloadGone, 0, 0};
    if (readable) {
      verdict = DecideNow(plan, one.destination, *parts_.index, record, fields, now);
      verdict.purposes &= one.purposes;
      if (verdict.purposes == 0 && (verdict.allowed || IsHeld(verdict))) {
        // Another purpose says so now, which admission did not ask for; those that wait, wait on.
        verdict =
            DecideNow(plan, one.destination, *parts_.index, record, fields, now, one.purposes);
        if (!IsHeld(verdict)) verdict = {one.destination, false, Reason::kFieldsNone, 0, 0};
      }
    }
    if (IsHeld(verdict) && sequence <= given_up_) verdict.reason = Reason::kHoldFull;
    decided.verdicts.push_back(verdict);
  }
  return decided;
}

bool HoldDesk::Look() {
  const PlanPtr plan = parts_.plan();
  const base::Millis now = parts_.clock->WallNow();
  std::vector<Decided> all;
  for (const std::uint64_t sequence : Due(*plan, now)) all.push_back(Decide(sequence, *plan, now));
  if (all.empty()) return false;
  std::vector<std::uint16_t> destinations;
  for (const Decided& one : all) {
    for (const base::Verdict& verdict : one.verdicts) {
      if (verdict.allowed) destinations.push_back(verdict.destination);
    }
  }
  std::ranges::sort(destinations);
  destinations.erase(std::unique(destinations.begin(), destinations.end()), destinations.end());
  for (const std::uint16_t destination : destinations) Release(destination, all, *plan, now);
  Withhold(all, *plan, now);
  return all.size() == kAtOnce;
}

// Refused by the journal: it stays held, and is decided again.
void HoldDesk::Release(std::uint16_t destination, const std::vector<Decided>& all, const Plan& plan,
                       base::Millis now) {
  journal::ReleaseRecord release{plan.number, destination, now, {}};
  journal::OutcomeRecord queued;
  queued.plan = plan.number;
  queued.destination = destination;
  queued.outcome = Outcome::kInFlight;
  queued.reason = Reason::kQueued;
  queued.at = now;
  std::vector<Dispatcher::Again> again;
  for (const Decided& one : all) {
    for (const base::Verdict& verdict : one.verdicts) {
      if (verdict.destination != destination || !verdict.allowed) continue;
      release.events.push_back({one.sequence, verdict.reason, verdict.purposes, verdict.consent});
      queued.events.push_back(one.sequence);
      again.push_back({one.sequence, one.record, 0});
    }
  }
  const auto order = std::make_shared<journal::Frame>();
  order->Add(release);
  order->Add(queued);
  if (!parts_.dispatcher->QueueAgain(destination, again, order)) {
    const std::lock_guard lock(mutex_);
    for (const std::uint64_t sequence : queued.events) held_.at(sequence).decided_by = 0;
    AllDue();
    return;
  }
  for (const std::uint64_t sequence : queued.events) Forget(sequence, destination);
}

void HoldDesk::Withhold(const std::vector<Decided>& all, const Plan& plan, base::Millis now) {
  for (const Decided& one : all) {
    for (const base::Verdict& verdict : one.verdicts) {
      if (verdict.allowed || IsHeld(verdict)) continue;
      journal::OutcomeRecord outcome;
      outcome.plan = plan.number;
      outcome.destination = verdict.destination;
      const bool gone = verdict.reason == Reason::kPayloadGone;
      outcome.outcome = gone ? Outcome::kFailed : Outcome::kWithheld;
      outcome.reason = verdict.reason;
      outcome.at = now;
      outcome.consent = verdict.consent;
      outcome.events = {one.sequence};
      const auto frame = std::make_shared<journal::Frame>();
      frame->Add(outcome);
      if (parts_.journal->Append(frame, journal::Claim::kOutcomes)) {
        Count(plan, outcome);
        Forget(one.sequence, verdict.destination);
        continue;
      }
      const std::lock_guard lock(mutex_);
      held_.at(one.sequence).decided_by = 0;
      AllDue();
    }
  }
}

void HoldDesk::Count(const Plan& plan, const journal::OutcomeRecord& outcome) const {
  const auto& all = plan.destinations;
  const bool known = outcome.destination < all.size() && !all[outcome.destination].id.empty();
  DeliveriesOf(*parts_.metrics, plan, known ? all[outcome.destination].id : "removed",
               outcome.outcome, outcome.reason)
      .Add(outcome.events.size());
}

void HoldDesk::Forget(std::uint64_t sequence, std::uint16_t destination) {
  const std::lock_guard lock(mutex_);
  const auto found = held_.find(sequence);
  if (found == held_.end()) return;
  std::erase_if(found->second.waiting,
                [&](const Waiting& one) { return one.destination == destination; });
  if (found->second.waiting.empty()) held_.erase(found);
  count_ = held_.size();
  gauge_.Set(static_cast<std::int64_t>(held_.size()));
}

}  // namespace octroi::gateway
