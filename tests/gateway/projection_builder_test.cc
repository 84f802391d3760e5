// Records of the journal -> rows, updates and counts of the store.
#include <gtest/gtest.h>

#include "gateway/projector.h"

namespace octroi::gateway {
namespace {

using base::Outcome;
using base::Reason;
using store::RuleCount;
using store::RuleKey;

constexpr base::Millis kNine = 1'795'251'600'000;  // 2026-11-21T09:00:00Z
constexpr base::Millis kHour = 3'600'000;

// Two plans: the second has the sources the other way round, and another rule.
std::string NamesOf(std::uint32_t plan) {
  if (plan == 1) {
    return R"({"sources":["shop","till"],"contracts":["order@1","lead@1"],
               "rules":{"order@1":["amount","email"],"lead@1":["phone"]}})";
  }
  if (plan == 2) {
    return R"({"sources":["till","shop"],"contracts":["lead@1","order@1"],
               "rules":{"order@1":["amount","email","total"]}})";
  }
  return {};
}

template <class Record>
std::string Encoded(const Record& record) {
  std::string bytes;
  Encode(record, bytes);
  return bytes;
}

journal::EventRecord Event(std::vector<base::Verdict> verdicts = {}) {
  journal::EventRecord record;
  record.plan = 1;
  record.contract = 0;
  record.outcome = Outcome::kAccepted;
  record.reason = Reason::kAccepted;
  record.received = kNine;
  record.verdicts = std::move(verdicts);
  return record;
}

base::Verdict To(std::uint16_t destination, bool allowed = true) {
  base::Verdict verdict;
  verdict.destination = destination;
  verdict.allowed = allowed;
  verdict.reason = allowed ? Reason::kConsentGranted : Reason::kConsentWithdrawn;
  return verdict;
}

journal::OutcomeRecord Sent(std::uint16_t destination, std::vector<std::uint64_t> events) {
  journal::OutcomeRecord record;
  record.plan = 1;
  record.destination = destination;
  record.outcome = Outcome::kSent;
  record.reason = Reason::kDelivered;
  record.at = kNine + 5;
  record.attempt = 2;
  record.http_status = 200;
  record.events = std::move(events);
  return record;
}

const store::DeliveryState kSentState = {0, Outcome::kSent, Reason::kDelivered, 2, 200, kNine + 5};

class BuilderTest : public ::testing::Test {
 protected:
  template <class Record>
  void Add(const Record& record) {
    builder_.Add(++sequence_, Encoded(record));
  }
  std::uint64_t sequence_ = 0;
  ProjectionBuilder builder_{NamesOf};
};

TEST_F(BuilderTest, AnEventIsARowWithItsDeliveries) {
  journal::EventRecord event = Event({To(0), To(3, false)});
  event.source = 1;
  Add(event);
  const store::Projection made = builder_.Take();
  EXPECT_EQ(made.through, 1u);
  ASSERT_EQ(made.events.size(), 1u);
  const store::EventRow wanted = {
      1,
      1,
      1,
      Outcome::kAccepted,
      Reason::kAccepted,
      kNine,
      Encoded(event),
      {{0, Outcome::kInFlight, Reason::kQueued, 0, 0, kNine},
       {3, Outcome::kWithheld, Reason::kConsentWithdrawn, 0, 0, kNine}}};
  EXPECT_EQ(made.events[0], wanted);
}

TEST_F(BuilderTest, AnOutcomeIsMergedIntoAnEventOfTheSameBatch) {
  Add(Event({To(0), To(1)}));
  Add(Event({To(0)}));
  Add(Sent(0, {1}));
  const store::Projection made = builder_.Take();
  EXPECT_TRUE(made.outcomes.empty());
  EXPECT_EQ(made.through, 3u);
  EXPECT_EQ(made.events[0].deliveries[0], kSentState);
  EXPECT_EQ(made.events[0].deliveries[1].outcome, Outcome::kInFlight) << "another destination";
  EXPECT_EQ(made.events[1].deliveries[0].outcome, Outcome::kInFlight) << "another event";
}

TEST_F(BuilderTest, TheLastOfSeveralOutcomesStands) {
  Add(Event({To(0)}));
  journal::OutcomeRecord retried = Sent(0, {1});
  retried.outcome = Outcome::kInFlight;
  retried.reason = Reason::kRetrying;
  retried.attempt = 1;
  Add(retried);
  Add(Sent(0, {1}));
  EXPECT_EQ(builder_.Take().events[0].deliveries[0], kSentState);
}

TEST_F(BuilderTest, AnOutcomeOfAnEarlierEventIsAnUpdate) {
  Add(Event({To(0)}));
  builder_.Take();
  Add(Event({To(0)}));
  Add(Sent(0, {1, 2}));
  const store::Projection made = builder_.Take();
  ASSERT_EQ(made.outcomes.size(), 1u);
  EXPECT_EQ(made.outcomes[0].sequence, 1u);
  EXPECT_EQ(made.outcomes[0].state, kSentState);
  EXPECT_EQ(made.events[0].deliveries[0], kSentState);
}

TEST_F(BuilderTest, TakingBeginsAnew) {
  Add(Event());
  EXPECT_EQ(builder_.events(), 1u);
  builder_.Take();
  EXPECT_EQ(builder_.events(), 0u);
  const store::Projection made = builder_.Take();
  EXPECT_EQ(made.through, 0u);
  EXPECT_TRUE(made.events.empty() && made.outcomes.empty() && made.rules.empty());
}

