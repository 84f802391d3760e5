#include "store/fold.h"

#include <algorithm>
#include <span>

#include "store/projection.h"

namespace octroi::store {
namespace {

using base::Outcome;

constexpr std::uint16_t kNoDestination = 0xffff;

Attention Failed(std::uint64_t sequence, std::uint32_t plan, std::uint16_t source,
                 const DeliveryState& state) {
  return {.sequence = sequence,
          .destination = state.destination,
          .outcome = state.outcome,
          .reason = state.reason,
          .at = state.at,
          .plan = plan,
          .source = source};
}

}  // namespace

base::Status Fold::Apply(const Projection& batch, FlowTables& tables) {
  events_.clear();
  deliveries_.clear();
  orphans_ = 0;
  if (base::Status inserted = InsertEvents(batch.events, tables); !inserted) return inserted;
  return ApplyOutcomes(batch.outcomes, tables);
}

base::Status Fold::InsertEvents(const std::vector<EventRow>& events, FlowTables& tables) {
  for (std::span<const EventRow> left(events); !left.empty();) {
    const auto some = left.first(std::min(left.size(), kEventsPerChunk));
    PackEvents(some, packed_);
    chunk_.Pack(some);
    const base::Status inserted =
        tables.InsertChunk(some.front().sequence, packed_, chunk_.bytes());
    if (!inserted) return inserted;
    left = left.subspan(some.size());
  }
  for (const EventRow& event : events) {
    ++events_[{event.plan, {event.source, Outcome::kUndecided, base::Reason::kUndecided}}];
    ++events_[{event.plan, {event.source, event.outcome, event.reason}}];
    for (const DeliveryState& state : event.deliveries) {
      ++deliveries_[{event.plan, {state.destination, state.outcome, state.reason}}];
    }
    if (base::Status noted = NoteNew(event, tables); !noted) return noted;
  }
  return base::Ok();
}

base::Status Fold::NoteNew(const EventRow& event, FlowTables& tables) {
  if (event.outcome == Outcome::kQuarantined) {
    return tables.Note({.sequence = event.sequence,
                        .destination = kNoDestination,
                        .outcome = event.outcome,
                        .reason = event.reason,
                        .at = event.received,
                        .plan = event.plan,
                        .source = event.source});
  }
  for (const DeliveryState& state : event.deliveries) {
    if (state.outcome != Outcome::kFailed) continue;
    const Attention failed = Failed(event.sequence, event.plan, event.source, state);
    if (base::Status noted = tables.Note(failed); !noted) return noted;
  }
  return base::Ok();
}

base::Status Fold::ApplyOutcomes(const std::vector<OutcomeUpdate>& outcomes, FlowTables& tables) {
  ordered_.clear();
  for (const OutcomeUpdate& update : outcomes) ordered_.push_back(&update);
  // By event, so that each chunk is read and written once, in the order of the file.
  std::stable_sort(ordered_.begin(), ordered_.end(),
                   [](const auto* a, const auto* b) { return a->sequence < b->sequence; });
  chunk_changed_ = false;
  chunk_next_ = 0;
  for (const OutcomeUpdate* update : ordered_) {
    if (update->sequence >= chunk_next_) {
      if (base::Status saved = SaveChunk(tables); !saved) return saved;
      const auto next = tables.LoadStates(update->sequence, chunk_);
      if (!next) return next.error();
      chunk_next_ = *next;
    }
    if (base::Status moved = Move(*update, tables); !moved) return moved;
  }
  return SaveChunk(tables);
}

base::Status Fold::SaveChunk(FlowTables& tables) {
  if (!chunk_changed_) return base::Ok();
  chunk_changed_ = false;
  return tables.SaveStates(chunk_);
}

base::Status Fold::Move(const OutcomeUpdate& update, FlowTables& tables) {
  const DeliveryChunk::Place* event = chunk_.Find(update.sequence);
  const auto index =
      event == nullptr ? std::nullopt : chunk_.IndexOf(*event, update.state.destination);
  if (!index) return ++orphans_, base::Ok();
  const DeliveryState before = chunk_.Get(*event, *index);
  DeliveryState current = before;
  const base::Result<bool> moved = Advance(current, update.state);
  if (!moved) return moved.error();
  if (!*moved) return base::Ok();
  chunk_.Set(*event, *index, current);
  chunk_changed_ = true;
  --deliveries_[{event->plan, {before.destination, before.outcome, before.reason}}];
  ++deliveries_[{event->plan, {before.destination, current.outcome, current.reason}}];
  if (current.outcome == Outcome::kFailed) {
    return tables.Note(Failed(update.sequence, event->plan, event->source, current));
  }
  if (before.outcome != Outcome::kFailed) return base::Ok();
  return tables.Unnote(update.sequence, before.destination);
}

}  // namespace octroi::store
