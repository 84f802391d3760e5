// Consent records and receipts: ISO/IEC TS 27560 in the terms of DPV (standards.md C1, C2, C5), by
// the W3C guide whose examples the test compares with.
#include "gateway/consent_dpv.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "crypto/hmac.h"
#include "gateway/consent_detail.h"
#include "gateway/consent_report.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;
using config::PurposeFacts;
using config::RegisterFacts;
using dpv::Missing;
using policies::ConsentEvent;
using policies::ConsentState;

std::string FreshUuid() {
  std::array<std::uint8_t, 16> bytes{};
  crypto::RandomBytes(bytes);
  std::string hex = base::Hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  hex[12] = '4';
  hex[16] = "89ab"[bytes[8] & 3];
  for (const std::size_t dash : {8u, 13u, 18u, 23u}) hex.insert(dash, "-");
  return hex;
}

Json Until(base::Millis until) {
  return {{"@type", Json::array({"dpv:UntilTimeDuration", "xsd:dateTime"})},
          {"rdf:value", base::FormatRfc3339(until)}};
}

// One person, as known at one moment.
class Writer {
 public:
  Writer(const Plan& plan, const RegisterFacts& facts, const crypto::KeyRing& keys,
         const PersonHistory& history, base::Millis known_at)
      : plan_(plan),
        facts_(facts),
        keys_(keys),
        handle_(HandleOf(keys, history)),
        state_(history.At(plan, known_at, known_at)) {}

  Json Record(const std::vector<const ConsentEvent*>& events, Missing& missing) const {
    const std::string& id = events.front()->purpose;
    const auto known = facts_.purposes.find(id);
    const PurposeFacts purpose = known == facts_.purposes.end() ? PurposeFacts() : known->second;
    const bool swiss = facts_.jurisdiction == "CH";  // DPV has no terms for its law
    Json record{{"@id", "urn:uuid:" + events.front()->record_id},
                {"@type", "dpv:ConsentRecord"},
                {"dct:identifier", events.front()->record_id},
                {"dct:conformsTo", dpv::SchemaOf(swiss ? "record" : "record-eu-gdpr")}};
    record["dpv:hasDataSubject"] = {{"@id", "urn:octroi:" + plan_.tenant + ":" + handle_},
                                    {"@type", state_.age == policies::AgeBand::kChild
                                                  ? Json::array({"dpv:DataSubject", "dpv:Child"})
                                                  : Json("dpv:DataSubject")},
                                    {"dct:identifier", handle_}};
    record["dpv:hasDataController"] = dpv::Controller(facts_, missing);
    facts_.jurisdiction.empty()
        ? void(missing.insert("jurisdiction"))
        : void(record["dpv:hasJurisdiction"] = "loc:" + facts_.jurisdiction);
    if (!swiss) record["dpv:hasApplicableLaw"] = "eu-gdpr:GDPR";
    const bool special = purpose.special && purpose.basis == "consent";
    const std::string_view basis = special ? "eu-gdpr:A9-2-a" : dpv::BasisTerm(purpose.basis);
    basis.empty() || swiss ? void(missing.insert("lawful_basis"))
                           : void(record["dpv:hasLegalBasis"] = basis);
    record["dpv:hasProcess"] = dpv::Process(facts_, id, purpose, missing);
    Statuses(events, purpose, record, missing);
    return record;
  }

 private:
  void Statuses(const std::vector<const ConsentEvent*>& events, const PurposeFacts& purpose,
                Json& record, Missing& missing) const {
    Json statuses = Json::array(), rights = Json::array(), notice;
    std::string withdraw = purpose.withdraw_at;
    bool granted = false;
    for (const ConsentEvent* event : events) {
      const Json detail = DetailOf(keys_, *event);
      if (detail.contains("withdrawal_method"))
        withdraw = detail["withdrawal_method"].get<std::string>();
      if (detail.contains("replaces")) record["dct:replaces"] = detail["replaces"];
      if (!event->notice.empty()) notice = dpv::Notice(facts_, *event, detail, missing);
      Json status = Status(*event, detail, granted, missing);
      granted = granted || event->state == ConsentState::kGranted;
      (event->state == ConsentState::kObjected ? rights : statuses).push_back(std::move(status));
    }
    if (const StateOfPurpose* now = Derived(events); now != nullptr) {
      statuses.push_back({{"@type", "dpv:ConsentExpired"},
                          {"rdfs:comment", now->reason},
                          {"dpv:isIndicatedAtTime", base::FormatRfc3339(now->since)}});
    }
    notice.is_null() ? void(missing.insert("privacy_notice"))
                     : void(record["dpv:hasNotice"] = notice);
    if (withdraw.empty()) {
      missing.insert("withdrawal_method");
    } else {
      record["dpv:hasConsentControl"] = {{"@type", "dpv:WithdrawConsent"},
                                         {"dpv:isExercisedAt", withdraw}};
    }
    if (!rights.empty()) record["dpv:hasRight"] = rights;
    if (!statuses.empty()) record["dpv:hasConsentStatus"] = statuses;
  }

