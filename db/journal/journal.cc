#include "journal/journal.h"

#include <algorithm>

#include "journal/journal_state.h"

namespace octroi::journal {

using base::Error;
using base::ErrorCode;
using base::Status;

Journal::Journal() = default;

Journal::~Journal() {
  if (state_) Stop();
}

void Journal::Stop() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->work.notify_all();
  state_->room.notify_all();
  if (state_->writer.joinable()) state_->writer.join();
  if (state_->preparer.joinable()) state_->preparer.join();
}

bool Journal::accepting() const {
  constexpr std::uint64_t kOrdinaryBytes = 64 * 1024;
  const std::lock_guard lock(state_->mutex);
  return !state_->failed && !state_->stopping &&
         state_->HasRoom({kOrdinaryBytes, kOrdinaryBytes}, Claim::kEvents);
}

const std::string& Journal::origin() const { return state_->origin; }
void Journal::Listen(DurableListener* listener) { state_->listeners.push_back(listener); }

void Journal::Start() {
  state_->decisions.on_new_segment = [state = state_.get()] { return state->WritePlanHead(); };
  state_->writer = std::thread([state = state_.get()] { state->Write(); });
  state_->preparer = std::thread([state = state_.get()] { state->Prepare(); });
}

// Room is promised only where it exists: with a spare segment ready, half a segment may be pending;
// without one, no more than the open segment still holds. So what Append took can always be
// written. What matters most may use what the others must leave.
bool Journal::State::HasRoom(const Cost& cost, Claim claim) const {
  const std::uint64_t share =
      std::min<std::uint64_t>(base::kRegisterJournalBytesMax, decisions.Capacity() / 16);
  const std::uint64_t leaves = share * static_cast<std::uint64_t>(claim);
  const std::uint64_t most =
      std::min(parts.pending_bytes_max, decisions.Capacity() / 2) + 2 * share - leaves;
  const std::uint64_t free = decisions.Free();
  const std::uint64_t decisions_open = free - std::min(leaves, free);
  const std::uint64_t records = pending.decisions + cost.decisions;
  const std::uint64_t items = pending.payload + cost.payload;
  return records <= (decisions.spare_ready() ? most : std::min(most, decisions_open)) &&
         (cost.payload == 0 ||
          items <= (payload.spare_ready() ? most : std::min(most, payload.Free())));
}

FramePtr Journal::NewFrame() const { return state_->frames.Take(); }

base::Result<std::uint64_t> Journal::Append(const FramePtr& frame, Claim claim) {
  const Cost cost = CostOf(*frame);
  if (std::max(cost.decisions, cost.payload) > state_->decisions.Capacity() / 2) {
    return Error{ErrorCode::kTooLarge, "journal.append", "more than half a segment in one request"};
  }
  bool wake = false;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->failed || state_->stopping) {
      return Error{ErrorCode::kUnavailable, "journal.append", "journal is stopped"};
    }
    if (!state_->HasRoom(cost, claim)) {
      return Error{ErrorCode::kUnavailable, "journal.append", "journal queue or disk is full"};
    }
    state_->pending.decisions += cost.decisions;
    state_->pending.payload += cost.payload;
    frame->first_sequence = state_->next_sequence;
    state_->next_sequence += frame->count;
    state_->queue.push_back(frame);
    wake = state_->queue.size() == state_->wanted;
  }
  if (wake) state_->work.notify_one();
  return frame->last_sequence();
}

std::uint64_t Journal::appended_through() const {
  const std::lock_guard lock(state_->mutex);
  return state_->next_sequence - 1;
}

std::uint64_t Journal::durable_through() const {
  return state_->durable.load(std::memory_order_acquire);
}

void Journal::WaitDurable(std::uint64_t sequence) {
  std::unique_lock lock(state_->durable_mutex);
  state_->durable_moved.wait(lock, [&] { return durable_through() >= sequence; });
}

void Journal::SetPlan(const PlanRecord& plan) {
  Frame frame;
  frame.Add(plan);
  const std::lock_guard lock(state_->mutex);
  state_->plan = std::move(frame.records);
}

std::vector<SegmentInfo> Journal::Segments() const {
  std::vector<SegmentInfo> infos;
  for (const SegmentLog* log : {&state_->decisions, &state_->payload}) {
    const auto segments = log->Snapshot();
    for (const auto& segment : segments) {
      infos.push_back({log == &state_->payload, segment->name, segment->header.first_sequence,
                       segment->last_sequence, segment->header.created,
                       segment == segments.back()});
    }
  }
  return infos;
}

Status Journal::Remove(const SegmentInfo& segment) {
  return (segment.payload ? state_->payload : state_->decisions).Remove(segment.name);
}

}  // namespace octroi::journal
