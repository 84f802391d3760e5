#include "store_postgres/breach_table.h"

namespace octroi::store_postgres {
namespace {

constexpr Sql kInsert = {"breach_insert",
                         "INSERT INTO octroi.breaches (breach, place, at, uid, what, detail) "
                         "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"};
constexpr Sql kKnown = {"breach_known",
                        "SELECT breach, place, at, uid, what, detail FROM octroi.breaches "
                        "WHERE breach = $1 AND place = $2"};
constexpr Sql kAll = {"breach_all",
                      "SELECT breach, place, at, uid, what, detail FROM octroi.breaches "
                      "ORDER BY breach COLLATE \"C\", place"};

store::BreachEntry EntryOf(const pqxx::row& row) {
  return {row[0].as<std::string>(),  static_cast<std::uint32_t>(row[1].as<std::int64_t>()),
          row[2].as<std::int64_t>(), static_cast<std::uint32_t>(row[3].as<std::int64_t>()),
          row[4].as<std::string>(),  row[5].as<std::string>()};
}

}  // namespace

base::Status AddBreachEntry(Tx& tx, const store::BreachEntry& entry) {
  const auto place = static_cast<std::int64_t>(entry.place);
  tx.Run(kInsert, entry.breach, place, entry.at, static_cast<std::int64_t>(entry.uid), entry.what,
         entry.detail);
  const pqxx::result stored = tx.Run(kKnown, entry.breach, place);
  if (stored.size() == 1 && EntryOf(stored[0]) == entry) return base::Ok();
  return base::Error{base::ErrorCode::kInvalid, "store.breach", "`place` is that of another entry"};
}

std::vector<store::BreachEntry> BreachEntries(Tx& tx) {
  std::vector<store::BreachEntry> all;
  const pqxx::result rows = tx.Run(kAll);
  all.reserve(static_cast<std::size_t>(rows.size()));
  for (const pqxx::row& row : rows) all.push_back(EntryOf(row));
  return all;
}

}  // namespace octroi::store_postgres
