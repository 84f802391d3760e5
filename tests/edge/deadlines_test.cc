// Deadlines, on a clock that the test moves: OnDurable wakes the loop, which then looks at the
// clock.
#include <deque>

#include "../support/fake_clock.h"
#include "edge_fixture.h"

namespace octroi::testing {
namespace {

class Deadlines : public EdgeTest {
 protected:
  void SetUp() override {
    gateway::Edge::Parts parts;
    parts.clock = &clock_;
    Start(std::move(parts));  // the deadlines of base/limits.h
  }
  // Moves time on until the connection says something or ends; how much time that took.
  base::Millis TimeUntilReadable(Client& client) {
    base::Millis passed = 0;
    for (; passed < 120'000 && !client.readable(2); passed += 100) {
      clock_.Advance(100);
      edge_->OnDurable();
    }
    return passed;
  }
  // The edge has read all that `client` sent once another connection, made later, is answered.
  void LetItBeRead() {
    Client other(port());
    other.Send(Get("/x", "Connection: close\r\n"));
    other.ReadAll();
  }

  FakeClock clock_;
};

TEST_F(Deadlines, SlowHeadIsCutAfterFiveSecondsHoweverItDrips) {
  Client client(port());
  const std::string head = Get("/x", "X: " + std::string(8000, 'y') + "\r\n");
  base::Millis passed = 0;
  for (std::size_t i = 0; i < head.size() && !client.readable(1); ++i, passed += 100) {
    client.Send(head.substr(i, 1));
    clock_.Advance(100);
    edge_->OnDurable();
  }
  EXPECT_GE(passed, 5'000);
  EXPECT_LE(passed, 60'000);
  EXPECT_EQ(StatusOf(client.ReadAll()), 408);
  EXPECT_TRUE(client.closed());
}

TEST_F(Deadlines, StalledBodyIsCutByTheMinimumRate) {
  Client client(port());
  client.Send("POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc");
  LetItBeRead();
  const base::Millis passed = TimeUntilReadable(client);
  EXPECT_GE(passed, 4'900);
  EXPECT_LE(passed, 20'000);
  EXPECT_EQ(StatusOf(client.ReadAll()), 408);
}

TEST_F(Deadlines, BodyThatKeepsTheRateIsCutAfterThirtySeconds) {
  Client client(port());
  client.Send("POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
  LetItBeRead();
  base::Millis passed = 0;
  for (; passed < 120'000 && !client.readable(1); passed += 500) {
    client.Send(std::string(4096, 'x'));  // 8 KiB a second
    LetItBeRead();
    clock_.Advance(500);
    edge_->OnDurable();
  }
  EXPECT_GE(passed, 29'000);
  EXPECT_LE(passed, 60'000);
  EXPECT_EQ(StatusOf(client.ReadAll()), 408);
}

TEST_F(Deadlines, IdleConnectionIsClosedInSilence) {
  Client fresh(port()), used(port());
  used.Send(Get("/x"));
  EXPECT_EQ(StatusOf(used.ReadAnswer()), 202);
  LetItBeRead();
  EXPECT_GE(TimeUntilReadable(fresh), 14'900);
  EXPECT_EQ(fresh.ReadAll(), "");
  EXPECT_TRUE(fresh.closed());
  EXPECT_EQ(used.ReadAll(), "");
  EXPECT_TRUE(used.closed());
}

// More than one turn of the loop can take: what waits for the next turn was sent in time all the
// same.
TEST_F(Deadlines, WhatWasSentWhileTheEdgeWasBusyIsAnswered) {
  std::deque<Client> clients;
  handler_.busy = [&] {
    for (Client& client : clients) client.Send(Get("/x"));
    clock_.Advance(base::kIdleDeadlineMs + 1);
  };
  edge_.reset();
  gateway::Edge::Parts parts;
  parts.clock = &clock_;
  parts.threads = 1;
  Start(std::move(parts));
  for (int i = 0; i < 600; ++i) clients.emplace_back(port());
  LetItBeRead();
  Client busy(port());
  busy.Send(Get("/busy"));
  for (Client& client : clients) EXPECT_EQ(StatusOf(client.ReadAnswer()), 202);
  EXPECT_EQ(StatusOf(busy.ReadAnswer()), 202);
}

TEST_F(Deadlines, AnswerThatIsOursToGiveHasNoIdleDeadline) {
  Client client(port());
  client.Send(Get("/defer?1"));
  auto deferred = handler_.TakeDeferred("1");
  ASSERT_NE(deferred, nullptr);
  clock_.Advance(600'000);
  edge_->OnDurable();
  LetItBeRead();
  gateway::Response response;
  response.status = 200;
  deferred->Answer(std::move(response));
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 200);
}

TEST_F(Deadlines, PeerThatDoesNotReadIsClosed) {
  Client client(port(), 4096);
  client.Send(Get("/large"));
  while (handler_.CountOf("/large") == 0) usleep(1000);
  LetItBeRead();
  for (int i = 0; i < 50; ++i) {
    clock_.Advance(1'000);
    edge_->OnDurable();
    LetItBeRead();
  }
  EXPECT_LT(client.ReadAll().size(), 4u * 1024 * 1024);  // what the kernel still held, then the end
}

TEST_F(Deadlines, TwoHundredSlowConnectionsDoNotStopHonestOnes) {
  std::vector<std::unique_ptr<Client>> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(std::make_unique<Client>(port()));
    slow.back()->Send(i % 2 == 0 ? "GET / HTTP/1.1\r\nHost: a\r\nX-Slow"
                                 : "POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\nx");
  }
  for (int i = 0; i < 200; ++i) {
    Client honest(port());
    honest.Send(Post("/echo", "honest"));
    ASSERT_EQ(BodyOf(honest.ReadAnswer()), "honest");
    slow[static_cast<std::size_t>(i)]->Send("y");
  }
  for (int i = 0; i < 100; ++i) {
    clock_.Advance(100);
    edge_->OnDurable();
    LetItBeRead();
  }
  for (auto& client : slow) ASSERT_EQ(StatusOf(client->ReadAll()), 408);
}

}  // namespace
}  // namespace octroi::testing
