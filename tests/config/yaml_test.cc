// What the strict YAML profile takes, refuses, and reads a plain word as.
#include <gtest/gtest.h>

#include "gateway/config/yaml_reader.h"
#include "good_folder.h"

namespace octroi::gateway {
namespace {

using config::Node;

struct Row {
  const char* what;
  std::string yaml;   // "‸": where the finding stands
  const char* codes;  // those expected, in order; "" : accepted
};

std::string Deep(int levels) {
  std::string text = "a: ";
  for (int i = 0; i < levels; ++i) text += "[";
  for (int i = 0; i < levels; ++i) text += "]";
  return text + "\n";
}

TEST(Yaml, StrictnessTable) {
  const Row rows[] = {
      {"plain keys", "a: 1\nb: x\n", ""},
      {"a flow block", "a: { b: [1, 2], c: \"x\" }\n", ""},
      {"JSON", "{\"a\": [1, 2.5, true, null, \"x\\u00e9\"]}\n", ""},
      {"a comment first", "# hello\na: 1\n", ""},
      {"one document, marked", "---\na: 1\n", ""},
      {"Windows line ends", "a: 1\r\nb: 2\r\n", ""},
      {"a text over lines", "a: |\n  one\n  two\n", ""},
      {"a tab between values", "a: 1\t# why\n", ""},
      {"64 levels", Deep(63), ""},
      {"65 levels", Deep(64), "OCT-1012"},
      {"10,000 levels", Deep(10'000), "OCT-1012"},
      {"a key twice", "a: 1\n‸a: 2\n", "OCT-1007"},
      {"a key twice, once in quotes", "a: 1\n‸\"a\": 2\n", "OCT-1007"},
      {"a key twice inside", "a: { b: 1, ‸b: 2 }\n", "OCT-1007"},
      {"a key twice in JSON, escaped", "{\"a\": 1, ‸\"\\u0061\": 2}\n", "OCT-1007"},
      {"a tab indents", "a:\n‸\tb: 1\n", "OCT-1005"},
      {"spaces, then a tab", "a:\n  ‸\tb: 1\n", "OCT-1005"},
      {"an anchor on text", "a: ‸&x y\n", "OCT-1008"},
      {"an anchor and its alias", "a: ‸&x [1]\nb: *x\n", "OCT-1008 OCT-1008"},
      {"an alias of nothing", "a: ‸*x\n", "OCT-1008"},
      {"a merge key", "a: { ‸<<: { b: 1 } }\n", "OCT-1009"},
      {"a tag on text", "a: ‸!!str 1\n", "OCT-1010"},
      {"a tag of one's own", "a: ‸!secret x\n", "OCT-1010"},
      {"the tag without a name", "a: ‸! 12\n", "OCT-1010"},
      {"a tag on a list", "a: ‸!!set [x]\n", "OCT-1010"},
      {"two documents", "a: 1\n‸---\nb: 2\n", "OCT-1011"},
      {"a directive", "‸%YAML 1.1\n---\na: 1\n", "OCT-1013"},
      {"a list as a key", "? ‸[a]\n: 1\n", "OCT-1014"},
      {"an empty key", "‸\"\": 1\n", "OCT-1014"},
      {"infinite", "a: ‸.inf\n", "OCT-1015"},
      {"not a number", "a: ‸.nan\n", "OCT-1015"},
      {"beyond a double", "a: ‸1e999\n", "OCT-1015"},
      {"nothing", "‸", "OCT-1016"},
      {"only a comment", "‸# nothing\n", "OCT-1016"},
      {"a null escaped into text", "a: ‸\"x\\0y\"\n", "OCT-1020"},
      {"an escape sequence for terminals", "a: ‸\x1b[31m\n", "OCT-1020"},
      {"not UTF-8", "a: ‸\xff\n", "OCT-1003"},
      {"an overlong encoding", "a: ‸\xc0\xaf\n", "OCT-1003"},
      {"half a surrogate pair", "a: ‸\xed\xa0\x80\n", "OCT-1003"},
      {"a byte order mark",
       "‸\xef\xbb\xbf"
       "a: 1\n",
       "OCT-1004"},
      {"an open quote", "a: ‸\"x\n", "OCT-1006"},
      {"an open bracket", "a: [1, 2\n", "OCT-1006"},
      {"an open single quote", "a: ‸'it''s\n", "OCT-1006"},
      {"a closed quote with escapes", "a: \"x \\\" y\"\nb: 'it''s'\n", ""},
      {"text after a quote", "a: \"x\" y\n", "OCT-1006"},
      {"an unknown escape", "a: \"\\q\"\n", "OCT-1006"},
      {"a closing bracket too many", "a: [1]]\n", "OCT-1006"},
      {"an indented key after a value", "a: 1\n b: 2\n", "OCT-1006"},
      {"indented between two levels", "a:\n   b: 1\n  c: 2\n", "OCT-1006"},
      {"a key after a list", "- a\n‸b: 1\n", "OCT-1006"},
      {"text after JSON", "{\"a\": 1} ‸x\n", "OCT-1006"},
      {"keys without commas", "a: { b: \"1\" c: 2 }\n", "OCT-1006"},
      {"a reserved sign", "a: @x\n", "OCT-1006"},
      {"a percent sign first", "a: %x\n", "OCT-1006"},
      {"nothing between commas: a null, which no schema takes", "a: [1,,2]\n", ""},
      {"two values on a line", "a: b: c\n", "OCT-1006"},
  };
  static_assert(std::size(rows) >= 30);
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    const Marked marked = TakeMark(row.yaml);
    config::Findings findings;
    const auto node = config::ReadYaml(marked.text, "a.yaml", findings);
    const auto found = std::move(findings).Sorted();
    std::string codes;
    for (const ConfigFinding& finding : found) codes += (codes.empty() ? "" : " ") + finding.code;
    EXPECT_EQ(codes, row.codes);
    if (found.empty()) {
      EXPECT_TRUE(node.has_value());
    }
    if (!found.empty() && marked.line > 0 && found[0].code != "OCT-1006") {
      EXPECT_EQ(found[0].line, marked.line);
      EXPECT_EQ(found[0].column, marked.column);
    }
  }
}

TEST(Yaml, PlainWordsAreTypedByYaml12Only) {
  struct Word {
    const char* text;
    Node::Kind kind;
  };
  const Word words[] = {
      {"no", Node::Kind::kString},
      {"NO", Node::Kind::kString},
      {"yes", Node::Kind::kString},
      {"on", Node::Kind::kString},
      {"off", Node::Kind::kString},
      {"y", Node::Kind::kString},
      {"true", Node::Kind::kBool},
      {"False", Node::Kind::kBool},
      {"\"true\"", Node::Kind::kString},
      {"null", Node::Kind::kNull},
      {"~", Node::Kind::kNull},
      {"'~'", Node::Kind::kString},
      {"12", Node::Kind::kInteger},
      {"-12", Node::Kind::kInteger},
      {"0x1F", Node::Kind::kInteger},
      {"0o17", Node::Kind::kInteger},
      {"'12'", Node::Kind::kString},
      {"1_000", Node::Kind::kString},
      {"12:30:45", Node::Kind::kString},
      {"1.5", Node::Kind::kNumber},
      {"1e3", Node::Kind::kNumber},
      {".5", Node::Kind::kNumber},
      {"1.", Node::Kind::kNumber},
      {".", Node::Kind::kString},
      {"2026-05-04", Node::Kind::kString},
      {"0b11", Node::Kind::kString},
      {"e5", Node::Kind::kString},
      {"-", Node::Kind::kString},
  };
  for (const Word& word : words) {
    SCOPED_TRACE(word.text);
    config::Findings findings;
    const auto node =
        config::ReadYaml(std::string("a: [x, ") + word.text + "]\n", "a.yaml", findings);
    if (std::string_view(word.text) == "-") continue;  // a bare dash is not a value everywhere
    ASSERT_TRUE(node.has_value());
    ASSERT_EQ(node->List("a").size(), 2u);
    EXPECT_EQ(node->List("a")[1].kind, word.kind);
  }
}

TEST(Yaml, NumbersHaveTheirValue) {
  config::Findings findings;
  const auto node =
      config::ReadYaml("[12, -12, +3, 0x1F, 0o17, 1.5, .5, 2.5e2]", "a.yaml", findings);
  ASSERT_TRUE(node.has_value());
  const double wanted[] = {12, -12, 3, 31, 15, 1.5, 0.5, 250};
  for (std::size_t i = 0; i < std::size(wanted); ++i) EXPECT_EQ(node->items[i].number, wanted[i]);
}

TEST(Yaml, ColumnsCountCharactersNotBytes) {
  config::Findings findings;
  const auto node = config::ReadYaml("a: { é: \"ü\", z: 1 }\n", "a.yaml", findings);
  ASSERT_TRUE(node.has_value());
  EXPECT_EQ(node->Find("a")->KeyAt("z").column, 14);
}

TEST(Yaml, AFileAboveOneMebibyteIsNotRead) {
  config::Findings findings;
  EXPECT_FALSE(config::ReadYaml(std::string(1024 * 1024 + 1, '#'), "a.yaml", findings).has_value());
  EXPECT_EQ(std::move(findings).Sorted()[0].code, "OCT-1002");
}

}  // namespace
}  // namespace octroi::gateway
