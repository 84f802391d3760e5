// Rows in a table of a real PostgreSQL server: each event once, whatever happens on the way.
#include "gateway/sender/sql_sender.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <pqxx/pqxx>
#include <random>
#include <thread>

#include "crypto/outgoing_events.h"
#include "gateway/sender/postgres_link.h"
#include "postgres_server.h"
#include "relay.h"
#include "sender/batches.h"

// libpqxx 6.4, which this test uses itself, loses the result in its hands when a connection dies.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libpqxx"; }

namespace octroi::gateway {
namespace {

using octroi::testing::PostgresServer;
using octroi::testing::Relay;
using policies::ProtectedBatch;
using Kind = Receipt::Kind;

constexpr std::uint64_t kEvents = 3'000;

class NoNames final : public Resolver {
 public:
  base::Result<std::vector<std::string>> Resolve(const std::string&, base::Millis) override {
    return std::vector<std::string>{"10.0.0.1"};
  }
};

// A table of its own for each test, written by a role that may do no more than it must.
class SqlSenderTest : public ::testing::Test {
 protected:
  SqlSenderTest() {
    static int number = 0;
    plan_ = DestinationNamed("mart");
    plan_.sql = SqlPlan{"mart.events_" + std::to_string(++number), {}};
    plan_.allow_private_address = true;
    plan_.answer_within = 20'000;
    Do("CREATE SCHEMA IF NOT EXISTS mart");
    Do("DO $$ BEGIN CREATE ROLE mart_writer LOGIN; EXCEPTION WHEN duplicate_object THEN END $$");
    Do("GRANT USAGE ON SCHEMA mart TO mart_writer");
    Form(policies::Form("mart"));
  }
  void Form(policies::OutgoingForm form) {
    form.lines = true;
    maker_ = policies::Made(*ring_, {std::move(form)});
  }
  void MakeTable(const std::string& create) {
    Do(create);
    Do("GRANT INSERT, SELECT (event_id) ON " + plan_.sql->table + " TO mart_writer");
  }
  void MakeTable() { MakeTable(CreateTable(*plan_.sql)); }
  ProtectedBatch Batch(std::uint64_t first, std::uint64_t last,
                       const std::string& note = "") const {
    ProtectedBatch batch;
    maker_->Begin(0, batch);
    for (std::uint64_t n = first; n <= last; ++n) {
      policies::Fields fields;
      fields.Set(policies::kAmount, base::JsonType::kInteger, std::to_string(n), std::to_string(n));
      if (!note.empty()) fields.Text(policies::kNote, note);
      EXPECT_TRUE(policies::AddOne(*maker_, 0, n, fields, batch));
    }
    EXPECT_TRUE(maker_->Finish(0, batch));
    return batch;
  }
  std::unique_ptr<Sender> SenderTo(int port = 0) {
    plan_.secret.emplace().bytes = "host=127.0.0.1 dbname=octroi user=mart_writer port=" +
                                   std::to_string(port == 0 ? server_.port() : port);
    return MakeSqlSender(plan_, batches_.clock(), std::make_unique<NoNames>());
  }
  Kind Send(Sender& sender, const ProtectedBatch& batch, SendStart& start = Unhindered()) {
    return sender.Send(batch, batches_.ticket(), start).kind;
  }
  Kind SendUntilAnswered(Sender& sender, const ProtectedBatch& batch) {
    for (;;) {
      const Kind kind = Send(sender, batch);
      if (kind != Kind::kRetry) return kind;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  void Do(const std::string& sql) const {
    pqxx::connection connection(AsAdmin());
    pqxx::nontransaction(connection).exec(sql);
  }
  std::string AsAdmin() const {
    return "host=127.0.0.1 dbname=octroi user=postgres port=" + std::to_string(server_.port());
  }
  std::string Value(const std::string& sql) const { return server_.Value(sql); }
  int Rows() const { return std::stoi(Value("SELECT count(*) FROM " + plan_.sql->table)); }

  PostgresServer& server_ = PostgresServer::Shared();
  BatchMaker batches_{kEvents};
  DestinationPlan plan_;
  std::unique_ptr<crypto::KeyRing> ring_ = crypto::KeyRing::FromRoot("acme", policies::kRoot);
  std::unique_ptr<policies::Pseudonymizer> maker_;
};

TEST_F(SqlSenderTest, AnEventIsARowAndARepeatIsNone) {
  MakeTable();
  const auto sender = SenderTo();
  const std::string note = "d'\"\\$1;-- é\n\t{}";
  const ProtectedBatch batch = Batch(1, 3, note);
  EXPECT_EQ(Send(*sender, batch), Kind::kDelivered);
  EXPECT_EQ(Send(*sender, batch), Kind::kDelivered);
  EXPECT_EQ(Send(*sender, Batch(2, 5, note)), Kind::kDelivered)
      << "other company, as after a restart";
  EXPECT_EQ(Rows(), 5);
  const std::string table = plan_.sql->table;
  const auto row = nlohmann::json::parse(Value(
      "SELECT payload FROM " + table + " WHERE event_id = '" + std::string(batch.id(1)) + "'"));
  EXPECT_EQ(row, nlohmann::json::parse(batch.event(1)));
  EXPECT_EQ(row["data"]["amount"], 2);
  EXPECT_EQ(row["data"]["note"], note);
  EXPECT_EQ(Value("SELECT string_agg(payload->'data'->>'amount', ' ' ORDER BY ctid) FROM " + table),
            "1 2 3 4 5")
      << "in order";
  EXPECT_EQ(Value("SELECT count(*) FROM " + table + " WHERE received_at > now() - interval '1 h'"),
            "5");
}

TEST_F(SqlSenderTest, ColumnsTakeTheTypesOfTheTable) {
  plan_.sql->columns = {"what", "amount", "note", "sent_for"};
  policies::OutgoingForm form = policies::Form("mart");
  ASSERT_EQ(policies::Template::Parse(
                R"({"event_id":{"$id":true},"what":{"$event":true},"amount":{"$field":"amount"},)"
                R"("note":{"$field":"note"},"sent_for":{"$purposes":true}})",
                form.body)
                .what,
            policies::TemplateFault::What::kNone);
  Form(std::move(form));
  MakeTable("CREATE TABLE " + plan_.sql->table +
            " (event_id text PRIMARY KEY, what text, amount "
            "numeric(10,2), note varchar(8), sent_for jsonb, more text DEFAULT 'mine')");
  const auto sender = SenderTo();
  EXPECT_EQ(Send(*sender, Batch(1, 2)), Kind::kDelivered);
  EXPECT_EQ(Send(*sender, Batch(3, 3, "short")), Kind::kDelivered);
  EXPECT_EQ(Send(*sender, Batch(4, 4, "too long for it")), Kind::kRefused);
  EXPECT_EQ(
      Value("SELECT string_agg(concat_ws('|', what, amount, note, sent_for, more), ' ' ORDER BY "
            "amount) FROM " +
            plan_.sql->table),
      "lead.created|1.00|[\"marketing.email\", \"service.orders\"]|mine "
      "lead.created|2.00|[\"marketing.email\", \"service.orders\"]|mine "
      "lead.created|3.00|short|[\"marketing.email\", \"service.orders\"]|mine");
}

// Also where the server finds out at the very end: a statement's answer is not its commit.
TEST_F(SqlSenderTest, WhatTheServerRefusesFailsAlone) {
  for (const std::string when : {"NOT DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED"}) {
    SCOPED_TRACE(when);
    plan_.sql->table += "_d";
    MakeTable();
    Do("CREATE FUNCTION " + plan_.sql->table +
       "_f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
       "NEW.payload->'data'->>'amount' = '2' THEN RAISE EXCEPTION 'not this one'; END IF; RETURN "
       "NULL; END $$");
    Do("CREATE CONSTRAINT TRIGGER one AFTER INSERT ON " + plan_.sql->table + " " + when +
       " FOR EACH ROW EXECUTE FUNCTION " + plan_.sql->table + "_f()");
    const auto sender = SenderTo();
    EXPECT_EQ(Send(*sender, Batch(1, 3)), Kind::kRefused);
    EXPECT_EQ(Rows(), 0) << "whole or not at all";
    EXPECT_EQ(Send(*sender, Batch(1, 1)), Kind::kDelivered);
    EXPECT_EQ(Send(*sender, Batch(2, 2)), Kind::kRefused);
    EXPECT_EQ(Send(*sender, Batch(3, 3)), Kind::kDelivered);
    EXPECT_EQ(Rows(), 2);
  }
}

TEST_F(SqlSenderTest, ATableThatIsNotThereOrNotFitIsWaitedFor) {
  const auto sender = SenderTo();
  EXPECT_EQ(Send(*sender, Batch(1, 2)), Kind::kRetry) << "none";
  Do("CREATE TABLE " + plan_.sql->table + " (event_id text, payload jsonb)");
  EXPECT_EQ(Send(*sender, Batch(1, 2)), Kind::kRetry) << "no right";
  Do("GRANT INSERT, SELECT (event_id) ON " + plan_.sql->table + " TO mart_writer");
  EXPECT_EQ(Send(*sender, Batch(1, 2)), Kind::kRetry) << "no key: it might be there twice";
  Do("ALTER TABLE " + plan_.sql->table + " ADD PRIMARY KEY (event_id)");
  EXPECT_EQ(Send(*sender, Batch(1, 2)), Kind::kDelivered);
  EXPECT_EQ(Rows(), 2);
}

TEST_F(SqlSenderTest, EveryStateHasItsMeaning) {
  for (const char* state : {"22P02", "23505", "23514", "P0001", "44000", "54000"}) {
    EXPECT_EQ(SqlRefusalOf(state), SqlRefusal::kRow) << state;
  }
  for (const char* state : {"42P01", "42501", "42P10", "42703", "3F000", "28P01"}) {
    EXPECT_EQ(SqlRefusalOf(state), SqlRefusal::kTable) << state;
  }
  for (const char* state : {"", "40001", "40P01", "53300", "57014", "08006", "25006", "XX000"}) {
    EXPECT_EQ(SqlRefusalOf(state), SqlRefusal::kLater) << state;
  }
}

TEST_F(SqlSenderTest, AnAnswerThatIsLostIsSettledByAskingForTheIds) {
  MakeTable();
  Relay relay(server_.port(), "INSERT INTO");
  const auto sender = SenderTo(relay.port());
  relay.Set(Relay::Mode::kCutAfterCommit, 1);
  EXPECT_EQ(Send(*sender, Batch(1, 3)), Kind::kDelivered);
  EXPECT_EQ(relay.cuts(), 1);
  EXPECT_EQ(Rows(), 3);
  relay.Set(Relay::Mode::kCutBeforeCommit, 1);
  EXPECT_EQ(Send(*sender, Batch(3, 6)), Kind::kRetry) << "one of them was there before";
  EXPECT_EQ(relay.cuts(), 2);
  EXPECT_EQ(Send(*sender, Batch(3, 6)), Kind::kDelivered);
  EXPECT_EQ(Rows(), 6);
}

struct Watched final : SendStart {
  bool Enter() override { return true; }
  void Leave() override { ++left; }
  std::atomic<int> left{0};
};

// A withdrawal's answer waits for the first byte, not for a table that somebody has locked; and
// what we gave up does not go on there.
TEST_F(SqlSenderTest, TheGateIsLeftWithTheFirstByte) {
  MakeTable();
  plan_.answer_within = 2'000;
  const auto sender = SenderTo();
  EXPECT_EQ(SendUntilAnswered(*sender, Batch(1, 1)), Kind::kDelivered);
  pqxx::connection admin(AsAdmin());
  pqxx::work lock(admin);
  lock.exec("LOCK TABLE " + plan_.sql->table);
  Watched gate;
  std::atomic<bool> answered{false};
  std::thread sending([&] {
    EXPECT_EQ(Send(*sender, Batch(2, 2), gate), Kind::kRetry);
    answered = true;
  });
  EXPECT_TRUE(Eventually([&] { return gate.left == 1; }));
  EXPECT_FALSE(answered) << "the server has not answered yet";
  sending.join();
  EXPECT_TRUE(Eventually([&] {
    return Value(
               "SELECT count(*) FROM pg_stat_activity WHERE usename = 'mart_writer' AND state = "
               "'active'") == "0";
  }));
  lock.commit();
  EXPECT_EQ(SendUntilAnswered(*sender, Batch(2, 2)), Kind::kDelivered);
  EXPECT_EQ(Rows(), 2);
}

// Backends are ended at any moment; the server dies and comes back. OCTROI_BACKEND_KILLS: how many.
TEST_F(SqlSenderTest, EachEventHasOneEffectWhateverDies) {
  MakeTable();
  const std::string effects = plan_.sql->table + "_effects";
  Do("CREATE TABLE " + effects + " (event_id text)");
  Do("CREATE FUNCTION " + effects +
     "_f() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ "
     "BEGIN INSERT INTO " +
     effects + " VALUES (NEW.event_id); RETURN NULL; END $$");
  Do("CREATE TRIGGER counts AFTER INSERT ON " + plan_.sql->table +
     " FOR EACH ROW EXECUTE FUNCTION " + effects + "_f()");
  const char* text = std::getenv("OCTROI_BACKEND_KILLS");
  const int wanted = text == nullptr ? 300 : std::atoi(text);
  std::atomic<int> kills{0};
  std::atomic<std::uint64_t> delivered{0};
  std::atomic<bool> done{false};
  const auto deliver = [&](std::uint64_t lane, Sender* sender) {
    std::mt19937_64 random(lane);
    // Until the killer has had enough, what was sent is sent again, in another company.
    for (std::uint64_t round = 0; round == 0 || kills < wanted; ++round) {
      for (std::uint64_t first = 1; first <= kEvents / 2;) {
        const std::uint64_t last = std::min(first + random() % 40, kEvents / 2);
        const std::uint64_t from = lane * (kEvents / 2);
        EXPECT_EQ(SendUntilAnswered(*sender, Batch(from + first, from + last)), Kind::kDelivered);
        if (round == 0) delivered += last - first + 1;
        first = last + 1;
      }
    }
  };
  const auto sender = SenderTo(), other = SenderTo();
  std::thread one(deliver, 0, sender.get()), two(deliver, 1, other.get());
  std::thread killer([&] {
    std::mt19937 random(20261122);
    while (!done && kills < wanted) {
      try {
        pqxx::connection admin(AsAdmin());
        while (!done && kills < wanted) {
          std::this_thread::sleep_for(std::chrono::microseconds(random() % 6'000));
          pqxx::nontransaction work(admin);
          kills += work.exec(
                           "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE "
                           "usename = 'mart_writer' AND query LIKE 'INSERT%'")[0][0]
                       .as<int>();
        }
      } catch (const std::exception&) {  // the server is on its way
      }
    }
  });
  EXPECT_TRUE(Eventually([&] { return kills > wanted / 2; }));
  server_.Stop(SIGQUIT);
  server_.Start();  // on this thread: the server dies with the thread that started it
  one.join();
  two.join();
  done = true;
  killer.join();
  EXPECT_GE(kills, wanted);
  EXPECT_EQ(delivered, kEvents);
  EXPECT_EQ(Rows(), static_cast<int>(kEvents));
  EXPECT_EQ(Value("SELECT count(*) || ' ' || count(DISTINCT event_id) FROM " + effects),
            std::to_string(kEvents) + " " + std::to_string(kEvents));
  std::printf("%d backends killed\n", kills.load());
}

TEST_F(SqlSenderTest, APrivateAddressIsRefusedUnlessAllowed) {
  const struct {
    const char* connection;
    bool without, with;  // private_network
  } kCases[] = {
      {"host=db.example.com dbname=d", true, true},
      {"host=203.0.112.9", true, true},
      {"host=db.example.com hostaddr=93.184.216.34", true, true},
      {"host=db.example.com hostaddr=10.0.0.8", false, true},
      {"host=10.0.0.8", false, true},
      {"host=localhost", false, true},
      {"host=127.0.0.1", false, true},
      {"host=169.254.169.254", false, true},
      {"host=::1", false, true},
      {"host=/var/run/postgresql", false, true},
      {"dbname=d", false, true},
      {"host=db.example.com,10.0.0.8", false, true},
      {"host=db.example.com,", false, true},
      {"postgresql://u:p@192.168.1.5/d", false, true},
      {"postgresql://u:p@db.example.com/d", true, true},
      {"not a connection string", false, false},
  };
  for (const auto& one : kCases) {
    const auto without = CheckConnection(one.connection, false),
               with = CheckConnection(one.connection, true);
    EXPECT_EQ(static_cast<bool>(without), one.without) << one.connection;
    EXPECT_EQ(static_cast<bool>(with), one.with) << one.connection;
    for (const auto& said : {without, with}) {
      EXPECT_TRUE(said || said.error().detail.find("p@") == std::string::npos);
    }
  }
  // A name may say one thing when it is checked and another when it is connected to.
  auto link = PostgresLink::For("host=db.example.com", false, 1'000);
  ASSERT_TRUE(link);
  NoNames answers_private;
  const base::SystemClock clock;
  const auto opened = link->Open(answers_private, clock, clock.BootNowNanos() + 1'000'000'000);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, base::ErrorCode::kInvalid);
}

}  // namespace
}  // namespace octroi::gateway