TEST_F(BuilderTest, OtherRecordsOnlyMoveOn) {
  Add(journal::ConsentRecord{});
  Add(journal::PlanRecord{});
  builder_.Add(0, Encoded(Event()));  // the head of a segment
  const store::Projection made = builder_.Take();
  EXPECT_EQ(made.through, 2u);
  EXPECT_TRUE(made.events.empty());
  EXPECT_EQ(builder_.unreadable(), 0u);
}

TEST_F(BuilderTest, ARecordThatCannotBeReadIsCountedAndTheRestProjected) {
  const std::string event = Encoded(Event()), outcome = Encoded(Sent(0, {1}));
  const std::vector<std::string> unreadable = {"",
                                               "?",
                                               std::string(1, '\0'),
                                               event.substr(0, event.size() - 1),
                                               event + "x",
                                               outcome.substr(0, 4)};
  for (const std::string& bytes : unreadable) {
    Add(Event({To(0)}));
    builder_.Add(++sequence_, bytes);
  }
  Add(Sent(0, {1}));
  EXPECT_EQ(builder_.unreadable(), unreadable.size());
  const store::Projection made = builder_.Take();
  EXPECT_EQ(made.through, sequence_);
  ASSERT_EQ(made.events.size(), unreadable.size());
  EXPECT_EQ(made.events[0].deliveries[0], kSentState);
  for (std::size_t i = 1; i < made.events.size(); ++i)
    EXPECT_EQ(made.events[i].sequence, 2 * i + 1);
}

struct Judged {
  std::uint32_t plan;
  std::uint16_t source, contract;
  base::Millis received;
  std::uint64_t evaluated, failed, repaired;
};
struct CountCase {
  const char* name;
  std::vector<Judged> events;
  std::map<RuleKey, RuleCount> counts;
};

const CountCase kCountCases[] = {
    {"an event judged by no rule", {{1, 0, 0, kNine, 0, 0, 0}}, {}},
    {"both rules evaluated, one failed, one repaired",
     {{1, 0, 0, kNine, 0b11, 0b01, 0b10}},
     {{{kNine, "shop", "order@1", "amount"}, {1, 1, 0}},
      {{kNine, "shop", "order@1", "email"}, {1, 0, 1}}}},
    {"what was not evaluated neither fails nor repairs",
     {{1, 0, 0, kNine, 0b10, 0b11, 0b11}},
     {{{kNine, "shop", "order@1", "email"}, {1, 1, 1}}}},
    {"the first and the last millisecond of an hour, and the next",
     {{1, 0, 0, kNine, 1, 0, 0},
      {1, 0, 0, kNine + kHour - 1, 1, 1, 0},
      {1, 0, 0, kNine + kHour, 1, 0, 0}},
     {{{kNine, "shop", "order@1", "amount"}, {2, 1, 0}},
      {{kNine + kHour, "shop", "order@1", "amount"}, {1, 0, 0}}}},
    {"sources apart",
     {{1, 0, 0, kNine, 1, 0, 0}, {1, 1, 0, kNine, 1, 1, 0}},
     {{{kNine, "shop", "order@1", "amount"}, {1, 0, 0}},
      {{kNine, "till", "order@1", "amount"}, {1, 1, 0}}}},
    {"contracts apart",
     {{1, 0, 0, kNine, 1, 0, 0}, {1, 0, 1, kNine, 1, 1, 0}},
     {{{kNine, "shop", "order@1", "amount"}, {1, 0, 0}},
      {{kNine, "shop", "lead@1", "phone"}, {1, 1, 0}}}},
    {"plans together, by name and not by place",
     {{1, 0, 0, kNine, 0b11, 0, 0}, {2, 1, 1, kNine, 0b101, 0b101, 0}},
     {{{kNine, "shop", "order@1", "amount"}, {2, 1, 0}},
      {{kNine, "shop", "order@1", "email"}, {1, 0, 0}},
      {{kNine, "shop", "order@1", "total"}, {1, 1, 0}}}},
    {"a plan that nobody knows, a source and a contract beyond the plan",
     {{7, 0, 0, kNine, 1, 1, 0}, {1, 9, 0, kNine, 1, 1, 0}, {1, 0, 0xffff, kNine, 1, 1, 0}},
     {}},
    {"a bit beyond the contract's rules",
     {{1, 0, 1, kNine, 0b11, 0b11, 0}},
     {{{kNine, "shop", "lead@1", "phone"}, {1, 1, 0}}}},
};

TEST(RuleCounts, PerHourSourceAndContract) {
  for (const CountCase& row : kCountCases) {
    SCOPED_TRACE(row.name);
    ProjectionBuilder builder(NamesOf);
    for (int batch = 0; batch < 2; ++batch) {  // a batch counts its own events only
      std::uint64_t sequence = batch * 100;
      for (const Judged& judged : row.events) {
        journal::EventRecord event = Event();
        std::tie(event.plan, event.source, event.contract, event.received) =
            std::tie(judged.plan, judged.source, judged.contract, judged.received);
        std::tie(event.evaluated, event.failed, event.repaired) =
            std::tie(judged.evaluated, judged.failed, judged.repaired);
        builder.Add(++sequence, Encoded(event));
      }
      const store::Projection made = builder.Take();
      EXPECT_EQ(made.rules, row.counts);
      EXPECT_EQ(made.events.size(), row.events.size()) << "each is projected all the same";
    }
  }
}

}  // namespace
}  // namespace octroi::gateway
