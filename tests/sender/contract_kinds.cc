#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>
#include <pqxx/pqxx>

#include "gateway/sender/sql_sender.h"
#include "postgres_server.h"
#include "relay.h"
#include "sender/contract.h"
#include "sender/rig.h"
#include "sender/scripted_server.h"
#include "support/memory_disk.h"

// libpqxx 6.4, which this test uses itself, loses the result in its hands when a connection dies.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libpqxx"; }

namespace octroi::gateway {
namespace {

using octroi::testing::MemoryDisk;
using octroi::testing::PostgresServer;
using octroi::testing::Relay;

// A port that is ours and that nobody listens on.
class DeafPort {
 public:
  DeafPort() { socket_.bind(Poco::Net::SocketAddress("127.0.0.1", 0)); }
  int port() const { return socket_.address().port(); }

 private:
  Poco::Net::ServerSocket socket_;
};

DestinationPlan PlanOf() {
  DestinationPlan plan = DestinationNamed("crm");
  plan.allow_private_address = true;
  plan.answer_within = 20'000;
  return plan;
}

// A network in between; `word` is what a batch begins with on the wire.
class OverRelay : public Destination {
 public:
  void Set(Mood mood) override {
    Refuse(mood == Mood::kRefusesOne);
    relay_.Set(mood == Mood::kGone       ? Relay::Mode::kCutBeforeCommit
               : mood == Mood::kSilent   ? Relay::Mode::kSilent
               : mood == Mood::kLosesOne ? Relay::Mode::kCutAfterCommit
                                         : Relay::Mode::kPass,
               mood == Mood::kLosesOne ? 1 : 1 << 30);
  }
  base::Disk& Disk() override { return disk_; }

 protected:
  OverRelay(int port, std::string word) : relay_(port, std::move(word)) {}
  virtual void Refuse(bool one) = 0;

  MemoryDisk disk_;
  DeafPort deaf_;
  Relay relay_;
};

class HttpDestination final : public OverRelay {
 public:
  HttpDestination() : HttpDestination(std::make_unique<ScriptedServer>(std::vector<Step>{})) {}

  DestinationPlan Plan() override { return At(relay_.port()); }
  std::optional<DestinationPlan> PlanOfNobody() override { return At(deaf_.port()); }
  bool Recognises() const override { return false; }
  bool Lines() const override { return false; }
  std::vector<Taken> Took() override {
    const std::lock_guard lock(mutex_);
    return took_;
  }

 private:
  explicit HttpDestination(std::unique_ptr<ScriptedServer> server)
      : OverRelay(server->port(), "POST "), server_(std::move(server)) {
    server_->Judge([this](const ReceivedRequest& request) { return Judged(request); });
  }
  static DestinationPlan At(int port) {
    DestinationPlan plan = PlanOf();
    plan.url = "http://127.0.0.1:" + std::to_string(port) + "/events";
    return plan;
  }
  void Refuse(bool one) override {
    const std::lock_guard lock(mutex_);
    refusing_ = one;
  }
  // Says what it did not like, as such interfaces do.
  Step Judged(const ReceivedRequest& request) {
    const std::lock_guard lock(mutex_);
    if (refusing_ && request.body.find(":" + std::to_string(kUnwanted)) != std::string::npos)
      return Answer("422 Unprocessable", "X-Error: zoe\r\n", request.body);
    const std::string name = "Idempotency-Key: ";
    Taken taken;
    const std::size_t key = request.head.find(name) + name.size();
    taken.key = request.head.substr(key, request.head.find("\r\n", key) - key);
    taken.body = request.body;
    const auto batch = nlohmann::json::parse(request.body, nullptr, false);
    for (const auto& event : batch.at("events")) taken.ids.push_back(event.at("id"));
    took_.push_back(std::move(taken));
    return Answer("200 OK");
  }

