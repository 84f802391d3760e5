// What `octroi simulate` says of an event is what the gate does with it.
#include "gateway/simulate.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/world.h"
#include "journal/records.h"

namespace octroi::gateway {
namespace {

const base::Millis kAt = *base::ParseRfc3339("2026-11-21T10:00:00Z");

std::string Posted(std::string_view email, std::string_view state, std::string_view at) {
  return R"({"subject":{"email":")" + std::string(email) +
         R"("},"purpose":"marketing.email","state":")" + std::string(state) +
         R"(","effective_at":")" + std::string(at) +
         R"(","notice":"n1","evidence":{"method":"form"}})" + "\n";
}

struct SimulateTest : ::testing::Test {
  World world;
  const SourcePlan& shop() const { return world.plan->sources[kShop]; }

  std::vector<Simulated> Run(std::string_view events, const ConsentHistory& history,
                             base::Millis at = kAt) {
    const auto split = SplitEvents(events);
    EXPECT_TRUE(split) << split.error().detail;
    const auto index = history.At(*world.plan, at);
    return Simulation({world.plan.get(), world.disk.keys.get(), index.get(), kShop, false, at})
        .Run(*split);
  }
};

TEST_F(SimulateTest, AFileIsReadInEveryForm) {
  EXPECT_EQ(SplitEvents("{\"a\":1}\n\n{\"a\":2}\r\n")->size(), 2u);
  EXPECT_EQ(SplitEvents("{\n \"a\": 1\n}\n")->size(), 1u);
  EXPECT_EQ(SplitEvents(" [{\"a\":1},{\"a\":2},{}]")->size(), 3u);
  EXPECT_EQ(SplitEvents("{\"batch\":[{\"a\":1},{\"a\":2}]}")->size(), 2u);
  EXPECT_EQ(SplitEvents(" \n")->size(), 0u);
  EXPECT_EQ(SplitEvents("{\"a\":1}\n{\"a\":\n{\"a\":3}")->size(), 3u);  // the second is rejected
}

// Neither a document in memory nor the number of events that one request may have stands in the
// way.
TEST_F(SimulateTest, AFileMayHaveManyEvents) {
  const std::string odd = R"({"a":"]},\\\"{[","b":[1,{"c":[]}]})";
  std::string elements = " " + odd + " ";
  for (int i = 1; i < 20'000; ++i) elements += "\n , " + odd;
  for (const std::string& file : {"[" + elements + "]", "{\"batch\" : [" + elements + "]}\n",
                                  "{\n\"sentAt\":\"x\",\"batch\":[" + elements + "],\"n\":[1]}"}) {
    const auto events = SplitEvents(file);
    ASSERT_TRUE(events) << events.error().detail;
    ASSERT_EQ(events->size(), 20'000u);
    for (const std::string_view event : *events) ASSERT_EQ(event, odd);
  }
  // Of one event each: a member of that name further in, or that is no list.
  for (const std::string file : {R"({"a":{"batch":[1,2]}})", R"({"batch":{"a":[1,2]}})",
                                 R"({"batch":"[1,2]"})", "{}", R"({"a":"\"batch\":[1,2]"})"}) {
    const auto events = SplitEvents(file);
    ASSERT_TRUE(events);
    ASSERT_EQ(events->size(), 1u) << file;
    EXPECT_EQ(events->front(), file);
  }
}

