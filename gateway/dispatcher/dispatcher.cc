#include "gateway/dispatcher.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "gateway/dispatcher/lane.h"
#include "gateway/dispatcher/lane_queue.h"
#include "gateway/dispatcher/shared.h"

namespace octroi::gateway {
namespace {

// The lanes of one destination and what they share. Made once, kept until the end, also when it is
// removed.
struct DestinationLanes {
  DestinationLanes(Shared& shared, std::uint16_t place, const std::string& id, std::uint64_t seed)
      : pending(shared.parts.metrics->GaugeOf("octroi_pending", LabelsOf(id))),
        breaker(*shared.parts.clock,
                shared.parts.metrics->GaugeOf("octroi_breaker", LabelsOf(id))) {
    LaneDestination destination;
    destination.place = place;
    destination.id = id;
    destination.breaker = &breaker;
    destination.pending = &pending;
    destination.attempts =
        &shared.parts.metrics->LatencyOf("octroi_delivery_attempt", LabelsOf(id));
    destination.sent = &shared.parts.metrics->LatencyOf("octroi_delivery_sent", LabelsOf(id));
    for (unsigned i = 0; i < std::max(1u, shared.parts.lanes_per_destination); ++i) {
      lanes.push_back(std::make_unique<Lane>(shared, destination, seed + i));
    }
  }

  static base::Labels LabelsOf(const std::string& id) {
    return {{base::Id("destination"), base::Id::OfConfig(id)}};
  }

  // A subject always takes the same lane.
  Lane& LaneOf(std::uint64_t sequence, const journal::EventRecord& record) {
    std::uint64_t hash = sequence;
    if (!record.subject.empty()) std::memcpy(&hash, record.subject.front().data(), sizeof hash);
    return *lanes[hash % lanes.size()];
  }

  base::Gauge& pending;
  Breaker breaker;
  std::vector<std::unique_ptr<Lane>> lanes;
};

}  // namespace

struct Dispatcher::State {
  Shared shared;
  std::mutex queueing_again;  // before `mutex`: `replaying` is of one caller
  std::mutex mutex;           // of the destinations' table; lanes have their own
  std::vector<std::unique_ptr<DestinationLanes>> destinations;  // by place; null: not needed yet
  bool started = false;
  std::atomic<std::uint64_t> replays{0};
  std::atomic<std::uint64_t> replaying{kNothingPending};  // lowest of what is about to be queued
  std::uint64_t seed = 0;
  journal::EventRecord record;            // scratch of who holds the mutex
  std::vector<LaneQueue*> awaited;        // likewise: lanes that wait for what was just pushed
  std::vector<std::string_view> payload;  // likewise: of the frame being pushed, by record

