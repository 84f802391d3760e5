#include "store_sqlite/consent_table.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "store/projection.h"

namespace octroi::store_sqlite {
namespace {

using policies::ConsentEvent;
using policies::Fingerprint;

constexpr int kPage = 256;
constexpr int kRowColumn = 14;

#define OCTROI_CONSENT_COLUMNS                                                       \
  "id, record_id, subject, purpose, state, effective_at, recorded_at, valid_until, " \
  "notice, source, detail, sequence, marks, limits"

std::string_view BytesOf(const Fingerprint& fingerprint) {
  return {reinterpret_cast<const char*>(fingerprint.data()), fingerprint.size()};
}

std::vector<Fingerprint> FingerprintsOf(std::string_view bytes) {
  std::vector<Fingerprint> subject(bytes.size() / sizeof(Fingerprint));
  for (std::size_t i = 0; i < subject.size(); ++i) {
    std::memcpy(subject[i].data(), bytes.data() + i * sizeof(Fingerprint), sizeof(Fingerprint));
  }
  return subject;
}

ConsentEvent EventOf(const Run& run) {
  ConsentEvent event;
  event.id = run.String(0);
  event.record_id = run.String(1);
  event.subject = FingerprintsOf(run.View(2));
  event.purpose = run.String(3);
  event.state = static_cast<policies::ConsentState>(run.Int(4));
  event.effective_at = run.Int(5);
  event.recorded_at = run.Int(6);
  event.valid_until = run.Int(7);
  event.notice = run.String(8);
  event.source = run.String(9);
  event.detail = run.String(10);
  event.sequence = static_cast<std::uint64_t>(run.Int(11));
  policies::SetMarks(static_cast<std::uint16_t>(run.Int(12)), event);
  event.limits = policies::StoredLimits(run.View(13));
  return event;
}

}  // namespace

base::Status ConsentWriter::Prepare(Connection& db) {
  base::Status done =
      db.Prepare(by_id_, "SELECT " OCTROI_CONSENT_COLUMNS " FROM consents WHERE id = ?1");
  if (done) {
    done = db.Prepare(insert_,
                      "INSERT INTO consents (" OCTROI_CONSENT_COLUMNS
                      ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)");
  }
  if (done)
    done = db.Prepare(link_, "INSERT INTO consent_subjects (fingerprint, consent) VALUES (?1, ?2)");
  return done;
}

base::Status ConsentWriter::Append(Connection& db, const ConsentEvent& event) {
  constexpr std::string_view where = "store.append";
  {
    Run run(by_id_);
    const int result = run.Text(1, event.id).Step();
    if (result == SQLITE_ROW) {
      if (store::SameConsent(EventOf(run), event)) return base::Ok();
      return base::Error{base::ErrorCode::kInvalid, where, "`id` is that of another consent event"};
    }
    if (result != SQLITE_DONE) return store::Appended(db.Fail(result, where), false);
  }
  if (base::Status inserted = Insert(db, event); !inserted) return inserted;
  const std::int64_t row = db.last_row();
  Run link(link_);
  for (const Fingerprint& fingerprint : std::set(event.subject.begin(), event.subject.end())) {
    const int result = link.Bytes(1, BytesOf(fingerprint)).Int(2, row).Step();
    if (result != SQLITE_DONE) return store::Appended(db.Fail(result, where), false);
    link.Again();
  }
  return base::Ok();
}

base::Status ConsentWriter::Insert(Connection& db, const ConsentEvent& event) {
  subject_.clear();
  for (const Fingerprint& fingerprint : event.subject) subject_.append(BytesOf(fingerprint));
  Run run(insert_);
  run.Text(1, event.id).Text(2, event.record_id).Bytes(3, subject_).Text(4, event.purpose);
  run.Int(5, static_cast<std::int64_t>(event.state)).Int(6, event.effective_at);
  run.Int(7, event.recorded_at).Int(8, event.valid_until).Text(9, event.notice);
  run.Text(10, event.source).Bytes(11, event.detail);
  run.Int(12, static_cast<std::int64_t>(event.sequence));
  run.Int(13, policies::MarksOf(event));
  const std::string limits = policies::TextOf(event.limits.get());
  const int result = run.Text(14, limits).Step();
  return result == SQLITE_DONE ? base::Ok()
                               : store::Appended(db.Fail(result, "store.append"), false);
}

base::Status ConsentReader::Prepare(Connection& db) {
  base::Status done =
      db.Prepare(history_, "SELECT " OCTROI_CONSENT_COLUMNS
                           ", consents.row FROM consent_subjects JOIN consents ON consents.row = "
                           "consent_subjects.consent WHERE fingerprint = ?1 AND "
                           "(?2 = '' OR purpose = ?2)");
  if (done) {
    done = db.Prepare(page_, "SELECT " OCTROI_CONSENT_COLUMNS
                             ", row FROM consents WHERE (sequence, row) > (?1, ?2) "
                             "ORDER BY sequence, row LIMIT ?3");
  }
  if (done) {
    done = db.Prepare(by_sequence_, "SELECT " OCTROI_CONSENT_COLUMNS
                                    " FROM consents WHERE sequence = ?1 ORDER BY row LIMIT 1");
  }
  if (done) done = db.Prepare(last_, "SELECT coalesce(max(sequence), 0) FROM consents");
  return done;
}

base::Result<std::vector<ConsentEvent>> ConsentReader::History(
    Connection& db, const std::vector<Fingerprint>& subject, std::string_view purpose) {
  std::vector<ConsentEvent> history;
  std::set<std::int64_t> rows;  // an event may speak of several of these fingerprints
  for (const Fingerprint& fingerprint : subject) {
    Run run(history_);
    run.Bytes(1, BytesOf(fingerprint)).Text(2, purpose);
    int result = SQLITE_ROW;
    while ((result = run.Step()) == SQLITE_ROW) {
      if (rows.insert(run.Int(kRowColumn)).second) history.push_back(EventOf(run));
    }
    if (result != SQLITE_DONE) return db.Fail(result, "store.history");
  }
  return history;
}

base::Status ConsentReader::NextPage(Connection& db, Place& place,
                                     std::vector<ConsentEvent>& page) {
  page.clear();
  Run run(page_);
  run.Int(1, place.sequence).Int(2, place.row).Int(3, kPage);
  int result = SQLITE_ROW;
  while ((result = run.Step()) == SQLITE_ROW) {
    page.push_back(EventOf(run));
    place.row = run.Int(kRowColumn);
  }
  if (result != SQLITE_DONE) return db.Fail(result, "store.for_each");
  if (!page.empty()) place.sequence = static_cast<std::int64_t>(page.back().sequence);
  return base::Ok();
}

base::Result<std::optional<ConsentEvent>> ConsentReader::BySequence(Connection& db,
                                                                    std::uint64_t sequence) {
  Run run(by_sequence_);
  const int result = run.Int(1, static_cast<std::int64_t>(sequence)).Step();
  if (result == SQLITE_ROW) return std::optional(EventOf(run));
  if (result != SQLITE_DONE) return db.Fail(result, "store.by_sequence");
  return std::optional<ConsentEvent>();
}

base::Result<std::uint64_t> ConsentReader::LastSequence(Connection& db) {
  Run run(last_);
  const int result = run.Step();
  if (result != SQLITE_ROW) return db.Fail(result, "store.last_sequence");
  return static_cast<std::uint64_t>(run.Int(0));
}

}  // namespace octroi::store_sqlite
