// Ending: what was read whole is answered, idle connections end, nobody new comes in.
#include "edge_fixture.h"

namespace octroi::testing {
namespace {

class Drain : public EdgeTest {
 protected:
  void StartThreads(unsigned threads) {
    gateway::Edge::Parts parts;
    parts.threads = threads;
    Start(std::move(parts));
  }
};

TEST_F(Drain, AnswersWhatItOwesThenEnds) {
  StartThreads(1);  // so that the end of the idle one shows that all are draining
  Client idle(port()), owed(port()), begun(port());
  idle.Send(Get("/x"));
  ASSERT_EQ(StatusOf(idle.ReadAnswer()), 202);
  owed.Send(Get("/defer?1"));
  auto deferred = handler_.TakeDeferred("1");
  ASSERT_NE(deferred, nullptr);
  begun.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_EQ(StatusOf(begun.ReadAnswer()), 100);

  std::thread draining([this] { edge_->Drain(60'000); });
  EXPECT_EQ(idle.ReadAll(), "");
  EXPECT_TRUE(idle.closed());
  begun.Send("hello");
  const std::string whole = begun.ReadAll();
  EXPECT_EQ(BodyOf(whole), "hello");
  EXPECT_NE(whole.find("Connection: close"), whole.npos);
  gateway::Response response;
  response.status = 200;
  deferred->Answer(std::move(response));
  const std::string answer = owed.ReadAll();
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_NE(answer.find("Connection: close"), answer.npos);
  EXPECT_TRUE(owed.closed());
  // The clients' ends let the threads end before the time is up.
  shutdown(idle.fd(), SHUT_RDWR);
  shutdown(owed.fd(), SHUT_RDWR);
  shutdown(begun.fd(), SHUT_RDWR);
  draining.join();
  Client late(port());
  EXPECT_FALSE(late.connected());
}

TEST_F(Drain, EndsInTimeWhateverIsOwed) {
  StartThreads(2);
  Client owed(port());
  owed.Send(Get("/defer?1"));
  auto deferred = handler_.TakeDeferred("1");
  ASSERT_NE(deferred, nullptr);
  edge_->Drain(50);
  edge_->Drain(50);  // again is fine
  EXPECT_EQ(owed.ReadAll(), "");
}

TEST_F(Drain, RequestsAlreadySentAreAnswered) {
  StartThreads(2);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(std::make_unique<Client>(port()));
    clients.back()->Send(Get("/x"));
  }
  edge_->Drain(5'000);
  for (auto& client : clients) EXPECT_EQ(StatusOf(client->ReadAll()), 202);
}

}  // namespace
}  // namespace octroi::testing
