#include "store_sqlite/sqlite_store.h"

#include <optional>
#include <utility>

#include "base/guarded.h"
#include "base/lock_file.h"
#include "store/projection.h"
#include "store_sqlite/archive_tables.h"
#include "store_sqlite/breach_table.h"
#include "store_sqlite/connection.h"
#include "store_sqlite/consent_table.h"
#include "store_sqlite/disk_reserve.h"
#include "store_sqlite/flow_reader.h"
#include "store_sqlite/flow_writer.h"
#include "store_sqlite/migrations.h"
#include "store_sqlite/private_file.h"
#include "store_sqlite/task_table.h"
#include "store_sqlite/token_table.h"

namespace octroi::store_sqlite {
namespace {

using policies::ConsentEvent;

constexpr std::string_view kOrigin = "origin";

struct Writer {
  base::LockFile lock;  // let go last
  Connection db;
  DiskReserve reserve;
  ConsentWriter consents;
  FlowWriter flow;
  ArchiveWriter archive;
  TokenWriter tokens;
  BreachWriter breaches;
};

struct Reader {
  Connection db;
  ConsentReader consents;
  FlowReader flow;
  TaskReader tasks;
  ArchiveReader archive;
  TokenReader tokens;
  BreachReader breaches;
};

base::Result<std::unique_ptr<Writer>> OpenWriter(const Options& options) {
  base::Result<base::LockFile> lock = base::LockFile::Take(options.path);
  if (!lock) return lock.error();
  if (base::Status made = CreatePrivate(options.path); !made) return made.error();
  base::Result<Connection> db = Connection::Open(options.path, Role::kWriter, options.fatal);
  if (!db) return db.error();
  base::Status done = CheckOurs(*db);
  if (done) done = db->QuickCheck();
  if (done) done = db->MakeDurable();
  if (done) done = Migrate(*db);
  if (!done) return done.error();
  auto writer = std::make_unique<Writer>(
      Writer{std::move(*lock), std::move(*db),
             DiskReserve(options.path + "-reserve", options.reserve_bytes), ConsentWriter(),
             FlowWriter(), ArchiveWriter(), TokenWriter(), BreachWriter()});
  writer->reserve.Make();
  done = writer->consents.Prepare(writer->db);
  if (done) done = writer->flow.Prepare(writer->db);
  if (done) done = writer->archive.Prepare(writer->db);
  if (done) done = writer->tokens.Prepare(writer->db);
  if (done) done = writer->breaches.Prepare(writer->db);
  if (!done) return done.error();
  return writer;
}

base::Result<std::unique_ptr<Reader>> OpenReader(const Options& options) {
  base::Result<Connection> db = Connection::Open(options.path, Role::kReader, nullptr);
  if (!db) return db.error();
  base::Status done = CheckOurs(*db);
  if (done) done = CheckCurrent(*db);
  if (!done) return done.error();
  auto reader =
      std::make_unique<Reader>(Reader{std::move(*db), ConsentReader(), FlowReader(), TaskReader(),
                                      ArchiveReader(), TokenReader(), BreachReader()});
  done = reader->consents.Prepare(reader->db);
  if (done) done = reader->flow.Prepare(reader->db);
  if (done) done = reader->tasks.Prepare(reader->db);
  if (done) done = reader->archive.Prepare(reader->db);
  if (done) done = reader->tokens.Prepare(reader->db);
  if (done) done = reader->breaches.Prepare(reader->db);
  if (!done) return done.error();
  return reader;
}

class SqliteStore final : public store::Store {
 private:
  template <class Work>
  base::Status Write(std::string_view where, Work&& work) {
    return writer_.With([&](std::unique_ptr<Writer>& writer) -> base::Status {
      if (!writer)
        return base::Error{base::ErrorCode::kInvalid, where, "the store is open read-only"};
      return writer->db.Transaction(where, [&] { return work(*writer); });
    });
  }
  // After a consent event found no space: the reserve is for it. False: that was not the reason.
  bool MakeRoom() {
    return writer_.With([](std::unique_ptr<Writer>& writer) {
      if (!writer || !writer->db.full()) return false;
      writer->reserve.Release();
      writer->db.Checkpoint();
      return true;
    });
  }
  template <class Work>
  auto Read(Work&& work) {
    return reader_.With([&](std::unique_ptr<Reader>& reader) { return work(*reader); });
  }

