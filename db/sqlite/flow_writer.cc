#include "store_sqlite/flow_writer.h"

#include <algorithm>
#include <charconv>

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

Attention Failed(std::uint64_t sequence, const DeliveryState& state) {
  return {.sequence = sequence,
          .destination = state.destination,
          .outcome = state.outcome,
          .reason = state.reason,
          .at = state.at};
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
      {insert_,
       "INSERT INTO events (seq, plan, source, outcome, reason, received, deliveries, record) "
       "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"},
      {select_, "SELECT plan, source, deliveries FROM events WHERE seq = ?1"},
      {update_, "UPDATE events SET deliveries = ?2 WHERE seq = ?1"},
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
      "DELETE FROM events; DELETE FROM attention; DELETE FROM event_counts; DELETE FROM "
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
  Run run(insert_);
  for (const EventRow& event : events) {
    store::Pack(event.deliveries, packed_);
    run.Int(1, static_cast<std::int64_t>(event.sequence)).Int(2, event.plan).Int(3, event.source);
    run.Int(4, Num(event.outcome)).Int(5, Num(event.reason)).Int(6, event.received);
    const int result = run.Bytes(7, packed_).Bytes(8, event.record).Step();
    if (result != SQLITE_DONE) return db.Fail(result, kWhere);
    run.Again();
    ++events_[{event.plan, {event.source, Outcome::kUndecided, base::Reason::kUndecided}}];
    ++events_[{event.plan, {event.source, event.outcome, event.reason}}];
    for (const DeliveryState& state : event.deliveries) {
      ++deliveries_[{event.plan, {state.destination, state.outcome, state.reason}}];
    }
    if (base::Status noted = NoteNew(db, event); !noted) return noted;
  }
  return base::Ok();
}

base::Status FlowWriter::NoteNew(Connection& db, const EventRow& event) {
  if (event.outcome == Outcome::kQuarantined) {
    return Note(db, event,
                {.sequence = event.sequence,
                 .destination = kNoDestination,
                 .outcome = event.outcome,
                 .reason = event.reason,
                 .at = event.received});
  }
  for (const DeliveryState& state : event.deliveries) {
    if (state.outcome != Outcome::kFailed) continue;
    if (base::Status noted = Note(db, event, Failed(event.sequence, state)); !noted) return noted;
  }
  return base::Ok();
}

base::Status FlowWriter::Note(Connection& db, const EventRow& event, const Attention& what) {
  Run run(note_);
  run.Int(1, static_cast<std::int64_t>(what.sequence)).Int(2, what.destination);
  run.Int(3, event.plan).Int(4, event.source).Int(5, Num(what.outcome)).Int(6, Num(what.reason));
  return DoneOr(db, run.Int(7, what.at).Step());
}

base::Status FlowWriter::ApplyOutcomes(Connection& db, const std::vector<OutcomeUpdate>& outcomes) {
  ordered_.clear();
  for (const OutcomeUpdate& update : outcomes) ordered_.push_back(&update);
  // By event, so that each row is read and written once, in the order of the file.
  std::stable_sort(ordered_.begin(), ordered_.end(),
                   [](const auto* a, const auto* b) { return a->sequence < b->sequence; });
  for (std::size_t first = 0; first < ordered_.size();) {
    std::size_t last = first + 1;
    while (last < ordered_.size() && ordered_[last]->sequence == ordered_[first]->sequence) ++last;
    base::Status updated = UpdateEvent(db, std::span(ordered_).subspan(first, last - first));
    if (!updated) return updated;
    first = last;
  }
  return base::Ok();
}

base::Status FlowWriter::UpdateEvent(Connection& db,
                                     std::span<const OutcomeUpdate* const> updates) {
  row_.sequence = updates.front()->sequence;
  row_.deliveries.clear();
  {
    Run run(select_);
    const int result = run.Int(1, static_cast<std::int64_t>(row_.sequence)).Step();
    if (result == SQLITE_ROW) {
      row_.plan = static_cast<std::uint32_t>(run.Int(0));
      row_.source = static_cast<std::uint16_t>(run.Int(1));
      if (base::Status whole = store::Unpack(run.View(2), row_.deliveries); !whole) return whole;
    } else if (result != SQLITE_DONE) {
      return db.Fail(result, kWhere);
    }
  }
  bool changed = false;
  for (const OutcomeUpdate* update : updates) {
    if (base::Status moved = Move(db, *update, changed); !moved) return moved;
  }
  if (!changed) return base::Ok();
  store::Pack(row_.deliveries, packed_);
  Run run(update_);
  return DoneOr(db, run.Int(1, static_cast<std::int64_t>(row_.sequence)).Bytes(2, packed_).Step());
}

base::Status FlowWriter::Move(Connection& db, const OutcomeUpdate& update, bool& changed) {
  const auto current = std::find_if(
      row_.deliveries.begin(), row_.deliveries.end(),
      [&](const DeliveryState& state) { return state.destination == update.state.destination; });
  if (current == row_.deliveries.end()) return ++orphan_count_, base::Ok();
  const DeliveryState before = *current;
  const base::Result<bool> moved = store::Advance(*current, update.state);
  if (!moved) return moved.error();
  if (!*moved) return base::Ok();
  changed = true;
  --deliveries_[{row_.plan, {before.destination, before.outcome, before.reason}}];
  ++deliveries_[{row_.plan, {before.destination, current->outcome, current->reason}}];
  if (current->outcome == Outcome::kFailed) return Note(db, row_, Failed(row_.sequence, *current));
  if (before.outcome != Outcome::kFailed) return base::Ok();
  Run run(unnote_);
  return DoneOr(
      db, run.Int(1, static_cast<std::int64_t>(row_.sequence)).Int(2, before.destination).Step());
}

}  // namespace octroi::store_sqlite