  std::mutex mutex_;
  bool refusing_ = false;
  std::vector<Taken> took_;
  const std::unique_ptr<ScriptedServer> server_;
};

class FileDestination final : public Destination {
 public:
  DestinationPlan Plan() override {
    DestinationPlan plan = PlanOf();
    plan.file.emplace().folder = "/out/crm";
    return plan;
  }
  base::Disk& Disk() override { return disk_; }
  bool Has(Mood mood) const override { return mood != Mood::kSilent && mood != Mood::kRefusesOne; }
  // A write that lasts, and a sync that fails: a batch that is there though nobody was told.
  void Set(Mood mood) override {
    disk_.FailAfter(mood == Mood::kGone ? 0 : mood == Mood::kLosesOne ? 1 : -1);
  }
  std::vector<Taken> Took() override {
    std::vector<Taken> took;
    for (const std::string& name : *disk_.List("/out/crm")) {
      const std::string text = disk_.Bytes("/out/crm/" + name);
      for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
        took.push_back({"", "", {nlohmann::json::parse(text.substr(at, end - at)).at("id")}});
    }
    return took;
  }

 private:
  MemoryDisk disk_;
};

// A table of its own on one server, written by a role that may do no more than it must.
class TableDestination final : public OverRelay {
 public:
  TableDestination() : OverRelay(PostgresServer::Shared().port(), "INSERT INTO") {
    static int number = 0;
    table_ = "contract.events_" + std::to_string(++number);
    Do("CREATE SCHEMA IF NOT EXISTS contract");
    Do("DO $$ BEGIN CREATE ROLE contract_writer LOGIN; EXCEPTION WHEN duplicate_object THEN END "
       "$$");
    Do("GRANT USAGE ON SCHEMA contract TO contract_writer");
    Do(CreateTable({table_, {}}));
    Do("GRANT INSERT, SELECT (event_id) ON " + table_ + " TO contract_writer");
  }
  DestinationPlan Plan() override { return At(relay_.port()); }
  std::optional<DestinationPlan> PlanOfNobody() override { return At(deaf_.port()); }
  std::vector<Taken> Took() override {
    pqxx::connection connection(AsAdmin());
    pqxx::nontransaction work(connection);
    std::vector<Taken> took;
    for (const auto& row : work.exec("SELECT event_id FROM " + table_ + " ORDER BY ctid"))
      took.push_back({"", "", {row[0].c_str()}});
    return took;
  }

 private:
  DestinationPlan At(int port) const {
    DestinationPlan plan = PlanOf();
    plan.sql = SqlPlan{table_, {}};
    plan.secret.emplace().bytes =
        "host=127.0.0.1 dbname=octroi user=contract_writer port=" + std::to_string(port);
    return plan;
  }
  // The server's complaint quotes the row.
  void Refuse(bool one) override {
    Do("ALTER TABLE " + table_ + " DROP CONSTRAINT IF EXISTS unwanted");
    if (!one) return;
    const std::string number = "IS DISTINCT FROM '" + std::to_string(kUnwanted) + "'";
    Do("ALTER TABLE " + table_ + " ADD CONSTRAINT unwanted CHECK (payload->'data'->>'amount' " +
       number + " AND payload->'data'->>'n' " + number + ") NOT VALID");
  }
  static std::string AsAdmin() {
    return "host=127.0.0.1 dbname=octroi user=postgres port=" +
           std::to_string(PostgresServer::Shared().port());
  }
  static void Do(const std::string& sql) {
    pqxx::connection connection(AsAdmin());
    pqxx::nontransaction(connection).exec(sql);
  }

  std::string table_;
};

}  // namespace

const std::vector<DestinationKind>& DestinationKinds() {
  static const std::vector<DestinationKind> kinds = {
      {"Http", [] { return std::make_unique<HttpDestination>(); }},
      {"File", [] { return std::make_unique<FileDestination>(); }},
      {"Table", [] { return std::make_unique<TableDestination>(); }}};
  return kinds;
}

}  // namespace octroi::gateway
