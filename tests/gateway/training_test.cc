// What went into the training of models: the sets with their digests, and whose records they hold
// that should no longer be there.
#include "gateway/training.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "crypto/merkle.h"
#include "gateway/consent_late.h"
#include "gateway/register.h"
#include "journal/records.h"

namespace octroi::gateway {
namespace {

using policies::ConsentState;
using policies::Fingerprint;
using Json = nlohmann::json;

struct TrainingTest : ::testing::Test, Register {
  const Fingerprint anna = Print("email", "anna@example.org");
  const Fingerprint annas_number = Print("customer_id", "A-1");
  const Fingerprint bob = Print("email", "bob@example.org");
  config::RegisterFacts facts;
  base::Millis now = At("2026-05-01");

  TrainingTest() {
    Purposes({"ai.training", "statistics.audience", ""});
    plan->names = R"({"purposes":["ai.training","statistics.audience",""],"destinations":["crm"]})";
    std::vector<policies::OutgoingForm> forms(plan->destinations.size());
    for (std::size_t i = 0; i < forms.size(); ++i) forms[i].domain = "d" + std::to_string(i);
    plan->pseudonymizer = *policies::Pseudonymizer::Make(keys, "origin01", std::move(forms));
    facts.recipients.push_back({"crm", "Modèles SAS", "processor", "FR", "", "http", false, {}});
    EXPECT_TRUE(world.store.Attach("origin01"));
    Add(Said("a", anna, ConsentState::kGranted, "2026-03-01"));
    Add(Said("b", bob, ConsentState::kGranted, "2026-03-01"));
  }

