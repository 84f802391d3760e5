#include "store_sqlite/flow_writer.h"

#include <algorithm>
#include <limits>

#include "store/projection.h"

namespace octroi::store_sqlite {
namespace {

using base::Outcome;
using store::Attention;
using store::DeliveryState;
using store::EventRow;
using store::OutcomeUpdate;

constexpr std::string_view kWhere = "store.apply";
constexpr std::uint16_t kNoDestination = 0xffff;

template <class Enum>
std::int64_t Num(Enum value) {
  return static_cast<std::int64_t>(value);
}

base::Status DoneOr(Connection& db, int result) {
  return result == SQLITE_DONE ? base::Ok() : base::Status(db.Fail(result, kWhere));
}

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

base::Status FlowWriter::Prepare(Connection& db) {
  struct Text {
    Statement& statement;
    const char* sql;
  };
  const Text all[] = {
      {through_, "SELECT through FROM projection"},
      {set_through_, "UPDATE projection SET through = ?1"},
      {insert_chunk_, "INSERT INTO event_chunks (first, events) VALUES (?1, ?2)"},
      {insert_states_, "INSERT INTO delivery_chunks (first, states) VALUES (?1, ?2)"},
      {select_states_,
       "SELECT first, states, (SELECT first FROM delivery_chunks WHERE first > ?1 "
       "ORDER BY first LIMIT 1) FROM delivery_chunks WHERE first <= ?1 "
       "ORDER BY first DESC LIMIT 1"},
      {update_states_, "UPDATE delivery_chunks SET states = ?2 WHERE first = ?1"},
      {note_,
       "INSERT OR REPLACE INTO attention (seq, destination, plan, source, outcome, reason, at) "
       "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
      {unnote_, "DELETE FROM attention WHERE seq = ?1 AND destination = ?2"},
      {rules_,
       "INSERT INTO rule_counts (hour, source, contract, rule, evaluated, failed, repaired) "
       "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (hour, source, contract, rule) DO UPDATE "
       "SET evaluated = evaluated + excluded.evaluated, failed = failed + excluded.failed, "
       "repaired = repaired + excluded.repaired"},
      {update_events_,
       "UPDATE event_counts SET n = n + ?5 "
       "WHERE plan = ?1 AND place = ?2 AND outcome = ?3 AND reason = ?4"},
      {insert_events_,
       "INSERT INTO event_counts (plan, place, outcome, reason, n) "
       "VALUES (?1, ?2, ?3, ?4, ?5)"},
      {update_deliveries_,
       "UPDATE delivery_counts SET n = n + ?5 "
       "WHERE plan = ?1 AND place = ?2 AND outcome = ?3 AND reason = ?4"},
      {insert_deliveries_,
       "INSERT INTO delivery_counts (plan, place, outcome, reason, n) "
       "VALUES (?1, ?2, ?3, ?4, ?5)"},
      {orphans_, "SELECT value FROM meta WHERE key = 'orphan_outcomes'"},
      {set_orphans_, "INSERT OR REPLACE INTO meta (key, value) VALUES ('orphan_outcomes', ?1)"},
  };
  for (const Text& text : all) {
    if (base::Status done = db.Prepare(text.statement, text.sql); !done) return done;
  }
  return base::Ok();
}

base::Status FlowWriter::Apply(Connection& db, const store::Projection& batch) {
  const base::Result<std::uint64_t> through = Through(db);
  if (!through) return through.error();
  if (base::Status follows = store::CheckBatch(batch, *through); !follows) return follows;
  events_.clear();
  deliveries_.clear();
  orphan_count_ = 0;
  base::Status done = InsertEvents(db, batch.events);
  if (done) done = ApplyOutcomes(db, batch.outcomes);
  if (done) done = WriteCounts(db, update_events_, insert_events_, events_);
  if (done) done = WriteCounts(db, update_deliveries_, insert_deliveries_, deliveries_);
  if (done) done = WriteRules(db, batch.rules);
  if (done) done = WriteOrphans(db);
  if (done) done = SetThrough(db, batch.through);
  return done;
}

base::Status FlowWriter::Clear(Connection& db) {
  return db.Execute(
      "DELETE FROM event_chunks; DELETE FROM delivery_chunks; DELETE FROM attention; DELETE FROM "
      "event_counts; DELETE FROM "
      "delivery_counts;"
      "DELETE FROM rule_counts; UPDATE projection SET through = 0;"
      "DELETE FROM meta WHERE key = 'orphan_outcomes'",
      "store.clear");
}

base::Result<std::uint64_t> FlowWriter::Through(Connection& db) {
  Run run(through_);
  const int result = run.Step();
  if (result != SQLITE_ROW) return db.Fail(result, kWhere);
  return static_cast<std::uint64_t>(run.Int(0));
}

base::Status FlowWriter::SetThrough(Connection& db, std::uint64_t through) {
  Run run(set_through_);
  return DoneOr(db, run.Int(1, static_cast<std::int64_t>(through)).Step());
}

base::Status FlowWriter::InsertEvents(Connection& db, const std::vector<EventRow>& events) {
  std::span<const EventRow> left(events);
  while (!left.empty()) {
    const std::size_t count = std::min(left.size(), store::kEventsPerChunk);
    if (base::Status inserted = InsertChunk(db, left.first(count)); !inserted) return inserted;
    left = left.subspan(count);
  }
  for (const EventRow& event : events) {
    ++events_[{event.plan, {event.source, Outcome::kUndecided, base::Reason::kUndecided}}];
    ++events_[{event.plan, {event.source, event.outcome, event.reason}}];
    for (const DeliveryState& state : event.deliveries) {
      ++deliveries_[{event.plan, {state.destination, state.outcome, state.reason}}];
    }
    if (base::Status noted = NoteNew(db, event); !noted) return noted;
  }
  return base::Ok();
}

base::Status FlowWriter::InsertChunk(Connection& db, std::span<const EventRow> events) {
  const auto first = static_cast<std::int64_t>(events.front().sequence);
  store::PackEvents(events, packed_);
  {
    Run run(insert_chunk_);
    const int result = run.Int(1, first).Bytes(2, packed_).Step();
    if (result != SQLITE_DONE) return db.Fail(result, kWhere);
  }
  chunk_.Pack(events);
  if (chunk_.bytes().empty()) return base::Ok();
  Run run(insert_states_);
  return DoneOr(db, run.Int(1, first).Bytes(2, chunk_.bytes()).Step());
}

base::Status FlowWriter::NoteNew(Connection& db, const EventRow& event) {
  if (event.outcome == Outcome::kQuarantined) {
    return Note(db, {.sequence = event.sequence,
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
    if (base::Status noted = Note(db, failed); !noted) return noted;
  }
  return base::Ok();
}

base::Status FlowWriter::Note(Connection& db, const Attention& what) {
  Run run(note_);
  run.Int(1, static_cast<std::int64_t>(what.sequence)).Int(2, what.destination);
  run.Int(3, what.plan).Int(4, what.source).Int(5, Num(what.outcome)).Int(6, Num(what.reason));
  return DoneOr(db, run.Int(7, what.at).Step());
}

base::Status FlowWriter::ApplyOutcomes(Connection& db, const std::vector<OutcomeUpdate>& outcomes) {
  ordered_.clear();
  for (const OutcomeUpdate& update : outcomes) ordered_.push_back(&update);
  // By event, so that each chunk is read and written once, in the order of the file.
  std::stable_sort(ordered_.begin(), ordered_.end(),
                   [](const auto* a, const auto* b) { return a->sequence < b->sequence; });
  chunk_changed_ = false;
  chunk_next_ = 0;  // none is loaded
  for (const OutcomeUpdate* update : ordered_) {
    if (update->sequence >= chunk_next_) {
      if (base::Status saved = SaveChunk(db); !saved) return saved;
      if (base::Status loaded = LoadChunk(db, update->sequence); !loaded) return loaded;
    }
    if (base::Status moved = Move(db, *update); !moved) return moved;
  }
  return SaveChunk(db);
}

base::Status FlowWriter::LoadChunk(Connection& db, std::uint64_t sequence) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  Run run(select_states_);
  const int result = run.Int(1, static_cast<std::int64_t>(std::min(sequence, kMax))).Step();
  if (result != SQLITE_ROW && result != SQLITE_DONE) return db.Fail(result, kWhere);
  if (result == SQLITE_DONE) {
    chunk_next_ = sequence + 1;
    return chunk_.Read(sequence, {});
  }
  const auto next = static_cast<std::uint64_t>(run.Int(2));  // NULL reads as 0
  chunk_next_ = next == 0 ? std::numeric_limits<std::uint64_t>::max() : next;
  return chunk_.Read(static_cast<std::uint64_t>(run.Int(0)), run.View(1));
}

base::Status FlowWriter::SaveChunk(Connection& db) {
  if (!chunk_changed_) return base::Ok();
  chunk_changed_ = false;
  Run run(update_states_);
  const auto first = static_cast<std::int64_t>(chunk_.first());
  return DoneOr(db, run.Int(1, first).Bytes(2, chunk_.bytes()).Step());
}

base::Status FlowWriter::Move(Connection& db, const OutcomeUpdate& update) {
  const store::DeliveryChunk::Place* event = chunk_.Find(update.sequence);
  const auto index =
      event == nullptr ? std::nullopt : chunk_.IndexOf(*event, update.state.destination);
  if (!index) return ++orphan_count_, base::Ok();
  const DeliveryState before = chunk_.Get(*event, *index);
  DeliveryState current = before;
  const base::Result<bool> moved = store::Advance(current, update.state);
  if (!moved) return moved.error();
  if (!*moved) return base::Ok();
  chunk_.Set(*event, *index, current);
  chunk_changed_ = true;
  --deliveries_[{event->plan, {before.destination, before.outcome, before.reason}}];
  ++deliveries_[{event->plan, {before.destination, current.outcome, current.reason}}];
  if (current.outcome == Outcome::kFailed) {
    return Note(db, Failed(update.sequence, event->plan, event->source, current));
  }
  if (before.outcome != Outcome::kFailed) return base::Ok();
  Run run(unnote_);
  return DoneOr(
      db, run.Int(1, static_cast<std::int64_t>(update.sequence)).Int(2, before.destination).Step());
}

}  // namespace octroi::store_sqlite
