// What a TC string is worth and what it allows, one rule a row; faults by name and place.
#include "signals/tcf.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/limits.h"
#include "base/text.h"
#include "tc_writer.h"

namespace octroi::signals {
namespace {

constexpr base::Millis kDay = 86'400'000;
const base::Millis kNow = *base::ParseRfc3339("2026-11-22T09:00:00Z");

TcString Read(const std::string& text) {
  const auto read = ReadTcString(text);
  const Fault* fault = std::get_if<Fault>(&read);
  EXPECT_EQ(fault, nullptr) << fault->reason << " " << fault->field << " at " << fault->offset;
  return fault == nullptr ? std::get<TcString>(read) : TcString{};
}

Fault FaultOf(const std::string& text) {
  const auto read = ReadTcString(text);
  return std::holds_alternative<Fault>(read) ? std::get<Fault>(read) : Fault{};
}

Written With(const std::function<void(Written&)>& change) {
  Written written;
  change(written);
  return written;
}

TEST(Tcf, AValidStringIsReadFieldByField) {
  const TcString read = Read(Written().Text());
  EXPECT_EQ(read.created, 1'790'000'000'000);
  EXPECT_EQ(read.cmp_id, 31);
  EXPECT_EQ(read.cmp_version, 640);
  EXPECT_EQ(read.consent_screen, 1);
  EXPECT_EQ(read.consent_language, (std::array{'F', 'R'}));
  EXPECT_EQ(read.publisher_cc, (std::array{'F', 'R'}));
  EXPECT_EQ(read.vendor_list_version, 126);
  EXPECT_EQ(read.policy_version, 5);
  EXPECT_EQ(read.special_feature_optins, OfId(1));
  EXPECT_EQ(read.purposes_consent, OfId(1) | OfId(2) | OfId(3) | OfId(4) | OfId(7));
  EXPECT_TRUE(read.vendor_consents.Has(10) && read.vendor_consents.Has(20));
  EXPECT_FALSE(read.vendor_consents.Has(9) || read.vendor_consents.Has(21));
  EXPECT_FALSE(read.vendor_consents.Has(0) || read.vendor_consents.Has(801));
  EXPECT_TRUE(Judge(read, kNow).valid());
}

// The one flaw that each change makes, and no other.
TEST(Tcf, WhatMakesAStringInvalid) {
  const struct {
    const char* reason;
    std::function<void(Written&)> change;
  } rows[] = {
      {"", [](Written& w) { w.policy = 4; }},
      {"tcf.policy_too_old", [](Written& w) { w.policy = 3; }},
      {"tcf.policy_unknown", [](Written& w) { w.policy = 6; }},
      {"tcf.not_service_specific", [](Written& w) { w.service_specific = false; }},
      {"tcf.disclosed_vendors_missing", [](Written& w) { w.disclosed_there = false; }},
      {"tcf.interest_not_permitted", [](Written& w) { w.interests = {1}; }},
      {"", [](Written& w) { w.interests = {2}; }},
      {"tcf.interest_not_permitted", [](Written& w) { w.interests = {3}; }},
      {"tcf.interest_not_permitted", [](Written& w) { w.interests = {4}; }},
      {"tcf.interest_not_permitted", [](Written& w) { w.interests = {5}; }},
      {"tcf.interest_not_permitted", [](Written& w) { w.interests = {6}; }},
      {"",
       [](Written& w) {
         w.interests = {7, 11, 24};
       }},
      {"tcf.restriction_undefined",
       [](Written& w) {
         w.rules = {{2, 3, {{900, 900}}}};
       }},
      {"tcf.restriction_undefined",
       [](Written& w) {
         w.rules = {{0, 0, {{900, 900}}}};
       }},
      {"tcf.cmp_unknown", [](Written& w) { w.cmp = 1; }},
      {"", [](Written& w) { w.cmp = 2; }},
      {"tcf.dates_inconsistent", [](Written& w) { w.created += kDay; }},
      {"", [](Written& w) { w.created -= kDay; }},
  };
  for (const auto& row : rows) {
    const Validity verdict = Judge(Read(With(row.change).Text()), kNow);
    EXPECT_EQ(verdict.reason(), row.reason) << &row - rows;
    int flaws = 0;
    for (int flaw = 0; flaw < static_cast<int>(Flaw::kCount); ++flaw)
      flaws += verdict.Has(static_cast<Flaw>(flaw)) ? 1 : 0;
    EXPECT_EQ(flaws, *row.reason == '\0' ? 0 : 1) << row.reason;
  }
}

TEST(Tcf, ItsAgeCountsFromItsLastUpdate) {
  const Written written;
  const TcString read = Read(written.Text());
  const auto reason = [&](base::Millis at) { return Judge(read, at).reason(); };
  EXPECT_EQ(reason(written.last_updated + 390 * kDay), "");
  EXPECT_EQ(reason(written.last_updated + 390 * kDay + 1), "tcf.expired");
  EXPECT_EQ(reason(written.last_updated - kDay), "");
  EXPECT_EQ(reason(written.last_updated - kDay - 1), "tcf.from_the_future");
}

TEST(Tcf, DisclosureIsRequiredOfStringsSinceTheDay) {
  const base::Millis day = *base::ParseRfc3339("2026-02-28T00:00:00Z");
  const auto reason = [&](base::Millis created, base::Millis updated) {
    const Written written = With([&](Written& w) {
      w.created = created;
      w.last_updated = updated;
      w.disclosed_there = false;
    });
    return Judge(Read(written.Text()), kNow).reason();
  };
  EXPECT_EQ(reason(day - 100, day - 100), "");
  EXPECT_EQ(reason(day, day), "tcf.disclosed_vendors_missing");
  EXPECT_EQ(reason(day - 100, day), "tcf.disclosed_vendors_missing");
}

TEST(Tcf, WhatFollowsTheLastFieldIsGarbageUnlessItIsPadding) {
  const Bits core = Written().Core();
  const std::string disclosed = "." + Written().Disclosed();
  const auto trailing = [&](const std::string& text) { return Read(text).trailing_at; };
  EXPECT_EQ(trailing(core.Base64(0) + disclosed), 0u);
  // An encoder pads to 24 bits at most.
  const int to_24 = static_cast<int>(23 - (core.size() + 23) % 24);
  EXPECT_EQ(trailing(core.Base64(to_24) + disclosed), 0u);
  EXPECT_NE(trailing(core.Base64(to_24 + 24) + disclosed), 0u);
  EXPECT_NE(trailing(Bits(core).Put(1, 1).Base64() + disclosed), 0u);
  const std::string behind = core.Base64() + disclosed + "AAAB";
  EXPECT_EQ(trailing(behind), behind.size() - 4 + 3);
  EXPECT_EQ(Judge(Read(behind), kNow).reason(), "tcf.trailing_garbage");
}

TEST(Tcf, WhatItAllows) {
  constexpr auto kNone = std::nullopt;
  const struct {
    const char* reason;
    SmallIds purposes;
    std::optional<std::uint16_t> vendor;
    std::function<void(Written&)> change;
  } rows[] = {
      {"tcf.consented", OfId(1), kNone, [](Written&) {}},
      {"tcf.consented", OfId(1) | OfId(7), 10, [](Written&) {}},
      {"tcf.purpose_none", 0, kNone, [](Written&) {}},
      {"tcf.purpose_not_consented", OfId(5), kNone, [](Written&) {}},
      {"tcf.purpose_not_consented", OfId(1) | OfId(5), 10, [](Written&) {}},
      {"tcf.purpose_not_consented", OfId(8), 10, [](Written&) {}},  // legitimate interest only
      {"tcf.purpose_not_consented", OfId(32), kNone, [](Written&) {}},
      {"tcf.vendor_not_consented", OfId(1), 30, [](Written&) {}},
      {"tcf.vendor_not_disclosed", OfId(1), 755, [](Written&) {}},
      {"tcf.vendor_not_disclosed", OfId(1), 0, [](Written&) {}},
      {"tcf.vendor_not_disclosed", OfId(1), 65535, [](Written&) {}},
      // from before the list of disclosed vendors was required: 2026-01-15
      {"tcf.consented", OfId(1), 755,
       [](Written& w) {
         w.disclosed_there = false;
         w.created = w.last_updated = 1'768'435'200'000;
       }},
      {"tcf.string_invalid", OfId(1), 10, [](Written& w) { w.disclosed_there = false; }},
      {"tcf.string_invalid", OfId(1), 10, [](Written& w) { w.policy = 2; }},
      {"tcf.string_invalid", OfId(1), 10,
       [](Written& w) {
         w.rules = {{2, 3, {{10, 10}}}};
       }},
      {"tcf.purpose_not_consented", OfId(1), 10,
       [](Written& w) { w.purpose_one_treatment = true; }},
      {"tcf.consented", OfId(2), 10, [](Written& w) { w.purpose_one_treatment = true; }},
      {"tcf.restricted_by_publisher", OfId(1) | OfId(2), 10,
       [](Written& w) {
         w.rules = {{2, 0, {{10, 10}}}};
       }},
      {"tcf.consented", OfId(2), 10,
       [](Written& w) {
         w.rules = {{2, 1, {{10, 10}}}};
       }},
      {"tcf.restricted_by_publisher", OfId(2), 10,
       [](Written& w) {
         w.rules = {{2, 2, {{10, 10}}}};
       }},
      {"tcf.restricted_by_publisher", OfId(2), 12,
       [](Written& w) {
         w.rules = {{2, 1, {{10, 20}}}, {2, 0, {{1, 1}, {5, 12}}}};
       }},
      {"tcf.consented", OfId(2), 12,
       [](Written& w) {
         w.rules = {{2, 0, {{1, 11}, {13, 99}}}};
       }},
      {"tcf.consented", OfId(1), 10,
       [](Written& w) {
         w.rules = {{2, 0, {{10, 10}}}};
       }},
      {"tcf.consented", OfId(2), kNone,
       [](Written& w) {
         w.rules = {{2, 0, {{10, 10}}}};
       }},
  };
  for (const auto& row : rows) {
    const TcfAnswer answer =
        MayProcess(Read(With(row.change).Text()), {row.purposes, row.vendor}, kNow);
    EXPECT_EQ(answer.reason, row.reason) << &row - rows;
    EXPECT_EQ(answer.allowed, answer.reason == "tcf.consented");
    EXPECT_EQ(answer.flaw.empty(), answer.reason != "tcf.string_invalid");
  }
  EXPECT_FALSE(TcfAnswer().allowed);
  EXPECT_EQ(MayProcess(Read(Written().Text()), {OfId(1) | OfId(5), 10}, kNow).purposes, OfId(5));
}

TEST(Tcf, WhatCannotBeReadSaysWhatAndWhere) {
  const std::string good = Written().Text();
  const std::string core = good.substr(0, good.find('.'));
  const std::string disclosed = good.substr(good.find('.') + 1);
  const struct {
    std::string text;
    const char* reason;
    std::size_t offset;
    std::size_t bit;
  } rows[] = {
      {"", "tcf.empty", 0, 0},
      {".", "tcf.empty", 0, 0},
      {core + ".", "tcf.empty", core.size() + 1, 0},
      {core + "..", "tcf.empty", core.size() + 1, 0},
      {"C+" + core.substr(2), "tcf.character", 1, 6},
      {core + "=", "tcf.character", core.size(), core.size() * 6},
      {core + "\n", "tcf.character", core.size(), core.size() * 6},
      {core + "." + disclosed + " ", "tcf.character", good.size(), disclosed.size() * 6},
      {disclosed + "." + core, "tcf.core_missing", 0, 0},
      {"B" + core.substr(1), "tcf.version", 0, 0},
      {"D" + core.substr(1), "tcf.version", 0, 0},
      {"_" + core.substr(1), "tcf.version", 0, 0},
      {good + "." + disclosed, "tcf.segment_repeated", good.size() + 1, 0},
      {core + "." + core, "tcf.segment_repeated", core.size() + 1, 0},
      {core + ".g", "tcf.segment_unknown", core.size() + 1, 0},
      {"C", "tcf.truncated", 1, 6},
      {core.substr(0, 35), "tcf.truncated", 34, 207},  // 210 bits: publisherCC has 9 of its 12
      {core + ".IA", "tcf.truncated", core.size() + 1, 3},
      {std::string(base::kTcStringCharsMax + 1, 'C'), "tcf.too_long", base::kTcStringCharsMax, 0},
      {With([](Written& w) { w.language = 26 << 6; }).Text(), "tcf.letters", 18, 108},
      {With([](Written& w) { w.country = 63; }).Text(), "tcf.letters", 33, 201},
      {With([](Written& w) {
         w.vendors = {{0, 0}};
       }).Text(),
       "tcf.vendor_range", 40, 242},
      {With([](Written& w) {
         w.vendors = {{0, 5}};
       }).Text(),
       "tcf.vendor_range", 40, 242},
      {With([](Written& w) {
         w.vendors = {{9, 5}};
       }).Text(),
       "tcf.vendor_range", 40, 242},
      {With([](Written& w) {
         w.vendors = {{5, 801}};
       }).Text(),
       "tcf.vendor_range", 40, 242},
      {With([](Written& w) { w.vendor_max = 0; }).Text(), "tcf.vendor_range", 40, 242},
      {With([](Written& w) {
         w.rules = {{2, 0, {{7, 3}}}};
       }).Text(),
       "tcf.vendor_range", 56, 341},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(&row - rows);
    const Fault fault = FaultOf(row.text);
    EXPECT_EQ(fault.reason, row.reason);
    EXPECT_EQ(fault.offset, row.offset);
    EXPECT_EQ(fault.bit, row.bit);
  }
}

// Every beginning of a string is one thing or the other, never more than the whole.
TEST(Tcf, EveryTruncationIsRefusedOrInvalid) {
  const std::string good = With([](Written& w) { w.rules = {{2, 0, {{10, 20}}}}; }).Text();
  int invalid = 0;
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto read = ReadTcString(good.substr(0, size));
    if (std::holds_alternative<Fault>(read)) continue;
    ++invalid;
    EXPECT_FALSE(MayProcess(std::get<TcString>(read), {OfId(1), {}}, kNow).allowed) << size;
  }
  EXPECT_EQ(invalid, 1);  // the core alone
}

// The most work that one string can ask for: every entry the whole range.
TEST(Tcf, TheLongestStringStaysBounded) {
  const Ranges whole(std::vector<std::pair<int, int>>(4095, {1, 65535}));
  const Written written = With([&](Written& w) {
    w.vendor_max = 65535;
    w.vendors = whole;
    w.rules = {{2, 0, Ranges(600, {1, 65535})}};
  });
  const std::string text = written.Text();
  ASSERT_LE(text.size(), base::kTcStringCharsMax);
  const TcString read = Read(text);
  EXPECT_TRUE(read.vendor_consents.Has(1) && read.vendor_consents.Has(65535));
  EXPECT_FALSE(read.vendor_consents.Has(0) || read.vendor_consents.Has(65536));
  EXPECT_EQ(read.vendor_consents.Ids().size(), 65535u);
  EXPECT_EQ(read.restrictions.size(), 600u);
}

TEST(IdSet, RangesMeetTheirEdges) {
  for (const auto& [first, last] :
       Ranges{{1, 1}, {1, 63}, {63, 64}, {64, 127}, {1, 300}, {128, 300}}) {
    IdSet set(300);
    set.Add(static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last));
    for (int id = 0; id <= 400; ++id)
      EXPECT_EQ(set.Has(static_cast<std::uint32_t>(id)), id >= first && id <= last) << id;
  }
}

}  // namespace
}  // namespace octroi::signals