  void Purposes(const std::vector<std::string>& ids) {
    policies::PolicySetSpec spec = plan->policies->spec();
    for (std::size_t i = 0; i < ids.size(); ++i) spec.purposes[i].id = ids[i];
    plan->purposes = ids;
    plan->policies.emplace(*policies::PolicySet::Compile(std::move(spec)));
  }
  policies::ConsentEvent Said(std::string_view name, const Fingerprint& person, ConsentState state,
                              std::string_view when, std::string purpose = "ai.training") {
    return Event(name, {person}, state, At(when), At(when), std::move(purpose));
  }
  void Deliver(std::uint64_t sequence, const Fingerprint& person, const char* at,
               std::uint32_t purposes = 1, base::Outcome outcome = base::Outcome::kSent,
               std::uint32_t attempts = 1, bool held = false) {
    journal::EventRecord record;
    record.plan = 1;
    record.outcome = base::Outcome::kAccepted;
    record.received = At(at) - 30 * kDayMs;  // sent a month later: that month counts
    record.subject = {person};
    record.commitment.fill(static_cast<std::uint8_t>(sequence));
    record.verdicts = {{0, !held, base::Reason::kConsentGranted, purposes, 1}};
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
  TrainingParts Parts() const {
    return {
        const_cast<testing::FakeStore*>(&world.store), plan.get(), &facts, &keys, "origin01", now};
  }
  Json Sets(std::string_view destination = "") {
    return Json::parse(TrainingSets(Parts(), destination));
  }
  Json Affected(std::optional<std::vector<Fingerprint>> person = std::nullopt) {
    return Json::parse(TrainingAffected(Parts(), person));
  }
  // As docs/FORMATS.md says it, written down a second time.
  static std::string Entry(std::uint64_t sequence, std::string_view at) {
    std::string entry(
        "\x00\x12octroi/training/v1\x00\x0b"
        "crm.2026-03",
        2 + 18 + 2 + 11);
    const auto number = [&](std::uint64_t value) {
      for (int i = 0; i < 8; ++i) entry.push_back(static_cast<char>(value >> (8 * i)));
    };
    number(sequence);
    entry.append(32, static_cast<char>(sequence));
    number(static_cast<std::uint64_t>(At(at)));
    return entry;
  }
};

TEST_F(TrainingTest, WhatLeftForOneDestinationInOneMonthIsASet) {
  EXPECT_TRUE(Sets()["sets"].empty());
  Deliver(10, anna, "2026-03-09T00:00:01Z");
  Deliver(11, bob, "2026-03-31T23:59:59Z", 0b11);
  Deliver(12, bob, "2026-03-15", 0b10);  // for no training
  Deliver(13, bob, "2026-03-16", 1, base::Outcome::kWithheld, 0);
  Deliver(14, bob, "2026-03-17", 1, base::Outcome::kFailed, 3);
  Deliver(15, bob, "2026-03-18", 1, base::Outcome::kFailed, 0);
  Deliver(16, bob, "2026-05-01T00:00:00Z", 1, base::Outcome::kSent, 1, /*held=*/true);
  const Json report = Sets();
  ASSERT_EQ(report["sets"].size(), 2u) << report.dump(1);
  const Json& march = report["sets"][0];
  EXPECT_EQ(march["set"], "crm.2026-03");
  EXPECT_EQ(march["recipient"], "Modèles SAS");
  EXPECT_EQ(march["purposes"], Json::array({"ai.training"}));
  EXPECT_EQ(march["records"], 2);
  EXPECT_EQ(march["perhaps"], 1);
  EXPECT_EQ(march["first_sent"], "2026-03-09T00:00:01.000Z");
  EXPECT_EQ(march["last_sent"], "2026-03-31T23:59:59.000Z");
  EXPECT_EQ(march["closed"], true);
  crypto::MerkleRoot root;
  root.Add(Entry(10, "2026-03-09T00:00:01Z"));
  root.Add(Entry(11, "2026-03-31T23:59:59Z"));
  EXPECT_EQ(march["digest"], base::Hex(crypto::AsBytes(root.Root())));
  EXPECT_EQ(report["sets"][1]["set"], "crm.2026-05");  // what was held, and released since
  EXPECT_EQ(report["sets"][1]["closed"], false);
  EXPECT_EQ(Sets("crm"), report);
  EXPECT_TRUE(Sets("nobody")["sets"].empty());
}

TEST_F(TrainingTest, AWithdrawalNamesTheSetsThatHoldItsRecords) {
  Deliver(10, anna, "2026-03-09");
  Deliver(11, bob, "2026-03-10");
  Deliver(12, anna, "2026-04-02");
  EXPECT_EQ(Affected()["records"], 0);
  Add(Said("w", anna, ConsentState::kWithdrawn, "2026-04-20"));
  const Json report = Affected();
  ASSERT_EQ(report["sets"].size(), 2u) << report.dump(1);
  EXPECT_EQ(report["records"], 2);
  EXPECT_EQ(report["sets"][0]["set"], "crm.2026-03");
  EXPECT_EQ(report["sets"][0]["people"], 1);
  const Json& record = report["sets"][0]["records"][0];
  EXPECT_EQ(record["event"], "origin01.10");
  EXPECT_EQ(record["id"], plan->pseudonymizer->OutgoingId(0, 10));
  EXPECT_EQ(record["id"].get<std::string>().size(), 22u);
  EXPECT_EQ(record["arrived"], "yes");
  EXPECT_EQ(record["state"], "withdrawn");
  EXPECT_EQ(record["article"], "17(1)(b)");
  EXPECT_EQ(report["sets"][1]["set"], "crm.2026-04");
}

TEST_F(TrainingTest, WhoAgreedAgainIsNotAffected) {
  Deliver(10, anna, "2026-03-09");
  Add(Said("w", anna, ConsentState::kWithdrawn, "2026-04-01"));
  EXPECT_EQ(Affected()["records"], 1);
  Add(Said("g", anna, ConsentState::kGranted, "2026-04-02"));
  EXPECT_EQ(Affected()["records"], 0);
}

// Who only asks sees where they are; who never said no is not marked.
TEST_F(TrainingTest, OnePersonIsFoundByEveryIdentifier) {
  Add(Event("link", {anna, annas_number}, ConsentState::kGranted, At("2026-03-02"),
            At("2026-03-02"), "statistics.audience"));
  Deliver(10, annas_number, "2026-03-09");
  Deliver(11, bob, "2026-03-09");
  const Json report = Affected(std::vector{anna});
  ASSERT_EQ(report["records"], 1) << report.dump(1);
  EXPECT_EQ(report["sets"][0]["records"][0]["event"], "origin01.10");
  EXPECT_FALSE(report["sets"][0]["records"][0].contains("state"));
  Add(Said("w", anna, ConsentState::kWithdrawn, "2026-04-01"));
  EXPECT_EQ(Affected(std::vector{anna})["sets"][0]["records"][0]["state"], "withdrawn");
  EXPECT_EQ(Affected()["records"], 1);
}

TEST_F(TrainingTest, APersonAsAWholeIsAffectedToo) {
  Deliver(10, anna, "2026-03-09");
  Deliver(11, bob, "2026-03-09");
  Add(Said("s", anna, ConsentState::kSuppressed, "2026-04-01", "*"));
  const Json report = Affected();
  ASSERT_EQ(report["records"], 1) << report.dump(1);
  EXPECT_EQ(report["sets"][0]["records"][0]["article"], "17");
  // another purpose's no is none of training's
  Add(Said("o", bob, ConsentState::kObjected, "2026-04-01", "statistics.audience"));
  EXPECT_EQ(Affected()["records"], 1);
}

TEST_F(TrainingTest, APurposeThatIsNoLongerInTheConfigIsNotForgotten) {
  Deliver(10, anna, "2026-03-09");
  Deliver(11, bob, "2026-03-09");
  Add(Said("w", anna, ConsentState::kWithdrawn, "2026-04-01"));
  Purposes({"", "statistics.audience", ""});
  EXPECT_EQ(Sets()["sets"][0]["records"], 2);
  const Json report = Affected();
  ASSERT_EQ(report["records"], 1) << report.dump(1);
  EXPECT_EQ(report["sets"][0]["records"][0]["purposes"], Json::array({"ai.training"}));
}

TEST_F(TrainingTest, ALateWithdrawalNamesTheSet) {
  Deliver(10, anna, "2026-03-15");
  Deliver(11, bob, "2026-03-15");
  Add(Event("w", {anna}, ConsentState::kWithdrawn, At("2026-03-10"), At("2026-03-20"),
            "ai.training"));
  const LateParts parts{&world.store, plan.get(), &facts, &keys, "origin01"};
  const Json late = Json::parse(LateReport(parts));
  ASSERT_EQ(late["late"].size(), 1u);
  EXPECT_EQ(late["late"][0]["training_sets"], (Json{{{"set", "crm.2026-03"}, {"records", 1}}}));
}

TEST_F(TrainingTest, AStoreThatDoesNotAnswerIsNoEmptyList) {
  world.store.SetDown(true);
  EXPECT_EQ(Sets()["error"], "store.unavailable");
  EXPECT_EQ(Affected()["error"], "store.unavailable");
}

}  // namespace
}  // namespace octroi::gateway
