// Every refusal that base/event.h promises, with its rule and its place.
#include <gtest/gtest.h>

#include "base/event.h"

namespace octroi::base {
namespace {

PathMap PathsOf(std::vector<PathMap::Entry> entries) { return *PathMap::Compile(entries); }

// A document that must be refused, with its rule and place.
struct Refusal {
  std::string json;
  Reason reason;
  std::string_view rule;
  std::size_t offset;
};

constexpr Reason kBad = Reason::kJsonInvalid;
constexpr Reason kTwice = Reason::kJsonDuplicateKey;
constexpr Reason kLimit = Reason::kJsonLimit;

std::string Repeat(std::string_view part, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += part;
  return all;
}

std::string NestedObjects(std::size_t depth) {
  return Repeat("{\"a\":", depth - 1) + "{}" + Repeat("}", depth - 1);
}

std::string WithMembers(std::size_t count) {
  std::string json = "{";
  for (std::size_t i = 0; i < count; ++i) json += (i ? ",\"" : "\"") + std::to_string(i) + "\":0";
  return json + "}";
}

void ExpectRefused(const std::vector<Refusal>& table) {
  EventParser parser;
  const PathMap paths = PathsOf({{"a", 0}});
  for (const Refusal& row : table) {
    Event event;
    const ParseFault fault = parser.Parse(row.json, paths, event);
    const std::string shown = row.json.substr(0, 80);
    EXPECT_EQ(Name(fault.reason), Name(row.reason)) << shown;
    EXPECT_EQ(fault.rule, row.rule) << shown;
    EXPECT_EQ(fault.offset, row.offset) << shown;
    EXPECT_EQ(event[0].type, JsonType::kAbsent) << "a refused event can be read: " << shown;
  }
}

TEST(Strictness, Text) {
  ExpectRefused({
      {"", kBad, "empty", 0},
      {" \n", kBad, "empty", 0},
      {"\xef\xbb\xbf{}", kBad, "bom", 0},
      {"{\"a\":\"\xff\"}", kBad, "utf8", 6},
      {"{\"a\":\"\xc0\xaf\"}", kBad, "utf8", 6},          // overlong
      {"{\"a\":\"x\xed\xa0\x80\"}", kBad, "utf8", 7},     // surrogate
      {"{\"a\":\"\xf4\x90\x80\x80\"}", kBad, "utf8", 6},  // beyond U+10FFFF
      {"{\"a\":\"\xe2\x82\"}", kBad, "utf8", 6},          // cut short
      {"{\"\xff\":1}", kBad, "utf8", 2},
      {"{\"a\":\"x\ny\"}", kBad, "control_character", 7},
      {std::string("{\"a\":\"\0\"}", 9), kBad, "control_character", 6},
      {"{\"a\\\"\t\":1}", kBad, "control_character", 5},
      {"{\"a\":\"x", kBad, "unclosed_string", 5},
      {"{\"a\":\"x\\\"}", kBad, "unclosed_string", 5},
  });
}

TEST(Strictness, Escapes) {
  ExpectRefused({
      {R"({"a":"x\q"})", kBad, "escape", 7},
      {R"({"a":"\u12"})", kBad, "escape", 6},
      {R"({"a":"\u12g4"})", kBad, "escape", 6},
      {R"({"a":"\U0041"})", kBad, "escape", 6},
      {R"({"a":"\u0000"})", kBad, "nul", 6},
      {R"({"a\u0000":1})", kBad, "nul", 3},
      {R"({"a":"\ud800"})", kBad, "surrogate", 6},
      {R"({"a":"\udc00"})", kBad, "surrogate", 6},
      {R"({"a":"\ud800x"})", kBad, "surrogate", 6},
      {R"({"a":"\ud800\n"})", kBad, "surrogate", 6},
      {R"({"a":"\ud800\ud800"})", kBad, "surrogate", 6},
      {R"({"a":"\ud800\u0041"})", kBad, "surrogate", 6},
      {R"({"\ud800":1})", kBad, "surrogate", 2},
  });
}

TEST(Strictness, DuplicateKeys) {
  ExpectRefused({
      {R"({"a":1,"a":2})", kTwice, "duplicate_key", 7},
      {R"({"a":1,"\u0061":2})", kTwice, "duplicate_key", 7},
      {R"({"consent":false,"cons\u0065nt":true})", kTwice, "duplicate_key", 17},
      {R"({"x":{"b":1,"c":2,"b":3}})", kTwice, "duplicate_key", 18},
      {R"({"x":[0,{"b":1,"b":1}]})", kTwice, "duplicate_key", 15},
      {R"({"":1,"":2})", kTwice, "duplicate_key", 6},
      {R"({"é":1,"\u00e9":2})", kTwice, "duplicate_key", 8},
      {R"({"😀":1,"\ud83d\ude00":2})", kTwice, "duplicate_key", 10},
      {R"({"a":{"b":1},"c":{"b":1},"a":3})", kTwice, "duplicate_key", 25},
  });
}

TEST(Strictness, Limits) {
  const std::string long_key(kJsonStringBytesMax + 1, 'k');
  const std::string twice = Repeat("\\u0061", kJsonStringBytesMax);
  ExpectRefused({
      {NestedObjects(33), kLimit, "depth", 32 * 5},
      {"{\"a\":" + Repeat("[", 32) + Repeat("]", 32) + "}", kLimit, "depth", 5 + 31},
      {WithMembers(1001), kLimit, "members", WithMembers(1000).size()},
      {"{\"a\":[" + Repeat("0,", 999) + "0]}", kLimit, "members", 6 + 999 * 2},
      {"{\"a\":\"" + long_key + "\"}", kLimit, "string_bytes", 5},
      {"{\"a\":\"" + twice + "aa\"}", kLimit, "string_bytes", 5},
      {"{\"" + long_key + "\":1}", kLimit, "string_bytes", 1},
      {"{\"a\":9007199254740993}", kLimit, "integer_range", 5},
      {"{\"a\":-9007199254740993}", kLimit, "integer_range", 5},
      {"{\"a\":123456789012345678901234567890}", kLimit, "integer_range", 5},
      {"{\"a\":1e309}", kLimit, "number_range", 5},
      {"{\"a\":-1e309}", kLimit, "number_range", 5},
      {"{\"a\":" + std::string(400, '9') + ".5}", kLimit, "number_range", 5},
      {"{\"a\":\"" + std::string(kBodyInflatedBytesMax, 'x') + "\"}", kLimit, "bytes", 0},
  });
}

TEST(Strictness, Grammar) {
  ExpectRefused({
      {"[]", kBad, "top_not_object", 0},
      {" \"a\"", kBad, "top_not_object", 1},
      {"1", kBad, "top_not_object", 0},
      {"null", kBad, "top_not_object", 0},
      {"}", kBad, "top_not_object", 0},
      {"{} {}", kBad, "trailing_bytes", 3},
      {"{}x", kBad, "trailing_bytes", 2},
      {"{},", kBad, "trailing_bytes", 2},
      {std::string("{}\0", 3), kBad, "trailing_bytes", 2},
      {"{\"a\":1}}", kBad, "trailing_bytes", 7},
      {"{", kBad, "unfinished", 1},
      {"{\"a\"", kBad, "unfinished", 4},
      {"{\"a\":", kBad, "unfinished", 5},
      {"{\"a\":1", kBad, "unfinished", 6},
      {"{\"a\":1,", kBad, "unfinished", 7},
      {"{\"a\":[1", kBad, "unfinished", 7},
      {"{\"a\":[", kBad, "unfinished", 6},
      {"{\"a\":1,}", kBad, "syntax", 7},
      {"{,}", kBad, "syntax", 1},
      {"{\"a\" 1}", kBad, "syntax", 5},
      {"{\"a\":}", kBad, "syntax", 5},
      {"{\"a\"::1}", kBad, "syntax", 5},
      {"{a:1}", kBad, "syntax", 1},
      {"{'a':1}", kBad, "syntax", 1},
      {"{1:1}", kBad, "syntax", 1},
      {"{\"a\":1 \"b\":2}", kBad, "syntax", 7},
      {"{\"a\":1]", kBad, "syntax", 6},
      {"{\"a\":[1}", kBad, "syntax", 7},
      {"{\"a\":[1,]}", kBad, "syntax", 8},
      {"{\"a\":[,1]}", kBad, "syntax", 6},
      {"{\"a\":[1 2]}", kBad, "syntax", 8},
      {"{\"a\":\"x\"y}", kBad, "syntax", 8},
      {"{\"a\":\"x\"\"y\"}", kBad, "syntax", 8},
      {"{\"a\":1\"x\"}", kBad, "syntax", 5},
      {"{\"a\":1\"x,y\"}", kBad, "syntax", 5},
      {"{\"a\":tru}", kBad, "syntax", 5},
      {"{\"a\":True}", kBad, "syntax", 5},
      {"{\"a\":truex}", kBad, "syntax", 5},
      {"{\"a\":\x0c"
       "1}",
       kBad, "syntax", 5},
      {"{\"a\":nul}", kBad, "syntax", 5},
      {"{\"a\":nan}", kBad, "syntax", 5},
      {"{\"a\":Infinity}", kBad, "syntax", 5},
      {"{\"a\":01}", kBad, "syntax", 5},
      {"{\"a\":-}", kBad, "syntax", 5},
      {"{\"a\":-01}", kBad, "syntax", 5},
      {"{\"a\":+1}", kBad, "syntax", 5},
      {"{\"a\":.5}", kBad, "syntax", 5},
      {"{\"a\":1.}", kBad, "syntax", 5},
      {"{\"a\":1.e5}", kBad, "syntax", 5},
      {"{\"a\":1e}", kBad, "syntax", 5},
      {"{\"a\":1e+}", kBad, "syntax", 5},
      {"{\"a\":1e5.5}", kBad, "syntax", 5},
      {"{\"a\":0x10}", kBad, "syntax", 5},
      {"{\"a\":1_000}", kBad, "syntax", 5},
      {"{\"a\":1\xc2\xa0}", kBad, "syntax", 5},
      {"{\"a\":1,\xc2\xa0\"b\":2}", kBad, "syntax", 7},
      {"{\"a\":/**/1}", kBad, "syntax", 5},
      {"{\\\"a\\\":1}", kBad, "syntax", 1},
      {"{\"a\":1\\u0020}", kBad, "syntax", 5},
  });
}

TEST(Strictness, TheLastAllowedOfEveryLimit) {
  EventParser parser;
  const PathMap paths = PathsOf({{"a", 0}});
  Event event;
  const std::string long_text(kJsonStringBytesMax, 'x');
  const std::string accepted[] = {
      NestedObjects(32),
      "{\"a\":" + Repeat("[", 31) + Repeat("]", 31) + "}",
      WithMembers(1000),
      "{\"a\":[" + Repeat("0,", 998) + "0]}",
      "{\"a\":\"" + long_text + "\"}",
      "{\"a\":\"" + Repeat("\\u0061", kJsonStringBytesMax) + "\"}",
      "{\"" + long_text + "\":1}",
      "{\"a\":9007199254740992}",
      "{\"a\":-9007199254740992}",
      "{\"a\":1.7976931348623157e308}",
      "{\"a\":1e-400}",
      "{\"a\":" + std::string(309, '1') + ".5e-2}",
      "{\"a\":0e999}",
      " \t\r\n{ \"a\" : [ ] } \n",
      "{\"a\":{\"x\":1},\"b\":{\"x\":1},\"x\":[{\"x\":1},{\"x\":1}]}",
  };
  for (const std::string& json : accepted) {
    const ParseFault fault = parser.Parse(json, paths, event);
    EXPECT_EQ(fault.reason, Reason::kUndecided)
        << fault.rule << " at " << fault.offset << ": " << json.substr(0, 80);
  }
}

}  // namespace
}  // namespace octroi::base
