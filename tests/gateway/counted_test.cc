// Of what leaves only as a number: how many, of how many people, and none of too few.
#include "gateway/counted.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gateway/register.h"
#include "journal/records.h"

namespace octroi::gateway {
namespace {

using policies::Fingerprint;
using Json = nlohmann::json;

struct CountedTest : ::testing::Test, Register {
  config::RegisterFacts facts;
  std::uint64_t sequence = 0;

  CountedTest() {
    facts.recipients.push_back({"crm", "Routeur SARL", "processor", "FR", "", "http", false, {}});
  }
  Fingerprint Person(int number) const { return Print("email", "p" + std::to_string(number)); }
  // A record that was counted for crm, for these purposes.
  void Count(std::vector<Fingerprint> person, const char* received, std::uint32_t purposes = 0b10,
             base::Reason reason = base::Reason::kVariantCounted) {
    journal::EventRecord record;
    record.plan = 1;
    record.outcome = base::Outcome::kAccepted;
    record.received = At(received);
    record.subject = std::move(person);
    record.verdicts = {{0, false, reason, purposes, 0}};
    store::EventRow row;
    row.sequence = ++sequence;
    row.plan = 1;
    row.outcome = base::Outcome::kAccepted;
    row.received = record.received;
    journal::Encode(record, row.record);
    row.deliveries = {{0, base::Outcome::kWithheld, reason, 0, 0, record.received}};
    EXPECT_TRUE(world.store.Apply({sequence, {row}, {}, {}, {}, {}}));
  }
  Json Report(const char* since = "2026-03-01", std::string_view destination = "") {
    return Json::parse(CountsReport(
        {world.journal.get(), &world.store, plan.get(), &facts, At("2026-03-12T12:00:00Z")},
        destination, At(since)));
  }
};

TEST_F(CountedTest, ByDayAndPurpose) {
  for (int i = 0; i < 12; ++i) Count({Person(i)}, "2026-03-10T23:59:59.999Z");
  Count({Person(0)}, "2026-03-10T00:00:00Z");  // the same person again
  for (int i = 0; i < 10; ++i) Count({Person(i)}, "2026-03-12T00:00:00Z", 0b11);
  Count({Person(77)}, "2026-03-12", 0b10, base::Reason::kConsentUnknown);  // withheld, not counted
  const Json report = Report();
  ASSERT_EQ(report["counts"].size(), 3u) << report.dump(1);
  const Json& first = report["counts"][0];
  EXPECT_EQ(first["day"], "2026-03-10");
  EXPECT_EQ(first["destination"], "crm");
  EXPECT_EQ(first["recipient"], "Routeur SARL");
  EXPECT_EQ(first["purpose"], "statistics.audience");
  EXPECT_EQ(first["records"], 13);
  EXPECT_EQ(first["people"], 12);
  EXPECT_EQ(first["closed"], true);
  EXPECT_EQ(report["counts"][1]["purpose"], "marketing.email");
  EXPECT_EQ(report["counts"][2]["records"], 10);
  EXPECT_EQ(report["counts"][2]["closed"], false);
  EXPECT_EQ(Report("2026-03-11")["counts"].size(), 2u);
  EXPECT_EQ(Report("2026-03-01", "crm"), report);
  EXPECT_TRUE(Report("2026-03-01", "other")["counts"].empty());
}

// A day that is asked for is counted whole: half of it would be another number of the same people.
TEST_F(CountedTest, ADayIsCountedWhole) {
  for (int i = 0; i < 10; ++i) Count({Person(i)}, "2026-03-10T08:00:00Z");
  for (int i = 0; i < 10; ++i) Count({Person(i)}, "2026-03-10T10:00:00Z");
  EXPECT_EQ(Report("2026-03-10T09:00:00Z")["counts"][0]["records"], 20);
}

TEST_F(CountedTest, TooFewPeopleHaveNoNumber) {
  for (int i = 0; i < 9; ++i) {
    for (int again = 0; again < 5; ++again) Count({Person(i)}, "2026-03-10");
  }
  for (int i = 0; i < 20; ++i) Count({}, "2026-03-10");  // of nobody known
  // One person by two identifiers, told apart at first and linked by a third record.
  Count({Person(0), Print("customer_id", "c-0")}, "2026-03-10");
  Count({Print("customer_id", "c-1")}, "2026-03-10");
  Count({Person(1), Print("customer_id", "c-1")}, "2026-03-10");
  const Json few = Report();
  ASSERT_EQ(few["counts"].size(), 1u);
  EXPECT_TRUE(few["counts"][0].value("below_floor", false)) << few.dump();
  EXPECT_FALSE(few["counts"][0].contains("records")) << few.dump();
  EXPECT_FALSE(few["counts"][0].contains("people"));
  Count({Person(9)}, "2026-03-10");
  EXPECT_EQ(Report()["counts"][0]["people"], 10);
  EXPECT_EQ(Report()["counts"][0]["records"], 69);
}

TEST_F(CountedTest, AStoreThatDoesNotAnswerIsNoEmptyList) {
  world.store.SetDown(true);
  EXPECT_EQ(Report()["error"], "store.unavailable");
}

}  // namespace
}  // namespace octroi::gateway
