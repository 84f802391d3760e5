// Destinations that take one event a request: several requests of one lane under way together.
#include <gtest/gtest.h>

#include "gateway/dispatcher/breaker.h"
#include "sender/dispatching.h"

namespace octroi::gateway {
namespace {

using Numbers = std::vector<std::uint64_t>;
using Table = std::vector<std::string>;

class AbreastTest : public DispatcherTest {
 protected:
  // All of these wait before the one lane takes the first.
  void Queue(const std::vector<TestEvent>& events) {
    sink_.abreast = 4;
    PlanOptions options;
    options.destinations = {DestinationNamed("crm")};
    Begin(options, [](auto& parts) { parts.lanes_per_destination = 1; });
    for (const TestEvent& event : events) Grant(event.who);
    rig_.Admit(*plan(), events);
  }
  Numbers NumbersTogether(std::size_t group) {
    Numbers numbers;
    for (const Attempt& attempt : sink_.attempts()) {
      if (attempt.group == group) numbers.push_back(attempt.numbers.at(0));
    }
    return numbers;
  }
  Numbers NumbersInOrder() {
    Numbers numbers;
    for (const Attempt& attempt : sink_.attempts()) numbers.push_back(attempt.numbers.at(0));
    return numbers;
  }
};

TEST_F(AbreastTest, OnePersonsEventsLeaveOneAfterTheOther) {
  Queue({{1, "a"}, {2, "b"}, {3, "a"}, {4, "c"}, {5, "b"}, {6, "a"}});
  Settle();
  EXPECT_EQ(NumbersTogether(1), (Numbers{1, 2, 4}));  // 3 is a's again
  EXPECT_EQ(NumbersTogether(2), (Numbers{3}));
  EXPECT_EQ(NumbersTogether(3), (Numbers{5, 6}));
  EXPECT_EQ(Lines().size(), 6u);
  for (const std::string& line : Lines()) EXPECT_NE(line.find(" sent "), std::string::npos) << line;
}

TEST_F(AbreastTest, EachAnswerIsForItsOwnEvent) {
  sink_.script = [&](const Attempt& attempt) {
    return attempt.numbers == Numbers{2} ? Refused(422) : Delivered();
  };
  Queue({{1, "a"}, {2, "b"}, {3, "c"}, {4, "d"}});
  Settle();
  EXPECT_EQ(Lines(), Table({"1 sent delivery.acknowledged", "2 failed delivery.refused",
                            "3 sent delivery.acknowledged", "4 sent delivery.acknowledged"}));
  EXPECT_EQ(NumbersTogether(1), (Numbers{1, 2, 3, 4}));
}

TEST_F(AbreastTest, WhatIsTriedAgainHoldsItsPersonUpAndNobodyWhoWent) {
  int later = 3;
  sink_.script = [&](const Attempt& attempt) {
    return attempt.numbers == Numbers{1} && later-- > 0 ? TryLater(503) : Delivered();
  };
  Queue({{1, "a"}, {2, "b"}, {3, "a"}});
  Settle();
  EXPECT_EQ(NumbersInOrder(), (Numbers{1, 2, 1, 1, 1, 3}));
  EXPECT_EQ(Lines(), Table({"1 sent delivery.acknowledged", "2 sent delivery.acknowledged",
                            "3 sent delivery.acknowledged"}));
  for (const auto& outcome : rig_.Outcomes()) {
    if (outcome.outcome == base::Outcome::kSent && outcome.events.front() == 1) {
      EXPECT_EQ(outcome.attempt, 4u);
    }
  }
}

TEST_F(AbreastTest, AWithdrawalBeforeTheFirstByteStopsIts) {
  sink_.before_start = [&] {
    if (sink_.attempts().empty()) Withdraw("b");
  };
  Queue({{1, "a"}, {2, "b"}, {3, "c"}});
  Settle();
  EXPECT_EQ(Lines(), Table({"1 sent delivery.acknowledged", "2 withheld consent.withdrawn",
                            "3 sent delivery.acknowledged"}));
  EXPECT_EQ(NumbersInOrder(), (Numbers{1, 3}));
}

TEST_F(AbreastTest, ADestinationThatIsDownIsTriedOneAtATime) {
  constexpr std::size_t kEnough = 4 + 2 * Breaker::kFailuresToOpen;
  sink_.script = [&](const Attempt& attempt) {
    if (attempt.numbers.at(0) > 4) return Delivered();
    if (sink_.attempts().size() == kEnough)
      rig_.clock.Advance(24 * 3'600'000);  // their time is over
    return TryLater(503);
  };
  Queue({{1, "a"}, {2, "b"}, {3, "c"}, {4, "d"}, {5, "e"}, {6, "f"}, {7, "g"}, {8, "h"}});
  Settle();
  EXPECT_EQ(NumbersTogether(1), (Numbers{1, 2, 3, 4}));
  const auto attempts = sink_.attempts();
  EXPECT_GT(attempts.size(), kEnough);
  for (std::size_t i = 4; i < attempts.size(); ++i) {
    EXPECT_EQ(NumbersTogether(attempts[i].group).size(), 1u) << attempts[i].numbers[0];
  }
  EXPECT_EQ(Lines().size(), 8u);
}

}  // namespace
}  // namespace octroi::gateway