  // In this order: the reader closes first, then the writer checkpoints and lets go of the lock.
  base::Guarded<std::unique_ptr<Writer>> writer_;
  base::Guarded<std::unique_ptr<Reader>> reader_;

 public:
  SqliteStore(std::unique_ptr<Writer> writer, std::unique_ptr<Reader> reader)
      : writer_(std::move(writer)), reader_(std::move(reader)) {}

  base::Status AppendAll(std::span<const ConsentEvent> events) override {
    if (base::Status whole = store::CheckConsents(events); !whole) return whole;
    bool refused = false;
    const auto append = [&](Writer& to) {
      base::Status done = base::Ok();
      for (const ConsentEvent& event : events) {
        if (done) done = to.consents.Append(to.db, event);
      }
      refused = !done && done.error().code == base::ErrorCode::kInvalid;
      return done;
    };
    base::Status done = Write("store.append", append);
    if (!done && MakeRoom()) done = Write("store.append", append);
    return store::Appended(done, refused);
  }
  base::Result<std::vector<ConsentEvent>> History(const std::vector<policies::Fingerprint>& subject,
                                                  std::string_view purpose) override {
    return Read([&](Reader& from) { return from.consents.History(from.db, subject, purpose); });
  }
  base::Status ForEach(const std::function<void(const ConsentEvent&)>& each) override {
    ConsentReader::Place place;
    std::vector<ConsentEvent> page;
    do {
      base::Status read =
          Read([&](Reader& from) { return from.consents.NextPage(from.db, place, page); });
      if (!read) return read;
      for (const ConsentEvent& event : page) each(event);
    } while (!page.empty());
    return base::Ok();
  }
  base::Result<std::optional<ConsentEvent>> BySequence(std::uint64_t sequence) override {
    return Read([&](Reader& from) { return from.consents.BySequence(from.db, sequence); });
  }
  base::Result<std::uint64_t> LastSequence() override {
    return Read([](Reader& from) { return from.consents.LastSequence(from.db); });
  }

  base::Status Attach(std::string_view origin) override {
    const auto known = Get(kOrigin);
    if (!known) return known.error();
    if (!*known) return Set(kOrigin, origin);
    if (**known == origin) return base::Ok();
    return base::Error{base::ErrorCode::kInvalid, "store.attach",
                       "the store belongs to another journal: restore the journal folder it was "
                       "made with, or give the gateway an empty storage folder"};
  }
  base::Result<std::uint64_t> ProjectedThrough() override {
    return Read([](Reader& from) { return from.flow.Through(from.db); });
  }
  base::Status Apply(const store::Projection& batch) override {
    return Write("store.apply", [&](Writer& to) -> base::Status {
      if (to.reserve.Make()) return to.flow.Apply(to.db, batch);
      return base::Error{base::ErrorCode::kUnavailable, "store.apply",
                         "the disk is full; what is left is kept for consent events"};
    });
  }
  base::Result<std::optional<store::EventRow>> Find(std::uint64_t sequence) override {
    return Read([&](Reader& from) { return from.flow.Find(from.db, sequence); });
  }
  base::Result<std::vector<store::EventRow>> Page(std::uint64_t sequence) override {
    return Read([&](Reader& from) { return from.flow.Page(from.db, sequence); });
  }
  base::Result<std::map<std::uint32_t, store::Totals>> SumByPlan() override {
    std::map<std::uint32_t, store::Totals> plans;
    base::Status done = Read([&](Reader& from) {
      return from.db.Transaction("store.sum", [&] { return from.flow.SumByPlan(from.db, plans); });
    });
    if (!done) return done.error();
    return plans;
  }
  base::Result<std::map<store::RuleKey, store::RuleCount>> Rules() override {
    return Read([](Reader& from) { return from.flow.Rules(from.db); });
  }
  base::Result<store::QualityCounts> Quality(base::Millis since, base::Millis until) override {
    store::QualityCounts counts;
    base::Status done = Read([&](Reader& from) {
      return from.db.Transaction(
          "store.quality", [&] { return from.flow.quality().Read(from.db, since, until, counts); });
    });
    if (!done) return done.error();
    return counts;
  }
  base::Result<std::vector<store::Attention>> NeedAttention(std::size_t limit) override {
    return Read([&](Reader& from) { return from.flow.NeedAttention(from.db, limit); });
  }
  base::Result<bool> AnyKept(std::uint64_t first, std::uint64_t last, base::Millis since) override {
    return Read([&](Reader& from) { return from.flow.AnyKept(from.db, first, last, since); });
  }
  base::Status Clear() override {
    return Write("store.clear", [](Writer& to) { return to.flow.Clear(to.db); });
  }

