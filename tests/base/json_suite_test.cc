// nst/JSONTestSuite: no wrong accept, and no wrong refusal but those listed here by name.
//
// An event is an object. A document of the suite whose first byte that is not white space is '{'
// (or that begins with a BOM) is read as it is. Every other document is read twice: as it is, where
// it must be refused whatever it holds, and as {"v":<document>}, which is what its verdict is
// about.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include "base/event.h"

namespace octroi::base {
namespace {

// Valid JSON that Octroi refuses on purpose: name of the file, rule, and why.
struct Intended {
  std::string_view name;
  std::string_view rule;
  std::string_view why;
};
constexpr Intended kIntended[] = {
    {"y_object_duplicated_key.json", "duplicate_key", "two readers may take different values"},
    {"y_object_duplicated_key_and_value.json", "duplicate_key",
     "the same, even where values agree"},
    {"y_object_escaped_null_in_key.json", "nul", "NUL ends a string for some readers"},
    {"y_string_null_escape.json", "nul", "NUL ends a string for some readers"},
};

// Documents that the suite leaves open, and what Octroi answers; "" is acceptance. kAnyRule is
// refusal by a rule that depends on the machine: simdjson's portable code sees UTF-16 as grammar
// before it is text.
constexpr std::string_view kAnyRule = "*";
const std::map<std::string_view, std::string_view> kOpen = {
    {"i_number_double_huge_neg_exp.json", ""},
    {"i_number_huge_exp.json", "number_range"},
    {"i_number_neg_int_huge_exp.json", "number_range"},
    {"i_number_pos_double_huge_exp.json", "number_range"},
    {"i_number_real_neg_overflow.json", "number_range"},
    {"i_number_real_pos_overflow.json", "number_range"},
    {"i_number_real_underflow.json", ""},
    {"i_number_too_big_neg_int.json", "integer_range"},
    {"i_number_too_big_pos_int.json", "integer_range"},
    {"i_number_very_big_negative_int.json", "integer_range"},
    {"i_object_key_lone_2nd_surrogate.json", "surrogate"},
    {"i_string_1st_surrogate_but_2nd_missing.json", "surrogate"},
    {"i_string_1st_valid_surrogate_2nd_invalid.json", "surrogate"},
    {"i_string_UTF-16LE_with_BOM.json", kAnyRule},
    {"i_string_UTF-8_invalid_sequence.json", "utf8"},
    {"i_string_UTF8_surrogate_U+D800.json", "utf8"},
    {"i_string_incomplete_surrogate_and_escape_valid.json", "surrogate"},
    {"i_string_incomplete_surrogate_pair.json", "surrogate"},
    {"i_string_incomplete_surrogates_escape_valid.json", "surrogate"},
    {"i_string_invalid_lonely_surrogate.json", "surrogate"},
    {"i_string_invalid_surrogate.json", "surrogate"},
    {"i_string_invalid_utf-8.json", "utf8"},
    {"i_string_inverted_surrogates_U+1D11E.json", "surrogate"},
    {"i_string_iso_latin_1.json", "utf8"},
    {"i_string_lone_second_surrogate.json", "surrogate"},
    {"i_string_lone_utf8_continuation_byte.json", "utf8"},
    {"i_string_not_in_unicode_range.json", "utf8"},
    {"i_string_overlong_sequence_2_bytes.json", "utf8"},
    {"i_string_overlong_sequence_6_bytes.json", "utf8"},
    {"i_string_overlong_sequence_6_bytes_null.json", "utf8"},
    {"i_string_truncated-utf-8.json", "utf8"},
    {"i_string_utf16BE_no_BOM.json", kAnyRule},
    {"i_string_utf16LE_no_BOM.json", kAnyRule},
    {"i_structure_500_nested_arrays.json", "depth"},
    {"i_structure_UTF-8_BOM_empty_object.json", "bom"},
};

class JsonSuite : public testing::Test {
 protected:
  // The rule that refuses the document, or "".
  std::string Rule(const std::string& json) {
    const std::size_t first = json.find_first_not_of(" \t\r\n");
    const bool whole =
        json.starts_with("\xef\xbb\xbf") || (first != std::string::npos && json[first] == '{');
    const ParseFault bare = parser_.Parse(json, paths_, event_);
    if (whole) return std::string(bare.rule);
    EXPECT_NE(bare.reason, Reason::kUndecided) << "the top is not an object";
    const std::string wrapped = "{\"v\":" + json + "}";
    return std::string(parser_.Parse(wrapped, paths_, event_).rule);
  }

  EventParser parser_;
  PathMap paths_;
  Event event_;
};

TEST_F(JsonSuite, EveryDocument) {
  const std::string folder = OCTROI_SOURCE_DIR "/tests/data/jsontestsuite/test_parsing";
  std::map<char, int> counts;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string json(std::istreambuf_iterator<char>(file), {});
    const std::string rule = Rule(json);
    ++counts[name.front()];
    if (name.front() == 'n') {
      EXPECT_NE(rule, "") << "wrong accept: " << name;
    } else if (name.front() == 'y') {
      const auto* const intended = std::find_if(std::begin(kIntended), std::end(kIntended),
                                                [&](const Intended& i) { return i.name == name; });
      EXPECT_EQ(rule, intended == std::end(kIntended) ? "" : intended->rule) << name;
    } else {
      std::cout << name << ": " << (rule.empty() ? "accepted" : rule) << "\n";
      ASSERT_TRUE(kOpen.contains(name)) << name;
      if (kOpen.at(name) == kAnyRule) {
        EXPECT_NE(rule, "") << name;
      } else {
        EXPECT_EQ(rule, kOpen.at(name)) << name;
      }
    }
  }
  EXPECT_EQ(counts['n'], 188);
  EXPECT_EQ(counts['y'], 95);
  EXPECT_EQ(counts['i'], 35);
}

}  // namespace
}  // namespace octroi::base
