// Refusals that leave something unread: it is never executed, and the client still sees its answer.
#include <string>

#include "../support/fake_clock.h"
#include "edge_fixture.h"

namespace octroi::testing {
namespace {

const std::string kSecond = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

class EarlyRefusals : public EdgeTest {
 protected:
  FakeClock standing_still_;
};

// The body that was not read holds a request; the connection ends instead of executing it.
TEST_F(EarlyRefusals, EarlyRefusalDoesNotExecuteItsBody) {
  Start();
  Client client(port());
  client.Send(Post("/denied", kSecond) + kSecond);
  const std::string answer = client.ReadAll();
  EXPECT_EQ(StatusOf(answer), 401);
  EXPECT_EQ(AnswersIn(answer), 1u);
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(handler_.handled().size(), 0u);
}

TEST_F(EarlyRefusals, RefusalWithoutABodyKeepsTheConnection) {
  Start();
  Client client(port());
  client.Send(Get("/denied") + Get("/x"));
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 401);
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 202);
}

TEST_F(EarlyRefusals, AnswersBeforeTheFaultStillArrive) {
  Start();
  Client client(port());
  client.Send(Get("/defer?1") + "GET /bad\r\n");
  const auto deferred = handler_.TakeDeferred("1");
  ASSERT_NE(deferred, nullptr);
  deferred->Answer({});
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 500);
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 400);
  EXPECT_EQ(client.ReadAll(), "");
}

// The whole body keeps coming after the refusal of its head; the client still reads its answer.
TEST_F(EarlyRefusals, AnswerSurvivesWhatIsStillBeingSent) {
  gateway::Edge::Parts parts;
  parts.clock = &standing_still_;  // the time to linger is not what ends this
  Start(std::move(parts));
  Client client(port());
  ASSERT_TRUE(client.Send("POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 1900000\r\n\r\n"));
  EXPECT_EQ(StatusOf(client.ReadAll()), 413);
  EXPECT_TRUE(client.closed());
  for (int i = 0; i < 190; ++i) {
    ASSERT_TRUE(client.Send(std::string(10'000, 'x'))) << "reset";
    usleep(500);  // gives a reset the time to arrive; none comes
  }
}

}  // namespace
}  // namespace octroi::testing
