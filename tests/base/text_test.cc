#include "base/text.h"

#include <gtest/gtest.h>

namespace octroi::base {
namespace {

TEST(Hex, BothWays) {
  EXPECT_EQ(Hex(std::string_view("\x00\x7f\xff", 3)), "007fff");
  EXPECT_EQ(FromHex("007FfF"), std::string("\x00\x7f\xff", 3));
  EXPECT_EQ(FromHex(""), "");
  for (const char* bad : {"0", "0g", "0 ", "+1", "0x00"}) EXPECT_FALSE(FromHex(bad)) << bad;
}

TEST(Base64, UrlAlphabetWithoutPadding) {
  const auto url = [](std::string_view bytes) {
    std::string out;
    AppendBase64Url(bytes, out);
    return out;
  };
  EXPECT_EQ(url(""), "");
  EXPECT_EQ(url("f"), "Zg");
  EXPECT_EQ(url("fo"), "Zm8");
  EXPECT_EQ(url("foo"), "Zm9v");
  EXPECT_EQ(url("foob"), "Zm9vYg");
  EXPECT_EQ(url("\xfb\xff\xfe"), "-__-");
}

TEST(Base64, ReadsTheStandardAlphabetStrictly) {
  EXPECT_EQ(FromBase64(""), "");
  EXPECT_EQ(FromBase64("Zg=="), "f");
  EXPECT_EQ(FromBase64("Zm8="), "fo");
  EXPECT_EQ(FromBase64("Zm9v"), "foo");
  EXPECT_EQ(FromBase64("+/++"), "\xfb\xff\xbe");
  // missing or wrong padding, other alphabets, white space, bits that mean nothing
  for (const char* bad : {"Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zm9v=", "Zm=v", "-_--",
                          "Zm9v\n", " Zm9", "Zh==", "Zm9="}) {
    EXPECT_FALSE(FromBase64(bad)) << bad;
  }
}

TEST(JsonString, EscapesWhatMustBe) {
  std::string out = "x";
  AppendJsonString(std::string_view("a\"\\/\b\f\n\r\t\x01\x1f\x7f\0é", 15), out);
  EXPECT_EQ(out, "x\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\\u0000é\"");
}

TEST(PointerToken, EscapesTildeAndSlash) {
  std::string out;
  AppendPointerToken("a/b~c", out);
  AppendPointerToken("", out);
  EXPECT_EQ(out, "/a~1b~0c/");
}

struct TimeCase {
  const char* text;
  const char* reads_as;  // nullptr: not a time
};

TEST(Rfc3339, Table) {
  const TimeCase cases[] = {
      {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"},
      {"2026-11-21T09:00:00.123Z", "2026-11-21T09:00:00.123Z"},
      {"2026-11-21t09:00:00z", "2026-11-21T09:00:00.000Z"},
      {"2026-11-21 09:00:00Z", "2026-11-21T09:00:00.000Z"},
      {"2026-11-21T09:00:00.1239Z", "2026-11-21T09:00:00.123Z"},  // cut, not rounded
      {"2026-11-21T09:00:00.5Z", "2026-11-21T09:00:00.500Z"},
      {"2026-11-21T09:00:00+01:00", "2026-11-21T08:00:00.000Z"},
      {"2026-11-21T09:00:00-05:30", "2026-11-21T14:30:00.000Z"},
      {"2026-11-21T09:00:00-00:00", "2026-11-21T09:00:00.000Z"},
      {"2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000Z"},
      {"2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"},
      {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
      {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"},
      {"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
      {"2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z"},       // leap second
      {"2017-01-01T00:59:60+01:00", "2016-12-31T23:59:59.000Z"},  // the same one
      {"2016-12-31T22:59:60Z", nullptr},                          // no leap second there
      {"2026-11-21T09:00:00", nullptr},                           // no zone
      {"2026-11-21", nullptr},                                    // a date alone
      {"2023-02-29T00:00:00Z", nullptr},
      {"1900-02-29T00:00:00Z", nullptr},
      {"2026-13-01T00:00:00Z", nullptr},
      {"2026-00-01T00:00:00Z", nullptr},
      {"2026-04-31T00:00:00Z", nullptr},
      {"2026-01-00T00:00:00Z", nullptr},
      {"2026-01-01T24:00:00Z", nullptr},
      {"2026-01-01T00:60:00Z", nullptr},
      {"2026-01-01T00:00:61Z", nullptr},
      {"2026-01-01T00:00:00.Z", nullptr},
      {"2026-01-01T00:00:00,5Z", nullptr},
      {"2026-01-01T00:00Z", nullptr},
      {"2026-01-01T00:00:00+0100", nullptr},
      {"2026-01-01T00:00:00+24:00", nullptr},
      {"2026-01-01T00:00:00+01:60", nullptr},
      {"2026-01-01T00:00:00Z ", nullptr},
      {" 2026-01-01T00:00:00Z", nullptr},
      {"26-01-01T00:00:00Z", nullptr},
      {"+2026-01-01T00:00:00Z", nullptr},
      {"0000-01-01T00:00:00Z", nullptr},
      {"0001-01-01T00:00:00+00:01", nullptr},  // before the year 1 in UTC
      {"9999-12-31T23:59:59-00:01", nullptr},  // after the year 9999 in UTC
      {"1732179600", nullptr},
      {"", nullptr},
  };
  for (const TimeCase& c : cases) {
    const std::optional<Millis> time = ParseRfc3339(c.text);
    ASSERT_EQ(time.has_value(), c.reads_as != nullptr) << c.text;
    if (time) {
      EXPECT_EQ(FormatRfc3339(*time), c.reads_as) << c.text;
    }
  }
}

TEST(Rfc3339, DateAloneWhereAllowed) {
  EXPECT_EQ(ParseRfc3339("1970-01-02", true), 86'400'000);
  EXPECT_EQ(ParseRfc3339("1970-01-02T00:00:00Z", true), 86'400'000);
  EXPECT_FALSE(ParseRfc3339("1970-02-30", true));
}

TEST(Rfc3339, EveryDayOfFourCenturiesReadsAsItWasWritten) {
  for (Millis day = -146'097 / 2; day < 146'097 / 2; ++day) {
    const Millis time = day * 86'400'000 + 1;
    ASSERT_EQ(ParseRfc3339(FormatRfc3339(time)), time) << day;
  }
}

struct DurationCase {
  const char* text;
  Millis millis;  // -1: not a duration
};

TEST(Duration, Table) {
  const Millis day = 86'400'000;
  const DurationCase cases[] = {
      {"0 s", 0},
      {"500 ms", 500},
      {"10 s", 10'000},
      {"5 min", 300'000},
      {"24 h", day},
      {"1 day", day},
      {"7 days", 7 * day},
      {"1 week", 7 * day},
      {"2 weeks", 14 * day},
      {"1 month", 30 * day},
      {"13 months", 390 * day},
      {"1 year", 365 * day},
      {"3 years", 1095 * day},
      {"", -1},
      {"24", -1},
      {"24h", -1},
      {"24  h", -1},
      {" 24 h", -1},
      {"24 h ", -1},
      {"24 H", -1},
      {"24 hours", -1},
      {"-1 h", -1},
      {"+1 h", -1},
      {"1.5 h", -1},
      {"h", -1},
      {" h", -1},
      {"1 ", -1},
      {"999999999999 years", -1},  // does not fit
      {"9999999999999 ms", -1},    // more digits than any duration needs
  };
  for (const DurationCase& c : cases) {
    EXPECT_EQ(ParseDuration(c.text).value_or(-1), c.millis) << c.text;
  }
}

TEST(Text, WhatIsACertainTimeAfter) {
  struct Row {
    const char *from, *duration, *then;  // nullptr: no duration
  };
  constexpr Row kRows[] = {
      {"2026-11-21T09:00:00Z", "P13M", "2027-12-21T09:00:00.000Z"},
      {"2026-01-31T09:00:00Z", "P1M", "2026-02-28T09:00:00.000Z"},
      {"2028-02-29T23:59:59Z", "P1Y", "2029-02-28T23:59:59.000Z"},
      {"2026-11-21T09:00:00Z", "P1Y2M3W4D", "2028-02-15T09:00:00.000Z"},
      {"2026-12-31T00:00:00Z", "P2W", "2027-01-14T00:00:00.000Z"},
      {"2026-11-21T09:00:00Z", "P9999D", "2054-04-07T09:00:00.000Z"},
      {"2026-11-21T09:00:00Z", "P9999Y", nullptr},
      {"2026-11-21T09:00:00Z", "P10000D", nullptr},
      {"2026-11-21T09:00:00Z", "P", nullptr},
      {"2026-11-21T09:00:00Z", "P0D", nullptr},
      {"2026-11-21T09:00:00Z", "PT1H", nullptr},
      {"2026-11-21T09:00:00Z", "P1M1Y", nullptr},
      {"2026-11-21T09:00:00Z", "P1M1M", nullptr},
      {"2026-11-21T09:00:00Z", "P1.5M", nullptr},
      {"2026-11-21T09:00:00Z", "P-1M", nullptr},
      {"2026-11-21T09:00:00Z", "1M", nullptr},
      {"2026-11-21T09:00:00Z", "P1", nullptr},
      {"2026-11-21T09:00:00Z", "13 months", nullptr},
      {"2026-11-21T09:00:00Z", "", nullptr},
  };
  for (const Row& row : kRows) {
    const auto then = After(*ParseRfc3339(row.from), row.duration);
    EXPECT_EQ(then ? FormatRfc3339(*then) : "none", row.then == nullptr ? "none" : row.then)
        << row.duration;
  }
}

}  // namespace
}  // namespace octroi::base
