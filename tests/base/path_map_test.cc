#include <gtest/gtest.h>

#include "base/event.h"

namespace octroi::base {
namespace {

using Entries = std::vector<PathMap::Entry>;

TEST(PathMap, RefusesBadPaths) {
  const std::string bad[] = {"", ".", "a.", ".a", "a..b", "1.2.3.4.5.6.7.8.9"};
  for (const std::string& path : bad) {
    const Result<PathMap> map = PathMap::Compile(Entries{{path, 0}});
    ASSERT_FALSE(map) << path;
    EXPECT_EQ(map.error().code, ErrorCode::kInvalid);
  }
  EXPECT_FALSE(PathMap::Compile(Entries{{"a", kSlots}}));
  EXPECT_TRUE(PathMap::Compile(Entries{{"1.2.3.4.5.6.7.8", 0}}));
  EXPECT_TRUE(PathMap::Compile(Entries{}));
}

class PathMapRead : public testing::Test {
 protected:
  const Event& Read(const Entries& entries, std::string_view json) {
    Result<PathMap> map = PathMap::Compile(entries);
    EXPECT_TRUE(map);
    const ParseFault fault = parser_.Parse(json, *map, event_);
    EXPECT_EQ(fault.reason, Reason::kUndecided) << fault.rule << " at " << fault.offset;
    return event_;
  }
  EventParser parser_;
  Event event_;
};

TEST_F(PathMapRead, SharedPathFillsEverySlot) {
  const Event& event = Read({{"time", 3}, {"time", kSlotEventTime}}, R"({"time":"now"})");
  EXPECT_EQ(event[3].text, "now");
  EXPECT_EQ(event[kSlotEventTime].text, "now");
}

TEST_F(PathMapRead, SharedSlotTakesTheFirstEntryThatIsPresent) {
  const Entries entries = {{"email", 0}, {"traits.email", 0}, {"user.mail", 0}};
  EXPECT_EQ(Read(entries, R"({"user":{"mail":"c"},"traits":{"email":"b"},"email":"a"})")[0].text,
            "a");
  EXPECT_EQ(Read(entries, R"({"email":"a","traits":{"email":"b"},"user":{"mail":"c"}})")[0].text,
            "a");
  EXPECT_EQ(Read(entries, R"({"user":{"mail":"c"},"traits":{"email":"b"}})")[0].text, "b");
  EXPECT_EQ(Read(entries, R"({"email":null,"user":{"mail":"c"}})")[0].text, "c");
  EXPECT_EQ(Read(entries, R"({"user":{"mail":"c"},"email":null})")[0].text, "c");
  EXPECT_EQ(Read(entries, R"({"email":null})")[0].type, JsonType::kNull);
  EXPECT_FALSE(Read(entries, R"({"email":null})").present(0));
  EXPECT_EQ(Read(entries, R"({})")[0].type, JsonType::kAbsent);
}

TEST_F(PathMapRead, BranchAndItsLeafMayBothBeFields) {
  const Event& event =
      Read({{"a", 0}, {"a.b", 1}, {"a.b.c", 2}}, R"({"a": {"b": {"c": 7 } } , "b":1})");
  EXPECT_EQ(event[0].raw, R"({"b": {"c": 7 } })");
  EXPECT_EQ(event[1].raw, R"({"c": 7 })");
  EXPECT_EQ(event[2].raw, "7");
}

TEST_F(PathMapRead, ArraysAreNotSteppedInto) {
  const Event& event = Read({{"a.b", 0}, {"a", 1}}, R"({"a":[{"b":1}]})");
  EXPECT_EQ(event[0].type, JsonType::kAbsent);
  EXPECT_EQ(event[1].type, JsonType::kArray);
  EXPECT_EQ(event[1].raw, R"([{"b":1}])");
}

TEST_F(PathMapRead, ManySiblingsAreToldApart) {
  Entries entries;
  std::string json = "{";
  for (FieldId i = 0; i < kFieldsMax; ++i) {
    entries.push_back({"p.name_" + std::to_string(i), i});
  }
  json += "\"p\":{";
  for (FieldId i = 0; i < kFieldsMax; ++i) {
    json += (i == 0 ? "\"name_" : ",\"name_") + std::to_string(i) + "\":" + std::to_string(i * 3);
  }
  json += "}}";
  const Event& event = Read(entries, json);
  for (FieldId i = 0; i < kFieldsMax; ++i) EXPECT_EQ(event[i].text, std::to_string(i * 3));
}

TEST_F(PathMapRead, EscapedKeyIsTheSameKey) {
  EXPECT_EQ(Read({{"traits.email", 0}}, R"({"tr\u0061its":{"em\u0061il":"x"}})")[0].text, "x");
}

}  // namespace
}  // namespace octroi::base
