#include "store_sqlite/breach_table.h"

namespace octroi::store_sqlite {
namespace {

constexpr std::string_view kWhere = "store.breach";

store::BreachEntry EntryOf(const Run& run) {
  return {run.String(0), static_cast<std::uint32_t>(run.Int(1)),
          run.Int(2),    static_cast<std::uint32_t>(run.Int(3)),
          run.String(4), run.String(5)};
}

}  // namespace

base::Status BreachWriter::Prepare(Connection& db) {
  base::Status done = db.Prepare(known_,
                                 "SELECT breach, place, at, uid, what, detail FROM breaches "
                                 "WHERE breach = ?1 AND place = ?2");
  if (done) {
    done = db.Prepare(insert_,
                      "INSERT INTO breaches (breach, place, at, uid, what, detail) "
                      "VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  }
  return done;
}

base::Status BreachWriter::Add(Connection& db, const store::BreachEntry& entry) {
  {
    Run run(known_);
    const int result = run.Text(1, entry.breach).Int(2, entry.place).Step();
    if (result == SQLITE_ROW) {
      if (EntryOf(run) == entry) return base::Ok();
      return base::Error{base::ErrorCode::kInvalid, kWhere, "`place` is that of another entry"};
    }
    if (result != SQLITE_DONE) return db.Fail(result, kWhere);
  }
  Run run(insert_);
  run.Text(1, entry.breach).Int(2, entry.place).Int(3, entry.at).Int(4, entry.uid);
  const int result = run.Text(5, entry.what).Text(6, entry.detail).Step();
  return result == SQLITE_DONE ? base::Ok() : base::Status(db.Fail(result, kWhere));
}

base::Status BreachReader::Prepare(Connection& db) {
  return db.Prepare(all_,
                    "SELECT breach, place, at, uid, what, detail FROM breaches "
                    "ORDER BY breach, place");
}

base::Result<std::vector<store::BreachEntry>> BreachReader::All(Connection& db) {
  std::vector<store::BreachEntry> all;
  Run run(all_);
  int result = SQLITE_ROW;
  while ((result = run.Step()) == SQLITE_ROW) all.push_back(EntryOf(run));
  if (result != SQLITE_DONE) return db.Fail(result, kWhere);
  return all;
}

}  // namespace octroi::store_sqlite
