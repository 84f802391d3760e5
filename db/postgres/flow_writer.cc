#include "store_postgres/flow_writer.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "store/projection.h"
#include "store_postgres/arrays.h"
#include "store_postgres/flow_counters.h"
#include "store_postgres/quality_tables.h"
#include "store_postgres/task_table.h"

namespace octroi::store_postgres {
namespace {

constexpr std::size_t kStatementBytes = 4 * 1024 * 1024;  // of one array of hex
// Sequences further apart are read as two ranges: most of what lies between would be for nothing.
constexpr std::uint64_t kRangeGap = 64 * store::kEventsPerChunk;

constexpr Sql kThrough = {"flow_through_lock",
                          "SELECT through FROM octroi.projections "
                          "WHERE origin = octroi.origin() FOR UPDATE"};
constexpr Sql kSetThrough = {
    "flow_set_through",
    "UPDATE octroi.projections SET through = $1 WHERE origin = octroi.origin()"};
constexpr Sql kAttach = {
    "flow_attach", "INSERT INTO octroi.projections (through) VALUES (0) ON CONFLICT DO NOTHING"};
constexpr Sql kRange = {
    "flow_range",
    "SELECT first, states FROM octroi.delivery_chunks WHERE origin = octroi.origin() AND first <= "
    "$2 AND first >= coalesce((SELECT max(first) FROM octroi.delivery_chunks WHERE origin = "
    "octroi.origin() AND first <= $1), $1)"};
constexpr Sql kInsertEvents = {
    "flow_insert_events",
    "INSERT INTO octroi.event_chunks (first, events) SELECT f, "
    "decode(e, 'hex') FROM unnest($1::bigint[], $2::text[]) AS c (f, e)"};
constexpr Sql kInsertStates = {
    "flow_insert_states",
    "INSERT INTO octroi.delivery_chunks (first, states) SELECT f, "
    "decode(s, 'hex') FROM unnest($1::bigint[], $2::text[]) AS c (f, s)"};
constexpr Sql kUpdateStates = {
    "flow_update_states",
    "UPDATE octroi.delivery_chunks d SET states = decode(s, 'hex') FROM unnest($1::bigint[], "
    "$2::text[]) AS c (f, s) WHERE d.origin = octroi.origin() AND d.first = c.f"};
constexpr Sql kNote = {
    "flow_note",
    "INSERT INTO octroi.attention (seq, destination, plan, source, outcome, reason, at) SELECT * "
    "FROM unnest($1::bigint[], $2::int[], $3::bigint[], $4::int[], $5::smallint[], $6::int[], "
    "$7::bigint[]) ON CONFLICT (tenant, origin, seq, destination) DO UPDATE SET plan = "
    "excluded.plan, source = excluded.source, outcome = excluded.outcome, reason = "
    "excluded.reason, at = excluded.at"};
constexpr Sql kUnnote = {"flow_unnote",
                         "DELETE FROM octroi.attention a USING unnest($1::bigint[], $2::int[]) AS "
                         "u (s, d) WHERE a.origin = octroi.origin() AND a.seq = u.s AND "
                         "a.destination = u.d"};

std::int64_t Clamped(std::uint64_t value) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return static_cast<std::int64_t>(std::min(value, kMax));
}

// Rows of (first, bytes), a few megabytes a statement.
class ChunkRows {
 public:
  ChunkRows(Tx& tx, const Sql& sql) : tx_(tx), sql_(sql) {}
  void Add(std::uint64_t first, std::string_view bytes) {
    firsts_.Add(static_cast<std::int64_t>(first));
    bytes_.AddHex(bytes);
    if (bytes_.size() >= kStatementBytes) Write();
  }
  void Write() {
    if (firsts_.empty()) return;
    tx_.Run(sql_, firsts_.Literal(), bytes_.Literal());
    firsts_.Clear();
    bytes_.Clear();
  }

 private:
  Tx& tx_;
  const Sql& sql_;
  Array firsts_, bytes_;
};

}  // namespace

void FlowWriter::Attach(Tx& tx) { tx.Run(kAttach); }

void FlowWriter::Clear(Tx& tx) {
  for (const char* table :
       {"event_chunks", "delivery_chunks", "attention", "event_counts", "delivery_counts",
        "rule_counts", "tasks", "quality_counts", "quality_people"}) {
    tx.Execute(std::string("DELETE FROM octroi.") + table + " WHERE origin = octroi.origin()");
  }
  tx.Run(kSetThrough, std::int64_t{0});
  tx.Execute("DELETE FROM octroi.meta WHERE key = 'orphan_outcomes'");
}