TEST_F(SimulateTest, AnArrayThatCannotBeReadIsNamedByRuleAndByte) {
  const struct {
    std::string file;
    const char* said;
  } rows[] = {
      {"[{\"a\":1}", "(syntax) at byte 8"},
      {"[{\"a\":1},", "(unfinished) at byte 9"},
      {"[{\"a\":1},]", "(syntax) at byte 9"},
      {"[{\"a\":1} {}]", "(syntax) at byte 9"},
      {"[{\"a\":1]]", "(syntax) at byte 7"},
      {"[{\"zoe", "(unclosed_string) at byte 6"},
      {"[{\"zoe\\", "(unclosed_string) at byte 7"},
      {"[1] [2]", "(trailing_bytes) at byte 4"},
      {"[" + std::string(2'000, '[') + "]", "(depth) at byte 1001"},
      {R"({"batch":[1],"batch":[2]})", "(duplicate_key) at byte 21"},
  };
  for (const auto& row : rows) {
    const auto events = SplitEvents(row.file);
    ASSERT_FALSE(events) << row.file.substr(0, 40);
    EXPECT_TRUE(events.error().detail.ends_with(row.said)) << events.error().detail;
    EXPECT_EQ(events.error().detail.find("zoe"), std::string::npos);
  }
}

TEST_F(SimulateTest, ConsentIsThatOfTheInstant) {
  ConsentHistory history;
  const std::string consents = Posted("a@example.org", "granted", "2026-11-01T00:00:00Z") +
                               Posted("a@example.org", "withdrawn", "2026-11-10T00:00:00Z");
  const auto read = ReadConsents(consents, *world.plan, shop(), *world.disk.keys, history);
  ASSERT_TRUE(read) << read.error().detail;
  ASSERT_EQ(history.size(), 2u);
  const policies::Fingerprint person = world.PrintOf("a@example.org");
  const auto state = [&](const char* at) {
    const auto index = history.At(*world.plan, *base::ParseRfc3339(at));
    return index->Get(index->Find(person), kNewsletter).state;
  };
  EXPECT_EQ(state("2026-10-31T00:00:00Z"), policies::ConsentState::kUnknown);
  EXPECT_EQ(state("2026-11-09T00:00:00Z"), policies::ConsentState::kGranted);
  EXPECT_EQ(state("2026-11-10T00:00:00Z"), policies::ConsentState::kWithdrawn);
}

TEST_F(SimulateTest, AConsentThatCannotBeReadIsNamedByLineAndMemberWithoutItsValue) {
  ConsentHistory history;
  const std::string bad = Posted("a@example.org", "granted", "2026-11-01T00:00:00Z") +
                          Posted("zqx7-canary", "granted", "2026-11-01T00:00:00Z");
  const auto read = ReadConsents(bad, *world.plan, shop(), *world.disk.keys, history);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().detail.find("line 2"), std::string::npos) << read.error().detail;
  EXPECT_NE(read.error().detail.find("/subject/email"), std::string::npos) << read.error().detail;
  EXPECT_EQ(read.error().detail.find("canary"), std::string::npos);
  EXPECT_EQ(history.size(), 0u);
}

// The same events through the gate, with the same register: record by record the same.
TEST_F(SimulateTest, WhatItSaysIsWhatTheGateRecords) {
  ConsentHistory history;
  const std::string consents = Posted("a@example.org", "granted", "2026-11-01T00:00:00Z") +
                               Posted("b@example.org", "denied", "2026-11-01T00:00:00Z");
  ASSERT_TRUE(ReadConsents(consents, *world.plan, shop(), *world.disk.keys, history));
  std::string file;
  const auto event = [&](const char* id, const char* email, const char* order) {
    file += R"({"event":"order.paid","id":")" + std::string(id) + R"(","email":")" + email +
            R"(","order_id":")" + order + R"(","amount":12})" + "\n";
  };
  event("m1", "a@example.org", "o1");
  event("m2", "b@example.org", "o2");
  event("m3", "c@example.org", "o3");
  event("m1", "a@example.org", "o1");  // again
  event("m2", "b@example.org", "o9");  // same id, other content
  file += "{\"event\":\"nothing of ours\"}\n{\"event\":\n";

  const auto simulated = Run(file, history, kAt);
  const auto split = SplitEvents(file);
  const auto index = history.At(*world.plan, kAt);
  Gate gate({world.journal.get(), index.get(), world.seen.get(), world.disk.keys.get(),
             &world.metrics, 1});
  Submission submission;
  submission.plan = world.plan.get();
  submission.source = kShop;
  submission.events = *split;
  submission.received = kAt;
  std::vector<Admitted> admitted;
  const auto taken = gate.Admit(submission, 0, admitted);
  ASSERT_TRUE(taken) << taken.error().detail;
  world.journal->WaitDurable(taken->first_sequence + split->size() - 1);

  std::vector<journal::EventRecord> records;
  ASSERT_TRUE(world.journal->Read(taken->first_sequence, taken->first_sequence + split->size() - 1,
                                  [&](std::uint64_t, std::string_view bytes) {
                                    ASSERT_TRUE(Decode(bytes, records.emplace_back()));
                                  }));
  ASSERT_EQ(records.size(), simulated.size());
  std::size_t allowed = 0, outcomes[5] = {};
  for (std::size_t i = 0; i < records.size(); ++i) {
    const journal::EventRecord& said = simulated[i].record;
    SCOPED_TRACE(i);
    ++outcomes[static_cast<int>(records[i].outcome)];
    EXPECT_EQ(said.outcome, records[i].outcome);
    EXPECT_EQ(said.reason, records[i].reason);
    EXPECT_EQ(said.failed, records[i].failed);
    EXPECT_EQ(said.contract, records[i].contract);
    ASSERT_EQ(said.verdicts.size(), records[i].verdicts.size());
    for (std::size_t d = 0; d < said.verdicts.size(); ++d) {
      EXPECT_EQ(said.verdicts[d].allowed, records[i].verdicts[d].allowed);
      EXPECT_EQ(said.verdicts[d].reason, records[i].verdicts[d].reason);
      allowed += said.verdicts[d].allowed ? 1 : 0;
    }
  }
  // The comparison saw something of each kind.
  EXPECT_GT(outcomes[static_cast<int>(base::Outcome::kAccepted)], 0u);
  EXPECT_EQ(outcomes[static_cast<int>(base::Outcome::kMerged)], 1u);
  EXPECT_GE(outcomes[static_cast<int>(base::Outcome::kRejected)], 2u);
  EXPECT_EQ(simulated[3].record.merged_into, 1u);

  const auto sums = nlohmann::json::parse(SimulatedSums(*world.plan, simulated));
  EXPECT_EQ(sums["received"], 7);
  EXPECT_EQ(sums["received"], sums["rejected"].get<int>() + sums["quarantined"].get<int>() +
                                  sums["merged"].get<int>() + sums["accepted"].get<int>());
  for (const auto& [id, there] : sums["destinations"].items()) {
    EXPECT_EQ(there["accepted"], there["would_send"].get<int>() + there["held"].get<int>() +
                                     there["withheld"].get<int>());
  }
  EXPECT_EQ(SimulatedJson(*world.plan, 1, simulated[0]).find("example.org"), std::string::npos);
}

}  // namespace
}  // namespace octroi::gateway
