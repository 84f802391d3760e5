// When answers leave, and in which order.
#include <numeric>

#include "edge_fixture.h"

namespace octroi::testing {
namespace {

gateway::Response Said(std::string body) {
  gateway::Response response;
  response.status = 200;
  response.body = std::move(body);
  return response;
}

class Answers : public EdgeTest {};

TEST_F(Answers, DurableOnesWaitForTheJournal) {
  Start();
  Client client(port());
  client.Send(Get("/durable?5"));
  while (handler_.CountOf("/durable") == 0) usleep(1000);
  edge_->OnDurable();
  durable_ = 4;
  edge_->OnDurable();
  EXPECT_FALSE(client.readable(50));  // cannot fail a right edge, however slow the machine
  durable_ = 5;
  edge_->OnDurable();
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 202);
}

TEST_F(Answers, DurableAlreadyIsAnsweredAtOnce) {
  Start();
  durable_ = 7;
  Client client(port());
  client.Send(Get("/durable?7"));
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 202);
}

// From the request to the answer: the time that the journal takes is in it.
TEST_F(Answers, WhatADurableAnswerTookIsMeasured) {
  Start();
  Client client(port());
  client.Send(Get("/durable?1"));
  while (handler_.CountOf("/durable") == 0) usleep(1000);
  usleep(3'000);
  durable_ = 1;
  edge_->OnDurable();
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 202);
  client.Send(Get("/echo"));  // waits for no journal
  client.ReadAnswer();
  const auto counts = metrics_.LatencyOf("octroi_answer_durable").Counts();
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), 1u);
  for (std::size_t bucket = 0; bucket <= 11; ++bucket)  // at most 2,048 us
    EXPECT_EQ(counts[bucket], 0u) << bucket;
}

TEST_F(Answers, DurableKeepTheOrderOfTheRequests) {
  Start();
  Client client(port());
  client.Send(Get("/durable?9") + Get("/echo") + Get("/durable?3") + Get("/x"));
  while (handler_.CountOf("/x") == 0) usleep(1000);
  durable_ = 3;
  edge_->OnDurable();
  EXPECT_FALSE(client.readable(50));
  durable_ = 9;
  edge_->OnDurable();
  EXPECT_NE(client.ReadAnswer().find("/durable"), std::string::npos);
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 200);
  EXPECT_NE(client.ReadAnswer().find("/durable"), std::string::npos);
  EXPECT_NE(client.ReadAnswer().find("/x"), std::string::npos);
}

TEST_F(Answers, EveryCommitReachesEveryWaitingConnection) {
  gateway::Edge::Parts parts;
  parts.threads = 2;
  Start(std::move(parts));
  std::atomic<bool> stop{false};
  std::thread journal([&] {
    while (!stop) {
      ++durable_;
      edge_->OnDurable();
      usleep(200);
    }
  });
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 16; ++i) clients.push_back(std::make_unique<Client>(port()));
  for (int round = 0; round < 100; ++round) {
    const std::string sent = Get("/durable?" + std::to_string(durable_ + 2));
    for (auto& client : clients) client->Send(sent);
    for (auto& client : clients) ASSERT_EQ(StatusOf(client->ReadAnswer()), 202);
  }
  stop = true;
  journal.join();
}

TEST_F(Answers, DeferredOutOfOrderLeaveInOrder) {
  Start();
  Client client(port());
  client.Send(Get("/defer?1") + Get("/defer?2") + Get("/x") + Get("/defer?3"));
  auto third = handler_.TakeDeferred("3"), second = handler_.TakeDeferred("2"),
       first = handler_.TakeDeferred("1");
  ASSERT_TRUE(first && second && third);
  std::thread([&] { third->Answer(Said("three")); }).join();
  std::thread([&] { second->Answer(Said("two")); }).join();
  EXPECT_FALSE(client.readable(50));
  std::thread([&] { first->Answer(Said("one")); }).join();
  EXPECT_EQ(BodyOf(client.ReadAnswer()), "one");
  EXPECT_EQ(BodyOf(client.ReadAnswer()), "two");
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 202);
  EXPECT_EQ(BodyOf(client.ReadAnswer()), "three");
}

TEST_F(Answers, DeferredAnswersOnce) {
  Start();
  Client client(port());
  client.Send(Get("/defer?1") + Get("/x", "Connection: close\r\n"));
  auto deferred = handler_.TakeDeferred("1");
  ASSERT_NE(deferred, nullptr);
  deferred->Answer(Said("one"));
  deferred->Answer(Said("again"));
  EXPECT_EQ(AnswersIn(client.ReadAll()), 2u);
}

