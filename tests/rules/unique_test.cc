// unique_on: what counts as the same, with a window that remembers everything.
#include "bench.h"

namespace octroi::rules {
namespace {

using namespace std::string_literals;

RuleSpec UniqueOn(std::vector<base::FieldId> fields) {
  CheckSpec check;
  check.unique_on = std::move(fields);
  check.within = 5000;
  return RuleOf(check, OnFail::kMerge);
}

class Unique : public testing::Test {
 protected:
  // Whether the rule found `json` to be a duplicate.
  bool IsDuplicate(const Contract& contract, const std::string& json,
                   const std::vector<std::string_view>& person = {}) {
    EventOf event(json);
    Surroundings around;
    around.subject_keys = person;
    around.seen = &seen_;
    Contract::Scratch scratch;
    return contract.Judge(*event, around, scratch).failed != 0;
  }
  EverythingSeen seen_;
};

TEST_F(Unique, TheSameValuesInTheSameFields) {
  const Contract contract = ContractOf(SpecOf({UniqueOn({kA, kB})}));
  const std::vector<std::pair<const char*, bool>> rows = {
      {R"({"a":"x","b":"y"})", false},
      {R"({"a":"x","b":"y"})", true},
      {R"({"a":"x","b":"y","c":"other"})", true},
      {R"({"a":"x","b":"z"})", false},
      {R"({"a":"xy","b":""})", false},  // not the same as x, y
      {R"({"a":"","b":"xy"})", false},
      {R"({"a":"x"})", false},  // absent is not empty
      {R"({"a":"x","b":""})", false},
      {R"({"a":"x","b":null})", true},  // null is absent
      {R"({"b":"x"})", false},          // in the other field
      {R"({"a":1,"b":"y"})", false},
      {R"({"a":"1","b":"y"})", true},  // by text
      {R"({"a":[1,2],"b":"y"})", false},
      {R"({"a":[1,3],"b":"y"})", false},
      {R"({"a":[1,2],"b":"y"})", true},
  };
  for (const auto& [json, duplicate] : rows)
    EXPECT_EQ(IsDuplicate(contract, json), duplicate) << json;
  EXPECT_EQ(seen_.last_within, 5000);
}

TEST_F(Unique, ThePerson) {
  const Contract contract = ContractOf(SpecOf({UniqueOn({kSubjectField, kA})}));
  EXPECT_FALSE(IsDuplicate(contract, R"({"a":"form"})", {"lea@example.org"}));
  EXPECT_TRUE(IsDuplicate(contract, R"({"a":"form"})", {"lea@example.org"}));
  EXPECT_FALSE(IsDuplicate(contract, R"({"a":"other"})", {"lea@example.org"}));
  EXPECT_FALSE(IsDuplicate(contract, R"({"a":"form"})", {"leo@example.org"}));
  EXPECT_FALSE(IsDuplicate(contract, R"({"a":"form"})", {"lea@example.org", "+33612345678"}));
  EXPECT_TRUE(IsDuplicate(contract, R"({"a":"form"})", {"lea@example.org", "+33612345678"}));
}

TEST_F(Unique, NobodyAndNothingAreNotTheSame) {
  const Contract person = ContractOf(SpecOf({UniqueOn({kSubjectField, kA})}));
  const Contract fields = ContractOf(SpecOf({UniqueOn({kA, kB})}));
  for (int time = 0; time < 2; ++time) {
    EXPECT_FALSE(IsDuplicate(person, R"({"a":"form"})"));
    EXPECT_FALSE(IsDuplicate(fields, R"({"c":"x"})"));
  }
  EXPECT_EQ(seen_.asked, 0);
}

TEST_F(Unique, TheKeyIsAsTheHeaderSays) {
  const Contract contract = ContractOf(SpecOf({UniqueOn({kA, kSubjectField, kB})}));
  IsDuplicate(contract, R"({"a":"hi"})", {"p", "qr"});
  ASSERT_EQ(seen_.keys.size(), 1u);
  EXPECT_EQ(seen_.keys[0], "\x02\0hi\x02\0\x01\0p\x02\0qr\xff\xff"s);
}

TEST_F(Unique, ValuesTooLongForAShortLengthStayApart) {
  const Contract contract = ContractOf(SpecOf({UniqueOn({kA})}));
  const std::string longest(64 * 1024 - 2, 'x');
  EXPECT_FALSE(IsDuplicate(contract, "{\"a\":\"" + longest + "\"}"));
  EXPECT_TRUE(IsDuplicate(contract, "{\"a\":\"" + longest + "\"}"));
  EXPECT_EQ(seen_.keys[0].substr(0, 6), "\xfe\xff\xfe\xff\0\0"s);
  EXPECT_EQ(seen_.keys[0].size(), 6 + longest.size());
}

TEST_F(Unique, RulesDoNotShareWhatWasSeen) {
  const Contract contract = ContractOf(SpecOf({UniqueOn({kA}), UniqueOn({kB})}));
  EXPECT_FALSE(IsDuplicate(contract, R"({"a":"x","b":"y"})"));
  EXPECT_FALSE(IsDuplicate(contract, R"({"a":"y","b":"x"})"));
}

TEST_F(Unique, TheRepairedValueIsTheOneThatIsCompared) {
  RuleSpec trims = RuleOf(OnA());
  trims.check.type = ValueType::kString;
  trims.repair = {Repair::kTrim, Repair::kLowercase};
  const Contract contract = ContractOf(SpecOf({UniqueOn({kA}), trims}));
  EXPECT_FALSE(IsDuplicate(contract, R"({"a":"Lea@Example.org "})"));
  EXPECT_TRUE(IsDuplicate(contract, R"({"a":"lea@example.org"})"));
}

TEST_F(Unique, WithoutAWindowTheRuleIsNotEvaluated) {
  const Contract contract = ContractOf(SpecOf({UniqueOn({kA})}));
  EventOf event(R"({"a":"x"})");
  Contract::Scratch scratch;
  const Judgement found = contract.Judge(*event, {}, scratch);
  EXPECT_EQ(found.evaluated, 0u);
  EXPECT_EQ(found.outcome, base::Outcome::kAccepted);
}

}  // namespace
}  // namespace octroi::rules
