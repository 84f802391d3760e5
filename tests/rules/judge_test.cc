// What each check of a contract says of a value that holds, one that does not, and none at all.
#include "bench.h"

namespace octroi::rules {
namespace {

CheckSpec Type(ValueType type) {
  CheckSpec check = OnA();
  check.type = type;
  return check;
}
CheckSpec Written(Format format) {
  CheckSpec check = OnA();
  check.format = format;
  return check;
}
CheckSpec Matches(const char* pattern) {
  CheckSpec check = OnA();
  check.matches = pattern;
  return check;
}
CheckSpec Min(double limit) {
  CheckSpec check = OnA();
  check.min = limit;
  return check;
}
CheckSpec Max(double limit) {
  CheckSpec check = OnA();
  check.max = limit;
  return check;
}
CheckSpec Above(double limit) {
  CheckSpec check = OnA();
  check.above = limit;
  return check;
}
CheckSpec Below(double limit) {
  CheckSpec check = OnA();
  check.below = limit;
  return check;
}
CheckSpec MinLength(std::uint32_t length) {
  CheckSpec check = OnA();
  check.min_length = length;
  return check;
}
CheckSpec MaxLength(std::uint32_t length) {
  CheckSpec check = OnA();
  check.max_length = length;
  return check;
}
CheckSpec In(std::vector<std::string> values) {
  CheckSpec check = OnA();
  check.in = std::move(values);
  return check;
}
CheckSpec InList(std::vector<std::string> values) {
  CheckSpec check = OnA();
  check.in_list = ListOf(std::move(values));
  return check;
}
CheckSpec NotInList(std::vector<std::string> values) {
  CheckSpec check = OnA();
  check.not_in_list = ListOf(std::move(values));
  return check;
}
CheckSpec With(Compare compare) {  // of a and b
  CheckSpec check = OnA();
  check.compare = compare;
  check.other = kB;
  return check;
}

struct Row {
  const char* name;
  CheckSpec check;
  std::vector<const char*> holds;
  std::vector<const char*> fails;
};

// clang-format off
const std::vector<Row> kRows = {
    {"type: string", Type(ValueType::kString), {R"({"a":"x"})", R"({"a":""})"}, {R"({"a":1})", R"({"a":true})"}},
    {"type: number", Type(ValueType::kNumber), {R"({"a":1})", R"({"a":1.5})", R"({"a":-1e3})"}, {R"({"a":"1"})", R"({"a":false})"}},
    {"type: integer", Type(ValueType::kInteger), {R"({"a":1})", R"({"a":-7})"}, {R"({"a":1.5})", R"({"a":"1"})"}},
    {"type: boolean", Type(ValueType::kBoolean), {R"({"a":true})", R"({"a":false})"}, {R"({"a":"true"})", R"({"a":0})"}},
    {"format: email", Written(Format::kEmail), {R"({"a":"lea@example.org"})"}, {R"({"a":"lea"})", R"({"a":""})", R"({"a":1})"}},
    {"format: integer", Written(Format::kInteger), {R"({"a":12})", R"({"a":"12"})"}, {R"({"a":1.5})", R"({"a":true})", R"({"a":"x"})"}},
    {"format: decimal", Written(Format::kDecimal), {R"({"a":12})", R"({"a":1.5e2})", R"({"a":"1.5"})"}, {R"({"a":"1,5"})", R"({"a":true})"}},
    {"format: code", Written(Format::kCode), {R"({"a":"r-2026"})", R"({"a":17850})"}, {R"({"a":"r 2026"})", R"({"a":true})"}},
    {"format: text", Written(Format::kText), {R"({"a":"two\nlines"})"}, {R"({"a":{"b":"x"}})", R"({"a":false})"}},
    {"matches the whole", Matches("[0-9]+"), {R"({"a":"536365"})", R"({"a":536365})"}, {R"({"a":"C536379"})", R"({"a":"536365x"})", R"({"a":""})"}},
    {"matches UTF-8", Matches("caf."), {R"({"a":"café"})"}, {R"({"a":"caf"})"}},
    {"min", Min(0), {R"({"a":0})", R"({"a":0.0})", R"({"a":"3"})", R"({"a":1e3})"}, {R"({"a":-1})", R"({"a":"-0.5"})", R"({"a":"x"})", R"({"a":""})", R"({"a":true})"}},
    {"max", Max(10), {R"({"a":10})", R"({"a":"9.99"})"}, {R"({"a":10.01})", R"({"a":"11"})", R"({"a":"1e0"})"}},
    {"above", Above(0), {R"({"a":0.01})", R"({"a":"1"})"}, {R"({"a":0})", R"({"a":-1})", R"({"a":"0"})"}},
    {"below", Below(10), {R"({"a":9.99})"}, {R"({"a":10})", R"({"a":"10"})", R"({"a":[1]})"}},
    {"min_length", MinLength(3), {R"({"a":"été"})", R"({"a":123})"}, {R"({"a":"éé"})", R"({"a":""})", R"({"a":12})"}},
    {"max_length", MaxLength(3), {R"({"a":"été"})", R"({"a":""})", R"({"a":"日本語"})"}, {R"({"a":"étés"})", R"({"a":1234})"}},
    {"in", In({"sign_up", "click", "7"}), {R"({"a":"click"})", R"({"a":7})"}, {R"({"a":"open"})", R"({"a":"Click"})", R"({"a":""})", R"({"a":7.0})"}},
    {"in_list", InList({" rentree-2026 ", "noel"}), {R"({"a":"rentree-2026"})"}, {R"({"a":"ete"})", R"({"a":" noel"})", R"({"a":""})"}},
    {"not_in_list", NotInList({"test@test.fr"}), {R"({"a":"lea@example.org"})", R"({"a":1})"}, {R"({"a":"test@test.fr"})"}},
    {"same", With(Compare::kSame), {R"({"a":"x","b":"x"})", R"({"a":1,"b":1.0})", R"({"a":"1","b":1})", R"({"a":"x"})", R"({"a":"x","b":null})"}, {R"({"a":"x","b":"X"})", R"({"a":1,"b":2})", R"({"a":"x","b":""})", R"({"a":"","b":[1]})"}},
    {"before", With(Compare::kBefore), {R"({"a":"2026-01-01","b":"2026-01-02"})", R"({"a":"2026-01-01T10:00:00+02:00","b":"2026-01-01T09:00:00Z"})"}, {R"({"a":"2026-01-02","b":"2026-01-02"})", R"({"a":"x","b":"2026-01-02"})", R"({"a":"2026-01-02","b":"x"})"}},
    {"after", With(Compare::kAfter), {R"({"a":"2026-01-03","b":"2026-01-02"})"}, {R"({"a":"2026-01-02","b":"2026-01-02"})"}},
    {"not_before", With(Compare::kNotBefore), {R"({"a":"2026-01-02","b":"2026-01-02"})"}, {R"({"a":"2026-01-01","b":"2026-01-02"})"}},
    {"not_after", With(Compare::kNotAfter), {R"({"a":"2026-01-02","b":"2026-01-02"})"}, {R"({"a":"2026-01-03","b":"2026-01-02"})"}},
    {"less", With(Compare::kLess), {R"({"a":1,"b":2})", R"({"a":"9","b":"10"})"}, {R"({"a":2,"b":2})", R"({"a":"x","b":2})"}},
    {"greater", With(Compare::kGreater), {R"({"a":3,"b":2.5})"}, {R"({"a":2,"b":2})", R"({"a":3,"b":"x"})"}},
};
// clang-format on

Judgement JudgeOne(const CheckSpec& check, const char* json, const Surroundings& around = {}) {
  EventOf event(json);
  Contract::Scratch scratch;
  return ContractOf(SpecOf({RuleOf(check)})).Judge(*event, around, scratch);
}

TEST(Checks, OnOneField) {
  for (const Row& row : kRows) {
    for (const char* json : row.holds)
      EXPECT_EQ(JudgeOne(row.check, json).failed, 0u) << row.name << json;
    for (const char* json : row.fails)
      EXPECT_EQ(JudgeOne(row.check, json).failed, 1u) << row.name << json;
    for (const char* json : {"{}", R"({"a":null})", R"({"b":"x"})"}) {
      const Judgement absent = JudgeOne(row.check, json);
      EXPECT_EQ(absent.failed, 0u) << row.name << " of nothing";
      EXPECT_EQ(absent.evaluated, 1u) << row.name << " of nothing";
    }
    for (const char* json : {R"({"a":["x"],"b":["x"]})", R"({"a":{"x":1},"b":1})"}) {
      EXPECT_EQ(JudgeOne(row.check, json).failed, 1u) << row.name << " of a composite value";
    }
  }
}

TEST(Checks, EverythingInACheckMustHold) {
  CheckSpec check = Written(Format::kEmail);
  check.not_in_list = ListOf({"test@test.fr"});
  EXPECT_EQ(JudgeOne(check, R"({"a":"lea@example.org"})").failed, 0u);
  EXPECT_EQ(JudgeOne(check, R"({"a":"test@test.fr"})").failed, 1u);
  EXPECT_EQ(JudgeOne(check, R"({"a":"lea"})").failed, 1u);
}

struct Presence {
  const char* json;
  bool any;
  bool all;
};

TEST(Checks, Presence) {  // of a and b
  CheckSpec any;
  any.any_present = {kA, kB};
  CheckSpec all;
  all.all_present = {kA, kB};
  for (const Presence& row : std::vector<Presence>{{R"({"a":"x","b":1})", true, true},
                                                   {R"({"a":"x"})", true, false},
                                                   {R"({"b":false})", true, false},
                                                   {R"({})", false, false},
                                                   {R"({"a":null,"b":""})", false, false},
                                                   {R"({"a":"","b":0})", true, false},
                                                   {R"({"c":"x"})", false, false}}) {
    EXPECT_EQ(JudgeOne(any, row.json).failed == 0, row.any) << "any_present " << row.json;
    EXPECT_EQ(JudgeOne(all, row.json).failed == 0, row.all) << "all_present " << row.json;
  }
}

TEST(Checks, EventAge) {
  constexpr base::Millis kDay = 24 * 3600 * 1000;
  CheckSpec check;
  check.event_age_below = kDay;
  const auto failed = [&](std::optional<base::Millis> time) {
    Surroundings around;
    around.received = 10 * kDay;
    around.event_time = time;
    return JudgeOne(check, "{}", around).failed != 0;
  };
  EXPECT_FALSE(failed(10 * kDay));
  EXPECT_FALSE(failed(9 * kDay + 1));
  EXPECT_TRUE(failed(9 * kDay));
  EXPECT_TRUE(failed(0));
  EXPECT_FALSE(failed(11 * kDay));    // a time to come is not late
  EXPECT_TRUE(failed(std::nullopt));  // no event time
}

struct Condition {
  const char* json;
  bool present, in, in_list, not_in_list;
};

TEST(When, DecidesWhetherTheRuleIsEvaluated) {
  WhenSpec present;
  present.present = kB;
  WhenSpec in;
  in.field = kB;
  in.in = {"FR", "BE"};
  WhenSpec in_list;
  in_list.field = kB;
  in_list.in_list = ListOf({"FR", "BE"});
  WhenSpec not_in_list;
  not_in_list.field = kB;
  not_in_list.not_in_list = ListOf({"FR", "BE"});
  const auto evaluated = [](const WhenSpec& when, const char* json) {
    RuleSpec rule = RuleOf(Min(0));
    rule.when = when;
    EventOf event(json);
    Contract::Scratch scratch;
    const Judgement found = ContractOf(SpecOf({rule})).Judge(*event, {}, scratch);
    EXPECT_EQ(found.failed, found.evaluated) << json;  // a is below 0 in every row
    return found.evaluated != 0;
  };
  for (const Condition& row :
       std::vector<Condition>{{R"({"a":-1,"b":"FR"})", true, true, true, false},
                              {R"({"a":-1,"b":"DE"})", true, false, false, true},
                              {R"({"a":-1,"b":""})", false, false, false, true},
                              {R"({"a":-1,"b":null})", false, false, false, false},
                              {R"({"a":-1})", false, false, false, false}}) {
    EXPECT_EQ(evaluated(present, row.json), row.present) << "present " << row.json;
    EXPECT_EQ(evaluated(in, row.json), row.in) << "in " << row.json;
    EXPECT_EQ(evaluated(in_list, row.json), row.in_list) << "in_list " << row.json;
    EXPECT_EQ(evaluated(not_in_list, row.json), row.not_in_list) << "not_in_list " << row.json;
  }
}

TEST(When, EverythingInItMustHold) {
  RuleSpec rule = RuleOf(Min(0));
  rule.when.present = kC;
  rule.when.field = kB;
  rule.when.in = {"FR"};
  const Contract contract = ContractOf(SpecOf({rule}));
  const auto evaluated = [&](const char* json) {
    EventOf event(json);
    Contract::Scratch scratch;
    return contract.Judge(*event, {}, scratch).evaluated != 0;
  };
  EXPECT_TRUE(evaluated(R"({"b":"FR","c":1})"));
  EXPECT_FALSE(evaluated(R"({"b":"FR"})"));
  EXPECT_FALSE(evaluated(R"({"b":"BE","c":1})"));
}

TEST(Lists, AreTrimmedSortedAndExact) {
  const ValueList list({" b", "a", "b ", "", "  ", "É"});
  EXPECT_EQ(list.size(), 3u);
  for (const char* value : {"a", "b", "É"}) EXPECT_TRUE(list.Has(value)) << value;
  for (const char* value : {"", " b", "A", "E", "ab"}) EXPECT_FALSE(list.Has(value)) << value;
}

}  // namespace
}  // namespace octroi::rules