  DestinationLanes& At(std::uint16_t place);
  void Push(QueuedItem item, const journal::EventRecord& record, std::uint16_t destination);
  void PushFrame(const journal::FramePtr& frame);
  std::shared_ptr<const HeldFrame> Hold(const journal::FramePtr& frame);
  std::vector<Lane*> Lanes();
  void WakeAll();
};

DestinationLanes& Dispatcher::State::At(std::uint16_t place) {
  if (destinations.size() <= place) destinations.resize(place + std::size_t{1});
  auto& lanes = destinations[place];
  if (!lanes) {
    const PlanPtr plan = shared.parts.plan();
    const bool known = place < plan->destinations.size() && !plan->destinations[place].id.empty();
    lanes = std::make_unique<DestinationLanes>(
        shared, place, known ? plan->destinations[place].id : "removed", seed + place * 1000ull);
    if (started) {
      for (const auto& lane : lanes->lanes) lane->Start();
    }
  }
  return *lanes;
}

void Dispatcher::State::Push(QueuedItem item, const journal::EventRecord& event,
                             std::uint16_t destination) {
  DestinationLanes& lanes = At(destination);
  ++shared.pending;
  lanes.pending.Add(1);
  LaneQueue& queue = lanes.LaneOf(item.sequence, event).queue();
  if (queue.Push(std::move(item)) && std::ranges::find(awaited, &queue) == awaited.end()) {
    awaited.push_back(&queue);
  }
}

std::shared_ptr<const HeldFrame> Dispatcher::State::Hold(const journal::FramePtr& frame) {
  if (shared.held_bytes + HeldFrame::BytesOf(*frame) > shared.parts.memory_bytes_max)
    return nullptr;
  return std::make_shared<const HeldFrame>(frame, shared.held_bytes);
}

void Dispatcher::State::PushFrame(const journal::FramePtr& frame) {
  std::shared_ptr<const HeldFrame> held;
  payload.clear();  // filled with the first event that needs it
  const auto visit = [&](std::uint32_t index, std::string_view bytes) {
    const auto kind = journal::KindOf(bytes);
    if (!kind || *kind != journal::RecordKind::kEvent || !journal::Decode(bytes, record))
      return true;
    for (const base::Verdict& verdict : record.verdicts) {
      if (record.outcome != base::Outcome::kAccepted || !verdict.allowed) continue;
      if (payload.empty()) {
        payload.resize(frame->count);
        held = Hold(frame);
        journal::ForEachPayload(frame->payload, [&](std::uint32_t at, std::string_view item) {
          if (at < payload.size()) payload[at] = item;
          return true;
        });
      }
      QueuedItem item;
      item.sequence = frame->first_sequence + index;
      item.held = held;
      item.record = bytes;
      item.payload = payload[index];
      Push(std::move(item), record, verdict.destination);
    }
    return true;
  };
  journal::ForEachRecord(frame->records, visit);
}

std::vector<Lane*> Dispatcher::State::Lanes() {
  const std::lock_guard lock(mutex);
  std::vector<Lane*> all;
  for (const auto& destination : destinations) {
    if (!destination) continue;
    for (const auto& lane : destination->lanes) all.push_back(lane.get());
  }
  return all;
}

void Dispatcher::State::WakeAll() {
  for (Lane* lane : Lanes()) lane->Wake();
}

Dispatcher::Dispatcher(Parts parts) : state_(std::make_unique<State>()) {
  state_->seed = parts.jitter_seed != 0 ? parts.jitter_seed
                                        : static_cast<std::uint64_t>(parts.clock->BootNowNanos());
  state_->shared.parts = std::move(parts);
}

Dispatcher::~Dispatcher() { Drain(0); }

void Dispatcher::Requeue(std::uint64_t sequence, std::string_view record,
                         std::vector<std::uint16_t> destinations, std::uint32_t attempts) {
  const std::lock_guard lock(state_->mutex);
  if (!journal::Decode(record, state_->record))
    state_->record.Clear();  // the lane will say: failed
  for (const std::uint16_t destination : destinations) {
    QueuedItem item;
    item.sequence = sequence;
    item.attempts = attempts;
    state_->Push(std::move(item), state_->record, destination);
  }
}

base::Status Dispatcher::QueueAgain(std::uint16_t destination, std::span<const Again> events,
                                    const journal::FramePtr& order) {
  const std::lock_guard one(state_->queueing_again);
  std::uint64_t lowest = kNothingPending;
  for (const Again& event : events) lowest = std::min(lowest, event.sequence);
  state_->replaying = lowest;
  ++state_->replays;
  const auto last = state_->shared.parts.journal->Append(order);
  if (!last) {
    state_->replaying = kNothingPending;
    return last.error();
  }
  state_->shared.parts.journal->WaitDurable(*last);
  const std::lock_guard lock(state_->mutex);
  state_->awaited.clear();
  for (const Again& event : events) {
    if (!journal::Decode(event.record, state_->record)) state_->record.Clear();
    QueuedItem item;
    item.sequence = event.sequence;
    item.attempts = event.attempts;
    item.again = true;
    state_->Push(std::move(item), state_->record, destination);
  }
  state_->replaying = kNothingPending;
  for (LaneQueue* queue : state_->awaited) queue->Notify();
  return base::Ok();
}

void Dispatcher::Start() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->started = true;
    for (const auto& destination : state_->destinations) {
      if (!destination) continue;
      for (const auto& lane : destination->lanes) lane->Start();
    }
  }
  PlanChanged();
}

void Dispatcher::OnDurable(const std::vector<journal::FramePtr>& frames, const journal::Ticket&) {
  const std::lock_guard lock(state_->mutex);
  state_->awaited.clear();
  for (const journal::FramePtr& frame : frames) state_->PushFrame(frame);
  for (LaneQueue* queue : state_->awaited) queue->Notify();
}

void Dispatcher::PlanChanged() {
  const PlanPtr plan = state_->shared.parts.plan();
  {
    const std::lock_guard lock(state_->mutex);
    for (std::size_t place = 0; place < plan->destinations.size(); ++place) {
      if (!plan->destinations[place].id.empty()) state_->At(static_cast<std::uint16_t>(place));
    }
  }
  state_->WakeAll();
}

void Dispatcher::Drain(base::Millis within) {
  Shared& shared = state_->shared;
  shared.phase = Phase::kDraining;
  state_->WakeAll();
  {
    std::unique_lock lock(shared.lanes_mutex);
    shared.lane_ended.wait_for(lock, std::chrono::milliseconds(within),
                               [&] { return shared.lanes_running == 0; });
  }
  shared.phase = Phase::kGivingUp;
  state_->WakeAll();
  for (Lane* lane : state_->Lanes()) lane->Join();
}

std::uint64_t Dispatcher::pending() const { return state_->shared.pending; }

std::uint64_t Dispatcher::replays() const { return state_->replays; }

std::uint64_t Dispatcher::lowest_pending() const {
  std::uint64_t lowest = state_->replaying;  // first: it is let go once the lanes have them
  for (Lane* lane : state_->Lanes()) lowest = std::min(lowest, lane->queue().Lowest());
  return lowest;
}

}  // namespace octroi::gateway