  base::Result<std::vector<store::Task>> Tasks(bool open_only, std::size_t limit) override {
    return Read([&](Reader& from) { return from.tasks.Tasks(from.db, open_only, limit); });
  }
  base::Result<std::optional<store::Task>> TaskById(std::string_view id) override {
    return Read([&](Reader& from) { return from.tasks.ById(from.db, id); });
  }

  base::Status Archive(const store::ArchivedConfig& config) override {
    return Write("store.archive", [&](Writer& to) { return to.archive.Archive(to.db, config); });
  }
  base::Result<std::optional<store::ArchivedConfig>> ByPlan(std::uint32_t plan) override {
    return Read([&](Reader& from) { return from.archive.ByPlan(from.db, plan); });
  }
  base::Result<std::optional<store::ArchivedConfig>> Latest() override {
    return Read([](Reader& from) { return from.archive.Latest(from.db); });
  }
  base::Result<std::optional<std::string>> Get(std::string_view key) override {
    return Read([&](Reader& from) { return from.archive.Get(from.db, key); });
  }
  base::Status Set(std::string_view key, std::string_view value) override {
    return Write("store.set", [&](Writer& to) { return to.archive.Set(to.db, key, value); });
  }

  base::Status Mint(std::string_view domain, std::span<store::TokenRow> rows) override {
    if (base::Status whole = store::CheckTokens(domain, rows); !whole) return whole;
    return Write("store.mint", [&](Writer& to) { return to.tokens.Mint(to.db, domain, rows); });
  }
  base::Result<std::optional<store::TokenRow>> ByToken(
      std::string_view domain, const policies::RandomToken& token) override {
    return Read([&](Reader& from) { return from.tokens.ByToken(from.db, domain, token); });
  }
  base::Result<std::uint64_t> Forget(std::span<const policies::Fingerprint> subjects) override {
    base::Result<std::uint64_t> gone = std::uint64_t{0};
    const base::Status done = Write("store.forget", [&](Writer& to) {
      gone = to.tokens.Forget(to.db, subjects);
      return gone ? base::Ok() : base::Status(gone.error());
    });
    if (!done) return done.error();
    return gone;
  }
  base::Result<std::vector<std::pair<std::string, store::TokenRow>>> TokensAfter(
      const Place& place) override {
    return Read([&](Reader& from) { return from.tokens.After(from.db, place); });
  }
  base::Status AddBreach(const store::BreachEntry& entry) override {
    if (base::Status whole = store::CheckBreach(entry); !whole) return whole;
    return Write("store.breach", [&](Writer& to) { return to.breaches.Add(to.db, entry); });
  }
  base::Result<std::vector<store::BreachEntry>> Breaches() override {
    return Read([](Reader& from) { return from.breaches.All(from.db); });
  }
};

}  // namespace

base::Result<std::unique_ptr<store::Store>> Open(Options options) {
  std::unique_ptr<Writer> writer;
  if (!options.read_only) {
    base::Result<std::unique_ptr<Writer>> opened = OpenWriter(options);
    if (!opened) return opened.error();
    writer = std::move(*opened);
  }
  base::Result<std::unique_ptr<Reader>> reader = OpenReader(options);
  if (!reader) return reader.error();
  return std::unique_ptr<store::Store>(
      std::make_unique<SqliteStore>(std::move(writer), std::move(*reader)));
}

}  // namespace octroi::store_sqlite
