// PolicySet beyond decide.cases: what Compile refuses, that every input has an answer, and no
// allocation.
#include <gtest/gtest.h>

#include <functional>

#include "decide_world.h"
#include "support/allocations.h"

namespace octroi::policies {
namespace {

using base::Reason;

const std::string kPolicies = "french, with-consent, not-opposed, customers";
PolicySetSpec Spec() { return World("newsletter, delivery", "contact", kPolicies); }

TEST(PolicySetCompile, AcceptsAWorldAndAnEmptyOne) {
  EXPECT_TRUE(PolicySet::Compile(Spec()));
  EXPECT_TRUE(PolicySet::Compile({}));
}

TEST(PolicySetCompile, RefusesWhatItCannotJudgeAndNamesWhere) {
  struct Fault {
    const char* names;
    std::function<void(PolicySetSpec&)> plant;
  };
  const auto condition = [](PolicySetSpec& s) -> ConditionSpec& {
    return s.policies[0].allow_when[0];
  };
  const std::vector<Fault> faults = {
      {"purposes", [](auto& s) { s.purposes.resize(33); }},
      {"destinations", [](auto& s) { s.destinations.resize(257); }},
      {"`newsletter`", [](auto& s) { s.purposes[0].ask_again_after = -1; }},
      {"`newsletter`", [](auto& s) { s.purposes[0].hold_for = -1; }},
      {"`newsletter`",
       [](auto& s) {
         s.purposes[0].bases = {{2, Basis::kConsent}};
       }},
      {"jurisdiction", [](auto& s) { s.jurisdiction_field = base::kSlots; }},
      {"`crm`", [](auto& s) { s.destinations[0].purposes.push_back(99); }},
      {"`french`", [](auto& s) { s.policies[0].purposes.push_back(99); }},
      {"`french`", [](auto& s) { s.policies[0].destinations.push_back(3); }},
      {"`french`", [](auto& s) { s.policies[0].otherwise.clear(); }},
      {"`with-consent`", [](auto& s) { s.policies[1].otherwise.pop_back(); }},
      {"`with-consent`", [](auto& s) { s.policies[1].otherwise[0].when.push_back({}); }},
      {"`french`", [&](auto& s) { condition(s) = {}; }},
      {"`french`", [&](auto& s) { condition(s).in.clear(); }},
      {"`french`", [&](auto& s) { condition(s).field.reset(); }},
      {"`french`", [&](auto& s) { condition(s).field = base::kSlots; }},
      {"`french`", [&](auto& s) { condition(s) = {}, condition(s).present = base::kSlots; }},
      {"`french`", [&](auto& s) { condition(s).present = 0; }},
      {"`french`", [&](auto& s) { condition(s).consent = ConsentState::kGranted; }},
      {"`french`",
       [&](auto& s) {
         condition(s).subject_age = ConditionSpec::Age{15, true};
       }},
      {"`not-opposed`", [](auto& s) { s.policies[2].allow_when[0].in = {"FR"}; }},
      {"`customers`", [](auto& s) { s.policies[3].allow_when[0].field.reset(); }},
  };
  for (const Fault& fault : faults) {
    PolicySetSpec spec = Spec();
    fault.plant(spec);
    const auto set = PolicySet::Compile(std::move(spec));
    ASSERT_FALSE(set) << fault.names;
    EXPECT_EQ(set.error().code, base::ErrorCode::kInvalid);
    EXPECT_NE(set.error().detail.find(fault.names), std::string::npos) << set.error().detail;
  }
}

// One read back from a journal, say. The control: without it the purpose allows.
TEST(PolicySetDecide, ADenialWithoutAReasonDenies) {
  const auto set = PolicySet::Compile(World("delivery", "contact", ""));
  ASSERT_TRUE(set);
  const ConsentIndex index(16);
  DecisionInput input;
  EXPECT_TRUE(set->Decide(input, 0, index).allowed);
  const base::SignalDenial denial{0, Reason::kUndecided, 1u << PurposePlace("delivery")};
  input.signals.denials = std::span(&denial, 1);
  EXPECT_FALSE(set->Decide(input, 0, index).allowed);
}

TEST(PolicySetDecide, EveryInputHasAnAnswerAndWhatIsOutOfRangeDenies) {
  const auto set = PolicySet::Compile(Spec());
  const ConsentIndex narrow(0);
  constexpr std::uint16_t kPlaces[] = {0, 3, 255, 256, 65535};
  for (const std::uint16_t place : kPlaces) {
    for (const auto subject :
         {ConsentIndex::Subject{0}, ConsentIndex::Subject{7'000'000}, ConsentIndex::kNobody}) {
      DecisionInput input;
      input.contract = input.source = place;
      input.subjects = {&subject, 1};
      input.identified = true;
      input.signals.denied_purposes = 1u << 31;
      const base::Verdict verdict = set->Decide(input, place, narrow);
      EXPECT_FALSE(verdict.allowed);
      EXPECT_EQ(verdict.destination, place);
      EXPECT_NE(verdict.reason, Reason::kUndecided);
    }
  }
}

TEST(PolicySetDecide, AnEmptySetDeniesEverything) {
  const auto set = PolicySet::Compile({});
  const base::Verdict verdict = set->Decide({}, 0, ConsentIndex(1));
  EXPECT_FALSE(verdict.allowed);
  EXPECT_EQ(verdict.reason, Reason::kDestinationNotDeclared);
}

TEST(PolicySetDecide, SubjectsThatNobodyKnowsSayNothing) {
  const auto set = PolicySet::Compile(World("newsletter", "contact", "none"));
  ConsentIndex index(1);
  const std::vector someone{Fingerprint{1}};
  index.Set(someone[0], 0, {ConsentState::kGranted, 1, 0, 7});
  const ConsentIndex::Subject subjects[] = {ConsentIndex::kNobody, index.Find(someone[0])};
  DecisionInput input;
  input.event_time = input.now = 2'000;
  input.identified = true;
  input.subjects = subjects;
  EXPECT_TRUE(set->Decide(input, 0, index).allowed);
  input.subjects = {subjects, 1};
  EXPECT_EQ(set->Decide(input, 0, index).reason, Reason::kConsentUnknown);
}

TEST(PolicySetDecide, ConditionsOnFieldsDoNotHoldWithoutFields) {
  for (const char* policy : {"french", "not-opposed", "customers", "reachable"}) {
    PolicySetSpec spec = World("delivery", "contact", policy);
    spec.policies[0].purposes.clear();
    const auto set = PolicySet::Compile(std::move(spec));
    EXPECT_FALSE(set->Decide({}, 0, ConsentIndex(1)).allowed) << policy;
  }
}

TEST(PolicySetDecide, AConfiguredReasonComesThroughUnchanged) {
  PolicySetSpec spec = World("newsletter, delivery", "contact", "crm-only");
  spec.destinations[0].purposes = {PurposePlace("delivery")};
  spec.policies[0].otherwise[0].reason = static_cast<Reason>(300);
  const auto set = PolicySet::Compile(std::move(spec));
  EXPECT_EQ(static_cast<int>(set->Decide({}, 0, ConsentIndex(1)).reason), 300);
}

TEST(PolicySetDecide, AllocatesNothing) {
  const auto set = PolicySet::Compile(
      World("newsletter, delivery, recording", "contact", "french, with-consent, not-opposed"));
  ConsentIndex index(13);
  const std::vector someone{Fingerprint{1}}, another{Fingerprint{2}};
  index.Set(someone[0], 0, {ConsentState::kGranted, 1, 50, 7});
  index.Set(another[0], 1, {ConsentState::kWithdrawn, 1, 0, 8});
  const ConsentIndex::Subject subjects[] = {index.Find(someone[0]), index.Find(another[0])};
  const WorldEvent event("country FR, email lea@example.org");
  DecisionInput input;
  input.event_time = input.now = 2'000;
  input.identified = true;
  input.subjects = subjects;
  input.fields = &event;
  ASSERT_TRUE(set->Decide(input, 0, index).allowed);

  const long before = testing::Allocations();
  for (int round = 0; round < 10'000; ++round) {
    input.now = round * 10;
    static_cast<void>(set->Decide(input, static_cast<std::uint16_t>(round % 4), index));
  }
  EXPECT_EQ(testing::Allocations(), before);
  ASSERT_GT(testing::Allocations(), 0) << "the counter counts";
}

}  // namespace
}  // namespace octroi::policies
