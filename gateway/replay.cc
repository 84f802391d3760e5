#include "gateway/replay.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/log.h"
#include "gateway/replay_walk.h"
#include "journal/records.h"
#include "journal/replay_record.h"

namespace octroi::gateway {
namespace {

using base::Error;
using base::ErrorCode;
using base::Outcome;
using base::Reason;

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
  using Fate = ReplayCandidate::Fate;
  if (auto done = AwaitProjected(parts_.journal->durable_through()); !done) return done.error();
  const PlanPtr plan = parts_.plan();
  ReplayWalk walk(parts_, *plan, ask, live);
  ReplayOutlook outlook;
  while (ask.limit == 0 || outlook.would_go < ask.limit) {
    const auto candidate = walk.Next();
    if (!candidate) return candidate.error();
    if (!*candidate) break;
    switch ((*candidate)->fate) {
      case Fate::kWouldGo:
        ++outlook.would_go;
        break;
      case Fate::kWithheld:
        ++outlook.withheld;
        ++outlook.withheld_reasons[std::string(plan->ReasonName((*candidate)->reason))];
        break;
      case Fate::kAlreadySent:
        ++outlook.already_sent;
        break;
      case Fate::kInFlight:
        ++outlook.in_flight;
        break;
      case Fate::kGone:
        ++outlook.gone;
        break;
      case Fate::kUnknown:
        ++outlook.unknown;
        break;
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
  if (auto done = parts_.dispatcher->QueueAgain(ask.destination, again, order); !done) {
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
