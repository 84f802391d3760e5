// Server-side request forgery through names: what DNS answers is checked as strictly as what config
// says.
#include <gtest/gtest.h>

#include "gateway/sender/http_sender.h"
#include "sender/batches.h"
#include "sender/scripted_server.h"

namespace octroi::gateway {
namespace {

// DNS as an attacker would run it: each connection gets the next answer.
class ScriptedResolver final : public Resolver {
 public:
  ScriptedResolver(std::vector<std::vector<std::string>> answers, int* asked)
      : answers_(std::move(answers)), asked_(asked) {}
  base::Result<std::vector<std::string>> Resolve(const std::string& host, base::Millis) override {
    EXPECT_EQ(host, "shop.example");
    return answers_.at(static_cast<std::size_t>((*asked_)++));
  }

 private:
  std::vector<std::vector<std::string>> answers_;
  int* asked_;
};

TEST(SsrfNamesTest, EveryAddressOfANameIsChecked) {
  const std::vector<std::vector<std::string>> kAnswers = {
      {"127.0.0.1"},
      {"::1"},
      {"8.8.8.8", "127.0.0.1"},
      {"127.0.0.1", "8.8.8.8"},
      {"2606:4700:4700::1111", "::ffff:127.0.0.1"},
      {"169.254.169.254"},
      {"8.8.8.8", "10.0.0.1", "1.1.1.1"},
      {"not an address"},
  };
  BatchMaker maker;
  ScriptedServer server({});
  for (const auto& answer : kAnswers) {
    DestinationPlan destination = DestinationNamed("crm");
    destination.url = server.Url("shop.example");
    int asked = 0;
    const auto sender = MakeHttpSender(
        destination, maker.clock(),
        std::make_unique<ScriptedResolver>(std::vector<std::vector<std::string>>{answer}, &asked));
    EXPECT_EQ(sender->Send(maker.Make(1, 2), maker.ticket(), Unhindered()).kind,
              Receipt::Kind::kRetry);
    EXPECT_EQ(asked, 1);
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(SsrfNamesTest, ResolvedOncePerConnectionAndConnectedToWhatWasResolved) {
  BatchMaker maker;
  ScriptedServer server({Answer("200 OK"), Answer("200 OK", "Connection: close\r\n")});
  DestinationPlan destination = DestinationNamed("crm");
  destination.url = server.Url("shop.example");
  destination.allow_private_address = true;
  int asked = 0;
  // 127.0.0.2 does not answer here: the next address is tried.
  const auto sender = MakeHttpSender(
      destination, maker.clock(),
      std::make_unique<ScriptedResolver>(
          std::vector<std::vector<std::string>>{{"127.0.0.2", "127.0.0.1"}, {"127.0.0.1"}},
          &asked));
  for (const int expected : {1, 1, 2}) {
    EXPECT_EQ(sender->Send(maker.Make(1, 2), maker.ticket(), Unhindered()).kind,
              Receipt::Kind::kDelivered);
    EXPECT_EQ(asked, expected);
  }
  EXPECT_NE(
      server.requests().at(0).head.find("Host: shop.example:" + std::to_string(server.port())),
      std::string::npos);
}

}  // namespace
}  // namespace octroi::gateway