  Json Status(const ConsentEvent& event, const Json& detail, bool renewed, Missing& missing) const {
    Json types = Json::array();
    if (event.state == ConsentState::kObjected) {
      types = {"dpv:DataSubjectRight", "eu-gdpr:A21"};
    } else {
      types.push_back(dpv::StatusOf(event, detail, renewed));
    }
    if (event.state == ConsentState::kGranted) {
      types.push_back(event.explicit_word ? "dpv:ExplicitlyExpressedConsent"
                                          : "dpv:ExpressedConsent");
    }
    Json status{{"@type", types},
                {"dct:identifier", event.id},
                {"dpv:isIndicatedAtTime", base::FormatRfc3339(event.effective_at)},
                {"dct:created", base::FormatRfc3339(event.recorded_at)},
                {"dct:source", event.source}};
    const std::string actor = detail.value("actor", "");
    if (actor == "data_subject_and_parent") {
      status["dpv:isIndicatedBy"] = {"dpv:DataSubject", "dpv:ParentOfDataSubject"};
    } else if (const auto term = dpv::ActorTerm(actor); !term.empty()) {
      status["dpv:isIndicatedBy"] = term;
    } else {
      missing.insert("entity_id");
    }
    if (detail.contains("collection")) {
      const Json& how = detail["collection"];
      status["dpv:hasDataSource"] = how["method"];
      if (how.contains("indication")) status["dpv:hasIndicationMethod"] = how["indication"];
    }
    if (detail.contains("evidence")) {
      status["dct:provenance"] = Json::array();
      for (const Json& one : detail["evidence"]) status["dct:provenance"].push_back(one);
    }
    if (event.state == ConsentState::kGranted) Duration(event, detail, status, missing);
    if (event.limits != nullptr) Limits(*event.limits, status);
    return status;
  }

  // The process lists all that the purpose has; of this grant are only these.
  static void Limits(const policies::GrantLimits& limits, Json& status) {
    const auto list = [&](const char* term, const char* type,
                          const std::vector<std::string>& names) {
      for (const std::string& name : names)
        status[term].push_back({{"@type", type}, {"dct:identifier", name}});
    };
    list("dpv:hasDataController", "dpv:DataController", limits.controllers);
    list("dpv:hasPersonalData", "dpv:PersonalData", limits.data_categories);
    list("dpv:hasRecipient", "dpv:Recipient", limits.vendors);
  }

  void Duration(const ConsentEvent& event, const Json& detail, Json& status,
                Missing& missing) const {
    base::Millis until = event.valid_until;
    const auto place = std::ranges::find(plan_.purposes, event.purpose) - plan_.purposes.begin();
    const auto& purposes = plan_.policies->spec().purposes;
    if (static_cast<std::size_t>(place) < purposes.size()) {
      const base::Millis after = purposes[static_cast<std::size_t>(place)].ask_again_after;
      if (after != 0 && (until == 0 || event.effective_at + after < until))
        until = event.effective_at + after;
    }
    Json durations = Json::array();
    if (until != 0) durations.push_back(Until(until));
    if (detail.contains("validity") && detail["validity"].contains("until_event")) {
      durations.push_back(
          {{"@type", "dpv:UntilEventDuration"}, {"rdf:value", detail["validity"]["until_event"]}});
    }
    durations.empty() ? void(missing.insert("validity_duration"))
                      : void(status["dpv:hasDuration"] = durations);
  }

  // The state of the record's purpose, if it has expired and a grant of this record was it.
  const StateOfPurpose* Derived(const std::vector<const ConsentEvent*>& events) const {
    for (const StateOfPurpose& one : state_.purposes) {
      if (one.state != ConsentState::kExpired || !one.event) continue;
      if (std::ranges::any_of(events,
                              [&](const auto* event) { return event->id == one.event->id; }))
        return &one;
    }
    return nullptr;
  }

  const Plan& plan_;
  const RegisterFacts& facts_;
  const crypto::KeyRing& keys_;
  const std::string handle_;
  const StateOfPerson state_;
};

}  // namespace

Json ConsentRecords(const Plan& plan, const RegisterFacts& facts, const crypto::KeyRing& keys,
                    const PersonHistory& history, base::Millis known_at, bool receipt) {
  // A record id that a client chose may stand for one purpose only.
  std::map<std::pair<std::string, std::string>, std::vector<const ConsentEvent*>> records;
  for (const ConsentEvent& event : history.events()) {
    if (event.recorded_at > known_at || policies::IsOfPerson(event.state)) continue;
    records[{event.purpose, event.record_id}].push_back(&event);
  }
  const Writer writer(plan, facts, keys, history, known_at);
  Json graph = Json::array(), missing = Json::object();
  for (const auto& [name, events] : records) {
    Missing left_out;
    graph.push_back(writer.Record(events, left_out));
    missing[events.front()->record_id] = left_out;
  }
  Json document;
  document["@context"] = dpv::Context();
  if (receipt) {
    const std::string id = FreshUuid();
    document["@id"] = "urn:uuid:" + id;
    document["@type"] = "dpv:ConsentReceipt";
    document["dct:identifier"] = id;
    document["dct:conformsTo"] = dpv::SchemaOf("receipt");
    document["dct:created"] = base::FormatRfc3339(known_at);
    if (!facts.controller.empty()) document["dct:publisher"] = facts.controller;
    document["schema:recipient"] = "dpv:DataSubject";
    document["dpv:hasRecordOfActivity"] = std::move(graph);
  } else {
    document["@graph"] = std::move(graph);
  }
  return {{"document", document}, {"missing", missing}};
}

}  // namespace octroi::gateway
