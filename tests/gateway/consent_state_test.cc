// What the register says of a person on any date, as known then or as known now.
#include "gateway/consent_state.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "gateway/consent_report.h"
#include "gateway/register.h"

namespace octroi::gateway {
namespace {

using policies::ConsentEvent;
using policies::ConsentState;
using policies::Fingerprint;

struct ConsentStateTest : ::testing::Test, Register {
  const Fingerprint anna = Print("email", "anna@example.org");
  const Fingerprint till = Print("customer_id", "17850");

  StateOfPurpose State(const char* at, const char* known_at, std::vector<Fingerprint> of,
                       std::size_t place = kNewsletter) {
    return Of(std::move(of)).At(*plan, At(at), At(known_at)).purposes[place];
  }
};

TEST_F(ConsentStateTest, WhatWasTrueAndWhatWasKnownAreTwoThings) {
  Add(Event("g", {anna}, ConsentState::kGranted, At("2026-03-01"), At("2026-03-02")));
  // Withdrew on the 10th, on paper; the register learnt of it on the 20th.
  const ConsentEvent no =
      Event("w", {anna}, ConsentState::kWithdrawn, At("2026-03-10"), At("2026-03-20"));
  Add(no);
  struct Row {
    const char *at, *known_at;
    ConsentState state;
  };
  const Row rows[] = {
      {"2026-02-28", "2026-11-01", ConsentState::kUnknown},
      {"2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z", ConsentState::kUnknown},
      {"2026-03-01T12:00:00Z", "2026-11-01", ConsentState::kGranted},
      {"2026-03-15", "2026-03-15", ConsentState::kGranted},
      {"2026-03-15", "2026-03-19", ConsentState::kGranted},
      {"2026-03-15", "2026-03-20", ConsentState::kWithdrawn},
      {"2026-03-09", "2026-03-20", ConsentState::kGranted},
      {"2026-03-21", "2026-03-19", ConsentState::kGranted},
      {"2026-11-01", "2026-11-01", ConsentState::kWithdrawn},
  };
  for (const Row& row : rows)
    EXPECT_EQ(State(row.at, row.known_at, {anna}).state, row.state) << row.at << row.known_at;
  const StateOfPurpose now = State("2026-11-01", "2026-11-01", {anna});
  ASSERT_TRUE(now.event);
  EXPECT_EQ(now.event->id, no.id);
  EXPECT_EQ(now.reason, "consent.withdrawn");
  EXPECT_EQ(now.since, At("2026-03-10"));
  EXPECT_EQ(now.events, 2u);
}

TEST_F(ConsentStateTest, WhatIsDatedAheadWaitsIfItLoosensAndCountsIfItRestricts) {
  Add(Event("g", {anna}, ConsentState::kGranted, At("2026-03-01"), At("2026-03-01")));
  Add(Event("w", {anna}, ConsentState::kWithdrawn, At("2026-05-01"), At("2026-04-01")));
  EXPECT_EQ(State("2026-03-31", "2026-11-01", {anna}).state, ConsentState::kGranted);
  EXPECT_EQ(State("2026-04-02", "2026-11-01", {anna}).state, ConsentState::kWithdrawn);
  Add(Event("g2", {anna}, ConsentState::kGranted, At("2026-07-01"), At("2026-06-01")));
  EXPECT_EQ(State("2026-06-15", "2026-11-01", {anna}).state, ConsentState::kPending);
  EXPECT_EQ(State("2026-07-02", "2026-11-01", {anna}).state, ConsentState::kGranted);
}

TEST_F(ConsentStateTest, AGrantEndsByItsTermsAndByNewOnes) {
  const ConsentEvent yes =
      Event("g", {anna}, ConsentState::kGranted, At("2026-03-01"), At("2026-03-01"));
  Add(yes);
  const StateOfPurpose good = State("2026-03-02", "2026-11-01", {anna});
  EXPECT_EQ(good.until, At("2026-03-01") + 100 * kDayMs);
  const StateOfPurpose over = State("2026-09-01", "2026-11-01", {anna});
  EXPECT_EQ(over.state, ConsentState::kExpired);
  EXPECT_EQ(over.reason, "consent.expired");
  EXPECT_EQ(over.since, At("2026-03-01") + 100 * kDayMs);
  ASSERT_TRUE(over.event);
  EXPECT_EQ(over.event->id, yes.id);
  plan = PlanWithTerms(At("2026-04-01"));
  const StateOfPurpose changed = State("2026-04-02", "2026-11-01", {anna});
  EXPECT_EQ(changed.state, ConsentState::kExpired);
  EXPECT_EQ(changed.reason, "notice.changed");
  EXPECT_EQ(changed.since, At("2026-04-01"));
}

TEST_F(ConsentStateTest, IdentifiersThatEventsLinkAreOnePersonAndOfTwoTheStrictestCounts) {
  Add(Event("g", {anna, till}, ConsentState::kGranted, At("2026-03-01"), At("2026-03-01")));
  Add(Event("w", {till}, ConsentState::kObjected, At("2026-03-05"), At("2026-03-05"),
            "statistics.audience"));
  EXPECT_EQ(State("2026-03-06", "2026-03-06", {anna}, kAudience).state, ConsentState::kObjected);
  const Fingerprint other = Print("email", "other@example.org");
  Add(Event("n", {other}, ConsentState::kDenied, At("2026-03-02"), At("2026-03-02")));
  EXPECT_EQ(State("2026-03-06", "2026-03-06", {anna}).state, ConsentState::kGranted);
  EXPECT_EQ(State("2026-03-06", "2026-03-06", {anna, other}).state, ConsentState::kDenied);
  EXPECT_EQ(Of({anna, other}).At(*plan, At("2026-03-06"), At("2026-03-06")).subjects, 2u);
}

TEST_F(ConsentStateTest, ThePersonAsAWhole) {
  Add(Event("r", {anna}, ConsentState::kRestricted, At("2026-03-01"), At("2026-03-01"), "*"));
  Add(Event("l", {anna}, ConsentState::kLifted, At("2026-04-01"), At("2026-04-01"), "*"));
  const auto person = [&](const char* at) {
    return Of({anna}).At(*plan, At(at), At("2026-11-01")).person;
  };
  EXPECT_EQ(person("2026-03-02").reason, "subject.restricted");
  EXPECT_EQ(person("2026-04-02").state, ConsentState::kLifted);
  EXPECT_EQ(person("2026-04-02").reason, "");
  EXPECT_EQ(person("2026-02-02").state, ConsentState::kUnknown);
}

// With both times the moment of a decision, it is what that decision read: the same as the index of
// the whole register, for random people, events and moments.
TEST_F(ConsentStateTest, AsKnownThenIsWhatDecisionsRead) {
  std::mt19937 random(20261122);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const ConsentState states[] = {ConsentState::kGranted,   ConsentState::kDenied,
                                 ConsentState::kWithdrawn, ConsentState::kObjected,
                                 ConsentState::kPending,   ConsentState::kInvalidated};
  std::vector<Fingerprint> prints;
  for (int i = 0; i < 5; ++i) prints.push_back(Print("customer_id", std::to_string(i)));
  ConsentHistory whole;
  const base::Millis begin = At("2026-01-01");
  for (int i = 0; i < 120; ++i) {
    std::vector<Fingerprint> person{prints[static_cast<std::size_t>(pick(5))]};
    if (pick(6) == 0) person.push_back(prints[static_cast<std::size_t>(pick(5))]);
    if (person.size() == 2 && person[0] == person[1]) person.pop_back();
    const base::Millis recorded = begin + i * 2 * kDayMs;
    const ConsentEvent event =
        Event(std::to_string(i), person, states[pick(6)], recorded + (pick(9) - 6) * kDayMs,
              recorded, pick(2) == 0 ? "marketing.email" : "statistics.audience");
    Add(event);
    whole.Add(event);
  }
  std::size_t granted = 0;
  for (int i = 0; i < 25; ++i) {
    const base::Millis at = begin + pick(260) * kDayMs + 1'000;
    const auto index = whole.At(*plan, at);
    for (const Fingerprint& print : prints) {
      const auto subjects = index->SubjectsOf(std::vector{print});
      policies::DecisionInput input;
      input.now = at;
      input.subjects = subjects;
      const StateOfPerson state = Of({print}).At(*plan, at, at);
      for (std::uint16_t place = 0; place < 2; ++place) {
        ASSERT_EQ(state.purposes[place].state, plan->policies->StateOf(input, place, *index));
        granted += state.purposes[place].state == ConsentState::kGranted ? 1 : 0;
      }
    }
  }
  EXPECT_GT(granted, 10u);  // or it compared nothing but noes
}

TEST_F(ConsentStateTest, APersonIsReadFromAFileAndNeverRepeated) {
  const auto read = [&](std::string_view text) { return ReadPersonFile(*plan, text, keys); };
  ASSERT_TRUE(read(R"({"email":" Anna@Example.org "})"));
  EXPECT_EQ(read(R"({"email":"anna@example.org"})")->front(), anna);
  EXPECT_EQ(read(R"({"email":"anna@example.org","customer_id":"17850"})")->size(), 2u);
  struct Row {
    const char *text, *said;
  };
  const Row rows[] = {{"", "json.invalid"},
                      {"[]", "json.invalid"},
                      {R"({"email":"zoe@example.org","email":"zoe"})", "json.duplicate_key"},
                      {R"({"order_id":"zoe"})", "no identifier that a source knows"},
                      {R"({"zoe":"1","email":"zoe@example.org"})", "no identifier that a source"},
                      {R"({"email":"zoe"})", "`/email`"},
                      {"{}", "there is no identifier"}};
  for (const Row& row : rows) {
    const auto person = read(row.text);
    ASSERT_FALSE(person) << row.text;
    EXPECT_NE(person.error().detail.find(row.said), std::string::npos) << person.error().detail;
    EXPECT_EQ(person.error().detail.find("zoe"), std::string::npos);
  }
}

TEST_F(ConsentStateTest, TheReportHasAHandleAndNoIdentifier) {
  Add(Event("g", {anna}, ConsentState::kGranted, At("2026-03-01"), At("2026-03-01")));
  const auto report = StateReport(*plan, keys, Of({anna}), At("2026-03-02"), At("2026-11-01"));
  const std::string handle = report["handle"];
  EXPECT_TRUE(std::string_view(handle).starts_with("s_"));
  EXPECT_EQ(handle.size(), 28u);
  EXPECT_EQ(handle.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 2), std::string::npos);
  EXPECT_EQ(report.dump().find(base::Hex({reinterpret_cast<const char*>(anna.data()), 16})),
            std::string::npos);
  const auto nobody = StateReport(*plan, keys, Of({till}), At("2026-03-02"), At("2026-11-01"));
  EXPECT_FALSE(nobody["known"].get<bool>());
  EXPECT_TRUE(nobody["handle"].is_null());
}

}  // namespace
}  // namespace octroi::gateway
