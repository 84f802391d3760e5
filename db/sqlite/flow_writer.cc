#include "store_sqlite/flow_writer.h"

#include <algorithm>
#include <limits>

#include "store/projection.h"

namespace octroi::store_sqlite {
namespace {

constexpr std::string_view kWhere = "store.apply";

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
  if (base::Status done = tasks_.Prepare(db); !done) return done;
  return quality_.Prepare(db);
}

base::Status FlowWriter::Apply(Connection& db, const store::Projection& batch) {
  db_ = &db;
  const base::Result<std::uint64_t> through = Through();
  if (!through) return through.error();
  if (base::Status follows = store::CheckBatch(batch, *through); !follows) return follows;
  base::Status done = fold_.Apply(batch, *this);
  if (done) done = WriteCounts(update_events_, insert_events_, fold_.events());
  if (done) done = WriteCounts(update_deliveries_, insert_deliveries_, fold_.deliveries());
  if (done) done = WriteRules(batch.rules);
  if (done) done = tasks_.Apply(db, batch.tasks);
  if (done) done = quality_.Add(db, batch.quality);
  if (done) done = WriteOrphans();
  if (done) done = SetThrough(batch.through);
  return done;
}

base::Status FlowWriter::Clear(Connection& db) {
  if (base::Status cleared = QualityWriter::Clear(db); !cleared) return cleared;
  return db.Execute(
      "DELETE FROM event_chunks; DELETE FROM delivery_chunks; DELETE FROM attention; DELETE FROM "
      "event_counts; DELETE FROM "
      "delivery_counts;"
      "DELETE FROM rule_counts; DELETE FROM tasks; UPDATE projection SET through = 0;"
      "DELETE FROM meta WHERE key = 'orphan_outcomes'",
      "store.clear");
}

base::Status FlowWriter::Done(Run& run) {
  const int result = run.Step();
  return result == SQLITE_DONE ? base::Ok() : base::Status(db_->Fail(result, kWhere));
}

base::Result<std::uint64_t> FlowWriter::Through() {
  Run run(through_);
  const int result = run.Step();
  if (result != SQLITE_ROW) return db_->Fail(result, kWhere);
  return static_cast<std::uint64_t>(run.Int(0));
}

base::Status FlowWriter::SetThrough(std::uint64_t through) {
  Run run(set_through_);
  return Done(run.Int(1, static_cast<std::int64_t>(through)));
}

base::Status FlowWriter::InsertChunk(std::uint64_t first, std::string_view events,
                                     std::string_view states) {
  {
    Run run(insert_chunk_);
    run.Int(1, static_cast<std::int64_t>(first)).Bytes(2, events);
    if (base::Status done = Done(run); !done) return done;
  }
  if (states.empty()) return base::Ok();
  Run run(insert_states_);
  return Done(run.Int(1, static_cast<std::int64_t>(first)).Bytes(2, states));
}

base::Status FlowWriter::Note(const store::Attention& what) {
  Run run(note_);
  run.Int(1, static_cast<std::int64_t>(what.sequence)).Int(2, what.destination);
  run.Int(3, what.plan).Int(4, what.source).Int(5, static_cast<std::int64_t>(what.outcome));
  return Done(run.Int(6, static_cast<std::int64_t>(what.reason)).Int(7, what.at));
}

base::Status FlowWriter::Unnote(std::uint64_t sequence, std::uint16_t destination) {
  Run run(unnote_);
  return Done(run.Int(1, static_cast<std::int64_t>(sequence)).Int(2, destination));
}

base::Result<std::uint64_t> FlowWriter::LoadStates(std::uint64_t sequence,
                                                   store::DeliveryChunk& chunk) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  Run run(select_states_);
  const int result = run.Int(1, static_cast<std::int64_t>(std::min(sequence, kMax))).Step();
  if (result != SQLITE_ROW && result != SQLITE_DONE) return db_->Fail(result, kWhere);
  const bool none = result == SQLITE_DONE;
  const base::Status read = none ? chunk.Read(sequence, {})
                                 : chunk.Read(static_cast<std::uint64_t>(run.Int(0)), run.View(1));
  if (!read) return read.error();
  if (none) return sequence + 1;
  const auto next = static_cast<std::uint64_t>(run.Int(2));  // NULL reads as 0
  return next == 0 ? std::numeric_limits<std::uint64_t>::max() : next;
}

base::Status FlowWriter::SaveStates(const store::DeliveryChunk& chunk) {
  Run run(update_states_);
  return Done(run.Int(1, static_cast<std::int64_t>(chunk.first())).Bytes(2, chunk.bytes()));
}

}  // namespace octroi::store_sqlite