TEST_F(Answers, DeferredDroppedIsA500) {
  Start();
  Client client(port());
  client.Send(Get("/defer?1"));
  ASSERT_NE(handler_.TakeDeferred("1"), nullptr);  // and let go
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 500);
}

TEST_F(Answers, DeferredOutlivesTheConnectionAndTheEdge) {
  Start();
  std::shared_ptr<gateway::Deferred> first, second;
  {
    Client client(port());
    client.Send(Get("/defer?1") + Get("/defer?2"));
    first = handler_.TakeDeferred("1");
    second = handler_.TakeDeferred("2");
  }
  ASSERT_TRUE(first && second);
  first->Answer(Said("nobody"));
  Client other(port());
  other.Send(Get("/x"));
  EXPECT_EQ(StatusOf(other.ReadAnswer()), 202);
  edge_.reset();
  second->Answer(Said("nobody at all"));
}

TEST_F(Answers, HandlerThatSaysNothingIsA500) {
  Start();
  Client client(port());
  client.Send(Get("/silent") + Get("/smuggled"));
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 500);
  EXPECT_EQ(client.ReadAll(), "");
  EXPECT_EQ(handler_.CountOf("/smuggled"), 0u);
}

TEST_F(Answers, AtMostSixteenAreOutstanding) {
  Start();
  Client client(port());
  std::string sent;
  for (int i = 0; i < 40; ++i) sent += Get("/defer?" + std::to_string(i));
  client.Send(sent);
  std::vector<std::shared_ptr<gateway::Deferred>> first;
  for (int i = 0; i < 16; ++i) first.push_back(handler_.TakeDeferred(std::to_string(i)));
  EXPECT_EQ(handler_.CountOf("/defer"), 16u);
  for (auto& deferred : first) deferred->Answer(Said("x"));
  for (int i = 16; i < 40; ++i) handler_.TakeDeferred(std::to_string(i))->Answer(Said("x"));
  for (int i = 0; i < 40; ++i) EXPECT_EQ(StatusOf(client.ReadAnswer()), 200);
}

TEST_F(Answers, ContinueDoesNotOvertakeAnAnswer) {
  Start();
  Client client(port());
  client.Send(
      Get("/defer?1") +
      "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  auto deferred = handler_.TakeDeferred("1");
  ASSERT_NE(deferred, nullptr);
  EXPECT_FALSE(client.readable(50));
  deferred->Answer(Said("one"));
  EXPECT_EQ(BodyOf(client.ReadAnswer()), "one");
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 100);
  client.Send("ok");
  EXPECT_EQ(BodyOf(client.ReadAnswer()), "ok");
}

TEST_F(Answers, LargeOnesArriveWhole) {
  Start();
  Client client(port(), 4096);
  client.Send(Get("/large") + Get("/x"));
  EXPECT_EQ(BodyOf(client.ReadAnswer()).size(), 4u * 1024 * 1024);
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 202);
}

TEST_F(Answers, BytesOfABrokenConnectionReachNobodyElse) {
  Start();
  for (int i = 0; i < 200; ++i) {
    Client broken(port());
    broken.Send(Get("/echo?private"));
    const linger reset{1, 0};
    setsockopt(broken.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  }
  Client client(port());
  client.Send(Get("/x", "Connection: close\r\n"));
  EXPECT_EQ(AnswersIn(client.ReadAll()), 1u);
}

TEST(Problem, IsRfc9457) {
  const gateway::Response response =
      gateway::Problem(422, "quality.required", "Fehlt \"x\"", "détail", "[{\"pointer\":\"/a\"}]");
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body,
            "{\"type\":\"urn:octroi:problem:quality.required\",\"title\":\"Fehlt \\\"x\\\"\","
            "\"status\":422,\"detail\":\"détail\",\"code\":\"quality.required\","
            "\"errors\":[{\"pointer\":\"/a\"}]}");
}

// A header value that holds a line end would be a second answer.
class Splitting : public EdgeTest {};

TEST_F(Splitting, HeaderValueWithALineEndIsA500) {
  Start();
  Client client(port());
  client.Send(Get("/defer?1"));
  auto deferred = handler_.TakeDeferred("1");
  ASSERT_NE(deferred, nullptr);
  gateway::Response response = Said("x");
  response.headers.emplace_back("Location", "/a\r\nX-Injected: 1");
  deferred->Answer(std::move(response));
  const std::string answer = client.ReadAll();
  EXPECT_EQ(StatusOf(answer), 500);
  EXPECT_NE(answer.find("Connection: close"), answer.npos);
  EXPECT_EQ(answer.find("X-Injected"), answer.npos);
}

}  // namespace
}  // namespace octroi::testing
