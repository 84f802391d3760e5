// Whatever a file of others says: the contract that an import writes loads, and what it leaves out
// has a note.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gateway/contract/json_schema.h"
#include "gateway/contract/odcs.h"
#include "judged_import.h"

namespace octroi::gateway::contract {
namespace {

using Json = nlohmann::ordered_json;
using Verdict = JudgedImport::Verdict;

int Noted(const std::vector<Note>& notes, int code) {
  return static_cast<int>(std::ranges::count(notes, code, &Note::code));
}

Imported OfSchema(const Json& schema) {
  return ImportJsonSchema(NodeOf(schema.dump(1)), {"hostile", ""});
}

// A field `a` of that schema.
Imported OfField(const Json& schema) { return OfSchema({{"properties", {{"a", schema}}}}); }

// An ODCS document with one object that has these properties.
OdcsImport OfProperties(const Json& properties) {
  const Json object = {{"name", "orders"}, {"properties", properties}};
  return ImportOdcs(NodeOf(
      Json({{"kind", "DataContract"}, {"apiVersion", "v3.1.0"}, {"schema", Json::array({object})}})
          .dump()));
}

void ExpectLoads(const Imported& imported) {
  EXPECT_EQ(JudgedImport(imported).faults, "") << ContractFile(imported, Language::kEnglish);
}

TEST(HostileImport, APatternThatRe2RefusesIsANote) {
  for (const char* pattern :
       {"^.{0,2000}$", "^(?:[a-z]{1,100}){1,100}$", "\\p{Xx}", "^*a", "^+", "^{2}a", "a**",
        "a{2,1}", "a{1001}", "[b-a]", "a{0,99999999999}", "[a-\\d]"}) {
    const Imported text = OfField({{"type", "string"}, {"pattern", pattern}});
    ExpectLoads(text);
    EXPECT_EQ(Noted(text.notes, 1443), 1) << pattern;
    const OdcsImport read = OfProperties({{{"name", "a"},
                                           {"logicalType", "string"},
                                           {"logicalTypeOptions", {{"pattern", pattern}}}}});
    ExpectLoads(read.contracts.at(0));
    EXPECT_EQ(Noted(read.contracts[0].notes, 1443), 1) << pattern;
  }
}

TEST(HostileImport, APatternMayHoldWhatNoConfigFileHolds) {
  for (const char* pattern : {"^a\tb$", "^a[\t]b$"}) {
    const Imported imported = OfField({{"pattern", pattern}});
    EXPECT_EQ(Noted(imported.notes, 1443), 0);
    JudgedImport judged(imported);
    EXPECT_EQ(judged.faults, "");
    EXPECT_EQ(judged.Judge(R"({"a": "a\tb"})"), Verdict::kAccepted);
    EXPECT_EQ(judged.Judge(R"({"a": "ab"})"), Verdict::kRefused);
  }
}

TEST(HostileImport, LimitsOnOneSideAreOne) {
  const Imported imported = OfField({{"type", "integer"},
                                     {"minimum", 2},
                                     {"allOf",
                                      {{{"exclusiveMinimum", 2}, {"type", "integer"}},
                                       {{"minimum", 1}, {"type", "integer"}},
                                       {{"maximum", 9}, {"type", "integer"}},
                                       {{"exclusiveMaximum", 5}, {"type", "integer"}}}}});
  EXPECT_TRUE(imported.notes.empty());
  JudgedImport judged(imported);
  EXPECT_EQ(judged.faults, "") << ContractFile(imported, Language::kEnglish);
  const Json& rules = imported.contract["rules"];
  ASSERT_EQ(rules.size(), 1u);
  EXPECT_EQ(
      rules[0]["check"],
      Json({{"field", "a"}, {"json_type", {"absent", "integer"}}, {"above", 2}, {"below", 5}}));
  EXPECT_EQ(judged.Judge(R"({"a": 2})"), Verdict::kRefused);
  EXPECT_EQ(judged.Judge(R"({"a": 3})"), Verdict::kAccepted);
  EXPECT_EQ(judged.Judge(R"({"a": 5})"), Verdict::kRefused);
  EXPECT_EQ(judged.Judge("{}"), Verdict::kAccepted);
}

// Each pair of limits, also those between which nothing is: what JSON Schema says of a number is
// what the contract says.
TEST(HostileImport, AnyTwoLimitsLoadAndMeanTheSame) {
  constexpr const char* kLimits[] = {"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"};
  const auto fits = [](int value, const std::string& limit, int at) {
    if (limit == "minimum") return value >= at;
    if (limit == "exclusiveMinimum") return value > at;
    return limit == "maximum" ? value <= at : value < at;
  };
  for (const std::string one : kLimits) {
    for (const std::string other : kLimits) {
      for (const int at : {1, 2, 3}) {
        const Json first = {{"type", "number"}, {one, 2}},
                   second = {{"type", "number"}, {other, at}};
        JudgedImport together(OfField({{"allOf", {first, second}}}));
        const OdcsImport read =
            OfProperties({{{"name", "a"},
                           {"logicalType", "number"},
                           {"logicalTypeOptions",
                            one == other ? Json{{one, 2}} : Json{{one, 2}, {other, at}}}}});
        JudgedImport odcs(read.contracts.at(0));
        ASSERT_EQ(together.faults + odcs.faults, "") << one << " 2, " << other << " " << at;
        for (const int value : {0, 1, 2, 3, 4}) {
          const std::string event = "{\"a\": " + std::to_string(value) + "}";
          const bool alone = fits(value, one, 2), both = alone && fits(value, other, at);
          EXPECT_EQ(together.Judge(event), both ? Verdict::kAccepted : Verdict::kRefused);
          EXPECT_EQ(odcs.Judge(event),
                    (one == other ? alone : both) ? Verdict::kAccepted : Verdict::kRefused);
        }
      }
    }
  }
}

TEST(HostileImport, CrossedLengthsLoad) {
  const Imported imported =
      OfField({{"allOf",
                {{{"type", "string"}, {"minLength", 5}}, {{"type", "string"}, {"maxLength", 3}}}}});
  JudgedImport judged(imported);
  EXPECT_EQ(judged.faults, "");
  EXPECT_EQ(judged.Judge(R"({"a": "abcd"})"), Verdict::kRefused);
  EXPECT_EQ(judged.Judge("{}"), Verdict::kAccepted);
}

// The heap's high water, in MiB, of this process.
long PeakMiB() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

// `depth` schemas, each the next one twice, under `keyword`.
Json Doubled(const std::string& keyword, int depth) {
  Json schema = {{"$defs", Json::object()}, {"$ref", "#/$defs/d0"}};
  const auto at = [](int i) { return "#/$defs/d" + std::to_string(i); };
  for (int i = 0; i < depth; ++i) {
    const std::string member = "m" + std::to_string(i);
    const Json next = {{"$ref", at(i + 1)}};
    const Json other = {{"required", {member}}};
    Json& here = schema["$defs"]["d" + std::to_string(i)];
    if (keyword == "if") {
      here = {{"if", next}, {"then", other}, {"else", {{"not", other}}}};
    } else {
      here = {{keyword, {next, {{"allOf", {next, other}}}}}};
    }
  }
  schema["$defs"]["d" + std::to_string(depth)] = {{"required", {"leaf"}}};
  return schema;
}

TEST(HostileImport, WhatMultipliesIsBounded) {
  const long before = PeakMiB();
  for (const char* keyword : {"if", "oneOf"}) {
    const Imported imported = OfSchema(Doubled(keyword, 40));
    ExpectLoads(imported);
    EXPECT_GE(Noted(imported.notes, 1450), 1) << keyword;
  }
  EXPECT_LT(PeakMiB() - before, 300);
}

TEST(HostileImport, ManyAlternativesAreBounded) {
  Json either = Json::array(), numbers = Json::array(), names = Json::array();
  for (int i = 0; i < 400; ++i) {
    either.push_back({{"required", {"m" + std::to_string(i % 9)}}, {"type", "object"}});
    numbers.push_back(i);
  }
  for (int i = 0; i < 6000; ++i) names.push_back("n" + std::to_string(i));
  const Imported one = OfSchema({{"oneOf", either}});
  const Imported constants = OfField({{"enum", numbers}});
  const Imported required = OfSchema({{"required", names}, {"properties", {{"a", false}}}});
  for (const Imported* imported : {&one, &constants, &required}) {
    ExpectLoads(*imported);
    EXPECT_GE(Noted(imported->notes, 1450), 1);
  }
  // Numbers that are too many are numbers all the same.
  EXPECT_EQ(JudgedImport(constants).Judge(R"({"a": "x"})"), Verdict::kRefused);
}

TEST(HostileImport, AChainOfReferencesEnds) {
  Json chain = Json::array();
  for (int i = 1; i <= 3000; ++i) chain.push_back({{"$ref", "#/$defs/" + std::to_string(i)}});
  chain.push_back(true);
  const Json schema = {{"$ref", "#/$defs/0"}, {"$defs", chain}, {"required", {"a"}}};
  const Imported imported = OfSchema(schema);
  ExpectLoads(imported);
  EXPECT_EQ(Noted(imported.notes, 1450), 1);
}

}  // namespace
}  // namespace octroi::gateway::contract
