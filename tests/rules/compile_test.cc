// Contracts that mean nothing are refused, and the refusal names the rule and the key.
#include <algorithm>
#include <functional>
#include <limits>

#include "bench.h"

namespace octroi::rules {
namespace {

struct Row {
  const char* key;
  const char* says;  // a part of the sentence
  std::function<void(ContractSpec&)> spoil;
};

// A contract with one good rule, `rule-0`, on field a.
ContractSpec GoodSpec() {
  RuleSpec rule = RuleOf(OnA());
  rule.check.min = 1;
  return SpecOf({rule});
}

RuleSpec& Rule(ContractSpec& spec) { return spec.rules[0]; }
CheckSpec& Check(ContractSpec& spec) { return spec.rules[0].check; }

void MakeUnique(ContractSpec& spec) {
  Check(spec) = {};
  Check(spec).unique_on = {kA};
  Check(spec).within = 1000;
}

const double kNan = std::numeric_limits<double>::quiet_NaN();

// clang-format off
const std::vector<Row> kRows = {
    {"id", "no id", [](ContractSpec& s) { s.id.clear(); }},
    {"id", "no id", [](ContractSpec& s) { Rule(s).id.clear(); }},
    {"id", "no reason key", [](ContractSpec& s) { Rule(s).reason = base::Reason::kUndecided; }},
    {"id", "same id", [](ContractSpec& s) { s.rules.push_back(s.rules[0]); }},
    {"id", "same reason key", [](ContractSpec& s) { s.rules.push_back(s.rules[0]); s.rules[1].id = "other"; }},
    {"fields", "twice", [](ContractSpec& s) { s.fields.push_back({kA, true}); }},
    {"fields", "not a dictionary field", [](ContractSpec& s) { s.fields.push_back({base::kSlotEventName, true}); }},
    {"fields", "too many", [](ContractSpec& s) { s.dictionary_fields = base::kFieldsMax + 1; }},
    {"rules", "more than 64", [](ContractSpec& s) { s.rules.resize(65, s.rules[0]); }},
    {"check", "checks nothing", [](ContractSpec& s) { Check(s) = {}; }},
    {"check", "checks nothing", [](ContractSpec& s) { Check(s) = OnA(); }},
    {"check.field", "needs `field`", [](ContractSpec& s) { Check(s).field.reset(); }},
    {"check.field", "does not list", [](ContractSpec& s) { Check(s).field = 200; }},
    {"check.field", "does not list", [](ContractSpec& s) { Check(s).field = kSubjectField; }},
    {"check.field", "nothing is asked", [](ContractSpec& s) { Check(s) = OnA(); Check(s).any_present = {kB}; }},
    {"check.any_present", "does not list", [](ContractSpec& s) { Check(s).any_present = {200}; }},
    {"check.all_present", "does not list", [](ContractSpec& s) { Check(s).all_present = {200}; }},
    {"check.min", "finite", [](ContractSpec& s) { Check(s).min = kNan; }},
    {"check.below", "finite", [](ContractSpec& s) { Check(s).below = std::numeric_limits<double>::infinity(); }},
    {"check.above", "same side", [](ContractSpec& s) { Check(s).above = 0; }},
    {"check.below", "same side", [](ContractSpec& s) { Check(s).max = 9; Check(s).below = 9; }},
    {"check.max", "no number", [](ContractSpec& s) { Check(s).max = 0.5; }},
    {"check.below", "no number", [](ContractSpec& s) { Check(s).below = 1; }},
    {"check.max_length", "no text", [](ContractSpec& s) { Check(s).min_length = 3; Check(s).max_length = 2; }},
    {"check.event_age_below", "time span", [](ContractSpec& s) { Check(s).event_age_below = 0; }},
    {"check.compare", "with itself", [](ContractSpec& s) { Check(s).compare = Compare::kSame; Check(s).other = kA; }},
    {"check.compare", "does not list", [](ContractSpec& s) { Check(s).compare = Compare::kSame; Check(s).other = 200; }},
    {"check.unique_on", "stands alone", [](ContractSpec& s) { Check(s).unique_on = {kA}; Check(s).within = 1; }},
    {"check.unique_on", "does not list", [](ContractSpec& s) { MakeUnique(s); Check(s).unique_on = {200}; }},
    {"check.within", "needs `within`", [](ContractSpec& s) { MakeUnique(s); Check(s).within = 0; }},
    {"check.within", "needs `within`", [](ContractSpec& s) { MakeUnique(s); Check(s).within = -1; }},
    {"check.within", "belongs to", [](ContractSpec& s) { Check(s).within = 1000; }},
    {"check.matches", "RE2 refuses", [](ContractSpec& s) { Check(s).matches = "(a"; }},
    {"check.matches", "RE2 refuses", [](ContractSpec& s) { Check(s).matches = "a{1,2000}"; }},
    {"check.matches", "RE2 refuses", [](ContractSpec& s) { Check(s).matches = "((a{100}){100}){100}"; }},
    {"check.matches", "RE2 refuses", [](ContractSpec& s) { Check(s).matches = "(?=a)"; }},
    {"check.matches", "RE2 refuses", [](ContractSpec& s) { Check(s).matches = "\xff"; }},
    {"check.matches", "too large", [](ContractSpec& s) { Check(s).matches = "\\pL{250}"; }},
    {"check.matches", "longer than", [](ContractSpec& s) { Check(s).matches = std::string(1001, 'a'); }},
    {"check.matches_any", "longer than", [](ContractSpec& s) { Check(s).matches_any = {"a", std::string(1001, 'a')}; }},
    {"check.like", "longer than", [](ContractSpec& s) { Check(s).like = std::string(1001, 'a'); }},
    {"on_fail", "`merge` needs", [](ContractSpec& s) { Rule(s).on_fail = OnFail::kMerge; }},
    {"on_fail", "`drop-field` needs", [](ContractSpec& s) { MakeUnique(s); Rule(s).on_fail = OnFail::kDropField; }},
    {"repair", "needs `check.field`", [](ContractSpec& s) { MakeUnique(s); Rule(s).repair = {Repair::kTrim}; }},
    {"repair", "twice", [](ContractSpec& s) { Rule(s).repair = {Repair::kTrim, Repair::kTrim}; }},
    {"repair", "undo", [](ContractSpec& s) { Rule(s).repair = {Repair::kLowercase, Repair::kUppercase}; }},
    {"when.present", "does not list", [](ContractSpec& s) { Rule(s).when.present = 200; }},
    {"when.field", "does not list", [](ContractSpec& s) { Rule(s).when.field = 200; Rule(s).when.in = {"x"}; }},
    {"when.field", "needs `field`", [](ContractSpec& s) { Rule(s).when.in = {"x"}; }},
    {"when.field", "nothing is asked", [](ContractSpec& s) { Rule(s).when.field = kA; }},
};
// clang-format on

TEST(Compile, RefusesWhatMeansNothing) {
  ASSERT_TRUE(Contract::Compile(GoodSpec()));
  for (const Row& row : kRows) {
    ContractSpec spec = GoodSpec();
    row.spoil(spec);
    std::vector<SpecFault> faults;
    const auto made = Contract::Compile(spec, &faults);
    ASSERT_FALSE(made) << row.key << " " << row.says;
    EXPECT_EQ(made.error().code, base::ErrorCode::kInvalid);
    const bool named = std::any_of(faults.begin(), faults.end(), [&](const SpecFault& fault) {
      return fault.key == row.key && fault.what.find(row.says) != std::string::npos;
    });
    EXPECT_TRUE(named) << row.key << " " << row.says << " is not in: " << made.error().detail;
  }
}

TEST(Compile, NamesRuleAndKeyOfEveryFault) {
  RuleSpec rule = RuleOf(OnA());
  rule.check.min = 1;
  ContractSpec spec = SpecOf({rule, rule});
  spec.rules[0].check.max = 0;
  spec.rules[1].check.matches = "(a";
  const auto made = Contract::Compile(spec);
  ASSERT_FALSE(made);
  EXPECT_EQ(
      made.error().detail,
      "contract `bench`: rule `rule-0`, `check.max`: no number is in this range; rule `rule-1`, "
      "`check.matches`: RE2 refuses it: missing ): (a");
}

TEST(Compile, TakesWhatMeansSomething) {
  ContractSpec spec = GoodSpec();
  Check(spec).max = 1;  // exactly one number
  Check(spec).min_length = Check(spec).max_length = 1;
  Check(spec).matches = "a{1,1000}";
  Check(spec).like = std::string(1000, '.');  // each as it is written, whatever it becomes
  Check(spec).matches_any = {std::string(900, 'a'), std::string(900, 'b')};
  Rule(spec).when.present = base::kSlotEventTime;  // the slots every source has need no listing
  Rule(spec).on_fail = OnFail::kDropField;
  const auto made = Contract::Compile(spec);
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->spec().id, "bench");
  EXPECT_EQ(made->spec().rules.size(), 1u);
}

}  // namespace
}  // namespace octroi::rules
