// The members of the top-level object, as a table: names as written, types, where they begin.
#include "base/top_members.h"

#include <gtest/gtest.h>

namespace octroi::base {
namespace {

std::string Listed(const std::string& json) {
  EventParser parser;
  Event event;
  const ParseFault fault = parser.Parse(json, PathMap(), event);
  if (fault.reason != Reason::kUndecided) return std::string(fault.rule);
  static constexpr const char* kTypes[] = {"absent",  "null",   "bool",  "integer",
                                           "decimal", "string", "array", "object"};
  std::string text;
  TopMembers members = parser.Members();
  for (TopMembers::Member member; members.Next(member);)
    text += std::string(member.name) + "@" + std::to_string(member.offset) + " " +
            kTypes[static_cast<int>(member.type)] + " ";
  return text;
}

TEST(TopMembers, Table) {
  struct Row {
    const char *json, *listed;
  };
  const Row rows[] = {
      {"{}", ""},
      {" { } ", ""},
      {R"({"a":null})", "a@1 null "},
      {R"({"a":true,"b":false})", "a@1 bool b@10 bool "},
      {R"({"a":1,"b":-0,"c":1.0,"d":1e2})", "a@1 integer b@7 integer c@14 decimal d@22 decimal "},
      {R"({ "a" : "}" , "b" : 2 })", "a@2 string b@14 integer "},
      {R"({"a":{"b":[{"c":"]"}]},"d":[[],{},"}"],"e":0})", "a@1 object d@23 array e@39 integer "},
      {R"({"":1,"\u0061":2,"\"":3})", "@1 integer \\u0061@6 integer \\\"@17 integer "},
      {R"({"a":[]})", "a@1 array "},
  };
  for (const Row& row : rows) EXPECT_EQ(Listed(row.json), row.listed) << row.json;
}

}  // namespace
}  // namespace octroi::base
