// Strings found in public repositories or written by @iabtcf/core, with what that decoder and
// @iabgpp read in them (data/SOURCE.txt): every field is the same here. Where we are stricter it
// stands here with its reason and its count.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "signals/gpp.h"
#include "signals/tcf.h"

namespace octroi::signals {
namespace {

using Json = nlohmann::json;

Json Load(const std::string& name) {
  std::ifstream file(std::string(OCTROI_SOURCE_DIR) + "/tests/signals/data/" + name);
  return Json::parse(file);
}

Json List(std::uint64_t ids) {
  Json list = Json::array();
  for (int id = 1; id <= 64; ++id) {
    if ((ids >> (id - 1) & 1U) != 0) list.push_back(id);
  }
  return list;
}

Json List(const std::optional<IdSet>& ids) {
  return ids ? Json(ids->Ids()) : Json::array();  // the reference says nothing of a missing segment
}

// As the reference lists them: grouped, in the order of first appearance.
Json Restrictions(const TcString& read) {
  std::map<std::pair<int, int>, std::set<int>> groups;
  std::vector<std::pair<int, int>> order;
  for (const Restriction& one : read.restrictions) {
    const std::pair<int, int> key(one.purpose, one.type);
    if (!groups.contains(key)) order.push_back(key);
    for (int id = one.first; id <= one.last; ++id) groups[key].insert(id);
  }
  Json list = Json::array();
  for (const auto& key : order) {
    list.push_back(
        {{"purposeId", key.first}, {"restrictionType", key.second}, {"vendors", groups[key]}});
  }
  return list;
}

Json Fields(const TcString& read) {
  const PublisherTc publisher = read.publisher_tc.value_or(PublisherTc{});
  return {{"version", 2},
          {"created", base::FormatRfc3339(read.created)},
          {"lastUpdated", base::FormatRfc3339(read.last_updated)},
          {"cmpId", read.cmp_id},
          {"cmpVersion", read.cmp_version},
          {"consentScreen", read.consent_screen},
          {"consentLanguage", std::string(read.consent_language.data(), 2)},
          {"vendorListVersion", read.vendor_list_version},
          {"policyVersion", read.policy_version},
          {"isServiceSpecific", read.is_service_specific},
          {"useNonStandardTexts", read.use_non_standard_texts},
          {"purposeOneTreatment", read.purpose_one_treatment},
          {"publisherCountryCode", std::string(read.publisher_cc.data(), 2)},
          {"specialFeatureOptins", List(read.special_feature_optins)},
          {"purposeConsents", List(read.purposes_consent)},
          {"purposeLegitimateInterests", List(read.purposes_li_transparency)},
          {"vendorConsents", List(read.vendor_consents)},
          {"vendorLegitimateInterests", List(read.vendor_interests)},
          {"vendorsDisclosed", List(read.disclosed_vendors)},
          {"vendorsAllowed", List(read.allowed_vendors)},
          {"publisherConsents", List(publisher.purposes_consent)},
          {"publisherLegitimateInterests", List(publisher.purposes_li_transparency)},
          {"numCustomPurposes", publisher.custom_purposes},
          {"publisherCustomConsents", List(publisher.custom_consent)},
          {"publisherCustomLegitimateInterests", List(publisher.custom_interest)},
          {"publisherRestrictions", Restrictions(read)}};
}

// How many strings have each flaw (a string may have several), and none: "".
std::map<std::string, int> Compare(const std::string& file, base::Millis at) {
  std::map<std::string, int> flaws;
  for (const Json& row : Load(file)) {
    const std::string text = row["tcString"];
    SCOPED_TRACE(text.substr(0, 60));
    const auto read = ReadTcString(text);
    if (const Fault* fault = std::get_if<Fault>(&read)) {
      ADD_FAILURE() << fault->reason << " " << fault->field << " at " << fault->offset;
      continue;
    }
    const TcString& string = std::get<TcString>(read);
    const Json ours = Fields(string);
    for (const auto& [name, value] : row["decoded"].items()) EXPECT_EQ(ours[name], value) << name;
    EXPECT_EQ(ours.size(), row["decoded"].size());
    const Validity verdict = Judge(string, at);
    if (verdict.valid()) ++flaws[""];
    for (int flaw = 0; flaw < static_cast<int>(Flaw::kCount); ++flaw) {
      if (verdict.Has(static_cast<Flaw>(flaw))) ++flaws[std::string(Name(static_cast<Flaw>(flaw)))];
    }
  }
  return flaws;
}

using Counts = std::map<std::string, int>;

TEST(ReferenceData, StringsFoundInTheWild) {
  EXPECT_EQ(Compare("tcstrings_wild_decoded.json", *base::ParseRfc3339("2026-02-01T00:00:00Z")),
            (Counts{{"", 7},
                    {"tcf.expired", 12},
                    {"tcf.interest_not_permitted", 1},
                    {"tcf.not_service_specific", 8},
                    {"tcf.policy_too_old", 5}}));
}

TEST(ReferenceData, StringsThatTheReferenceWrote) {
  EXPECT_EQ(Compare("tcf_generated_dev.json", *base::ParseRfc3339("2024-02-01T00:00:00Z")),
            (Counts{{"", 29}, {"tcf.expired", 1}, {"tcf.not_service_specific", 30}}));
}

// The reference's GPC bit of the first US section that has one.
Json ReferenceGpc(const Json& row) {
  Json gpc;
  for (const auto& [name, section] : row["decoded"].items()) {
    if (section.contains("Gpc") && (gpc.is_null() || section["Gpc"].get<bool>()))
      gpc = section["Gpc"];
  }
  return gpc;
}

TEST(ReferenceData, GppStringsFoundInTheWild) {
  Counts seen;
  for (const Json& row : Load("gpp_wild_decoded.json")) {
    const std::string text = row["gpp"];
    SCOPED_TRACE(text);
    const auto read = ReadGppString(text);
    ASSERT_TRUE(std::holds_alternative<GppString>(read)) << std::get<Fault>(read).reason;
    const GppString& gpp = std::get<GppString>(read);
    Json ids = Json::array();
    for (const GppSection& section : gpp.sections) ids.push_back(section.id);
    EXPECT_EQ(ids, row["sectionIds"]);
    if (row.contains("error")) {  // of a core that we do not read
      ++seen["opaque " + std::string(Name(gpp.gpc()))];
      EXPECT_NE(gpp.gpc(), Gpc::kOff);
      continue;
    }
    const Json expected = ReferenceGpc(row);
    EXPECT_EQ(Name(gpp.gpc()), expected.is_null() ? "absent" : expected.get<bool>() ? "on" : "off");
    ++seen[std::string(Name(gpp.gpc()))];
    if (const GppSection* tcf = gpp.Find(kGppTcfEu)) {
      const auto string = ReadTcString(tcf->text);
      if (const Fault* fault = std::get_if<Fault>(&string)) {
        ++seen[std::string(fault->reason)];  // "DBABMA~.": nothing, read as all defaults there
        EXPECT_EQ(tcf->text, ".");
        continue;
      }
      const Json theirs = row["decoded"]["tcfeuv2"];
      const TcString& ours = std::get<TcString>(string);
      EXPECT_EQ(base::FormatRfc3339(ours.last_updated), theirs["LastUpdated"]);
      EXPECT_EQ(Json(ours.cmp_id), theirs["CmpId"]);
      EXPECT_EQ(Json(ours.policy_version), theirs["PolicyVersion"]);
      EXPECT_EQ(List(ours.vendor_consents), theirs["VendorConsents"]);
      EXPECT_EQ(List(ours.vendor_interests), theirs["VendorLegitimateInterests"]);
      for (unsigned id = 1; id <= kTcfPurposesMax; ++id) {
        EXPECT_EQ((ours.purposes_consent & OfId(id)) != 0, theirs["PurposeConsents"][id - 1]);
        EXPECT_EQ((ours.purposes_li_transparency & OfId(id)) != 0,
                  theirs["PurposeLegitimateInterests"][id - 1]);
      }
      ++seen["tcf"];
    }
  }
  EXPECT_EQ(seen, (Counts{{"absent", 9},
                          {"off", 18},
                          {"on", 2},
                          {"opaque absent", 2},
                          {"opaque unreadable", 1},
                          {"tcf", 6},
                          {"tcf.empty", 1}}));
}

}  // namespace
}  // namespace octroi::signals
