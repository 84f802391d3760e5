#include <algorithm>
#include <span>

#include "gateway/consent_dpv.h"

namespace octroi::gateway::dpv {
namespace {

using config::PurposeFacts;
using config::RegisterFacts;
using policies::ConsentEvent;
using policies::ConsentState;

struct Pair {
  std::string_view ours, dpv;
};

constexpr std::string_view kSchema = "https://w3id.org/dpv/schema/dpv-27560#";

constexpr Pair kContext[] = {{"dpv", "https://w3id.org/dpv#"},
                             {"pd", "https://w3id.org/dpv/pd#"},
                             {"loc", "https://w3id.org/dpv/loc#"},
                             {"eu-gdpr", "https://w3id.org/dpv/legal/eu/gdpr#"},
                             {"dct", "http://purl.org/dc/terms/"},
                             {"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"},
                             {"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
                             {"skos", "http://www.w3.org/2004/02/skos/core#"},
                             {"xsd", "http://www.w3.org/2001/XMLSchema#"},
                             {"schema", "https://schema.org/"}};

// The longest branch of an id that is here (standards.md C5).
constexpr Pair kPurposes[] = {{"service.delivery", "dpv:RequestedServiceProvision"},
                              {"security.fraud", "dpv:FraudPreventionAndDetection"},
                              {"analytics.audience", "dpv:ServiceUsageAnalytics"},
                              {"advertising", "dpv:Advertising"},
                              {"advertising.personalised", "dpv:PersonalisedAdvertising"},
                              {"advertising.audience_sharing", "dpv:TargetedAdvertising"},
                              {"content.personalised", "dpv:Personalisation"},
                              {"marketing", "dpv:DirectMarketing"},
                              {"crm.management", "dpv:CustomerRelationshipManagement"},
                              {"product.improvement", "dpv:ImproveExistingProductsAndServices"},
                              {"legal.compliance", "dpv:LegalCompliance"}};
constexpr Pair kCategories[] = {
    {"identity", "pd:Identifying"},      {"contact", "pd:Contact"},
    {"preferences", "pd:Preference"},    {"location", "pd:Location"},
    {"transaction", "pd:Transactional"}, {"health", "pd:Health"},
    {"opinion", "pd:Opinion"},           {"technical", "pd:DeviceBased"}};
constexpr Pair kBases[] = {
    {"consent", "eu-gdpr:A6-1-a"},          {"contract", "eu-gdpr:A6-1-b"},
    {"legal_obligation", "eu-gdpr:A6-1-c"}, {"vital_interests", "eu-gdpr:A6-1-d"},
    {"public_task", "eu-gdpr:A6-1-e"},      {"legitimate_interests", "eu-gdpr:A6-1-f"}};
constexpr Pair kActors[] = {{"data_subject", "dpv:DataSubject"},
                            {"parent_or_guardian", "dpv:ParentOfDataSubject"},
                            {"controller", "dpv:DataController"},
                            {"authority", "dpv:Authority"}};
constexpr Pair kRoles[] = {{"processor", "dpv:DataProcessor"},
                           {"joint_controller", "dpv:JointDataControllers"},
                           {"controller", "dpv:ThirdParty"},
                           {"internal", "dpv:Recipient"}};

std::string_view TermOf(std::span<const Pair> pairs, std::string_view ours) {
  const auto found = std::ranges::find(pairs, ours, &Pair::ours);
  return found == pairs.end() ? std::string_view() : found->dpv;
}

std::string_view PurposeTerm(std::string_view purpose) {
  for (;;) {
    if (const std::string_view term = TermOf(kPurposes, purpose); !term.empty()) return term;
    const std::size_t dot = purpose.rfind('.');
    if (dot == std::string_view::npos) return {};
    purpose = purpose.substr(0, dot);
  }
}

// "3 years after last contact" -> "P3Y"; what comes after is an event, and said in words.
std::string IsoDuration(std::string_view keep) {
  const std::size_t space = keep.find(' ');
  const std::string_view unit = space == std::string_view::npos ? "" : keep.substr(space + 1);
  for (const Pair& one : {Pair{"day", "D"}, Pair{"month", "M"}, Pair{"year", "Y"}}) {
    if (unit.starts_with(one.ours)) return "P" + std::string(keep.substr(0, space)).append(one.dpv);
  }
  return {};
}

Json Recipients(const RegisterFacts& facts, std::string_view purpose) {
  Json list = Json::array();
  for (const config::RecipientFacts& one : facts.recipients) {
    if (std::ranges::find(one.purposes, purpose) == one.purposes.end()) continue;
    Json recipient{{"@type", Json::array({"dpv:Recipient"})}, {"dct:identifier", one.destination}};
    const std::string_view role = TermOf(kRoles, one.role);
    if (!role.empty() && role != "dpv:Recipient") recipient["@type"].push_back(role);
    if (!one.name.empty()) recipient["dpv:hasName"] = one.name;
    if (!one.country.empty()) recipient["dpv:hasLocation"] = "loc:" + one.country;
    if (!one.safeguard.empty()) recipient["rdfs:comment"] = "safeguard: " + one.safeguard;
    list.push_back(std::move(recipient));
  }
  return list;
}

}  // namespace

Json Context() {
  Json context;
  for (const Pair& prefix : kContext) context[std::string(prefix.ours)] = prefix.dpv;
  return context;
}

std::string SchemaOf(std::string_view part) { return std::string(kSchema).append(part); }
std::string_view BasisTerm(std::string_view basis) { return TermOf(kBases, basis); }
std::string_view ActorTerm(std::string_view actor) { return TermOf(kActors, actor); }

Json Controller(const RegisterFacts& facts, Missing& missing) {
  Json controller;
  controller["@type"] = "dpv:DataController";
  facts.controller.empty() ? void(missing.insert("pii_controllers"))
                           : void(controller["dpv:hasName"] = facts.controller);
  if (!facts.contact.empty()) controller["dpv:hasContact"] = facts.contact;
  if (!facts.dpo_email.empty()) {
    controller["schema:contactPoint"] = {{"@type", "schema:ContactPoint"},
                                         {"schema:contactType", "data protection officer"},
                                         {"schema:email", facts.dpo_email}};
  }
  return controller;
}

Json Process(const RegisterFacts& facts, const std::string& id, const PurposeFacts& purpose,
             Missing& missing) {
  Json what{{"@type", "dpv:Purpose"}, {"dct:identifier", id}};
  if (const auto term = PurposeTerm(id); !term.empty()) what["skos:broader"] = term;
  if (!purpose.title.empty()) what["dct:title"] = purpose.title;
  if (!purpose.explanation.empty()) what["dct:description"] = purpose.explanation;
  Json process{{"@type", "dpv:Process"}, {"dpv:hasPurpose", what}};
  Json data = Json::array();
  for (const std::string& category : purpose.categories) {
    const bool special = category == "health" || category == "opinion";
    Json one{{"@type", special ? "dpv:SpecialCategoryPersonalData" : "dpv:PersonalData"},
             {"dct:identifier", category}};
    if (const auto term = TermOf(kCategories, category); !term.empty()) one["skos:broader"] = term;
    data.push_back(std::move(one));
  }
  data.empty() ? void(missing.insert("pii_information"))
               : void(process["dpv:hasPersonalData"] = data);
  if (Json recipients = Recipients(facts, id); !recipients.empty())
    process["dpv:hasRecipient"] = std::move(recipients);
  if (purpose.keep.empty()) {
    missing.insert("retention_period");
  } else {
    Json kept{{"@type", "dpv:StorageDuration"}, {"rdfs:comment", purpose.keep}};
    if (const std::string iso = IsoDuration(purpose.keep); !iso.empty()) {
      kept["dpv:hasDuration"] = {{"@type", Json::array({"dpv:TemporalDuration", "xsd:duration"})},
                                 {"rdf:value", iso}};
    }
    process["dpv:hasStorageCondition"] = Json::array({kept});
  }
  if (purpose.stored_in.empty()) missing.insert("storage_locations");
  for (const std::string& country : purpose.stored_in) {
    process["dpv:hasStorageCondition"].push_back(
        {{"@type", "dpv:StorageLocation"}, {"dpv:hasLocation", "loc:" + country}});
  }
  return process;
}

Json Notice(const RegisterFacts& facts, const ConsentEvent& event, const Json& detail,
            Missing& missing) {
  Json notice{{"@type", "dpv:ConsentNotice"}, {"dct:identifier", event.notice}};
  const auto known = facts.notices.find(event.notice);
  if (known != facts.notices.end()) {
    notice["dct:title"] = known->second.title;
    notice["dct:date"] = known->second.shown_from;
  }
  if (detail.contains("notice")) {
    const Json& shown = detail["notice"];
    notice["dct:hasVersion"] = shown["version"];
    notice["dct:language"] = shown["language"];
    notice["schema:sha256"] = shown["digest"].get<std::string>().substr(7);
  } else {
    missing.insert("language");  // of what was shown to this person
  }
  return notice;
}

std::string_view StatusOf(const ConsentEvent& event, const Json& detail, bool renewed) {
  switch (event.state) {
    case ConsentState::kGranted:
      return renewed ? "dpv:RenewedConsentGiven" : "dpv:ConsentGiven";
    case ConsentState::kDenied:
      return "dpv:ConsentRefused";
    case ConsentState::kWithdrawn:
      return "dpv:ConsentWithdrawn";
    case ConsentState::kInvalidated:
      return detail.value("actor", "") == "controller" ? "dpv:ConsentRevoked"
                                                       : "dpv:ConsentInvalidated";
    case ConsentState::kRequested:
    case ConsentState::kPending:
      return "dpv:ConsentRequested";
    default:
      return {};  // an objection is the exercise of a right
  }
}

}  // namespace octroi::gateway::dpv
