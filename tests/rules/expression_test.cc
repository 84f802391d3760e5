// Expressions: what is refused and where, what each one comes to, and that no text at all does
// harm. The independent model is tests/oracle/expression_oracle.py.
#include <random>

#include "base/text.h"
#include "bench.h"

namespace octroi::rules {
namespace {

const base::Millis kReceived = *base::ParseRfc3339("2026-11-23T12:00:00Z");

std::vector<FieldSpec> Fields() {
  return {{kA, false, "a", ExpressionType::kInt},
          {kB, false, "b", ExpressionType::kDouble},
          {kC, false, "c", ExpressionType::kString},
          {kD, false, "d", ExpressionType::kTimestamp},
          {kE, false, "e", ExpressionType::kBool}};
}

std::string Came(std::string_view text, const std::string& json) {
  ExpressionFault fault;
  const auto expression = Expression::Compile(text, Fields(), fault);
  if (!expression) return fault.Text();
  EventOf event(json);
  const Truth truth = expression->Holds(*event, kReceived);
  return truth == Truth::kTrue ? "true" : truth == Truth::kFalse ? "false" : "unknown";
}

constexpr const char* kEvent =
    R"({"a":7,"b":2.5,"c":"été","d":"2026-11-22T23:30:00.500Z","e":true})";

struct Row {
  const char* text;
  const char* answer;
};

TEST(Expression, OfAnEvent) {
  const Row rows[] = {
      {"true", "true"},
      {"event.e", "true"},
      {"event.a == 7 && event.b > 2.4", "true"},
      {"event.a > 7.5 || event.b < 3", "true"},
      {"1 + 2 * 3 == 7 && (1 + 2) * 3 == 9 && 7 - 2 - 1 == 4", "true"},
      {"-7 / 2 == -3 && -7 % 2 == -1 && 7 / -2 == -3", "true"},
      {"event.a / 0 == 1", "unknown"},
      {"event.a % 0 == 1 || true", "true"},
      {"false && event.a / 0 == 1", "false"},
      {"event.a / 0 == 1 && false", "false"},
      {"!(event.a / 0 == 1)", "unknown"},
      {"event.a / 0 == 1 ? true : true", "unknown"},
      {"event.a == 7 ? event.b == 2.5 : event.a / 0 == 1", "true"},
      {"9223372036854775807 + 1 > 0", "unknown"},
      {"-9223372036854775808 - 1 < 0", "unknown"},
      {"-9223372036854775808 / -1 > 0", "unknown"},
      {"9007199254740993 > 9007199254740992.0", "true"},
      {"1.0 / 0.0 > 1e300", "true"},
      {"size(event.c) == 3 && event.c.size() == 3", "true"},
      {"event.c.startsWith('\\u00e9') && event.c.endsWith(\"t\\xe9\") && event.c.contains('t')",
       "true"},
      {"event.c.matches('^.t.$') && matches(event.c, r'\\pL{3}')", "true"},
      {"event.c in ['x', 'été'] && event.a in [1, 7, -2] && !(event.b in [1.0])", "true"},
      {"event.a in []", "false"},
      {"0.0 / 0.0 in [0.3, 3.0]", "false"},
      {"int('42') + int(2.9) + int(-2.9) == 42", "true"},
      {"int('x') == 1", "unknown"},
      {"int(1e300) == 1", "unknown"},
      {"double('1.5') == 1.5 && bool('TRUE')", "true"},
      {"event.d < received && received - event.d < duration('13h')", "true"},
      {"event.d + duration('1h30m') > timestamp('2026-11-23T01:00:00Z')", "true"},
      {"timestamp('9999-12-31T23:59:59Z') + duration('1s') > received", "unknown"},
      {"event.d.getFullYear() == 2026 && event.d.getMonth() == 10 && event.d.getDate() == 22",
       "true"},
      {"event.d.getDayOfWeek() == 0 && event.d.getHours() == 23", "true"},
      {"int(event.d) == 1795390200", "true"},
      {"event.a > 1 // what follows is no part of it\n && true", "true"},
  };
  for (const Row& row : rows) EXPECT_EQ(Came(row.text, kEvent), row.answer) << row.text;
}

TEST(Expression, OfFieldsThatAreNotWhatTheyShouldBe) {
  for (const char* json :
       {"{}", R"({"a":null})", R"({"a":"x"})", R"({"a":1.5})", R"({"a":true})", R"({"a":[7]})"}) {
    EXPECT_EQ(Came("event.a > 0 || event.a <= 0", json), "unknown") << json;
  }
  EXPECT_EQ(Came("event.a > 0", R"({"a":"7"})"), "true") << "as a CSV file has it";
  EXPECT_EQ(Came("has(event.a)", R"({"a":null})"), "false");
  EXPECT_EQ(Came("has(event.a)", R"({"a":[1]})"), "true");
  EXPECT_EQ(Came("!has(event.a) || event.a > 0", "{}"), "true");
  EXPECT_EQ(Came("event.e", R"({"e":"true"})"), "unknown");
}

TEST(Expression, RefusesWithLineAndColumn) {
  const Row rows[] = {
      {"", "line 1, column 1: `…` is missing"},
      {"true &&\n  event.z > 1", "line 2, column 9: the contract lists no field `z`"},
      {"event.a = 1", "line 1, column 9: `=` was not expected here"},
      {"event.a == 'é' ", "line 1, column 9: `==` does not take int, string"},
      {"'é' == 1", "line 1, column 5: `==` does not take string, int"},
      {"event.a + 1", "line 1, column 1: it is a `int`, not a bool"},
      {"event.a + 1.5 > 2.0", "line 1, column 9: `+` does not take int, double"},
      {"!event.a", "line 1, column 1: `!` does not take int"},
      {"-event.c == 'x'", "line 1, column 1: `-` does not take string"},
      {"event.a > 1 ? 1 : 2.0", "line 1, column 13: `?` does not take int, double"},
      {"event.c + 'x' == 'y'", "line 1, column 9: `string + string` is not part of the subset"},
      {"[1, 2].exists(x, x > 1)", "line 1, column 1: `[] (in)` is not part of the subset"},
      {"event.c.exists(1)", "line 1, column 9: `exists()` is not part of the subset"},
      {"event.c.x == 1", "line 1, column 9: `.x` is not part of the subset"},
      {"event.c[0] == 'x'", "line 1, column 8: `[]` is not part of the subset"},
      {"now() > received", "line 1, column 1: `now()` is not part of the subset"},
      {"null == 1", "line 1, column 1: `null` is not part of the subset"},
      {"1u == 1", "line 1, column 1: `uint` is not part of the subset"},
      {"b'x' == b'x'", "line 1, column 1: `b\"\"` is not part of the subset"},
      {"a > 1", "line 1, column 1: `a (event.a)` was not expected here"},
      {"event.c.matches(event.c)", "line 1, column 17: `matches` needs a literal"},
      {"event.c.matches('(a')", "line 1, column 17: `missing ): (a` is no such literal"},
      {"event.a in event.c", "line 1, column 12: `in` needs a literal"},
      {"event.a in [1, 'x']", "line 1, column 16: `in [int, …]` needs a literal"},
      {"event.e in [true]", "line 1, column 9: `in` does not take bool"},
      {"(true", "line 1, column 6: `)` is missing"},
      {"true true", "line 1, column 6: `true` was not expected here"},
      {"'abc", "line 1, column 1: `'` is missing"},
      {"'\\ud800' == ''", "line 1, column 1: `\\` is no such literal"},
      {"9223372036854775808 > 1", "line 1, column 1: `9223372036854775808` is no such literal"},
      {"duration('1 day') > duration('1h')", "line 1, column 10: `'1 day'` is no such literal"},
      {"duration('1us') > duration('1h')", "line 1, column 10: `'1us'` is no such literal"},
      {"timestamp('2026-13-01T00:00:00Z') > received",
       "line 1, column 11: `'2026-13-01T00:00:00Z'` is no such literal"},
      {"has(event.z)", "line 1, column 11: the contract lists no field `z`"},
      {"has(1)", "line 1, column 5: `1` was not expected here"},
      {"1 < 2 < 3", "line 1, column 7: `<` does not take bool, int"},
      {"event.a ; 1", "line 1, column 9: `;` was not expected here"},
  };
  for (const Row& row : rows) EXPECT_EQ(Came(row.text, "{}"), row.answer) << row.text;
}

TEST(Expression, HasLimits) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '(') + "true" +
           std::string(static_cast<std::size_t>(depth), ')');
  };
  EXPECT_EQ(Came(nested(39), "{}"), "true");
  EXPECT_NE(Came(nested(40), "{}").find("larger than the limit"), std::string::npos);
  EXPECT_NE(Came(nested(1900), "{}").find("larger than the limit"), std::string::npos);
  EXPECT_NE(Came(std::string(3000, '!') + "true", "{}").find("larger than the limit"),
            std::string::npos);
  EXPECT_NE(Came(std::string(4001, ' '), "{}").find("4000"), std::string::npos);
  std::string wide = "true";
  for (int times = 0; times < 170; ++times) wide += "||true";
  EXPECT_EQ(Came(wide, "{}"), "true");
  EXPECT_NE(Came(wide + "||true||true", "{}").find("512"), std::string::npos);
}

