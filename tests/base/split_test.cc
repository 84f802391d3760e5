#include <gtest/gtest.h>

#include "base/event.h"

namespace octroi::base {
namespace {

using Spans = std::vector<std::string_view>;

struct Accepted {
  std::string_view json;
  std::string_view member;
  Spans elements;
};

TEST(Split, FindsTheElements) {
  const Accepted table[] = {
      {"[]", "", {}},
      {" [ ] ", "", {}},
      {R"([{"a":1},{"b":[1,2]}])", "", {R"({"a":1})", R"({"b":[1,2]})"}},
      {R"([ {"a":1} , 7 , "x,]" , null ])", "", {R"({"a":1})", "7", R"("x,]")", "null"}},
      {R"({"batch":[{"a":"]}"}],"sentAt":"now"})", "batch", {R"({"a":"]}"})"}},
      {R"({"context":{"batch":[1]},"b\u0061tch":[{}]})", "batch", {"{}"}},
      {R"({"batch":[]})", "batch", {}},
      // What is inside the elements is for Parse to judge, one by one.
      {R"([{"a":tru},{"a" 1},{"a":1,"a":2},x])",
       "",
       {R"({"a":tru})", R"({"a" 1})", R"({"a":1,"a":2})", "x"}},
      {"[{\"a\":\"\xff\"},{\"b\":1}]", "", {"{\"a\":\"\xff\"}", "{\"b\":1}"}},
      {"[{\"a\":\"\n\\\"]\"},{\"b\":1}, 12 ]", "", {"{\"a\":\"\n\\\"]\"}", "{\"b\":1}", "12"}},
      {"{\"batch\":[{\"a\":\"\x01\"},{\"b\":1}]}", "batch", {"{\"a\":\"\x01\"}", "{\"b\":1}"}},
  };
  EventParser parser;
  for (const Accepted& row : table) {
    Spans elements = {"left over"};
    const ParseFault fault = parser.Split(row.json, row.member, elements);
    EXPECT_EQ(fault.reason, Reason::kUndecided) << row.json << ": " << fault.rule;
    EXPECT_EQ(elements, row.elements) << row.json;
  }
}

struct Refused {
  std::string json;
  std::string_view member;
  Reason reason;
  std::string_view rule;
  std::size_t offset;
};

TEST(Split, RefusesTheWholeDocument) {
  const Reason bad = Reason::kJsonInvalid;
  std::string many = "[0";
  for (std::size_t i = 1; i <= kEventsPerRequestMax; ++i) many += ",0";
  std::string wide = "{\"0\":0";
  for (std::size_t i = 1; i <= kJsonMembersMax; ++i) wide += ",\"" + std::to_string(i) + "\":0";
  const Refused table[] = {
      {"", "", bad, "empty", 0},
      {"\xef\xbb\xbf[]", "", bad, "bom", 0},
      {"{}", "", bad, "not_array", 0},
      {"7", "", bad, "not_array", 0},
      {"[]", "batch", bad, "not_object", 0},
      {"{}", "batch", bad, "member_missing", 2},
      {R"({"Batch":[]})", "batch", bad, "member_missing", 12},
      {R"({"batch":{}})", "batch", bad, "not_array", 9},
      {R"({"batch":null})", "batch", bad, "not_array", 9},
      {R"({"batch":[],"batch":[]})", "batch", Reason::kJsonDuplicateKey, "duplicate_key", 12},
      {R"({"batch":[],"b\u0061tch":[]})", "batch", Reason::kJsonDuplicateKey, "duplicate_key", 12},
      {R"({"x":1,"x":2,"batch":[]})", "batch", Reason::kJsonDuplicateKey, "duplicate_key", 7},
      {"[1 2]", "", bad, "syntax", 3},
      {"[1,]", "", bad, "syntax", 3},
      {"[,1]", "", bad, "syntax", 1},
      {"[:]", "", bad, "syntax", 1},
      {"[1", "", bad, "unfinished", 2},
      {"[", "", bad, "unfinished", 1},
      {"[{]", "", bad, "syntax", 2},
      {"[{\"a\":[}]", "", bad, "syntax", 7},
      {"[{\"a\":1}", "", bad, "unfinished", 8},
      {"[{\"a\":\"x]", "", bad, "unclosed_string", 6},
      {"[\"\n]", "", bad, "control_character", 2},
      {"[] []", "", bad, "trailing_bytes", 3},
      {R"({"batch":[]}})", "batch", bad, "trailing_bytes", 12},
      {R"({"batch" []})", "batch", bad, "syntax", 9},
      {R"({"batch":[],})", "batch", bad, "syntax", 12},
      {R"({"x":,"batch":[]})", "batch", bad, "syntax", 5},
      {R"({"\ud800":1,"batch":[]})", "batch", bad, "surrogate", 2},
      {many + "]", "", Reason::kJsonLimit, "elements", 1 + 2 * kEventsPerRequestMax},
      {wide + "}", "batch", Reason::kJsonLimit, "members", wide.size() - 8},
  };
  EventParser parser;
  for (const Refused& row : table) {
    Spans elements;
    const ParseFault fault = parser.Split(row.json, row.member, elements);
    const std::string shown = row.json.substr(0, 80);
    EXPECT_EQ(Name(fault.reason), Name(row.reason)) << shown;
    EXPECT_EQ(fault.rule, row.rule) << shown;
    EXPECT_EQ(fault.offset, row.offset) << shown;
    EXPECT_TRUE(elements.empty()) << shown;
  }
}

TEST(Split, DeepElementsAreOnlySkipped) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  const std::string json = "[" + deep + ",{\"a\":1}]";
  EventParser parser;
  Spans elements;
  ASSERT_EQ(parser.Split(json, "", elements).reason, Reason::kUndecided);
  ASSERT_EQ(elements.size(), 2u);
  EXPECT_EQ(elements[0], deep);
  EXPECT_EQ(elements[1], "{\"a\":1}");
}

}  // namespace
}  // namespace octroi::base
