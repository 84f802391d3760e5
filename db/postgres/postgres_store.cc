#include "store_postgres/postgres_store.h"

#include <utility>

#include "base/guarded.h"
#include "store/projection.h"
#include "store_postgres/archive_tables.h"
#include "store_postgres/breach_table.h"
#include "store_postgres/consent_table.h"
#include "store_postgres/flow_reader.h"
#include "store_postgres/flow_writer.h"
#include "store_postgres/migrations.h"
#include "store_postgres/quality_tables.h"
#include "store_postgres/task_table.h"
#include "store_postgres/token_table.h"

namespace octroi::store_postgres {
namespace {

using policies::ConsentEvent;

struct FlowSession {
  Session session;
  FlowWriter writer;
};

class PostgresStore final : public store::Store {
 public:
  explicit PostgresStore(const Identity& identity)
      : register_(Session(dog_, identity)),
        flow_({Session(dog_, identity), FlowWriter()}),
        reader_(Session(dog_, identity)),
        watch_(Session(dog_, identity)),
        tokens_(Session(dog_, identity)) {}

  base::Status Check() {
    return reader_.With([](Session& session) { return CheckGate(session); });
  }

  base::Status AppendAll(std::span<const ConsentEvent> events) override {
    if (base::Status whole = store::CheckConsents(events); !whole) return whole;
    bool refused = false;
    const base::Status done = Register("store.append", [&](Tx& tx) {
      base::Status each = base::Ok();
      for (const ConsentEvent& event : events) {
        if (each) each = AppendConsent(tx, event);
      }
      refused = !each;
      return each;
    });
    return store::Appended(done, refused);
  }
  base::Result<std::vector<ConsentEvent>> History(const std::vector<policies::Fingerprint>& subject,
                                                  std::string_view purpose) override {
    return Read("store.history", [&](Tx& tx) { return ConsentHistory(tx, subject, purpose); });
  }
  base::Status ForEach(const std::function<void(const ConsentEvent&)>& each) override {
    ConsentPlace place;
    for (;;) {
      const auto page = Read("store.for_each", [&](Tx& tx) { return ConsentPage(tx, place); });
      if (!page) return page.error();
      if (page->empty()) return base::Ok();
      for (const ConsentEvent& event : *page) each(event);
    }
  }
  base::Result<std::optional<ConsentEvent>> BySequence(std::uint64_t sequence) override {
    return Read("store.by_sequence", [&](Tx& tx) { return ConsentBySequence(tx, sequence); });
  }
  base::Result<std::uint64_t> LastSequence() override {
    return Read("store.last_sequence", LastConsentSequence);
  }

  bool shared() const override { return true; }
  // On a connection of its own: the lease must not wait for somebody who reads.
  base::Result<Others> Since(std::uint64_t generation) override {
    Others others;
    const base::Status done = watch_.With([&](Session& session) {
      return session.Transact("store.since", [&](Tx& tx) {
        others = ConsentsOfOthers(tx, generation);
        return base::Ok();
      });
    });
    if (!done) return done.error();
    return others;
  }

  base::Status Attach(std::string_view origin) override {
    watch_.With([&](Session& session) { session.SetOrigin(std::string(origin)); });
    register_.With([&](Session& session) { session.SetOrigin(std::string(origin)); });
    reader_.With([&](Session& session) { session.SetOrigin(std::string(origin)); });
    return flow_.With([&](FlowSession& flow) {
      flow.session.SetOrigin(std::string(origin));
      return flow.session.Transact("store.attach", [](Tx& tx) {
        FlowWriter::Attach(tx);
        return base::Ok();
      });
    });
  }
  base::Result<std::uint64_t> ProjectedThrough() override {
    return Read("store.projected_through", store_postgres::ProjectedThrough);
  }
  base::Status Apply(const store::Projection& batch) override {
    return flow_.With([&](FlowSession& flow) {
      return flow.session.Transact("store.apply",
                                   [&](Tx& tx) { return flow.writer.Apply(tx, batch); });
    });
  }
  base::Result<std::optional<store::EventRow>> Find(std::uint64_t sequence) override {
    base::Result<std::optional<store::EventRow>> found = std::optional<store::EventRow>();
    const base::Status done = reader_.With([&](Session& session) {
      return session.Transact("store.find", [&](Tx& tx) {
        found = FindEvent(tx, sequence);
        return found ? base::Ok() : base::Status(found.error());
      });
    });
    if (!done) return done.error();
    return found;
  }
  base::Result<std::vector<store::EventRow>> Page(std::uint64_t sequence) override {
    base::Result<std::vector<store::EventRow>> page = std::vector<store::EventRow>();
    const base::Status done = reader_.With([&](Session& session) {
      return session.Transact("store.page", [&](Tx& tx) {
        page = EventPage(tx, sequence);
        return page ? base::Ok() : base::Status(page.error());
      });
    });
    if (!done) return done.error();
    return page;
  }
  base::Result<std::map<std::uint32_t, store::Totals>> SumByPlan() override {
    return Read("store.sum", store_postgres::SumByPlan);
  }
  base::Result<std::map<store::RuleKey, store::RuleCount>> Rules() override {
    return Read("store.rules", RuleCounts);
  }
  base::Result<store::QualityCounts> Quality(base::Millis since, base::Millis until) override {
    store::QualityCounts counts;
    const base::Status done = reader_.With([&](Session& session) {
      return session.Transact("store.quality",
                              [&](Tx& tx) { return ReadQuality(tx, since, until, counts); });
    });
    if (!done) return done.error();
    return counts;
  }
  base::Result<std::vector<store::Attention>> NeedAttention(std::size_t limit) override {
    return Read("store.need_attention",
                [&](Tx& tx) { return store_postgres::NeedAttention(tx, limit); });
  }
  base::Result<bool> AnyKept(std::uint64_t first, std::uint64_t last, base::Millis since) override {
    return Read("store.any_kept",
                [&](Tx& tx) { return store_postgres::AnyKept(tx, first, last, since); });
  }
  base::Status Clear() override {
    constexpr base::Millis kClearMs = 600'000;  // every row of this journal, once, by hand
    return flow_.With([&](FlowSession& flow) {
      return flow.session.Transact(
          "store.clear",
          [](Tx& tx) {
            tx.Execute("SET LOCAL statement_timeout = 0");
            FlowWriter::Clear(tx);
            return base::Ok();
          },
          kClearMs);
    });
  }

