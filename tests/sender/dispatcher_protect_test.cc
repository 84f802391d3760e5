// What a lane does where a batch cannot leave as it is: no table of random tokens, too few people
// who look the same.
#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "sender/dispatching.h"

namespace octroi::gateway {
namespace {

using Table = std::vector<std::string>;
using Numbers = std::vector<std::uint64_t>;

class Tokens final : public policies::RandomTokens {
 public:
  base::Status Resolve(std::string_view, std::span<policies::WantedToken> wanted) override {
    ++asked;
    if (down) return base::Error{base::ErrorCode::kUnavailable, "test.tokens", "down"};
    for (policies::WantedToken& one : wanted) one.token = one.subject;
    return base::Ok();
  }
  std::atomic<int> asked{0};
  std::atomic<bool> down{false};
};

class ProtectTest : public DispatcherTest {
 protected:
  void BeginRandom(std::size_t up_to) {
    PlanOptions options = To(BatchesOf(up_to));
    options.who = policies::OutgoingField::Form::kRandom;
    options.destinations[0].retry_for = 1;  // our own table's trouble is not the destination's
    Begin(options, [&](Dispatcher::Parts& parts) { parts.tokens = &tokens_; });
  }
  Tokens tokens_;
};

TEST_F(ProtectTest, WithoutTheTableEverythingWaitsAndNothingLeaves) {
  tokens_.down = true;
  BeginRandom(3);
  Grant("a");
  Grant("b");
  rig_.Admit(*plan(), {{1, "a"}, {2, "b"}});
  ASSERT_TRUE(Eventually([&] { return tokens_.asked >= 3; }));
  EXPECT_TRUE(sink_.attempts().empty());
  EXPECT_EQ(dispatcher_->pending(), 2u);
  tokens_.down = false;
  Settle();
  EXPECT_EQ(Lines(), Table({"1 sent delivery.acknowledged", "2 sent delivery.acknowledged"}));
  const auto outcomes = rig_.Outcomes();
  ASSERT_FALSE(outcomes.empty());
  EXPECT_EQ(outcomes[0].outcome, base::Outcome::kInFlight);
  EXPECT_EQ(outcomes[0].reason, base::Reason::kTokensUnavailable);
  for (const Attempt& attempt : sink_.attempts())
    EXPECT_NE(attempt.body.find("\"who\":\"p4.crm."), std::string::npos);
}

TEST_F(ProtectTest, OneAtATimeWaitsToo) {
  tokens_.down = true;
  BeginRandom(1);
  Grant("a");
  Grant("b");
  rig_.Admit(*plan(), {{1, "a"}, {2, "b"}});
  ASSERT_TRUE(Eventually([&] { return tokens_.asked >= 4; }));
  EXPECT_TRUE(sink_.attempts().empty());
  tokens_.down = false;
  Settle();
  EXPECT_EQ(Lines(), Table({"1 sent delivery.acknowledged", "2 sent delivery.acknowledged"}));
}

TEST_F(ProtectTest, AWithdrawalWhileTheTableIsDownIsObeyed) {
  tokens_.down = true;
  BeginRandom(3);
  Grant("a");
  rig_.Admit(*plan(), {{1, "a"}});
  ASSERT_TRUE(Eventually([&] { return tokens_.asked >= 2; }));
  Withdraw("a");
  Settle();
  EXPECT_EQ(Lines(), Table{"1 withheld consent.withdrawn"});
  EXPECT_TRUE(sink_.attempts().empty());
}

// `n` of an event is its quasi-identifier: it leaves in clear, and Of(n) people send the same.
class GroupsTest : public DispatcherTest {
 protected:
  void BeginGroups(std::size_t at_least) {
    PlanOptions options = To(BatchesOf(50));
    GroupsPlan& groups = options.destinations[0].groups;
    groups.at_least = at_least;
    if (by_number) groups.by = {{0, 0, policies::OutgoingField::Form::kClear, ~0u}};
    Begin(options, [](Dispatcher::Parts& parts) { parts.lanes_per_destination = 1; });
  }
  Numbers Sent() {
    Numbers sent;
    for (const Attempt& attempt : sink_.attempts())
      sent.insert(sent.end(), attempt.numbers.begin(), attempt.numbers.end());
    return sent;
  }
  bool by_number = false;
};

TEST_F(GroupsTest, FewerThanKPeopleOfABatchDoNotLeaveAndSaySo) {
  BeginGroups(3);
  for (const char* who : {"a", "b", "c"}) Grant(who);
  rig_.Admit(*plan(), {{1, "a"}, {2, "b"}});
  Settle();
  EXPECT_EQ(Lines(), Table({"1 withheld group.too_small", "2 withheld group.too_small"}));
  EXPECT_TRUE(sink_.attempts().empty());
  rig_.Admit(*plan(), {{3, "a"}, {4, "b"}, {5, "c"}});
  Settle();
  EXPECT_EQ(Sent(), (Numbers{3, 4, 5}));
}

TEST_F(GroupsTest, ManyRecordsOfOnePersonAreOnePerson) {
  BeginGroups(2);
  Grant("a");
  rig_.Admit(*plan(), {{1, "a"}, {2, "a"}, {3, "a"}});
  Settle();
  EXPECT_EQ(Lines(), Table({"1 withheld group.too_small", "2 withheld group.too_small",
                            "3 withheld group.too_small"}));
}

// An email beside a telephone number, then the number alone; in another group, each alone.
TEST_F(GroupsTest, WhoSharesAnIdentifierIsOnePerson) {
  by_number = true;
  BeginGroups(2);
  for (const char* who : {"mail", "phone", "other"}) Grant(who);
  rig_.Admit(*plan(), {{7, "mail", true, "phone"}, {7, "phone"}, {8, "mail"}, {8, "phone"}});
  Settle();
  EXPECT_TRUE(sink_.attempts().empty());
  rig_.Admit(*plan(), {{9, "mail", true, "phone"}, {9, "phone"}, {9, "other"}});
  Settle();
  EXPECT_EQ(Sent(), (Numbers{9, 9, 9}));
}

TEST_F(GroupsTest, WhoLooksDifferentIsOfAnotherGroup) {
  by_number = true;
  BeginGroups(2);
  for (const char* who : {"a", "b", "c"}) Grant(who);
  rig_.Admit(*plan(), {{7, "a"}, {7, "b"}, {8, "c"}});
  Settle();
  EXPECT_EQ(Sent(), (Numbers{7, 7}));
}

TEST_F(GroupsTest, AWithdrawalThatMakesAGroupTooSmallHoldsTheOthersBack) {
  BeginGroups(2);
  Grant("a");
  Grant("b");
  std::atomic<bool> down{true};
  sink_.script = [&](const Attempt&) { return down ? TryLater(503) : Delivered(); };
  rig_.Admit(*plan(), {{1, "a"}, {2, "b"}});
  ASSERT_TRUE(Eventually([&] { return !sink_.attempts().empty(); }));
  Withdraw("b");
  down = false;
  Settle();
  const Table lines = Lines();
  const bool both =
      lines == Table({"1 sent delivery.acknowledged", "2 sent delivery.acknowledged"});
  EXPECT_TRUE(both ||
              lines == Table({"1 withheld group.too_small", "2 withheld consent.withdrawn"}));
  for (const Attempt& attempt : sink_.attempts()) EXPECT_EQ(attempt.numbers, (Numbers{1, 2}));
}

TEST_F(GroupsTest, ARefusedBatchIsNotSentOneByOne) {
  BeginGroups(2);
  Grant("a");
  Grant("b");
  sink_.script = [&](const Attempt&) { return Refused(422); };
  rig_.Admit(*plan(), {{1, "a"}, {2, "b"}});
  Settle();
  EXPECT_EQ(Lines(), Table({"1 failed delivery.refused", "2 failed delivery.refused"}));
  for (const Attempt& attempt : sink_.attempts()) EXPECT_EQ(attempt.numbers, (Numbers{1, 2}));
}

}  // namespace
}  // namespace octroi::gateway
