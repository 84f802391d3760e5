#include "store_postgres/consent_table.h"

#include <cstring>
#include <limits>

#include "store/projection.h"
#include "store_postgres/arrays.h"

namespace octroi::store_postgres {
namespace {

using policies::ConsentEvent;
using policies::Fingerprint;

#define OCTROI_CONSENT_COLUMNS                                                       \
  "id, record_id, subject, purpose, state, effective_at, recorded_at, valid_until, " \
  "notice, source, detail, sequence, marks, limits, row"
constexpr int kRowColumn = 14;

constexpr Sql kById = {"consent_by_id",
                       "SELECT " OCTROI_CONSENT_COLUMNS " FROM octroi.consents WHERE id = $1"};
// The generation's row is written also for an event that is there: see the header.
constexpr Sql kInsert = {
    "consent_insert",
    "WITH g AS (INSERT INTO octroi.generations AS g (generation) VALUES (1) ON CONFLICT (tenant) "
    "DO UPDATE SET generation = g.generation + 1 RETURNING generation) "
    "INSERT INTO octroi.consents (id, record_id, subject, purpose, state, effective_at, "
    "recorded_at, valid_until, notice, source, detail, sequence, marks, limits, generation) "
    "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, g.generation FROM g "
    "ON CONFLICT (tenant, id) DO NOTHING RETURNING row"};
constexpr Sql kLink = {"consent_link",
                       "INSERT INTO octroi.consent_subjects (fingerprint, consent) "
                       "SELECT DISTINCT decode(f, 'hex'), $2::bigint FROM unnest($1::text[]) AS f"};
constexpr Sql kHistory = {
    "consent_history",
    "SELECT " OCTROI_CONSENT_COLUMNS
    " FROM octroi.consents WHERE tenant = octroi.tenant() AND ($2::text = '' OR purpose = $2) AND "
    "row IN (SELECT "
    "consent FROM octroi.consent_subjects WHERE tenant = octroi.tenant() AND fingerprint IN "
    "(SELECT decode(f, 'hex') FROM unnest($1::text[]) AS f))"};
constexpr Sql kPage = {
    "consent_page",
    "SELECT " OCTROI_CONSENT_COLUMNS
    " FROM octroi.consents WHERE (sequence, row) > ($1, $2) ORDER BY sequence, row LIMIT 1000"};
constexpr Sql kBySequence = {"consent_by_sequence",
                             "SELECT " OCTROI_CONSENT_COLUMNS
                             " FROM octroi.consents WHERE origin = octroi.origin() AND "
                             "sequence = $1 ORDER BY row LIMIT 1"};
constexpr Sql kLast = {"consent_last",
                       "SELECT coalesce(max(sequence), 0) FROM octroi.consents "
                       "WHERE origin = octroi.origin()"};

constexpr Sql kGeneration = {"consent_generation", "SELECT generation FROM octroi.generations"};
constexpr std::size_t kOthersPage = 1000;
constexpr Sql kOthers = {"consent_others",
                         "SELECT " OCTROI_CONSENT_COLUMNS
                         ", generation FROM octroi.consents WHERE generation > $1 AND generation "
                         "<= $2 AND origin <> octroi.origin() ORDER BY generation LIMIT 1000"};
constexpr int kGenerationColumn = 15;

std::string_view BytesOf(const Fingerprint& fingerprint) {
  return {reinterpret_cast<const char*>(fingerprint.data()), fingerprint.size()};
}

std::vector<Fingerprint> FingerprintsOf(const pqxx::field& field) {
  const pqxx::binarystring bytes(field);
  std::vector<Fingerprint> subject(bytes.size() / sizeof(Fingerprint));
  for (std::size_t i = 0; i < subject.size(); ++i) {
    std::memcpy(subject[i].data(), bytes.data() + i * sizeof(Fingerprint), sizeof(Fingerprint));
  }
  return subject;
}

ConsentEvent EventOf(const pqxx::row& row) {
  ConsentEvent event;
  event.id = row[0].as<std::string>();
  event.record_id = row[1].as<std::string>();
  event.subject = FingerprintsOf(row[2]);
  event.purpose = row[3].as<std::string>();
  event.state = static_cast<policies::ConsentState>(row[4].as<int>());
  event.effective_at = row[5].as<std::int64_t>();
  event.recorded_at = row[6].as<std::int64_t>();
  event.valid_until = row[7].as<std::int64_t>();
  event.notice = row[8].as<std::string>();
  event.source = row[9].as<std::string>();
  event.detail = pqxx::binarystring(row[10]).str();
  event.sequence = static_cast<std::uint64_t>(row[11].as<std::int64_t>());
  policies::SetMarks(static_cast<std::uint16_t>(row[12].as<int>()), event);
  event.limits = policies::StoredLimits(row[13].as<std::string>());
  return event;
}

std::vector<ConsentEvent> EventsOf(const pqxx::result& rows) {
  std::vector<ConsentEvent> events;
  for (const pqxx::row& row : rows) events.push_back(EventOf(row));
  return events;
}

std::string HexArray(const std::vector<Fingerprint>& subject) {
  Array array;
  for (const Fingerprint& fingerprint : subject) array.AddHex(BytesOf(fingerprint));
  return array.Literal();
}

}  // namespace

base::Status AppendConsent(Tx& tx, const ConsentEvent& event) {
  std::string subject;
  for (const Fingerprint& fingerprint : event.subject) subject.append(BytesOf(fingerprint));
  const pqxx::result inserted =
      tx.Run(kInsert, event.id, event.record_id, pqxx::binarystring(subject), event.purpose,
             static_cast<int>(event.state), event.effective_at, event.recorded_at,
             event.valid_until, event.notice, event.source, pqxx::binarystring(event.detail),
             static_cast<std::int64_t>(event.sequence), static_cast<int>(policies::MarksOf(event)),
             policies::TextOf(event.limits.get()));
  if (!inserted.empty()) {
    tx.Run(kLink, HexArray(event.subject), inserted[0][0].as<std::int64_t>());
    return base::Ok();
  }
  const pqxx::result stored = tx.Run(kById, event.id);
  if (stored.size() == 1 && store::SameConsent(EventOf(stored[0]), event)) return base::Ok();
  return base::Error{base::ErrorCode::kInvalid, "store.append",
                     "`id` is that of another consent event"};
}

std::vector<ConsentEvent> ConsentHistory(Tx& tx, const std::vector<Fingerprint>& subject,
                                         std::string_view purpose) {
  return EventsOf(tx.Run(kHistory, HexArray(subject), std::string(purpose)));
}

std::vector<ConsentEvent> ConsentPage(Tx& tx, ConsentPlace& place) {
  const pqxx::result rows = tx.Run(kPage, place.sequence, place.row);
  std::vector<ConsentEvent> page = EventsOf(rows);
  if (!page.empty()) {
    place.sequence = static_cast<std::int64_t>(page.back().sequence);
    place.row = rows.back()[kRowColumn].as<std::int64_t>();
  }
  return page;
}

std::optional<ConsentEvent> ConsentBySequence(Tx& tx, std::uint64_t sequence) {
  if (sequence > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return {};
  const pqxx::result rows = tx.Run(kBySequence, static_cast<std::int64_t>(sequence));
  if (rows.empty()) return {};
  return EventOf(rows[0]);
}

std::uint64_t LastConsentSequence(Tx& tx) {
  return static_cast<std::uint64_t>(tx.Run(kLast)[0][0].as<std::int64_t>());
}

// The generation first: what is committed by then is seen by the second statement.
store::ConsentStore::Others ConsentsOfOthers(Tx& tx, std::uint64_t after) {
  const pqxx::result newest = tx.Run(kGeneration);
  const std::int64_t generation = newest.empty() ? 0 : newest[0][0].as<std::int64_t>();
  const pqxx::result rows = tx.Run(kOthers, static_cast<std::int64_t>(after), generation);
  store::ConsentStore::Others others{static_cast<std::uint64_t>(generation), EventsOf(rows)};
  if (rows.size() == kOthersPage) {
    others.generation =
        static_cast<std::uint64_t>(rows.back()[kGenerationColumn].as<std::int64_t>());
  }
  return others;
}

}  // namespace octroi::store_postgres
