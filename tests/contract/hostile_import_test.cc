// Whatever a file of others says: the contract that an import writes loads, and what it leaves out
// has a note.
#include <gtest/gtest.h>

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

Imported OfSchema(const Json& schema) { return ImportJsonSchema(NodeOf(schema.dump()), {"hostile", ""}); }

// A field `a` of that schema.
Imported OfField(const Json& schema) { return OfSchema({{"properties", {{"a", schema}}}}); }

// An ODCS document with one object that has these properties.
OdcsImport OfProperties(const Json& properties) {
  const Json object = {{"name", "orders"}, {"properties", properties}};
  return ImportOdcs(NodeOf(Json({{"kind", "DataContract"},
                                 {"apiVersion", "v3.1.0"},
                                 {"schema", Json::array({object})}})
                               .dump()));
}

void ExpectLoads(const Imported& imported) {
  EXPECT_EQ(JudgedImport(imported).faults, "") << ContractFile(imported, Language::kEnglish);
}

TEST(HostileImport, APatternThatRe2RefusesIsANote) {
  for (const char* pattern :
       {"^.{0,2000}$", "^(?:[a-z]{1,100}){1,100}$", "\\p{Xx}", "^*a", "^+", "^{2}a", "a**", "a{2,1}",
        "a{1001}", "[b-a]", "a{0,99999999999}", "[a-\\d]"}) {
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

}  // namespace
}  // namespace octroi::gateway::contract
