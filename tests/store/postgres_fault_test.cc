// What a network and a server do to the store on PostgreSQL, and what the store then says.
#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <pqxx/pqxx>
#include <random>
#include <set>
#include <thread>

#include "base/clock.h"
#include "contract.h"
#include "postgres_server.h"
#include "relay.h"
#include "samples.h"

// libpqxx 6.4 loses the result in its hands when it finds the connection dead: some 2 kB for each
// connection that dies.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libpqxx"; }

namespace octroi::testing {
namespace {

using base::ErrorCode;
using policies::ConsentState;

std::set<std::string> Ids(store::Store& store) {
  std::set<std::string> ids;
  std::size_t rows = 0;
  const auto read = store.ForEach([&](const policies::ConsentEvent& event) {
    ids.insert(event.id);
    ++rows;
  });
  EXPECT_TRUE(IsOk(read));
  EXPECT_EQ(rows, ids.size()) << "a consent event is there twice";
  return ids;
}

template <class Call>
auto Eventually(Call&& call) {  // while the store may still say that it is down
  auto result = call();
  for (int i = 0; i < 600 && !result && result.error().code == ErrorCode::kUnavailable; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    result = call();
  }
  return result;
}

base::Millis Took(const std::function<void()>& call) {
  const base::SystemClock clock;
  const std::int64_t begin = clock.BootNowNanos();
  call();
  return (clock.BootNowNanos() - begin) / 1'000'000;
}

class PostgresFaults : public ::testing::Test {
 protected:
  PostgresServer& server_ = PostgresServer::Shared();
  Relay relay_{server_.port()};
  const std::string tenant_ = server_.NewTenant();
  std::unique_ptr<store::Store> direct_ = server_.OpenStore(tenant_);
  std::unique_ptr<store::Store> store_ = server_.OpenStore(tenant_, relay_.port());
};

TEST_F(PostgresFaults, ACommitThatIsCutIsResolvedByKey) {
  struct Row {
    const char* what;
    Relay::Mode mode;
    int times;
    bool ok;     // what Append says
    bool there;  // whether the register holds it then
  };
  const Row rows[] = {
      {"the request is lost once", Relay::Mode::kCutBeforeCommit, 1, true, true},
      {"the answer is lost once", Relay::Mode::kCutAfterCommit, 1, true, true},
      {"the request is lost twice", Relay::Mode::kCutBeforeCommit, 2, false, false},
      {"the answer is lost twice", Relay::Mode::kCutAfterCommit, 2, false, true},
  };
  std::uint64_t sequence = 0;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    const auto event = Consent(++sequence, {7}, ConsentState::kWithdrawn);
    const int cuts = relay_.cuts();
    relay_.Set(row.mode, row.times);
    const base::Status said = store_->Append(event);
    relay_.Set(Relay::Mode::kPass);
    EXPECT_EQ(relay_.cuts() - cuts, row.times);
    EXPECT_TRUE(row.ok ? IsOk(said) : IsError(said, ErrorCode::kInDoubt));
    EXPECT_EQ(Ids(*direct_).count(event.id), row.there ? 1u : 0u);
    EXPECT_TRUE(IsOk(Eventually([&] { return store_->Append(event); })));
    EXPECT_EQ(Ids(*direct_).count(event.id), 1u);
  }
}

TEST_F(PostgresFaults, AProjectionWhoseCommitIsCutIsAppliedOnce) {
  std::uint64_t through = 0;
  for (const auto mode : {Relay::Mode::kCutBeforeCommit, Relay::Mode::kCutAfterCommit}) {
    through += 2;
    relay_.Set(mode, 1);
    EXPECT_TRUE(IsOk(store_->Apply(Batch(through, {Accepted(through - 1), Accepted(through)}))));
    const auto totals = direct_->Sum();
    ASSERT_TRUE(IsOk(totals));
    EXPECT_EQ(totals->sources.at(2).received, through);
    EXPECT_EQ(totals->destinations.at(0).in_flight, through);
  }
}

// Backends are ended at any moment, many of them around COMMIT. OCTROI_BACKEND_KILLS: how many.
TEST_F(PostgresFaults, KilledBackendsLeaveNothingWrong) {
  const char* text = std::getenv("OCTROI_BACKEND_KILLS");
  const int wanted = text == nullptr ? 1'000 : std::atoi(text);
  std::atomic<int> kills{0};
  std::atomic<bool> done{false};
  std::thread killer([&] {
    pqxx::connection admin(server_.Admin());
    pqxx::nontransaction work(admin);
    std::mt19937 random(20261122);
    while (!done) {
      const auto gone = work.exec(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = "
          "'octroi_gateway' AND state <> 'idle'");
      if (gone.empty()) continue;
      kills += static_cast<int>(gone.size());
      std::this_thread::sleep_for(std::chrono::microseconds(5'000 + random() % 20'000));
    }
  });
  std::uint64_t sequence = 0, doubts = 0, refused = 0;
  std::set<std::string> acknowledged, absent;
  std::vector<policies::ConsentEvent> in_doubt;
  while (kills < wanted) {
    const auto event = Consent(++sequence, {1}, ConsentState::kGranted);
    const base::Status said = store_->Append(event);
    if (said) {
      acknowledged.insert(event.id);
    } else if (said.error().code == ErrorCode::kInDoubt) {
      ++doubts;
      in_doubt.push_back(event);
    } else {
      ASSERT_TRUE(IsError(said, ErrorCode::kUnavailable));
      ++refused;
      absent.insert(event.id);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  done = true;
  killer.join();
  const std::set<std::string> there =
      Eventually([&] { return store_->LastSequence(); }) ? Ids(*store_) : std::set<std::string>();
  for (const std::string& id : acknowledged) EXPECT_TRUE(there.count(id)) << "lost: " << id;
  for (const std::string& id : absent)
    EXPECT_FALSE(there.count(id)) << "there all the same: " << id;
  for (const auto& event : in_doubt) {
    EXPECT_TRUE(IsOk(Eventually([&] { return store_->Append(event); })));
  }
  EXPECT_EQ(Ids(*store_).size(), acknowledged.size() + in_doubt.size());
  std::printf("%d backends killed: %zu acknowledged, %llu refused, %llu in doubt\n", kills.load(),
              acknowledged.size(), static_cast<unsigned long long>(refused),
              static_cast<unsigned long long>(doubts));
}

TEST_F(PostgresFaults, ACommitThatMayNotBeReplicatedIsNotAcknowledged) {
  server_.Execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  server_.Execute("SELECT pg_reload_conf()");
  std::atomic<bool> done{false};
  std::thread canceller([&] {  // an operator who cannot wait any longer: COMMIT then only warns
    while (!done) {
      server_.Value(
          "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE "
          "wait_event = 'SyncRep' AND usename = 'octroi_gateway'");
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  const auto event = Consent(1, {1}, ConsentState::kWithdrawn);
  const base::Status first = direct_->Append(event);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const base::Status repeated = direct_->Append(event);  // it is there, but only there
  done = true;
  canceller.join();
  EXPECT_TRUE(IsError(first, ErrorCode::kInDoubt));
  EXPECT_TRUE(IsError(repeated, ErrorCode::kInDoubt));
  EXPECT_EQ(server_.Value("SELECT count(*) FROM octroi.consents WHERE tenant = '" + tenant_ + "'"),
            "1");
  server_.Execute("ALTER SYSTEM RESET synchronous_standby_names");
  server_.Execute("SELECT pg_reload_conf()");
  EXPECT_TRUE(IsOk(Eventually([&] {
    auto said = direct_->Append(event);
    if (!said && said.error().code == ErrorCode::kInDoubt) {
      return base::Status(base::Error{ErrorCode::kUnavailable, "test", "not reloaded yet"});
    }
    return said;
  })));
}

TEST_F(PostgresFaults, AServerThatSaysNothingIsNoticed) {
  ASSERT_TRUE(IsOk(store_->Set("before", "1")));
  struct Row {
    const char* what;
    std::function<void()> begin, end;
  };
  const Row rows[] = {
      {"frozen", [&] { server_.Signal(SIGSTOP); }, [&] { server_.Signal(SIGCONT); }},
      {"cut off", [&] { relay_.Set(Relay::Mode::kSilent); },
       [&] { relay_.Set(Relay::Mode::kPass); }},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    ASSERT_TRUE(IsOk(Eventually([&] { return store_->Set("during", "1"); })));
    row.begin();
    base::Status said = base::Ok();
    const base::Millis write = Took([&] { said = store_->Set("during", "2"); });
    EXPECT_FALSE(said);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    const base::Millis connect = Took([&] { said = store_->Set("during", "3"); });
    EXPECT_TRUE(IsError(said, ErrorCode::kUnavailable));
    const base::Millis at_once = Took([&] { said = store_->Set("during", "4"); });
    EXPECT_TRUE(IsError(said, ErrorCode::kUnavailable));
    std::printf("%s: noticed after %lld ms, again after %lld ms, then refused in %lld ms\n",
                row.what, static_cast<long long>(write), static_cast<long long>(connect),
                static_cast<long long>(at_once));
    EXPECT_LT(write, 30'000);  // not never; the figure is what counts
    row.end();
    EXPECT_TRUE(IsOk(Eventually([&] { return store_->Set("during", "5"); })));
  }
}

// A 409 would tell who recorded the consent that it is theirs to mend; and after a restart the
// event would be left out for good, as a conflict is.
TEST_F(PostgresFaults, WhatIsNotTheConsentsFaultIsNoRefusal) {
  ASSERT_TRUE(IsOk(direct_->Append(Consent(1, {1}, ConsentState::kGranted))));
  const auto later = Consent(2, {1}, ConsentState::kWithdrawn);
  const struct {
    const char *breaks, *mends;
  } rows[] = {
      {"REVOKE INSERT ON octroi.consents FROM octroi_gateway",
       "GRANT INSERT ON octroi.consents TO octroi_gateway"},
      {"ALTER TABLE octroi.consents ADD CONSTRAINT closed CHECK (false) NOT VALID",
       "ALTER TABLE octroi.consents DROP CONSTRAINT closed"},
  };
  pqxx::connection owner(server_.Owner());
  for (const auto& row : rows) {
    SCOPED_TRACE(row.breaks);
    pqxx::nontransaction(owner).exec(row.breaks);
    EXPECT_TRUE(IsError(direct_->Append(later), ErrorCode::kUnavailable));
    pqxx::nontransaction(owner).exec(row.mends);
  }
  EXPECT_TRUE(
      IsError(direct_->Append(Consent(1, {2}, ConsentState::kWithdrawn)), ErrorCode::kInvalid))
      << "a conflict is one";
  EXPECT_TRUE(IsOk(direct_->Append(later)));
}

TEST_F(PostgresFaults, AServerThatWasDownComesBack) {
  ASSERT_TRUE(IsOk(direct_->Append(Consent(1, {1}, ConsentState::kGranted))));
  for (const int signal : {SIGINT, SIGQUIT, SIGKILL}) {
    server_.Stop(signal);
    EXPECT_TRUE(IsError(direct_->Append(Consent(2, {1}, ConsentState::kWithdrawn)),
                        ErrorCode::kUnavailable));
    EXPECT_TRUE(IsError(direct_->LastSequence(), ErrorCode::kUnavailable));
    server_.Start();
    const auto last = Eventually([&] { return direct_->LastSequence(); });
    ASSERT_TRUE(IsOk(last));
    EXPECT_EQ(*last, 1u);
  }
  EXPECT_TRUE(
      IsOk(Eventually([&] { return direct_->Append(Consent(2, {1}, ConsentState::kWithdrawn)); })));
}

}  // namespace
}  // namespace octroi::testing