// Texts made of pieces of expressions: each is refused or comes to one of three answers, and takes
// no longer than its steps.
TEST(Expression, AnyTextIsRefusedOrRuns) {
  constexpr const char* kPieces[] = {"event.",
                                     "a",
                                     "b",
                                     "c",
                                     "d",
                                     "e",
                                     "received",
                                     "has(",
                                     "size(",
                                     "matches(",
                                     ".matches('a+')",
                                     "int(",
                                     "double(",
                                     "bool(",
                                     "timestamp(",
                                     "duration('1h')",
                                     "(",
                                     ")",
                                     "[",
                                     "]",
                                     ",",
                                     "&&",
                                     "||",
                                     "!",
                                     "-",
                                     "+",
                                     "*",
                                     "/",
                                     "%",
                                     "==",
                                     "<",
                                     ">=",
                                     "in",
                                     "?",
                                     ":",
                                     "true",
                                     "false",
                                     "1",
                                     "2.5",
                                     "0",
                                     "'x'",
                                     "\"é\"",
                                     "r'\\d'",
                                     "\\",
                                     "\n",
                                     "//",
                                     "9223372036854775807",
                                     ".getMonth()",
                                     ".contains('x')",
                                     "event.a",
                                     "event.c",
                                     "event.d",
                                     " ",
                                     "\xff",
                                     "\xc3"};
  std::mt19937 random(20261123);  // NOLINT(cert-msc51-cpp): the same every time
  std::size_t ran = 0;
  for (int round = 0; round < 60000; ++round) {
    std::string text;
    for (auto left = 1 + random() % 9; left > 0; --left)
      text += kPieces[random() % std::size(kPieces)];
    ExpressionFault fault;
    const auto expression = Expression::Compile(text, Fields(), fault);
    if (!expression) {
      EXPECT_FALSE(fault.Text().empty());
      EXPECT_GE(fault.line, 1u);
      continue;
    }
    ++ran;
    ASSERT_LE(expression->steps(), kExpressionStepsMax);
    EventOf event(kEvent);
    EXPECT_LE(expression->Holds(*event, kReceived), Truth::kUnknown);
  }
  EXPECT_GT(ran, 100u);
}

}  // namespace
}  // namespace octroi::rules
