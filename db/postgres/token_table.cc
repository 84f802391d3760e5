#include "store_postgres/token_table.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include "store_postgres/arrays.h"

namespace octroi::store_postgres {
namespace {

using Bytes16 = std::array<std::uint8_t, 16>;

// In the order of subjects, so that two gateways that meet wait for each other instead of both.
constexpr Sql kInsert = {
    "tokens_insert",
    "INSERT INTO octroi.tokens (domain, subject, token, sealed) "
    "SELECT $1, decode(s, 'hex'), decode(t, 'hex'), decode(v, 'hex') "
    "FROM unnest($2::text[], $3::text[], $4::text[]) AS r (s, t, v) ORDER BY s "
    "ON CONFLICT (tenant, domain, subject) DO NOTHING"};
constexpr Sql kKnown = {"tokens_known",
                        "SELECT subject, token, sealed FROM octroi.tokens WHERE tenant = "
                        "octroi.tenant() AND domain = $1 AND "
                        "subject IN (SELECT decode(s, 'hex') FROM unnest($2::text[]) AS s)"};
constexpr Sql kByToken = {"tokens_by_token",
                          "SELECT subject, token, sealed FROM octroi.tokens WHERE tenant = "
                          "octroi.tenant() AND domain = $1 AND token = $2"};
constexpr Sql kForget = {"tokens_forget",
                         "DELETE FROM octroi.tokens WHERE tenant = octroi.tenant() AND subject IN "
                         "(SELECT decode(s, 'hex') FROM unnest($1::text[]) AS s)"};
constexpr Sql kAfter = {"tokens_after",
                        "SELECT subject, token, sealed, domain FROM octroi.tokens WHERE tenant = "
                        "octroi.tenant() AND (domain, subject) > ($1, $2) "
                        "ORDER BY domain, subject LIMIT 1000"};

std::string_view BytesOf(const Bytes16& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes16 Fixed(const pqxx::field& field) {
  const pqxx::binarystring bytes(field);
  Bytes16 fixed{};
  std::memcpy(fixed.data(), bytes.data(), std::min(bytes.size(), fixed.size()));
  return fixed;
}

store::TokenRow RowOf(const pqxx::row& row) {
  return {Fixed(row[0]), Fixed(row[1]), pqxx::binarystring(row[2]).str()};
}

pqxx::binarystring Binary(const Bytes16& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

// What another gateway inserted meanwhile is committed once our insert returns, so the second
// statement sees it.
base::Status MintTokens(Tx& tx, std::string_view domain, std::span<store::TokenRow> rows) {
  Array subjects, tokens, boxes;
  for (const store::TokenRow& row : rows) {
    subjects.AddHex(BytesOf(row.subject));
    tokens.AddHex(BytesOf(row.token));
    boxes.AddHex(row.sealed);
  }
  const std::string to(domain);
  tx.Run(kInsert, to, subjects.Literal(), tokens.Literal(), boxes.Literal());
  std::map<policies::Fingerprint, store::TokenRow> known;
  for (const pqxx::row& row : tx.Run(kKnown, to, subjects.Literal())) {
    store::TokenRow one = RowOf(row);
    known[one.subject] = std::move(one);
  }
  for (store::TokenRow& row : rows) {
    const auto found = known.find(row.subject);
    if (found == known.end())  // forgotten between the two statements
      return base::Error{base::ErrorCode::kUnavailable, "store.mint", "a row went meanwhile"};
    row = found->second;
  }
  return base::Ok();
}

std::optional<store::TokenRow> TokenRowOf(Tx& tx, std::string_view domain,
                                          const policies::RandomToken& token) {
  const pqxx::result rows = tx.Run(kByToken, std::string(domain), Binary(token));
  if (rows.empty()) return {};
  return RowOf(rows[0]);
}

std::uint64_t ForgetTokens(Tx& tx, std::span<const policies::Fingerprint> subjects) {
  Array array;
  for (const policies::Fingerprint& subject : subjects) array.AddHex(BytesOf(subject));
  return static_cast<std::uint64_t>(tx.Run(kForget, array.Literal()).affected_rows());
}

std::vector<std::pair<std::string, store::TokenRow>> TokenPage(
    Tx& tx, const store::TokenStore::Place& place) {
  std::vector<std::pair<std::string, store::TokenRow>> page;
  const pqxx::result rows = tx.Run(kAfter, place.domain, Binary(place.subject));
  page.reserve(static_cast<std::size_t>(rows.size()));
  for (const pqxx::row& row : rows) page.emplace_back(row[3].as<std::string>(), RowOf(row));
  return page;
}

}  // namespace octroi::store_postgres
