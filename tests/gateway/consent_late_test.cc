// Deliveries that a no came too late for: found, and nothing beside them.
#include "gateway/consent_late.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gateway/register.h"
#include "journal/records.h"

namespace octroi::gateway {
namespace {

using policies::ConsentState;
using policies::Fingerprint;
using Json = nlohmann::json;

struct LateTest : ::testing::Test, Register {
  const Fingerprint anna = Print("email", "anna@example.org");
  const Fingerprint bob = Print("email", "bob@example.org");
  config::RegisterFacts facts;

  LateTest() {
    facts.recipients.push_back({"crm", "Routeur SARL", "processor", "FR", "", "http", false, {}});
    EXPECT_TRUE(world.store.Attach("origin01"));
    Add(Event("a", {anna}, ConsentState::kGranted, At("2026-03-01"), At("2026-03-01")));
    Add(Event("b", {bob}, ConsentState::kGranted, At("2026-03-01"), At("2026-03-01")));
  }

  // An event that was delivered to crm, allowed for these purposes.
  void Deliver(std::uint64_t sequence, const Fingerprint& person, const char* received,
               const char* at, std::uint32_t purposes = 1,
               base::Outcome outcome = base::Outcome::kSent, std::uint32_t attempts = 1) {
    journal::EventRecord record;
    record.plan = 1;
    record.outcome = base::Outcome::kAccepted;
    record.received = At(received);
    record.subject = {person};
    record.verdicts = {{0, true, base::Reason::kConsentGranted, purposes, 1}};
    store::EventRow row;
    row.sequence = sequence;
    row.plan = 1;
    row.outcome = base::Outcome::kAccepted;
    row.received = record.received;
    journal::Encode(record, row.record);
    row.deliveries = {{0, outcome, base::Reason::kUndecided, attempts, 200, At(at)}};
    const auto applied = world.store.Apply({sequence, {row}, {}, {}, {}, {}});
    EXPECT_TRUE(applied) << applied.error().detail;
  }
  Json Report() {
    const LateParts parts{&world.store, plan.get(), &facts, &keys, "origin01"};
    return Json::parse(LateReport(parts));
  }
};

TEST_F(LateTest, WhatLeftBetweenTheWithdrawalAndItsArrivalIsListedWithItsTask) {
  Deliver(10, anna, "2026-03-09", "2026-03-09T00:00:01Z");  // before
  Deliver(11, anna, "2026-03-09", "2026-03-10T00:00:01Z");  // waited; left after she had withdrawn
  Deliver(12, bob, "2026-03-15", "2026-03-15");             // somebody else
  Deliver(13, anna, "2026-03-15", "2026-03-15");
  Deliver(14, anna, "2026-03-15", "2026-03-15", 1, base::Outcome::kWithheld, 0);
  Deliver(15, anna, "2026-03-16", "2026-03-16", 1, base::Outcome::kFailed, 3);
  Deliver(16, anna, "2026-03-16", "2026-03-16", 1, base::Outcome::kFailed, 0);
  Deliver(17, anna, "2026-03-19", "2026-03-20T00:00:02Z");  // on the wire when it arrived
  Deliver(18, anna, "2026-03-21", "2026-03-21");            // decided when it was known
  EXPECT_EQ(Report()["deliveries"], 0);
  Add(Event("w", {anna}, ConsentState::kWithdrawn, At("2026-03-10"), At("2026-03-20")));
  const Json report = Report();
  ASSERT_EQ(report["late"].size(), 1u) << report.dump(1);
  const Json& late = report["late"][0];
  std::vector<std::string> events;
  for (const Json& one : late["deliveries"]) events.push_back(one["event"].get<std::string>());
  EXPECT_EQ(events,
            (std::vector<std::string>{"origin01.11", "origin01.13", "origin01.15", "origin01.17"}));
  EXPECT_EQ(report["deliveries"], 4);
  EXPECT_EQ(late["mark"], "late_withdrawal");
  EXPECT_EQ(late["article"], "17(1)(b)");
  EXPECT_EQ(late["deliveries"][1]["arrived"], "yes");
  EXPECT_EQ(late["deliveries"][2]["arrived"], "perhaps");
  EXPECT_EQ(late["deliveries"][0]["purposes"], Json::array({"marketing.email"}));
  ASSERT_EQ(late["tasks"].size(), 1u);
  EXPECT_EQ(late["tasks"][0]["recipient"], "Routeur SARL");
  EXPECT_EQ(late["tasks"][0]["article"], "19");
  EXPECT_EQ(late["tasks"][0]["deliveries"], 4);
}

TEST_F(LateTest, ARecordThatNamesThePersonByAnotherIdentifierIsFound) {
  Add(Event("link", {anna, Print("customer_id", "c-7")}, ConsentState::kGranted, At("2026-03-02"),
            At("2026-03-02")));
  Deliver(10, anna, "2026-03-15", "2026-03-15");
  Add(Event("w", {Print("customer_id", "c-7")}, ConsentState::kWithdrawn, At("2026-03-10"),
            At("2026-03-20")));
  EXPECT_EQ(Report()["deliveries"], 1);
}

TEST_F(LateTest, ANewerGrantCoversWhatLeftAfterIt) {
  Deliver(10, anna, "2026-03-11", "2026-03-11");
  Deliver(11, anna, "2026-03-13", "2026-03-13");
  Add(Event("g", {anna}, ConsentState::kGranted, At("2026-03-12"), At("2026-03-12")));
  Add(Event("w", {anna}, ConsentState::kWithdrawn, At("2026-03-10"), At("2026-03-20")));
  const Json report = Report();
  ASSERT_EQ(report["deliveries"], 1) << report.dump(1);
  EXPECT_EQ(report["late"][0]["deliveries"][0]["event"], "origin01.10");
}

TEST_F(LateTest, ADeliveryIsTheFirstLateEventsThatDeniesIt) {
  Deliver(10, anna, "2026-03-15", "2026-03-15");
  Add(Event("w", {anna}, ConsentState::kWithdrawn, At("2026-03-10"), At("2026-03-20")));
  Add(Event("d", {anna}, ConsentState::kDenied, At("2026-03-09"), At("2026-03-25")));
  const Json report = Report();
  EXPECT_EQ(report["deliveries"], 1);
  EXPECT_EQ(report["late"][0]["consent"]["state"], "withdrawn");
}

// Legitimate interests end by an objection, not by a withdrawal; what another purpose still allowed
// is said.
TEST_F(LateTest, ABasisEndsByWhatEndsIt) {
  Deliver(10, anna, "2026-03-15", "2026-03-15", 0b11);
  Deliver(11, anna, "2026-03-15", "2026-03-15", 0b10);
  Add(Event("w", {anna}, ConsentState::kWithdrawn, At("2026-03-10"), At("2026-03-20"),
            "statistics.audience"));
  EXPECT_EQ(Report()["deliveries"], 0);
  Add(Event("o", {anna}, ConsentState::kObjected, At("2026-03-11"), At("2026-03-21"),
            "statistics.audience"));
  const Json report = Report();
  ASSERT_EQ(report["deliveries"], 2) << report.dump(1);
  EXPECT_EQ(report["late"][0]["article"], "17(1)(c)");
  EXPECT_EQ(report["late"][0]["deliveries"][0]["still_allowed_for"],
            Json::array({"marketing.email"}));
  EXPECT_FALSE(report["late"][0]["deliveries"][1].contains("still_allowed_for"));
}

TEST_F(LateTest, ASuppressionOfThePersonReachesEveryPurpose) {
  Deliver(10, anna, "2026-03-15", "2026-03-15", 0b11);
  Add(Event("s", {anna}, ConsentState::kSuppressed, At("2026-03-10"), At("2026-03-20"), "*"));
  const Json report = Report();
  ASSERT_EQ(report["deliveries"], 1) << report.dump(1);
  EXPECT_EQ(report["late"][0]["deliveries"][0]["purposes"].size(), 2u);
  EXPECT_EQ(report["late"][0]["article"], "17");
}

TEST_F(LateTest, AStoreThatDoesNotAnswerIsNoEmptyList) {
  Add(Event("w", {anna}, ConsentState::kWithdrawn, At("2026-03-10"), At("2026-03-20")));
  world.store.SetDown(true);
  EXPECT_EQ(Report()["error"], "store.unavailable");
}

}  // namespace
}  // namespace octroi::gateway