base::Status FlowWriter::Apply(Tx& tx, const store::Projection& batch) {
  const pqxx::result through = tx.Run(kThrough);
  if (through.size() != 1) {
    return base::Error{base::ErrorCode::kInvalid, "store.apply", "no journal is attached"};
  }
  const auto projected = static_cast<std::uint64_t>(through[0][0].as<std::int64_t>());
  // Nobody else projects this journal, so a commit in doubt that moved `through` here was ours.
  if (tx.again() && projected == batch.through) return base::Ok();
  if (base::Status follows = store::CheckBatch(batch, projected); !follows) return follows;
  chunks_.clear();
  notes_.clear();
  ReadAhead(tx, batch);
  if (base::Status folded = fold_.Apply(batch, *this); !folded) return folded;
  WriteChunks(tx);
  WriteStates(tx);
  WriteNotes(tx);
  WriteCounts(tx, fold_, batch.rules);
  ApplyTasks(tx, batch.tasks);
  if (base::Status added = AddQuality(tx, batch.quality); !added) return added;
  tx.Run(kSetThrough, static_cast<std::int64_t>(batch.through));
  return base::Ok();
}

// Every chunk that an outcome of an earlier batch's event can touch.
void FlowWriter::ReadAhead(Tx& tx, const store::Projection& batch) {
  const std::uint64_t fresh = batch.events.empty() ? std::numeric_limits<std::uint64_t>::max()
                                                   : batch.events.front().sequence;
  std::vector<std::uint64_t> wanted;
  for (const store::OutcomeUpdate& update : batch.outcomes) {
    if (update.sequence < fresh) wanted.push_back(update.sequence);
  }
  std::sort(wanted.begin(), wanted.end());
  for (std::size_t begin = 0, end = 0; begin < wanted.size(); begin = end) {
    while (++end < wanted.size() && wanted[end] - wanted[end - 1] <= kRangeGap) {
    }
    ReadRange(tx, wanted[begin], wanted[end - 1]);
  }
}

void FlowWriter::ReadRange(Tx& tx, std::uint64_t lowest, std::uint64_t highest) {
  for (const pqxx::row& row : tx.Run(kRange, Clamped(lowest), Clamped(highest))) {
    Chunk& chunk = chunks_[static_cast<std::uint64_t>(row[0].as<std::int64_t>())];
    chunk.states = pqxx::binarystring(row[1]).str();
  }
}

base::Status FlowWriter::InsertChunk(std::uint64_t first, std::string_view events,
                                     std::string_view states) {
  chunks_[first] = {std::string(events), std::string(states), true, true};
  return base::Ok();
}

base::Result<std::uint64_t> FlowWriter::LoadStates(std::uint64_t sequence,
                                                   store::DeliveryChunk& chunk) {
  auto next = chunks_.upper_bound(sequence);
  auto found = next;
  while (found != chunks_.begin() && (--found)->second.states.empty()) {
  }
  const bool none =
      found == chunks_.end() || found->first > sequence || found->second.states.empty();
  const base::Status read =
      none ? chunk.Read(sequence, {}) : chunk.Read(found->first, found->second.states);
  if (!read) return read.error();
  if (none) return sequence + 1;
  return next == chunks_.end() ? std::numeric_limits<std::uint64_t>::max() : next->first;
}

base::Status FlowWriter::SaveStates(const store::DeliveryChunk& chunk) {
  Chunk& saved = chunks_[chunk.first()];
  saved.states = chunk.bytes();
  saved.changed = true;
  return base::Ok();
}

base::Status FlowWriter::Note(const store::Attention& what) {
  notes_[{what.sequence, what.destination}] = what;
  return base::Ok();
}

base::Status FlowWriter::Unnote(std::uint64_t sequence, std::uint16_t destination) {
  notes_[{sequence, destination}] = std::nullopt;
  return base::Ok();
}

void FlowWriter::WriteChunks(Tx& tx) const {
  ChunkRows rows(tx, kInsertEvents);
  for (const auto& [first, chunk] : chunks_) {
    if (chunk.fresh) rows.Add(first, chunk.events);
  }
  rows.Write();
}

void FlowWriter::WriteStates(Tx& tx) const {
  ChunkRows inserted(tx, kInsertStates), updated(tx, kUpdateStates);
  for (const auto& [first, chunk] : chunks_) {
    if (chunk.changed && !chunk.states.empty())
      (chunk.fresh ? inserted : updated).Add(first, chunk.states);
  }
  inserted.Write();
  updated.Write();
}

void FlowWriter::WriteNotes(Tx& tx) const {
  Array gone_sequences, gone_destinations;
  std::array<Array, 7> columns;
  for (const auto& [key, note] : notes_) {
    const auto sequence = static_cast<std::int64_t>(key.first);
    if (!note) {
      gone_sequences.Add(sequence);
      gone_destinations.Add(key.second);
      continue;
    }
    const std::int64_t values[] = {sequence,
                                   key.second,
                                   note->plan,
                                   note->source,
                                   static_cast<std::int64_t>(note->outcome),
                                   static_cast<std::int64_t>(note->reason),
                                   note->at};
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i].Add(values[i]);
  }
  if (!gone_sequences.empty()) {
    tx.Run(kUnnote, gone_sequences.Literal(), gone_destinations.Literal());
  }
  if (columns[0].empty()) return;
  tx.Run(kNote, columns[0].Literal(), columns[1].Literal(), columns[2].Literal(),
         columns[3].Literal(), columns[4].Literal(), columns[5].Literal(), columns[6].Literal());
}

}  // namespace octroi::store_postgres
