#include "attack/filled_store.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/text.h"
#include "edge/http_client.h"
#include "gateway/service.h"
#include "sender/fake_sink.h"
#include "store_sqlite/sqlite_store.h"

namespace octroi::testing {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view kKey = "a-write-key-of-the-attack";
constexpr std::size_t kAtOnce = 100;

[[noreturn]] void Fail(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(2);
}

std::string TextOf(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void Replace(const fs::path& path, std::string_view from, std::string_view to) {
  std::string text = TextOf(path);
  const std::size_t at = text.find(from);
  if (at == text.npos) Fail("not the config it was: " + std::string(from));
  std::ofstream(path) << text.replace(at, from.size(), to);
}

void WriteSecret(const fs::path& path, const std::string& text) {
  fs::remove(path);
  std::ofstream(path) << text;
  fs::permissions(path, fs::perms::owner_read);
}

std::string Digits(std::size_t number, std::size_t width) {
  std::string digits = std::to_string(number);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

void Post(std::uint16_t port, std::string_view path, const std::string& body, int expected) {
  Client client(port);
  const std::string head =
      "POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
      std::string(kKey) +
      "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n";
  if (!client.Send(head + body)) Fail("the gateway does not listen");
  const std::string answer = client.ReadAnswer();
  if (answer.size() < 12 || std::stoi(answer.substr(9, 3)) != expected)
    Fail("POST " + std::string(path) + ": " + answer);
}

// Everybody sends one before anybody knows them, and one when they have agreed.
Json EventOf(std::size_t number, std::size_t round) {
  const Person person = PersonOf(number);
  Json event = Json::parse(BenchEvent(number + 1 + round * kPeopleMax));
  event["traits"] = {{"email", person.email.value}, {"phone", person.phone.value}};
  event["userId"] = person.customer.value;
  return event;
}

Json ConsentOf(std::size_t number, std::string_view state) {
  const Person person = PersonOf(number);
  return {{"subject",
           {{"email", person.email.value},
            {"phone", person.phone.value},
            {"customer_id", person.customer.value}}},
          {"purpose", "marketing.email"},
          {"state", state},
          {"effective_at", state == "granted" ? "2026-11-01T00:00:00Z" : "2026-11-02T00:00:00Z"},
          {"notice", "newsletter-v4"},
          {"evidence", {{"method", "tick_box"}}},
          {"id", std::string(state) + std::to_string(number)}};
}

void SendEvents(std::uint16_t port, std::size_t people, std::size_t round) {
  for (std::size_t first = 0; first < people; first += kAtOnce) {
    Json events = Json::array();
    for (std::size_t i = first; i < std::min(first + kAtOnce, people); ++i)
      events.push_back(EventOf(i, round));
    Post(port, "/v1/events/bench", events.dump(), 200);
  }
}

// Behind every acknowledgement come the projection, at the latest a second later, and what leaves.
void WaitQuiet(const gateway::Service& service) {
  for (int tenths = 0;; ++tenths) {
    const Json status = Json::parse(service.Status());
    if (status["projected_through"] == status["journal_through"] && status["pending"] == 0) return;
    if (tenths > 600) Fail("the store never came after the journal");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

void Fill(const gateway::Service& service, std::size_t people) {
  const std::uint16_t port = service.ingest_port();
  SendEvents(port, people, 0);
  for (std::size_t i = 0; i < people; ++i)
    Post(port, "/v1/consents", ConsentOf(i, "granted").dump(), 201);
  SendEvents(port, people, 1);
  WaitQuiet(service);
  for (std::size_t i = 0; i < people; i += 10)
    Post(port, "/v1/consents", ConsentOf(i, "withdrawn").dump(), 201);
  WaitQuiet(service);
}

// The same identifiers as random tokens, so that their table is attacked, too.
void AskForRandomTokens(const fs::path& folder) {
  const fs::path pseudonym = folder / "pseudonyms/per-destination.yaml";
  Replace(pseudonym, "method: p1-hmac", "method: p4-random");
  Replace(pseudonym, "key: { derive_from: pseudonym_root, context: destination }\n", "");
  Replace(pseudonym, "reversible: false", "reversible: true");
}

}  // namespace

Person PersonOf(std::size_t number) {
  const std::string digits = Digits(number, 4);
  return {{"email", "lea.martin" + digits + "@example.invalid"},
          {"phone", "+336399" + Digits(80'000 + number, 5)},
          {"customer_id", "client-" + digits}};
}

FilledStore::FilledStore(std::size_t people) {
  const fs::path yaml = config_.folder / "gateway.yaml";
  Replace(yaml, "127.0.0.1:18080", "127.0.0.1:0");
  Replace(yaml, "127.0.0.1:18081", "127.0.0.1:0");
  AskForRandomTokens(config_.folder);
  const crypto::Digest digest = crypto::Sha256(kKey);
  WriteSecret(config_.folder / "keys/bench.secret",
              "octroi-secret-sha256 " + base::Hex(crypto::AsBytes(digest)) + "\n");
  const gateway::ConfigFolder loaded = gateway::LoadConfig(config_.folder.string());
  if (!loaded.ok()) Fail(gateway::Render(loaded, gateway::Language::kEnglish, false));
  settings_ = loaded.settings;
  tenant_ = settings_.tenant;
  fs::create_directories(settings_.storage_path);
  auto store = store_sqlite::Open({settings_.storage_path + "/store.sqlite", false, {}, 0});
  if (!store) Fail(store.error().detail);

  base::SystemDisk disk;
  base::SystemClock clock;
  gateway::FakeSink sink;
  gateway::Service::Parts parts;
  parts.config_folder = config_.folder.string();
  parts.config = &loaded;
  parts.store = store->get();
  parts.disk = &disk;
  parts.clock = &clock;
  parts.make_sender = [&](const gateway::DestinationPlan& to) { return sink.MakeSender(to); };
  parts.threads = 1;
  parts.segment_bytes = 1 << 20;
  parts.fatal = [](const base::Error& error) { Fail(error.detail); };
  auto service = gateway::Service::Start(std::move(parts));
  if (!service) Fail(service.error().detail);
  Fill(**service, people);
  (*service)->Drain(10'000);
}

crypto::HmacKey FilledStore::FingerprintKey() const {
  const auto keys =
      crypto::KeyRing::Open(tenant_, {settings_.pseudonym_root, settings_.storage_root});
  if (!keys) Fail(keys.error().detail);
  return (*keys)->StorageHmac("fingerprint");
}

}  // namespace octroi::testing
