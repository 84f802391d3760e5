// The checks beyond one plain value: lists of patterns, e-mail kinds, postal codes, times, several
// fields, and checks in checks. A table: what holds, what fails, and what is not asked.
#include <algorithm>

#include "base/text.h"
#include "bench.h"

namespace octroi::rules {
namespace {

using Texts = std::vector<std::string>;

const base::Millis kReceived = *base::ParseRfc3339("2026-11-23T12:00:00Z");
constexpr base::Millis kDay = 86'400'000;

// A check on field a, changed.
template <class Change>
CheckSpec Asked(Change change) {
  CheckSpec check = OnA();
  change(check);
  return check;
}
// A check on no field in particular, changed.
template <class Change>
CheckSpec Whole(Change change) {
  CheckSpec check;
  change(check);
  return check;
}
CheckSpec IsOneOf(base::FieldId field, Texts values) {
  CheckSpec check;
  check.field = field;
  check.in = std::move(values);
  return check;
}

enum class Answer { kPasses, kFails, kUnknown };

Answer Judged(const RuleSpec& rule, const std::string& json) {
  EventOf event(json);
  Contract::Scratch scratch;
  Surroundings around;
  around.received = kReceived;
  const Judgement found = ContractOf(SpecOf({rule})).Judge(*event, around, scratch);
  if (found.failed == 0) return Answer::kPasses;
  return found.unknown != 0 ? Answer::kUnknown : Answer::kFails;
}

struct Row {
  const char* name;
  CheckSpec check;
  Texts holds, fails;
};

// clang-format off
const std::vector<Row> kRows = {
    {"json_type", Asked([](auto& c) { c.json_types = kIntegerBit | kNullBit; }),
     {R"({"a":1})", R"({"a":1.0})", R"({"a":10e-1})", R"({"a":0.0})", R"({"a":null})"}, {"{}", R"({"a":1.5})", R"({"a":"1"})", R"({"a":true})", R"({"a":[1]})", R"({"a":{}})"}},
    {"json_type absent", Asked([](auto& c) { c.json_types = kAbsentBit | kArrayBit; }), {"{}", R"({"a":[]})"}, {R"({"a":null})", R"({"a":{}})", R"({"a":""})", R"({"a":1})"}},
    {"json_type, not", Whole([](auto& c) { CheckSpec array = OnA(); array.json_types = kArrayBit; c.negated = {array}; }), {"{}", R"({"a":{}})", R"({"a":null})"}, {R"({"a":[1]})"}},
    {"multiple_of", Asked([](auto& c) { c.multiple_of = "0.01"; }),
     {R"({"a":19.99})", R"({"a":-0.3})", R"({"a":0})", R"({"a":1e300})", R"({"a":"4.35"})", "{}"}, {R"({"a":0.001})", R"({"a":4.355})", R"({"a":1e-300})", R"({"a":"x"})", R"({"a":true})", R"({"a":[1]})"}},
    {"multiple_of, whole", Asked([](auto& c) { c.multiple_of = "15e1"; }), {R"({"a":150})", R"({"a":4500.0})", R"({"a":9007199254740900})"}, {R"({"a":75})", R"({"a":9007199254740901})"}},
    {"not_in", Asked([](auto& c) { c.not_in = {"x", "7"}; }), {R"({"a":"y"})", R"({"a":""})", "{}"}, {R"({"a":"x"})", R"({"a":7})", R"({"a":["x"]})"}},
    {"not_matches", Asked([](auto& c) { c.not_matches = "test.*"; }), {R"({"a":"a test"})", "{}"}, {R"({"a":"test"})", R"({"a":"tests"})", R"({"a":[]})"}},
    {"matches_any", Asked([](auto& c) { c.matches_any = {"A[0-9]+", "B|C"}; }), {R"({"a":"A1"})", R"({"a":"C"})"}, {R"({"a":"D"})", R"({"a":"A"})", R"({"a":"BC"})"}},
    {"matches_all", Asked([](auto& c) { c.matches_all = {".*[0-9].*", ".*[a-z].*"}; }), {R"({"a":"a1"})"}, {R"({"a":"a"})", R"({"a":"1"})"}},
    {"like", Asked([](auto& c) { c.like = "A_%.fr\\%"; }), {R"({"a":"Aé.fr%"})", R"({"a":"Ax\ny.fr%"})"}, {R"({"a":"A.fr%"})", R"({"a":"Ax-fr%"})", R"({"a":"Ax.fr"})"}},
    {"not_like", Asked([](auto& c) { c.not_like = "%test%"; }), {R"({"a":"tes"})"}, {R"({"a":"a test b"})"}},
    {"casing upper", Asked([](auto& c) { c.casing = Casing::kUpper; }), {R"({"a":"ÉTÉ 42"})", R"({"a":""})"}, {R"({"a":"ÉTé"})"}},
    {"casing lower", Asked([](auto& c) { c.casing = Casing::kLower; }), {R"({"a":"été-42"})"}, {R"({"a":"Été"})"}},
    {"casing title", Asked([](auto& c) { c.casing = Casing::kTitle; }), {R"({"a":"Jean-Élie D'Arc"})"}, {R"({"a":"jean"})", R"({"a":"JEan"})", R"({"a":"Jean élie"})"}},
    {"not_email placeholder", Asked([](auto& c) { c.not_email = kPlaceholderEmail; }),
     {R"({"a":"lea@free.fr"})", R"({"a":"info@free.fr"})", R"({"a":"x@yopmail.com"})", R"({"a":"testa@free.fr"})"},
     {R"({"a":"Test@free.fr"})", R"({"a":"test+1@free.fr"})", R"({"a":"lea@example.com"})", R"({"a":"lea@mail.example.com"})", R"({"a":"lea@x.test"})", R"({"a":"toto@toto.fr"})", R"({"a":"aaaa@free.fr"})", R"({"a":"azerty@free.fr"})"}},
    {"not_email role", Asked([](auto& c) { c.not_email = kRoleEmail; }), {R"({"a":"lea@free.fr"})", R"({"a":"infor@free.fr"})"}, {R"({"a":"INFO@free.fr"})", R"({"a":"no-reply@free.fr"})", R"({"a":"postmaster@free.fr"})", R"({"a":"comptabilite@free.fr"})"}},
    {"not_email disposable", Asked([](auto& c) { c.not_email = kDisposableEmail; }), {R"({"a":"lea@notyopmail.com"})"}, {R"({"a":"lea@yopmail.com"})", R"({"a":"lea@a.b.Mailinator.com"})"}},
    {"not_email any", Asked([](auto& c) { c.not_email = 7; }), {R"({"a":"lea@free.fr"})"}, {R"({"a":"info@free.fr"})", R"({"a":"test@free.fr"})", R"({"a":"lea@yopmail.fr"})"}},
    {"domain_not_in_list", Asked([](auto& c) { c.domain_not_in_list = ListOf({"jetable.fr"}); }), {R"({"a":"a@nonjetable.fr"})", R"({"a":"a@fr"})", R"({"a":"jetable.fr"})"}, {R"({"a":"a@Jetable.fr"})", R"({"a":"a@x.jetable.fr"})"}},
    {"postal-code of France", Asked([](auto& c) { c.format = Format::kPostalCode; c.country = "FR"; }), {R"({"a":"75001"})", R"({"a":"01000"})", "{}"}, {R"({"a":"7500"})", R"({"a":"00100"})", R"({"a":"75 001"})"}},
    {"postal-code by country", Asked([](auto& c) { c.format = Format::kPostalCode; c.country_field = kB; }),
     {R"({"a":"75001","b":"FR"})", R"({"a":"SW1A 1AA","b":"GB"})", R"({"a":"SW1A1AA","b":"GB"})", R"({"a":"1015","b":"CH"})", R"({"a":"K1A 0B1","b":"CA"})", R"({"a":"12345-6789","b":"US"})", R"({"a":"98000","b":"MC"})", R"({"a":"AB 12","b":"BT"})", R"({"a":"1015"})"},
     {R"({"a":"75001","b":"CH"})", R"({"a":"SW1A 1A","b":"GB"})", R"({"a":"1015","b":"FR"})", R"({"a":"75001","b":"XX"})", R"({"a":"ab 12","b":"BT"})", R"({"a":"75001","b":"MC"})"}},
    {"not_future", Asked([](auto& c) { c.not_future = 1000; }), {R"({"a":"2026-11-23T12:00:01Z"})", R"({"a":"2020-01-01"})"}, {R"({"a":"2026-11-23T12:00:01.001Z"})", R"({"a":"x"})"}},
    {"max_age", Asked([](auto& c) { c.max_age = kDay; }), {R"({"a":"2026-11-22T12:00:00Z"})", R"({"a":"2027-01-01"})"}, {R"({"a":"2026-11-22T11:59:59.999Z"})", R"({"a":""})"}},
    {"min_age", Asked([](auto& c) { c.min_age = kDay; }), {R"({"a":"2026-11-22T12:00:00Z"})"}, {R"({"a":"2026-11-22T12:00:00.001Z"})"}},
    {"all_or_none", Whole([](auto& c) { c.all_or_none = {kA, kB}; }), {"{}", R"({"a":1,"b":2})", R"({"a":"","b":null})"}, {R"({"a":1})", R"({"a":1,"b":""})"}},
    {"all_equal", Whole([](auto& c) { c.all_equal = {kA, kB, kC}; }), {"{}", R"({"a":1})", R"({"a":1,"c":1.0})", R"({"a":"x","b":"x","c":"x"})"}, {R"({"a":1,"c":2})", R"({"a":"x","b":["x"]})"}},
    {"all_different", Whole([](auto& c) { c.all_different = {kA, kB, kC}; }), {"{}", R"({"a":1})", R"({"a":1,"b":2,"c":3})"}, {R"({"a":1,"b":2,"c":1})", R"({"a":1,"c":"1.0"})", R"({"a":{},"b":1})"}},
    {"sum_equals", Whole([](auto& c) { c.sum = SumSpec{{kA, kB}, kC, 0}; }), {R"({"a":0.1,"b":0.2,"c":0.3})", R"({"a":"1","b":2,"c":3})", R"({"a":1,"c":3})"}, {R"({"a":1,"b":2,"c":3.01})", R"({"a":1,"b":"x","c":1})", R"({"a":1,"b":[2],"c":3})", R"({"a":1e308,"b":1e308,"c":7})", R"({"a":1e308,"b":-1e308,"c":7})"}},
    {"sum_equals, tolerance", Whole([](auto& c) { c.sum = SumSpec{{kA, kB}, kC, 0.01}; }), {R"({"a":1,"b":2,"c":3.01})"}, {R"({"a":1,"b":2,"c":3.011})"}},
    {"pair_in", Whole([](auto& c) { c.pair = PairSpec{kA, kB, {{"FR", "EUR"}, {"CH", "CHF"}}}; }), {R"({"a":"FR","b":"EUR"})", R"({"a":"FR"})"}, {R"({"a":"FR","b":"CHF"})", R"({"a":"EUR","b":"FR"})"}},
    {"all_of", Whole([](auto& c) { c.all_of = {IsOneOf(kA, {"1"}), IsOneOf(kB, {"2"})}; }), {R"({"a":1,"b":2})", R"({"a":1})", "{}"}, {R"({"a":1,"b":1})", R"({"a":2})"}},
    {"any_of", Whole([](auto& c) { c.any_of = {IsOneOf(kA, {"1"}), IsOneOf(kB, {"2"})}; }), {R"({"a":1,"b":3})", R"({"a":3,"b":2})", R"({"a":1})", "{}"}, {R"({"a":3,"b":3})", R"({"a":3})", R"({"a":[1]})"}},
    {"not", Whole([](auto& c) { c.negated = {IsOneOf(kA, {"1"})}; }), {R"({"a":2})", "{}"}, {R"({"a":1})", R"({"a":[2]})"}},
    {"not any_of", Whole([](auto& c) { CheckSpec any; any.any_of = {IsOneOf(kA, {"1"}), IsOneOf(kB, {"2"})}; c.negated = {any}; }), {R"({"a":3,"b":3})", R"({"a":3})", "{}"}, {R"({"a":1,"b":3})", R"({"b":2})"}},
    {"parts of one alternative hold together", Whole([](auto& c) { CheckSpec both = IsOneOf(kA, {"1"}); both.all_present = {kC}; c.any_of = {both, IsOneOf(kB, {"2"})}; }), {R"({"a":1,"c":1})", R"({"a":1,"b":2})"}, {R"({"a":1,"b":1})", R"({"a":2,"c":1})"}},
};
// clang-format on

TEST(Vocabulary, EveryCheck) {
  for (const Row& row : kRows) {
    for (const std::string& json : row.holds)
      EXPECT_EQ(Judged(RuleOf(row.check), json), Answer::kPasses) << row.name << json;
    for (const std::string& json : row.fails)
      EXPECT_EQ(Judged(RuleOf(row.check), json), Answer::kFails) << row.name << json;
  }
}

// In `when` what is not there holds nothing, and neither does its contrary.
TEST(Vocabulary, WhenTakesTheSameChecks) {
  const auto asked = [](const CheckSpec& when, const char* json) {
    RuleSpec rule = RuleOf(Asked([](auto& c) { c.in = {"never"}; }));
    static_cast<CheckSpec&>(rule.when) = when;
    return Judged(rule, json) == Answer::kFails;
  };
  const CheckSpec b = IsOneOf(kB, {"1"});
  CheckSpec not_b, any, all;
  not_b.negated = {b};
  any.any_of = {b, IsOneOf(kC, {"1"})};
  all.all_of = {b, IsOneOf(kC, {"1"})};
  EXPECT_TRUE(asked(not_b, R"({"a":1,"b":2})"));
  EXPECT_FALSE(asked(not_b, R"({"a":1,"b":1})"));
  EXPECT_FALSE(asked(not_b, R"({"a":1})"));
  EXPECT_FALSE(asked(not_b, R"({"a":1,"b":[2]})"));
  EXPECT_TRUE(asked(any, R"({"a":1,"c":1})"));
  EXPECT_FALSE(asked(any, R"({"a":1})"));
  EXPECT_FALSE(asked(all, R"({"a":1,"c":1})"));
  EXPECT_TRUE(asked(all, R"({"a":1,"b":1,"c":1})"));
}

CheckSpec Cel(const char* text) {
  CheckSpec check;
  check.expression = text;
  return check;
}

ContractSpec WithNames(std::vector<RuleSpec> rules) {
  ContractSpec spec = SpecOf(std::move(rules));
  for (std::size_t at = 0; at < spec.fields.size(); ++at) {
    spec.fields[at].name = std::string(1, static_cast<char>('a' + at));
    spec.fields[at].type = ExpressionType::kInt;
  }
  return spec;
}

// What cannot be decided fails by its action, under a reason of its own; in `when`, too.
TEST(Vocabulary, WhatCannotBeDecidedIsNoPass) {
  RuleSpec check = RuleOf(Cel("event.a / event.b > 1"), OnFail::kQuarantine, Severity::kBlocking);
  RuleSpec when = RuleOf(Asked([](auto& c) { c.min = 0; }), OnFail::kReject);
  when.when.expression = "event.a / event.b > 1";
  const Contract contract = ContractOf(WithNames({check, when}));
  Contract::Scratch scratch;
  EventOf fine(R"({"a":4,"b":2})");
  Judgement found = contract.Judge(*fine, {}, scratch);
  EXPECT_EQ(found.outcome, base::Outcome::kAccepted);
  EXPECT_EQ(found.evaluated, 3u);
  EventOf false_one(R"({"a":2,"b":2})");
  found = contract.Judge(*false_one, {}, scratch);
  EXPECT_EQ(found.reason, ReasonOf(0));
  EXPECT_EQ(found.evaluated, 1u);
  EXPECT_EQ(found.unknown, 0u);
  for (const char* json : {R"({"a":4,"b":0})", R"({"a":4})", R"({"a":4,"b":"x"})"}) {
    EventOf event(json);
    found = contract.Judge(*event, {}, scratch);
    EXPECT_EQ(found.outcome, base::Outcome::kRejected) << json;
    EXPECT_EQ(found.reason, base::Reason::kRuleUnknown) << json;
    EXPECT_EQ(found.failed, 3u) << json;
    EXPECT_EQ(found.unknown, 3u) << json;
    EXPECT_FALSE(found.usable) << json;
  }
}

TEST(Vocabulary, UnknownBesideWhatDecides) {
  CheckSpec any = Whole([](auto& c) { c.any_of = {Cel("event.a / 0 > 1"), IsOneOf(kB, {"1"})}; });
  const Contract contract = ContractOf(WithNames({RuleOf(any)}));
  Contract::Scratch scratch;
  EventOf holds(R"({"a":1,"b":1})"), fails(R"({"a":1,"b":2})");
  EXPECT_EQ(contract.Judge(*holds, {}, scratch).failed, 0u);
  EXPECT_EQ(contract.Judge(*fails, {}, scratch).unknown, 1u);
}

// Patterns of one field are looked for together: each says what it says alone.
TEST(Vocabulary, PatternsTogetherSayWhatEachSaysAlone) {
  const char* const patterns[] = {"A.*",   "[A-Z]{3}-[0-9]+", ".*[0-9]", "(?i)ab.*",
                                  "[^x]*", ".{2,5}",          "a|b|",    "\\pL+"};
  std::vector<RuleSpec> rules;
  for (const char* pattern : patterns) {
    rules.push_back(RuleOf(Asked([&](auto& c) { c.matches = pattern; })));
    rules.push_back(RuleOf(Asked([&](auto& c) { c.not_matches = pattern; })));
  }
  const Contract together = ContractOf(SpecOf(rules));
  Contract::Scratch scratch;
  for (const char* text :
       {"", "A", "ABC-1", "abc", "x", "é", "a1", "ABC-", "AB 12 x", "日本語日本語", "b"}) {
    EventOf event(std::string(R"({"a":")") + text + "\"}");
    const std::uint64_t failed = together.Judge(*event, {}, scratch).failed;
    for (std::size_t at = 0; at < rules.size(); ++at) {
      EventOf alone(std::string(R"({"a":")") + text + "\"}");
      const bool fails = ContractOf(SpecOf({rules[at]})).Judge(*alone, {}, scratch).failed != 0;
      EXPECT_EQ((failed >> at & 1) != 0, fails) << text << " " << patterns[at / 2];
    }
  }
}

// Repairs come first: what a set found before one would be of another text.
TEST(Vocabulary, PatternsTogetherReadWhatRepairsLeft) {
  std::vector<RuleSpec> rules;
  for (const char* pattern : {"abc", "a.*", ".*c", "[a-z]+", "[^A-Z]*"})
    rules.push_back(RuleOf(Asked([&](auto& c) { c.matches = pattern; })));
  rules[4].repair = {Repair::kTrim, Repair::kLowercase};
  rules[0].when.field = kA;
  rules[0].when.matches = "abc";
  EventOf event(R"({"a":" ABC "})");
  Contract::Scratch scratch;
  const Judgement found = ContractOf(SpecOf(rules)).Judge(*event, {}, scratch);
  EXPECT_EQ(found.failed, 0u);
  EXPECT_EQ(found.evaluated, 31u);
}

struct Refusal {
  const char* key;
  const char* says;
  CheckSpec check;
};

// clang-format off
const std::vector<Refusal> kRefusals = {
    {"check.format", "one of `country`", Asked([](auto& c) { c.format = Format::kPostalCode; })},
    {"check.format", "one of `country`", Asked([](auto& c) { c.format = Format::kPostalCode; c.country = "FR"; c.country_field = kB; })},
    {"check.country", "not a country", Asked([](auto& c) { c.format = Format::kPostalCode; c.country = "XX"; })},
    {"check.country", "belongs to", Asked([](auto& c) { c.format = Format::kIban; c.country = "FR"; })},
    {"check.country_field", "does not list", Asked([](auto& c) { c.format = Format::kPostalCode; c.country_field = 200; })},
    {"check.all_or_none", "two fields", Whole([](auto& c) { c.all_or_none = {kA}; })},
    {"check.all_equal", "each once", Whole([](auto& c) { c.all_equal = {kA, kA}; })},
    {"check.all_different", "does not list", Whole([](auto& c) { c.all_different = {kA, 200}; })},
    {"check.sum_equals", "one of those", Whole([](auto& c) { c.sum = SumSpec{{kA, kB}, kB, 0}; })},
    {"check.sum_equals", "0 or more", Whole([](auto& c) { c.sum = SumSpec{{kA, kB}, kC, -1}; })},
    {"check.pair_in", "no pair", Whole([](auto& c) { c.pair = PairSpec{kA, kB, {}}; })},
    {"check.max_age", "such an age", Asked([](auto& c) { c.max_age = 1; c.min_age = 2; })},
    {"check.not_matches", "RE2 refuses", Asked([](auto& c) { c.not_matches = "(a"; })},
    {"check.matches_any", "RE2 refuses", Asked([](auto& c) { c.matches_any = {"(a", "b)"}; })},
    {"check.any_of.1.field", "needs `field`", Whole([](auto& c) { CheckSpec bad; bad.min = 1; c.any_of = {IsOneOf(kA, {"1"}), bad}; })},
    {"check.any_of.0.matches", "RE2 refuses", Whole([](auto& c) { CheckSpec bad = OnA(); bad.matches = "(a"; c.any_of = {bad}; })},
    {"check.not.unique_on", "rule itself", Whole([](auto& c) { CheckSpec bad; bad.unique_on = {kA}; bad.within = 1; c.negated = {bad}; })},
    {"check.all_of.0", "checks nothing", Whole([](auto& c) { c.all_of = {CheckSpec{}}; })},
    {"check.cel", "line 1, column 8", Cel("1 == 2 &")},
    {"check.multiple_of", "above 0", Asked([](auto& c) { c.multiple_of = "0"; })},
    {"check.multiple_of", "above 0", Asked([](auto& c) { c.multiple_of = "-2"; })},
    {"check.field", "needs `field`", Whole([](auto& c) { c.json_types = kNullBit; })},
};
// clang-format on

TEST(Vocabulary, RefusesWhatMeansNothing) {
  for (const Refusal& row : kRefusals) {
    std::vector<SpecFault> faults;
    const auto made = Contract::Compile(SpecOf({RuleOf(row.check)}), &faults);
    ASSERT_FALSE(made) << row.key;
    const bool named = std::ranges::any_of(faults, [&](const SpecFault& fault) {
      return fault.key == row.key && fault.what.find(row.says) != std::string::npos;
    });
    EXPECT_TRUE(named) << row.key << " " << row.says << " is not in: " << made.error().detail;
  }
  CheckSpec deep = IsOneOf(kA, {"1"});
  for (std::size_t depth = 0; depth < kCheckDepthMax; ++depth)
    deep = Whole([&](auto& c) { c.negated = {deep}; });
  EXPECT_TRUE(Contract::Compile(SpecOf({RuleOf(deep)})));
  deep = Whole([&](auto& c) { c.negated = {deep}; });
  EXPECT_FALSE(Contract::Compile(SpecOf({RuleOf(deep)})));
  CheckSpec wide;
  wide.any_of.assign(200, IsOneOf(kA, {"1"}));
  EXPECT_FALSE(Contract::Compile(SpecOf({RuleOf(wide)})));
}

}  // namespace
}  // namespace octroi::rules
