// Who is near, who came by TLS, and whose address counts: only a proxy of this machine is believed.
#include "gateway/console/request.h"

#include <gtest/gtest.h>

namespace octroi::gateway::console {
namespace {

using Headers = std::vector<std::pair<std::string_view, std::string_view>>;

class Asked final : public Exchange {
 public:
  Asked(std::string peer, Headers headers) {
    head_.method = "POST";
    head_.path = "/api/v1/session";
    head_.headers = std::move(headers);
    head_.peer = std::move(peer);
  }
  const RequestHead& head() const override { return head_; }
  std::string_view body() const override { return {}; }
  std::string_view wire_body() const override { return {}; }
  void* context() const override { return nullptr; }
  base::Millis received() const override { return 0; }
  unsigned loop() const override { return 0; }
  void Answer(Response) override {}
  void AnswerWhenDurable(std::uint64_t, Response) override {}
  std::shared_ptr<Deferred> Defer() override { return nullptr; }

 private:
  RequestHead head_;
};

Asking Of(const char* peer, Headers headers) {
  return Asking::Of(Asked(peer, std::move(headers)), Language::kFrench);
}

TEST(Asking, IsNearOnlyWithoutAProxy) {
  for (const char* peer : {"127.0.0.1", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(Of(peer, {}).near) << peer;
  EXPECT_FALSE(Of("192.0.2.7", {}).near);
  for (const char* header : {"x-forwarded-proto", "x-forwarded-for", "x-forwarded-host",
                             "forwarded", "via", "x-real-ip"})
    EXPECT_FALSE(Of("127.0.0.1", {{header, "http"}}).near) << header;
}

TEST(Asking, CameByTlsOnlyAsAProxyOfThisMachineSays) {
  EXPECT_TRUE(Of("127.0.0.1", {{"x-forwarded-proto", "https"}}).https);
  EXPECT_FALSE(Of("192.0.2.7", {{"x-forwarded-proto", "https"}}).https);
  EXPECT_FALSE(Of("127.0.0.1", {{"x-forwarded-proto", "http"}}).https);
  EXPECT_FALSE(
      Of("127.0.0.1", {{"x-forwarded-proto", "https"}, {"x-forwarded-proto", "http"}}).https);
}

TEST(Asking, IsOfTheClientThatAProxyOfThisMachineNamesLast) {
  EXPECT_EQ(Of("192.0.2.7", {{"x-forwarded-for", "198.51.100.1"}}).client, "192.0.2.7");
  EXPECT_EQ(Of("127.0.0.1", {}).client, "127.0.0.1");
  EXPECT_EQ(Of("127.0.0.1", {{"x-forwarded-for", "198.51.100.1, 203.0.113.9"}}).client,
            "203.0.113.9");
}

}  // namespace
}  // namespace octroi::gateway::console
