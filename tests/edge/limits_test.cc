// How many connections, and what the ones beyond are told.
#include <sys/resource.h>

#include "edge_fixture.h"

namespace octroi::testing {
namespace {

class Limits : public EdgeTest {};

TEST_F(Limits, ConnectionsBeyondAreToldSo) {
  gateway::Edge::Parts parts;
  parts.connections_max = 8;
  Start(std::move(parts));
  std::vector<std::unique_ptr<Client>> held;
  for (int i = 0; i < 8; ++i) {
    held.push_back(std::make_unique<Client>(port()));
    held.back()->Send(Get("/x"));
    ASSERT_EQ(StatusOf(held.back()->ReadAnswer()), 202);
  }
  for (int i = 0; i < 20; ++i) {
    Client beyond(port());
    beyond.Send(Get("/smuggled"));
    const std::string answer = beyond.ReadAll();
    EXPECT_EQ(StatusOf(answer), 503);
    EXPECT_NE(answer.find("Retry-After: "), answer.npos);
    EXPECT_TRUE(beyond.closed());
  }
  EXPECT_EQ(handler_.CountOf("/smuggled"), 0u);
  held[3]->Send(Get("/x"));
  EXPECT_EQ(StatusOf(held[3]->ReadAnswer()), 202);

  held.clear();  // room again, as soon as the edge has seen the ends
  int status = 0;
  for (int i = 0; i < 1000 && status != 202; ++i) {
    Client after(port());
    after.Send(Get("/x", "Connection: close\r\n"));
    status = StatusOf(after.ReadAll());
    usleep(5'000);
  }
  EXPECT_EQ(status, 202);
}

TEST_F(Limits, WhatIsEssentialIsServedBeyondTheLimitOneRequestAConnection) {
  gateway::Edge::Parts parts;
  parts.connections_max = 2;
  Start(std::move(parts));
  Client first(port()), second(port());
  for (Client* held : {&first, &second}) {
    held->Send(Get("/x"));
    ASSERT_EQ(StatusOf(held->ReadAnswer()), 202);
  }
  for (int i = 0; i < 20; ++i) {
    Client beyond(port());
    beyond.Send(Get("/essential") + Get("/essential"));
    const std::string answers = beyond.ReadAll();
    EXPECT_EQ(StatusOf(answers), 202);
    EXPECT_EQ(answers.rfind("HTTP/1.1"), 0u);
    EXPECT_TRUE(beyond.closed());
  }
  EXPECT_EQ(handler_.CountOf("/essential"), 20u);
  Client silent(port());  // holds a reserved place no longer than a moment
  silent.ReadAll();
  EXPECT_TRUE(silent.closed());
  Client dripping(port());
  dripping.Send("GET /essential HTTP/1.1\r\n");
  dripping.ReadAll();
  EXPECT_TRUE(dripping.closed());
}

TEST_F(Limits, WithoutDescriptorsTheOthersAreStillServed) {
  Start();
  Client held(port());
  held.Send(Get("/x"));
  ASSERT_EQ(StatusOf(held.ReadAnswer()), 202);
  Client waiting(port());  // its descriptor of ours is taken; the edge's own is refused below
  waiting.Send(Get("/x"));
  ASSERT_EQ(StatusOf(waiting.ReadAnswer()), 202);

  const int extra = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit few = before;
  few.rlim_cur = static_cast<rlim_t>(extra) + 1;  // nothing above `extra` can be opened
  setrlimit(RLIMIT_NOFILE, &few);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(extra, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  pollfd ended{extra, POLLIN, 0};
  EXPECT_EQ(poll(&ended, 1, 20'000), 1) << "left in the queue instead of taken out and closed";
  held.Send(Get("/x"));
  EXPECT_EQ(StatusOf(held.ReadAnswer()), 202);
  setrlimit(RLIMIT_NOFILE, &before);
  close(extra);

  Client after(port());
  after.Send(Get("/x"));
  EXPECT_EQ(StatusOf(after.ReadAnswer()), 202);
}

TEST_F(Limits, CountersTell) {
  Start();
  Client client(port());
  client.Send(Get("/x") + "GET / HTTP/1.1\nHost: a\r\n\r\n");
  client.ReadAll();
  const std::string text = metrics_.Render();
  EXPECT_NE(text.find("octroi_edge_refused_total{reason=\"http.bare_line_feed\"} 1"), text.npos)
      << text;
  EXPECT_NE(text.find("octroi_edge_requests_total{class=\"2xx\"} 1"), text.npos);
  EXPECT_NE(text.find("octroi_edge_requests_total{class=\"4xx\"} 1"), text.npos);
}

TEST(Start, SaysWhatIsWrong) {
  base::SystemClock clock;
  base::Metrics metrics;
  RecordingHandler handler;
  gateway::Edge::Parts parts;
  parts.handler = &handler;
  parts.clock = &clock;
  parts.metrics = &metrics;
  for (const char* address : {"", "8080", "127.0.0.1:", "127.0.0.1:http", "[::1:0"}) {
    parts.address = address;
    EXPECT_FALSE(gateway::Edge::Start(parts)) << address;
  }
  parts.address = "[::1]:0";
  parts.threads = 2;
  auto first = gateway::Edge::Start(parts);
  if (!first) GTEST_SKIP() << "no IPv6 here";
  parts.address = "[::1]:" + std::to_string((*first)->port());
  const auto second = gateway::Edge::Start(parts);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace octroi::testing