  base::Result<std::vector<store::Task>> Tasks(bool open_only, std::size_t limit) override {
    return Read("store.tasks", [&](Tx& tx) { return TaskList(tx, open_only, limit); });
  }
  base::Result<std::optional<store::Task>> TaskById(std::string_view id) override {
    return Read("store.task", [&](Tx& tx) { return OneTask(tx, id); });
  }

  base::Status Archive(const store::ArchivedConfig& config) override {
    return Register("store.archive", [&](Tx& tx) { return ArchiveConfig(tx, config); });
  }
  base::Result<std::optional<store::ArchivedConfig>> ByPlan(std::uint32_t plan) override {
    return Read("store.config", [&](Tx& tx) { return ConfigByPlan(tx, plan); });
  }
  base::Result<std::optional<store::ArchivedConfig>> Latest() override {
    return Read("store.config", LatestConfig);
  }
  base::Result<std::optional<std::string>> Get(std::string_view key) override {
    return Read("store.get", [&](Tx& tx) { return GetMeta(tx, key); });
  }
  base::Status Set(std::string_view key, std::string_view value) override {
    return Register("store.set", [&](Tx& tx) {
      SetMeta(tx, key, value);
      return base::Ok();
    });
  }

  base::Status Mint(std::string_view domain, std::span<store::TokenRow> rows) override {
    if (base::Status whole = store::CheckTokens(domain, rows); !whole) return whole;
    return tokens_.With([&](Session& session) {
      return session.Transact("store.mint", [&](Tx& tx) { return MintTokens(tx, domain, rows); });
    });
  }
  base::Result<std::optional<store::TokenRow>> ByToken(
      std::string_view domain, const policies::RandomToken& token) override {
    return Read("store.by_token", [&](Tx& tx) { return TokenRowOf(tx, domain, token); });
  }
  base::Result<std::uint64_t> Forget(std::span<const policies::Fingerprint> subjects) override {
    std::uint64_t gone = 0;
    const base::Status done = Register("store.forget", [&](Tx& tx) {
      gone = ForgetTokens(tx, subjects);
      return base::Ok();
    });
    if (!done) return done.error();
    return gone;
  }
  base::Result<std::vector<std::pair<std::string, store::TokenRow>>> TokensAfter(
      const Place& place) override {
    return Read("store.tokens_after", [&](Tx& tx) { return TokenPage(tx, place); });
  }
  base::Status AddBreach(const store::BreachEntry& entry) override {
    if (base::Status whole = store::CheckBreach(entry); !whole) return whole;
    return Register("store.breach", [&](Tx& tx) { return AddBreachEntry(tx, entry); });
  }
  base::Result<std::vector<store::BreachEntry>> Breaches() override {
    return Read("store.breaches", BreachEntries);
  }

 private:
  base::Status Register(std::string_view where, const Session::Work& work) {
    return register_.With([&](Session& session) { return session.Transact(where, work); });
  }
  template <class Get>
  auto Read(std::string_view where, Get&& get) -> base::Result<decltype(get(std::declval<Tx&>()))> {
    decltype(get(std::declval<Tx&>())) value{};
    const base::Status done = reader_.With([&](Session& session) {
      return session.Transact(where, [&](Tx& tx) {
        value = get(tx);
        return base::Ok();
      });
    });
    if (!done) return done.error();
    return value;
  }

  Watchdog dog_;  // outlives the sessions
  base::Guarded<Session> register_;
  base::Guarded<FlowSession> flow_;
  base::Guarded<Session> reader_;
  base::Guarded<Session> watch_;
  base::Guarded<Session> tokens_;  // lanes wait for it, and must not wait for the register
};

}  // namespace

base::Result<std::unique_ptr<store::Store>> Open(const Options& options) {
  auto connection = HardenedConnection(options.connection);
  if (!connection) return connection.error();
  auto store = std::make_unique<PostgresStore>(Identity{*connection, options.tenant, {}});
  if (base::Status passed = store->Check(); !passed) return passed.error();
  return std::unique_ptr<store::Store>(std::move(store));
}

base::Status Migrate(const std::string& owner, const std::string& gateway) {
  Watchdog dog;
  std::string role;
  const auto as_gateway = HardenedConnection(gateway);
  const auto as_owner = HardenedConnection(owner);
  if (!as_gateway) return as_gateway.error();
  if (!as_owner) return as_owner.error();
  Session check(dog, {*as_gateway, {}, {}});
  const auto name = RoleOf(check);
  if (!name) return name.error();
  Session migrator(dog, {*as_owner, {}, {}});
  return Migrate(migrator, *name);
}

}  // namespace octroi::store_postgres
