#include "gateway/signal_report.h"

#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "signals/gpp.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;
using signals::Fault;
using signals::TcString;

Json SmallIds(std::uint64_t ids) {
  Json list = Json::array();
  for (unsigned id = 1; id <= 64; ++id) {
    if ((ids >> (id - 1) & 1U) != 0) list.push_back(id);
  }
  return list;
}

Json Vendors(const std::optional<signals::IdSet>& vendors) {
  return vendors ? Json(vendors->Ids()) : Json(nullptr);
}

std::string Letters(const std::array<char, 2>& letters) { return {letters[0], letters[1]}; }

// By purpose and type, as a publisher means them; vendors as ranges.
Json Restrictions(const TcString& string) {
  std::map<std::pair<unsigned, unsigned>, Json> groups;
  for (const signals::Restriction& one : string.restrictions) {
    groups.try_emplace({one.purpose, one.type}, Json::array())
        .first->second.push_back({one.first, one.last});
  }
  Json list = Json::array();
  for (const auto& [key, vendors] : groups) {
    list.push_back({{"purpose", key.first}, {"type", key.second}, {"vendors", vendors}});
  }
  return list;
}

Json PublisherTc(const TcString& string) {
  if (!string.publisher_tc) return nullptr;
  const signals::PublisherTc& said = *string.publisher_tc;
  return {{"pubPurposesConsent", SmallIds(said.purposes_consent)},
          {"pubPurposesLITransparency", SmallIds(said.purposes_li_transparency)},
          {"numCustomPurposes", said.custom_purposes},
          {"customPurposesConsent", SmallIds(said.custom_consent)},
          {"customPurposesLITransparency", SmallIds(said.custom_interest)}};
}

// The specification's names: this is its string.
Json Fields(const TcString& string) {
  return {{"version", 2},
          {"created", base::FormatRfc3339(string.created)},
          {"lastUpdated", base::FormatRfc3339(string.last_updated)},
          {"cmpId", string.cmp_id},
          {"cmpVersion", string.cmp_version},
          {"consentScreen", string.consent_screen},
          {"consentLanguage", Letters(string.consent_language)},
          {"vendorListVersion", string.vendor_list_version},
          {"tcfPolicyVersion", string.policy_version},
          {"isServiceSpecific", string.is_service_specific},
          {"useNonStandardTexts", string.use_non_standard_texts},
          {"specialFeatureOptins", SmallIds(string.special_feature_optins)},
          {"purposesConsent", SmallIds(string.purposes_consent)},
          {"purposesLITransparency", SmallIds(string.purposes_li_transparency)},
          {"purposeOneTreatment", string.purpose_one_treatment},
          {"publisherCC", Letters(string.publisher_cc)},
          {"vendorConsents", string.vendor_consents.Ids()},
          {"vendorLegitimateInterests", string.vendor_interests.Ids()},
          {"publisherRestrictions", Restrictions(string)},
          {"disclosedVendors", Vendors(string.disclosed_vendors)},
          {"allowedVendors", Vendors(string.allowed_vendors)},
          {"publisherTC", PublisherTc(string)}};
}

Json FaultJson(const Fault& fault, std::size_t shift) {
  return {{"error", fault.reason},
          {"field", fault.field},
          {"character", fault.offset + shift},
          {"segment", fault.segment_at + shift},
          {"bit", fault.bit}};
}

// `shift`: where `text` begins in what the person gave.
Json Tcf(std::string_view text, std::size_t shift,
         const std::optional<signals::TcfQuestion>& question, base::Millis at, bool& yes) {
  const auto read = signals::ReadTcString(text);
  if (const Fault* fault = std::get_if<Fault>(&read)) {
    yes = false;
    return FaultJson(*fault, shift);
  }
  const TcString& string = std::get<TcString>(read);
  const signals::Validity verdict = signals::Judge(string, at);
  Json flaws = Json::array();
  for (unsigned flaw = 0; flaw < static_cast<unsigned>(signals::Flaw::kCount); ++flaw) {
    if (verdict.Has(static_cast<signals::Flaw>(flaw)))
      flaws.push_back(signals::Name(static_cast<signals::Flaw>(flaw)));
  }
  Json report = {{"valid", verdict.valid()},
                 {"at", base::FormatRfc3339(at)},
                 {"flaws", flaws},
                 {"fields", Fields(string)}};
  yes = verdict.valid();
  if (question) {
    const signals::TcfAnswer answer = signals::MayProcess(string, *question, at);
    report["answer"] = {{"allowed", answer.allowed},
                        {"reason", answer.reason},
                        {"purposes", SmallIds(question->purposes)},
                        {"in_the_way", SmallIds(answer.purposes)},
                        {"vendor", question->vendor ? Json(*question->vendor) : Json(nullptr)}};
    yes = yes && answer.allowed;
  }
  return report;
}

}  // namespace

SignalReport ReportTcf(std::string_view text, const std::optional<signals::TcfQuestion>& question,
                       base::Millis at) {
  SignalReport report;
  report.json = Tcf(text, 0, question, at, report.yes).dump();
  return report;
}

SignalReport ReportGpp(std::string_view text, const std::optional<signals::TcfQuestion>& question,
                       base::Millis at) {
  const auto read = signals::ReadGppString(text);
  if (const Fault* fault = std::get_if<Fault>(&read)) return {FaultJson(*fault, 0).dump(), false};
  const auto& gpp = std::get<signals::GppString>(read);
  SignalReport report{"", !question || gpp.Find(signals::kGppTcfEu) != nullptr};
  Json sections = Json::array();
  for (const signals::GppSection& section : gpp.sections) {
    Json one = {
        {"id", section.id}, {"character", section.offset}, {"characters", section.text.size()}};
    if (section.id >= signals::kGppUsFirst) one["gpc"] = signals::Name(section.gpc);
    if (section.id == signals::kGppTcfEu)
      one["tcf"] = Tcf(section.text, section.offset, question, at, report.yes);
    sections.push_back(std::move(one));
  }
  report.json = Json{{"gpc", signals::Name(gpp.gpc())}, {"sections", sections}}.dump();
  return report;
}

}  // namespace octroi::gateway
