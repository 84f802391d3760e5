// What decide.cases has no column for; found by tests/mutation.
#include <gtest/gtest.h>

#include "policies/decide.h"

namespace octroi::policies {
namespace {

constexpr base::Millis kNow = 1'795'251'600'000;
constexpr std::uint32_t kBefore = 1'795'000'000;

// One purpose on consent at one destination, and one person.
struct World1 {
  PolicySetSpec spec;
  ConsentIndex index{4};
  Fingerprint print{1};
  std::vector<ConsentIndex::Subject> people;
  DecisionInput input;

  World1() {
    spec.purposes.push_back({"p", Basis::kConsent, Covers::kBoth, 0, 1, false});
    spec.destinations.push_back({"d", {0}, {{0, {{0, 1}}}}});
    input.event_time = input.now = kNow;
    input.identified = true;
  }
  void Set(std::size_t purpose, ConsentState state) {
    index.Set(print, purpose, {state, kBefore, 0, 7});
    people = {index.Find(print)};
    input.subjects = people;
  }
  PolicySet Made() const { return *PolicySet::Compile(spec); }
};

TEST(DecideEdges, TheStateOfAPurposeIsThatOfTheRegister) {
  World1 world;
  EXPECT_EQ(world.Made().StateOf(world.input, 0, world.index), ConsentState::kUnknown);
  world.Set(0, ConsentState::kObjected);
  world.Set(1, ConsentState::kWithdrawn);  // a place that no purpose of the set has
  EXPECT_EQ(world.Made().StateOf(world.input, 0, world.index), ConsentState::kObjected);
  EXPECT_EQ(world.Made().StateOf(world.input, 1, world.index), ConsentState::kUnknown);
  EXPECT_EQ(world.Made().StateOf(world.input, 2, world.index), ConsentState::kUnknown);
}

TEST(DecideEdges, WhatNobodySaidCitesNothing) {
  World1 world;
  const base::Verdict unknown = world.Made().Decide(world.input, 0, world.index);
  EXPECT_EQ(unknown.reason, base::Reason::kConsentUnknown);
  EXPECT_EQ(unknown.consent, 0u);
  world.Set(0, ConsentState::kGranted);
  EXPECT_EQ(world.Made().Decide(world.input, 0, world.index).consent, 7u);
}

// An adult is eighteen, for all that is known.
TEST(DecideEdges, OlderThanAdultIsNotKnown) {
  World1 world;
  world.Set(0, ConsentState::kGranted);
  world.index.SetAge(world.print, AgeBand::kAdult);
  PolicySpec& policy = world.spec.policies.emplace_back();
  policy.id = "age";
  policy.otherwise.emplace_back();
  ConditionSpec& age = policy.allow_when.emplace_back();
  age.subject_age = ConditionSpec::Age{18, false};
  EXPECT_TRUE(world.Made().Decide(world.input, 0, world.index).allowed);
  age.subject_age = ConditionSpec::Age{19, false};
  EXPECT_FALSE(world.Made().Decide(world.input, 0, world.index).allowed);
}

}  // namespace
}  // namespace octroi::policies
