#include "base/event.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

namespace octroi::base {
namespace {

PathMap PathsOf(std::vector<PathMap::Entry> entries) { return *PathMap::Compile(entries); }

TEST(Values, TypesRawAndText) {
  EventParser parser;
  const PathMap paths = PathsOf({{"s", 0},
                                 {"e", 1},
                                 {"i", 2},
                                 {"d", 3},
                                 {"t", 4},
                                 {"n", 5},
                                 {"o", 6},
                                 {"l", 7},
                                 {"z", 8},
                                 {"x", 9}});
  const std::string json =
      R"( {"s":"é" , "e":"a\"\u00e9\ud83d\ude00\/\n","i":-12,"d":1.50e0 ,"t":true,"n":null,)"
      R"("o":{ "k" : 1 },"l":[1, [2]] ,"z":""} )";
  Event event;
  ASSERT_EQ(parser.Parse(json, paths, event).reason, Reason::kUndecided);
  const auto expect = [&](FieldId slot, JsonType type, std::string_view raw,
                          std::string_view text) {
    EXPECT_EQ(event[slot].type, type) << slot;
    EXPECT_EQ(event[slot].raw, raw) << slot;
    EXPECT_EQ(event[slot].text, text) << slot;
    EXPECT_EQ(event.present(slot), type != JsonType::kNull) << slot;
  };
  expect(0, JsonType::kString, "\"é\"", "é");
  expect(1, JsonType::kString, R"("a\"\u00e9\ud83d\ude00\/\n")", "a\"é😀/\n");
  expect(2, JsonType::kInteger, "-12", "-12");
  expect(3, JsonType::kDecimal, "1.50e0", "1.50e0");
  expect(4, JsonType::kBool, "true", "true");
  expect(5, JsonType::kNull, "null", "");
  expect(6, JsonType::kObject, "{ \"k\" : 1 }", "");
  expect(7, JsonType::kArray, "[1, [2]]", "");
  expect(8, JsonType::kString, "\"\"", "");
  EXPECT_EQ(event[9].type, JsonType::kAbsent);
  EXPECT_EQ(event.text(), json);
  EXPECT_EQ(event.text().data(), json.data());
}

TEST(Values, AreViewsIntoTheInput) {
  EventParser parser;
  const PathMap paths = PathsOf({{"s", 0}, {"o", 1}});
  const std::string json = R"({"s":"plain","o":{"x":"\n"}})";
  Event event;
  ASSERT_EQ(parser.Parse(json, paths, event).reason, Reason::kUndecided);
  EXPECT_EQ(event[0].text.data(), json.data() + 6);
  EXPECT_EQ(event[0].raw.data(), json.data() + 5);
  EXPECT_EQ(event[1].raw.data(), json.data() + 17);
}

TEST(Values, NothingRemainsOfTheEventBefore) {
  EventParser parser;
  const PathMap paths = PathsOf({{"a", 0}, {"b", 1}});
  Event event;
  ASSERT_EQ(parser.Parse(R"({"a":1,"b":2})", paths, event).reason, Reason::kUndecided);
  ASSERT_EQ(parser.Parse(R"({"b":3})", paths, event).reason, Reason::kUndecided);
  EXPECT_EQ(event[0].type, JsonType::kAbsent);
  EXPECT_EQ(event[1].text, "3");
}

TEST(Values, RepairIsReadThroughFieldReader) {
  EventParser parser;
  const PathMap paths = PathsOf({{"a", 0}});
  Event event;
  ASSERT_EQ(parser.Parse(R"({"a":" x "})", paths, event).reason, Reason::kUndecided);
  event.Replace(0, {JsonType::kString, "\"x\"", "x"});
  event.Replace(7, {JsonType::kInteger, "1", "1"});
  const EventFields fields(event);
  EXPECT_EQ(fields.Field(0).text, "x");
  EXPECT_EQ(fields.Field(7).raw, "1");
  EXPECT_EQ(fields.Field(8).type, JsonType::kAbsent);
}

// Text that ends where the readable memory ends: one byte too far would end the test.
TEST(Parser, ReadsNothingBeyondItsInput) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* const memory =
      mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  char* const wall = static_cast<char*>(memory) + page;
  ASSERT_EQ(mprotect(wall, page, PROT_NONE), 0);
  EventParser parser;
  const PathMap paths = PathsOf({{"abc", 0}});
  Event event;
  std::vector<std::string_view> elements;
  for (std::size_t padding = 0; padding < 300; ++padding) {
    for (const char* tail :
         {"\"}", "1}", "1", "\"", "\\", "\"\\u12", "tru", "-", "[", "1e", "\xe2\x82"}) {
      const std::string json =
          "{\"" + std::string(padding, 'x') + "\":1,\"abc\":\"\\n\",\"z\":" + tail;
      char* const at = wall - json.size();
      std::memcpy(at, json.data(), json.size());
      (void)parser.Parse({at, json.size()}, paths, event);
      (void)parser.Split({at, json.size()}, "z", elements);
    }
  }
  munmap(memory, 2 * page);
}

}  // namespace
}  // namespace octroi::base
