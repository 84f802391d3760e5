#include "store_sqlite/token_table.h"

#include <array>
#include <cstring>

namespace octroi::store_sqlite {
namespace {

using Bytes16 = std::array<std::uint8_t, 16>;

std::string_view BytesOf(const Bytes16& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The column's CHECK holds its length.
void Copy(std::string_view from, Bytes16& into) {
  std::memcpy(into.data(), from.data(), std::min(from.size(), into.size()));
}

}  // namespace

base::Status TokenWriter::Prepare(Connection& db) {
  base::Status done =
      db.Prepare(known_, "SELECT token, sealed FROM tokens WHERE domain = ?1 AND subject = ?2");
  if (done) {
    done = db.Prepare(
        insert_, "INSERT INTO tokens (domain, subject, token, sealed) VALUES (?1, ?2, ?3, ?4)");
  }
  if (done) done = db.Prepare(forget_, "DELETE FROM tokens WHERE subject = ?1");
  return done;
}

base::Status TokenWriter::Mint(Connection& db, std::string_view domain,
                               std::span<store::TokenRow> rows) {
  constexpr std::string_view where = "store.mint";
  for (store::TokenRow& row : rows) {
    {
      Run run(known_);
      const int result = run.Text(1, domain).Bytes(2, BytesOf(row.subject)).Step();
      if (result == SQLITE_ROW) {
        Copy(run.View(0), row.token);
        row.sealed = run.String(1);
        continue;
      }
      if (result != SQLITE_DONE) return db.Fail(result, where);
    }
    Run run(insert_);
    run.Text(1, domain).Bytes(2, BytesOf(row.subject)).Bytes(3, BytesOf(row.token));
    const int result = run.Bytes(4, row.sealed).Step();
    if (result != SQLITE_DONE) return db.Fail(result, where);
  }
  return base::Ok();
}

base::Result<std::uint64_t> TokenWriter::Forget(Connection& db,
                                                std::span<const policies::Fingerprint> subjects) {
  std::uint64_t gone = 0;
  for (const policies::Fingerprint& subject : subjects) {
    Run run(forget_);
    const int result = run.Bytes(1, BytesOf(subject)).Step();
    if (result != SQLITE_DONE) return db.Fail(result, "store.forget");
    gone += static_cast<std::uint64_t>(db.changes());
  }
  return gone;
}

base::Status TokenReader::Prepare(Connection& db) {
  base::Status done = db.Prepare(
      by_token_, "SELECT subject, token, sealed FROM tokens WHERE domain = ?1 AND token = ?2");
  if (done) {
    done = db.Prepare(after_,
                      "SELECT subject, token, sealed, domain FROM tokens "
                      "WHERE (domain, subject) > (?1, ?2) ORDER BY domain, subject LIMIT 1000");
  }
  return done;
}

namespace {

store::TokenRow RowOf(const Run& run) {
  store::TokenRow row;
  Copy(run.View(0), row.subject);
  Copy(run.View(1), row.token);
  row.sealed = run.String(2);
  return row;
}

}  // namespace

base::Result<std::optional<store::TokenRow>> TokenReader::ByToken(
    Connection& db, std::string_view domain, const policies::RandomToken& token) {
  Run run(by_token_);
  const int result = run.Text(1, domain).Bytes(2, BytesOf(token)).Step();
  if (result == SQLITE_ROW) return std::optional(RowOf(run));
  if (result != SQLITE_DONE) return db.Fail(result, "store.by_token");
  return std::optional<store::TokenRow>();
}

base::Result<std::vector<std::pair<std::string, store::TokenRow>>> TokenReader::After(
    Connection& db, const store::TokenStore::Place& place) {
  std::vector<std::pair<std::string, store::TokenRow>> page;
  Run run(after_);
  run.Text(1, place.domain).Bytes(2, BytesOf(place.subject));
  int result = SQLITE_ROW;
  while ((result = run.Step()) == SQLITE_ROW) page.emplace_back(run.String(3), RowOf(run));
  if (result != SQLITE_DONE) return db.Fail(result, "store.tokens_after");
  return page;
}

}  // namespace octroi::store_sqlite
