// Valid events with random damage, read by us and by nlohmann::json: what we accept it accepts,
// with the same values; what we refuse by grammar it refuses.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "base/event.h"

namespace octroi::base {
namespace {

using nlohmann::json;

constexpr int kRounds = 60'000;

const std::string kSeeds[] = {
    R"({"a":"x","b":1,"c":{"d":[1,2,{"e":null}],"f":true},"g":-1.5e3})",
    R"({"a":"q\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀","b":9007199254740992,)"
    R"("c":{"d":"","f":false}})",
    R"( { "a" : [ ] , "b" : { } , "c" : { "d" : 0.25 , "f" : [ [ "x" ] , -0 ] } , "g" : 12E+2 } )",
    R"({"event":"Order Completed","a":"jeanne@example.com",)"
    R"("c":{"d":27.5,"f":"EUR"},"b":[{"a":1},{"a":2}]})",
};

const std::pair<const char*, const char*> kPaths[] = {
    {"a", "/a"}, {"b", "/b"}, {"c", "/c"}, {"c.d", "/c/d"}, {"c.f", "/c/f"}, {"g", "/g"}};

// Rules that nlohmann does not have; by every other rule of ours it must refuse as well.
const std::set<std::string_view> kOnlyOurs = {"bom",   "nul",     "duplicate_key", "top_not_object",
                                              "depth", "members", "integer_range"};

class Damage {
 public:
  explicit Damage(std::uint32_t seed) : random_(seed) {}
  std::string Of(std::string text) {
    for (std::size_t edits = Below(4); edits > 0 && !text.empty(); --edits) Edit(text);
    return text;
  }
  std::size_t Below(std::size_t limit) { return random_() % limit; }

 private:
  void Edit(std::string& text) {
    static constexpr std::string_view kLikely =
        "{}[]:,\"\\ \n0123456789-+.eEtfnua\x01\xc3\xa9\xed\xff";
    const std::size_t at = Below(text.size());
    switch (Below(6)) {
      case 0:
        text.erase(at, 1 + Below(4));
        break;
      case 1:
        text.insert(at, 1, kLikely[Below(kLikely.size())]);
        break;
      case 2:
        text[at] = kLikely[Below(kLikely.size())];
        break;
      case 3:
        text[at] = static_cast<char>(random_());
        break;
      case 4:
        text.insert(at, text.substr(Below(text.size()), Below(12)));
        break;
      default:
        text.resize(at + 1);
        break;
    }
  }
  std::mt19937 random_;
};

void ExpectSame(const Value& ours, const json& document, const std::string& pointer) {
  const json::json_pointer at(pointer);
  const bool there = document.contains(at);
  ASSERT_EQ(ours.type != JsonType::kAbsent, there) << pointer;
  if (!there) return;
  const json& theirs = document.at(at);
  switch (ours.type) {
    case JsonType::kAbsent:
      break;
    case JsonType::kNull:
      EXPECT_TRUE(theirs.is_null());
      break;
    case JsonType::kBool:
      EXPECT_EQ(theirs, ours.text == "true");
      break;
    case JsonType::kInteger:
      EXPECT_TRUE(theirs.is_number_integer());
      break;
    case JsonType::kDecimal:
      EXPECT_TRUE(theirs.is_number_float());
      break;
    case JsonType::kString:
      EXPECT_EQ(theirs, std::string(ours.text));
      break;
    case JsonType::kArray:
      EXPECT_TRUE(theirs.is_array());
      break;
    case JsonType::kObject:
      EXPECT_TRUE(theirs.is_object());
      break;
  }
  EXPECT_EQ(json::parse(ours.raw), theirs) << pointer;
}

TEST(EventProperty, AgreesWithAnotherReader) {
  std::vector<PathMap::Entry> entries;
  for (const auto& [path, pointer] : kPaths) {
    entries.push_back({path, static_cast<FieldId>(entries.size())});
  }
  const PathMap paths = *PathMap::Compile(entries);
  EventParser parser;
  Event event;
  Damage damage(20'261'121);
  int accepted = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::string text = damage.Of(kSeeds[damage.Below(std::size(kSeeds))]);
    const ParseFault fault = parser.Parse(text, paths, event);
    const json theirs = json::parse(text, nullptr, false);
    if (fault.reason != Reason::kUndecided) {
      ASSERT_TRUE(theirs.is_discarded() || kOnlyOurs.contains(fault.rule))
          << fault.rule << " at " << fault.offset << ": " << text;
      continue;
    }
    ++accepted;
    ASSERT_FALSE(theirs.is_discarded()) << text;
    for (std::size_t i = 0; i < std::size(kPaths); ++i) {
      ExpectSame(event[static_cast<FieldId>(i)], theirs, kPaths[i].second);
    }
    ASSERT_FALSE(HasFailure()) << text;
  }
  EXPECT_GT(accepted, kRounds / 10) << "the damage leaves too little to compare";
  EXPECT_LT(accepted, kRounds * 9 / 10) << "the damage does too little";
}

}  // namespace
}  // namespace octroi::base
