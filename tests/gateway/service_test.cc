// The whole service in this process, on a real disk and real sockets, with a store that can fail
// and a destination that is a script.
#include "gateway/service.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/text.h"
#include "bench/bench_config.h"
#include "edge/http_client.h"
#include "sender/fake_sink.h"
#include "support/fake_clock.h"
#include "support/fake_store.h"

namespace octroi::gateway {
namespace {

namespace fs = std::filesystem;
using testing::BenchEvent;

constexpr std::string_view kKey = "a-write-key-of-this-test";

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() {
    Replace(config_.folder / "gateway.yaml", "127.0.0.1:18080", "127.0.0.1:0");
    Replace(config_.folder / "gateway.yaml", "127.0.0.1:18081", "127.0.0.1:0");
    const fs::path secret = config_.folder / "keys/bench.secret";
    const crypto::Digest digest = crypto::Sha256(kKey);
    fs::remove(secret);
    std::ofstream(secret) << "octroi-secret-sha256 " << base::Hex(crypto::AsBytes(digest)) << "\n";
    fs::permissions(secret, fs::perms::owner_read);
    loaded_ = LoadConfig(config_.folder.string());
    EXPECT_TRUE(loaded_.ok()) << Render(loaded_, Language::kEnglish, false);
  }

  base::Result<std::unique_ptr<Service>> TryStart() {
    Service::Parts parts;
    parts.config_folder = config_.folder.string();
    parts.config = &loaded_;
    parts.store = &store_;
    parts.disk = &disk_;
    parts.clock = &clock_;
    parts.make_sender = [this](const DestinationPlan& to) { return sink_.MakeSender(to); };
    parts.threads = 1;
    parts.fatal = [](const base::Error& error) { ADD_FAILURE() << error.detail; };
    return Service::Start(std::move(parts));
  }
  void Start() {
    auto started = TryStart();
    ASSERT_TRUE(started) << started.error().detail;
    service_ = std::move(*started);
  }

  static void Replace(const fs::path& path, std::string_view from, std::string_view to) {
    std::ifstream in(path);
    std::string text((std::istreambuf_iterator<char>(in)), {});
    const std::size_t at = text.find(from);
    ASSERT_NE(at, text.npos) << from;
    std::ofstream(path) << text.replace(at, from.size(), to);
  }

  int Post(std::string_view path, const std::string& body) {
    testing::Client client(service_->ingest_port());
    std::string request = "POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n";
    request += "Authorization: Bearer " + std::string(kKey) + "\r\n";
    request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size());
    EXPECT_TRUE(client.Send(request + "\r\n\r\n" + body));
    const std::string answer = client.ReadAnswer();
    return answer.size() < 12 ? 0 : std::stoi(answer.substr(9, 3));
  }
  int PostConsent(std::string_view state, std::string_view effective_at, std::string_view id) {
    nlohmann::json event{{"subject", {{"email", "person1@example.org"}}},
                         {"purpose", "marketing.email"},
                         {"state", state},
                         {"effective_at", effective_at},
                         {"notice", "newsletter-v4"},
                         {"evidence", {{"method", "tick_box"}}},
                         {"id", id}};
    return Post("/v1/consents", event.dump());
  }
  nlohmann::json Status() const { return nlohmann::json::parse(service_->Status()); }

  // Waits for a condition, with a patience that only a failing test uses up.
  template <class Condition>
  ::testing::AssertionResult Eventually(Condition holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds()) {
      if (std::chrono::steady_clock::now() > end) return ::testing::AssertionFailure() << "never";
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return ::testing::AssertionSuccess();
  }
  std::size_t Sent() const { return sink_.attempts().size(); }

  testing::BenchConfig config_;
  ConfigFolder loaded_;
  testing::FakeStore store_;
  base::SystemDisk disk_;
  testing::FakeClock clock_;  // 2026-11-21
  FakeSink sink_;
  std::unique_ptr<Service> service_;
};

TEST_F(ServiceTest, WhileTheStoreIsDownIngestAndForwardingGoOnAndConsentsAreRefused) {
  Start();
  ASSERT_EQ(PostConsent("granted", "2026-11-01T00:00:00Z", "c1"), 201);
  ASSERT_EQ(Post("/v1/events/bench", BenchEvent(1)), 202);
  ASSERT_TRUE(Eventually([&] { return Sent() == 1; }));

  store_.SetDown(true);
  EXPECT_EQ(Post("/v1/events/bench", BenchEvent(2)), 202);
  EXPECT_TRUE(Eventually([&] { return Sent() == 2; }));
  EXPECT_EQ(PostConsent("withdrawn", "2026-11-20T00:00:00Z", "c2"), 503);
  EXPECT_TRUE(Eventually([&] { return store_.applied_in_vain() > 0; }));

  store_.SetDown(false);
  EXPECT_EQ(PostConsent("withdrawn", "2026-11-20T00:00:00Z", "c2"), 201);
  EXPECT_EQ(Post("/v1/events/bench", BenchEvent(3)), 202);
  EXPECT_TRUE(Eventually([&] {
    const nlohmann::json status = Status();
    return status["projected_through"] == status["journal_through"] && status["pending"] == 0;
  }));
  const nlohmann::json status = Status();
  EXPECT_TRUE(status["sums_hold"]);
  EXPECT_EQ(status["sources"]["bench"]["accepted"], 3);
  EXPECT_EQ(status["destinations"]["sink"]["sent"], 2);
  EXPECT_EQ(status["destinations"]["sink"]["withheld"], 1);
  EXPECT_EQ(Sent(), 2u);
}

TEST_F(ServiceTest, AStoreThatIsDownAtStartRefusesTheStart) {
  store_.SetDown(true);
  const auto started = TryStart();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, base::ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace octroi::gateway
