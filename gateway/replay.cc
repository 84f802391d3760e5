#include "gateway/replay.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/log.h"
#include "gateway/dispatcher/second_decision.h"
#include "journal/records.h"
#include "journal/replay_record.h"

namespace octroi::gateway {
namespace {

using base::Error;
using base::ErrorCode;
using base::Outcome;
using base::Reason;

constexpr std::size_t kAttentionMax = 1'000'000;  // newest failures that are looked through

const store::DeliveryState* StateAt(const store::EventRow& row, std::uint16_t destination) {
  for (const store::DeliveryState& state : row.deliveries) {
    if (state.destination == destination) return &state;
  }
  return nullptr;
}

// What the second decision would say now; nothing: the payload is no longer kept.
std::optional<Leave> DecideNow(const journal::Journal& journal, const Plan& plan,
                               const policies::ConsentIndex& index, std::uint16_t destination,
                               const store::EventRow& row, base::Millis now) {
  journal::EventRecord record;
  journal::PayloadView fields;
  std::string payload;
  if (!Decode(row.record, record) || !journal.ReadPayload(row.sequence, payload) ||
      !fields.Decode(payload)) {
    return std::nullopt;
  }
  Leave leave = DecideAgain(plan, destination, index, record, fields, now);
  leave.event = {};  // a view into the plan
  return leave;
}

}  // namespace

void ReplayDesk::OnDurable(const std::vector<journal::FramePtr>& frames, const journal::Ticket&) {
  if (running_.load() == 0) return;
  const std::lock_guard lock(runs_mutex_);
  journal::OutcomeRecord outcome;
  for (const journal::FramePtr& frame : frames) {
    journal::ForEachRecord(frame->records, [&](std::uint32_t, std::string_view record) {
      const auto kind = journal::KindOf(record);
      if (!kind || *kind != journal::RecordKind::kOutcome || !Decode(record, outcome) ||
          outcome.outcome == Outcome::kInFlight) {
        return true;
      }
      for (Run& run : runs_) {
        if (run.destination != outcome.destination) continue;
        for (const std::uint64_t sequence : outcome.events)
          run.became[outcome.outcome] += run.waiting.erase(sequence);
      }
      return true;
    });
  }
}

base::Status ReplayDesk::AwaitProjected(std::uint64_t through) {
  for (base::Millis waited = 0; parts_.projected() < through; waited += 10) {
    if (waited >= parts_.patience)
      return Error{ErrorCode::kUnavailable, "replay.store", "the store lags behind the journal"};
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return base::Ok();
}

base::Result<ReplayOutlook> ReplayDesk::Look(const ReplayAsk& ask, Live* live) {
  if (auto done = AwaitProjected(parts_.journal->durable_through()); !done) return done.error();
  const PlanPtr plan = parts_.plan();
  std::vector<std::uint64_t> candidates = ask.events;
  if (candidates.empty()) {
    const auto failed = parts_.store->NeedAttention(kAttentionMax);
    if (!failed) return failed.error();
    for (const store::Attention& one : *failed) {
      if (one.destination == ask.destination && one.outcome == Outcome::kFailed &&
          one.at >= ask.since && (ask.reason.empty() || plan->ReasonName(one.reason) == ask.reason))
        candidates.push_back(one.sequence);
    }
  }
  std::ranges::sort(candidates);
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  ReplayOutlook outlook;
  const base::Millis now = parts_.clock->WallNow();
  std::size_t looked = 0;
  for (const std::uint64_t sequence : candidates) {
    if (live != nullptr && ++looked % 256 == 0 && live->Done(0))
      return Error{ErrorCode::kUnavailable, "replay.look", "nobody listens any more"};
    if (ask.limit != 0 && outlook.would_go.size() >= ask.limit) break;
    const auto row = parts_.store->Find(sequence);
    if (!row) return row.error();
    const store::DeliveryState* state = *row ? StateAt(**row, ask.destination) : nullptr;
    if (state == nullptr || state->outcome == Outcome::kWithheld ||
        state->outcome == Outcome::kErased) {
      ++outlook.unknown;
    } else if (state->outcome == Outcome::kSent) {
      ++outlook.already_sent;
    } else if (state->outcome == Outcome::kInFlight) {
      ++outlook.in_flight;
    } else if (ask.status == 0 || state->http_status == ask.status) {
      const auto leave =
          DecideNow(*parts_.journal, *plan, *parts_.index, ask.destination, **row, now);
      if (!leave) {
        ++outlook.gone;
      } else if (!leave->allowed) {
        ++outlook.withheld;
        ++outlook.withheld_reasons[std::string(plan->ReasonName(leave->reason))];
      } else {
        outlook.would_go.push_back(sequence);
      }
    }
  }
  return outlook;
}

base::Result<ReplayDesk::Chunk> ReplayDesk::Queue(const ReplayAsk& ask,
                                                  std::span<const std::uint64_t> events,
                                                  std::uint32_t uid, Run& run) {
  const std::lock_guard lock(queueing_);
  if (auto done = AwaitProjected(last_order_); !done) return done.error();
  std::vector<Dispatcher::Again> again;
  journal::OutcomeRecord queued;
  for (const std::uint64_t sequence : events) {
    const auto row = parts_.store->Find(sequence);
    if (!row) return row.error();
    const store::DeliveryState* state = *row ? StateAt(**row, ask.destination) : nullptr;
    if (state == nullptr || state->outcome != Outcome::kFailed) continue;
    again.push_back({sequence, (*row)->record, state->attempts});
    queued.events.push_back(sequence);
    queued.attempt = std::max(queued.attempt, state->attempts);
  }
  const Chunk chunk{again.size(), events.size() - again.size()};
  if (again.empty()) return chunk;
  queued.plan = parts_.plan()->number;
  queued.destination = ask.destination;
  queued.outcome = Outcome::kInFlight;
  queued.reason = Reason::kQueued;
  queued.at = parts_.clock->WallNow();
  const auto order = std::make_shared<journal::Frame>();
  order->Add(journal::ReplayRecord{queued.plan, ask.destination, queued.at, uid, again.size()});
  order->Add(queued);
  {
    const std::lock_guard runs(runs_mutex_);
    run.waiting.insert(queued.events.begin(), queued.events.end());
  }
  if (auto done = parts_.dispatcher->Replay(ask.destination, again, order); !done) {
    const std::lock_guard runs(runs_mutex_);
    for (const std::uint64_t sequence : queued.events) run.waiting.erase(sequence);
    return done.error();
  }
  last_order_ = order->last_sequence();
  base::Log::Info("replay.queued", {{"deliveries", static_cast<std::uint64_t>(again.size())},
                                    {"uid", static_cast<std::uint64_t>(uid)},
                                    {"sequence", last_order_}});
  return chunk;
}

}  // namespace octroi::gateway
