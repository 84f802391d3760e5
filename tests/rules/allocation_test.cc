// The hot path allocates nothing: operator new is counted over 10,000 calls of Judge.
#include "bench.h"
#include "rules/detect/detect.h"
#include "support/allocations.h"

namespace octroi::rules {
namespace {

class NeverSeen final : public SeenWindow {
 public:
  bool SeenBefore(base::Reason, std::string_view key, base::Millis) override { return key.empty(); }
};

CheckSpec On(base::FieldId field) {
  CheckSpec check;
  check.field = field;
  return check;
}

// One rule of every kind of check: a an e-mail, b a number, c a country, d and e times.
std::vector<RuleSpec> FifteenRules() {
  std::vector<CheckSpec> checks;
  const auto add = [&](CheckSpec check) -> CheckSpec& {
    return checks.emplace_back(std::move(check));
  };
  add({}).any_present = {kA, kB};
  add({}).all_present = {kA, kC};
  add({}).event_age_below = 1000;
  add({}).unique_on = {kSubjectField, kA, kC};
  checks.back().within = 1000;
  add(On(kA)).format = Format::kEmail;
  add(On(kA)).not_in_list = ListOf({"test@test.fr", "a@a.fr"});
  add(On(kA)).matches = "[a-z0-9.+_-]{1,64}@[a-z0-9.-]+";
  add(On(kA)).max_length = 100;
  add(On(kB)).type = ValueType::kNumber;
  add(On(kB)).min = 0;
  checks.back().below = 1e6;
  add(On(kC)).format = Format::kIsoCountry;
  add(On(kC)).in = {"FR", "BE", "LU"};
  add(On(kC)).in_list = ListOf({"FR", "BE", "LU", "CH"});
  add(On(kD)).format = Format::kDatetime;
  add(On(kD)).compare = Compare::kNotAfter;
  checks.back().other = kE;
  std::vector<RuleSpec> rules;
  for (CheckSpec& check : checks) rules.push_back(RuleOf(std::move(check)));
  rules[4].when.present = kA;
  return rules;
}

// The allocations of 10,000 calls, after a few that let the scratch grow.
long AllocationsOf(const Contract& contract, std::uint64_t fails, std::uint64_t repaired) {
  const std::string json =
      R"({"a":" Lea.Martin.De.La.Tour@Example.org ","b":12.5,"c":"British Indian Ocean Territory","d":"2026-11-21T09:00:00Z",)"
      R"("e":"2026-11-21T09:00:01Z"})";
  const base::PathMap paths = PathsOf({"a", "b", "c", "d", "e"});
  base::EventParser parser;
  base::Event event;
  Contract::Scratch scratch;
  NeverSeen seen;
  const std::string_view person[] = {"lea.martin@example.org", "+33612345678"};
  const Surroundings around{
      .received = 5000, .event_time = 4500, .subject_keys = person, .seen = &seen};
  long counted = 0;
  for (int call = -100; call < 10'000; ++call) {
    EXPECT_EQ(parser.Parse(json, paths, event).reason, base::Reason::kUndecided);
    const long before = testing::Allocations();
    scratch.Clear();
    const Judgement found = contract.Judge(event, around, scratch);
    if (call >= 0) counted += testing::Allocations() - before;
    EXPECT_EQ(found.failed, fails);
    EXPECT_EQ(found.repaired, repaired);
  }
  return counted;
}

TEST(Allocation, NoneWithFifteenRules) {
  const std::vector<RuleSpec> rules = FifteenRules();
  ASSERT_EQ(rules.size(), 15u);
  // The value as it comes is no e-mail and matches no pattern; the country is a name.
  EXPECT_EQ(AllocationsOf(ContractOf(SpecOf(rules)), 0b001'1100'0101'0000, 0), 0);
}

// Expressions, checks in checks, and what is asked of letters, lists and times.
TEST(Allocation, NoneWithExpressionsAndChecksInChecks) {
  std::vector<CheckSpec> checks(6);
  checks[0].expression =
      "event.a.matches('Tour') && event.b * 2.0 > 1.0 && event.c in ['x'] || event.e - event.d < "
      "duration('1h') && event.a.size() > 3 && int('12') / int(event.b) == 1";
  checks[1].any_of = {On(kA), On(kC)};
  checks[1].any_of[0].not_email = 7;
  checks[1].any_of[1].casing = Casing::kTitle;
  checks[2].negated = {On(kC)};
  checks[2].negated[0].like = "%test%";
  checks[3] = On(kD);
  checks[3].min_age = 1;
  checks[3].format = Format::kDatetime;
  checks[4].all_different = {kA, kC, kD};
  checks[5] = On(kC);
  checks[5].casing = Casing::kTitle;
  checks[5].domain_not_in_list = ListOf({"example.com"});
  std::vector<RuleSpec> rules;
  for (CheckSpec& check : checks) rules.push_back(RuleOf(std::move(check)));
  ContractSpec spec = SpecOf(std::move(rules));
  using Type = ExpressionType;
  const Type types[] = {Type::kString, Type::kDouble, Type::kString, Type::kTimestamp,
                        Type::kTimestamp};
  for (std::size_t at = 0; at < spec.fields.size(); ++at) {
    spec.fields[at].name = std::string(1, static_cast<char>('a' + at));
    spec.fields[at].type = types[at];
  }
  // The time of receipt here is 1970: nothing is a millisecond old.
  EXPECT_EQ(AllocationsOf(ContractOf(std::move(spec)), 0b001000, 0), 0);
}

TEST(Allocation, NoneWithRepairsOnceTheScratchHasGrown) {
  std::vector<RuleSpec> rules = FifteenRules();
  rules[4].repair = {Repair::kTrim, Repair::kLowercase, Repair::kStripAccents};
  rules[13].repair = {Repair::kTrim, Repair::kDateToIso};
  rules[10].repair = {Repair::kCountryToIso};
  EXPECT_EQ(AllocationsOf(ContractOf(SpecOf(rules)), 0b001'1000'0000'0000, 0b100'0001'0000), 0);
}

// Finds of every kind but foreign phones, which libphonenumber judges.
TEST(Allocation, NoneOfADetectorThatHasSeenAsMuchBefore) {
  const std::string text =
      "lea@exemple.fr, tél. 06 12 34 56 78, +33 6 12 34 56 78, NIR 1 85 05 78 006 084 91, SIREN "
      "732 829 "
      "320, IBAN FR76 3000 6000 0112 3456 7890 189, carte 4111 1111 1111 1111, AB-123-CD, né le 12 "
      "mars "
      "1985, 192.0.2.1, 2001:db8::1, https://exemple.fr/?email=x, CHE-109.322.551, "
      "756.9217.0769.85";
  Detector detector({.at_least = Confidence::kPossible});
  const std::size_t finds = detector.Scan(text).size();
  EXPECT_GE(finds, 10u);
  const long before = testing::Allocations();
  for (int round = 0; round < 100; ++round) {
    EXPECT_EQ(detector.Scan(text).size(), finds);
    EXPECT_EQ(detector.ScanToHide(text).size(), finds);
  }
  EXPECT_EQ(testing::Allocations(), before);
}

TEST(Allocation, TheCounterCounts) {
  const long before = testing::Allocations();
  const std::string text(100, 'x');
  EXPECT_EQ(text.size(), 100u);
  EXPECT_GT(testing::Allocations(), before);
}

}  // namespace
}  // namespace octroi::rules
