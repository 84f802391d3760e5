// What is said in proof of a consent: read strictly, stored sealed, read again; and exported as
// TS 27560 has it.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "crypto/hmac.h"
#include "gateway/consent_detail.h"
#include "gateway/consent_report.h"
#include "gateway/consent_request.h"
#include "gateway/register.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;
using policies::ConsentEvent;

// A grant with all its proof.
Json Whole() {
  return Json::parse(R"({
    "subject": {"email": "posted@example.org"}, "purpose": "marketing.email", "state": "granted",
    "effective_at": "2026-11-01T09:12:33Z", "id": "m-1", "actor": {"kind": "data_subject"},
    "record_id": "a6f58318-72e6-46a2-bfd7-f36d795e30cd",
    "replaces": "b6f58318-72e6-46a2-bfd7-f36d795e30cd",
    "notice": {"id": "newsletter", "version": "2026-09", "language": "fr-FR", "digest": ""},
    "collection": {"method": "double_opt_in", "indication": "case cochée + clic", "point": "pied"},
    "validity": {"until_event": "fin du contrat"},
    "withdrawal_method": "https://exemple.example/preferences",
    "source": {"kind": "form", "id": "web-newsletter", "message_id": "m-1"},
    "evidence": [{"kind": "double_opt_in_click",
                  "digest": "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
                  "uri": "https://exemple.example/preuves/1",
                  "captured_at": "2026-11-01T09:12:34Z"}]})");
}

std::string DigestOf(std::string_view text) {
  return "sha256:" + base::Hex(crypto::AsBytes(crypto::Sha256(text)));
}

struct ConsentProof : ::testing::Test, Register {
  ConsentProof() {
    plan->tenant = "acme";
    plan->notices.push_back({"newsletter",
                             "2026-09",
                             {"marketing.email"},
                             {{"fr", DigestOf("Oui, je veux.")}, {"en", DigestOf("Yes.")}}});
    plan->notices.push_back({"banner", "1", {"statistics.audience"}, {{"fr", DigestOf("Oui.")}}});
    whole["notice"]["digest"] = DigestOf("Oui, je veux.");
  }
  std::optional<Response> Read(const Json& body, ConsentEvent& event) {
    return ReadConsent(*plan, plan->sources[kShop], body.dump(), keys, At("2026-11-01T09:12:34Z"),
                       event);
  }
  Json whole = Whole();
};

TEST_F(ConsentProof, IsTakenSealedAndReadAgain) {
  ConsentEvent event;
  const auto refused = Read(whole, event);
  ASSERT_FALSE(refused) << refused->body;
  EXPECT_EQ(event.notice, "newsletter");
  EXPECT_EQ(event.record_id, "a6f58318-72e6-46a2-bfd7-f36d795e30cd");
  EXPECT_EQ(event.valid_until, 0);
  EXPECT_EQ(event.detail.find("newsletter"), std::string::npos);
  const Json detail = DetailOf(keys, event);
  for (const char* name :
       {"notice", "collection", "evidence", "withdrawal_method", "source", "replaces", "validity"})
    EXPECT_EQ(detail[name], whole[name]) << name;
  EXPECT_EQ(detail["actor"], "data_subject");
  EXPECT_EQ(detail.dump().find("posted"), std::string::npos);
  event.id.back() = event.id.back() == '0' ? '1' : '0';  // a box belongs to its event
  EXPECT_TRUE(DetailOf(keys, event)["unreadable"].get<bool>());
}

TEST_F(ConsentProof, WhatIsNotExactlyWhatTheConfigKnowsIsRefused) {
  const std::string other = DigestOf("Oui, je le veux.");
  struct Row {
    const char *pointer, *value, *code, *named;
  };
  const Row rows[] = {
      {"/notice/id", "\"posted\"", "consent.notice_unknown", "/notice/id"},
      {"/notice/version", "\"posted\"", "consent.notice_unknown", "/notice/version"},
      {"/notice/version", "4", "consent.notice_invalid", "/notice/version"},
      {"/notice/language", "\"de\"", "consent.notice_unknown", "/notice/language"},
      {"/notice/language", "\"en\"", "consent.notice_digest_unknown", "/notice/digest"},
      {"/notice/digest", "\"sha256:posted\"", "consent.notice_invalid", "/notice/digest"},
      {"/notice/posted", "1", "consent.notice_invalid", "/notice"},
      {"/purpose", "\"statistics.audience\"", "consent.notice_not_of_purpose", "/notice/id"},
      {"/collection/method", "\"posted\"", "consent.collection_invalid", "/collection/method"},
      {"/collection/indication", "7", "consent.collection_invalid", "/collection/indication"},
      {"/collection/posted", "1", "consent.collection_invalid", "/collection"},
      {"/collection", "\"posted\"", "consent.collection_invalid", "/collection"},
      {"/evidence/0/kind", "\"posted\"", "consent.evidence_invalid", "/evidence/0/kind"},
      {"/evidence/0/digest", "\"posted\"", "consent.evidence_invalid", "/evidence/0/digest"},
      {"/evidence/0/uri", "\"posted at\"", "consent.evidence_invalid", "/evidence/0/uri"},
      {"/evidence/0/captured_at", "\"2026-11-01T09:12:34\"", "consent.evidence_invalid",
       "/evidence/0/captured_at"},
      {"/evidence/0/posted", "1", "consent.evidence_invalid", "/evidence/0"},
      {"/source/kind", "\"posted\"", "consent.source_invalid", "/source/kind"},
      {"/source/kind", "\"gpc\"", "consent.source_invalid", "/source/kind"},
      {"/source/posted", "1", "consent.source_invalid", "/source"},
      {"/record_id", "\"posted\"", "consent.record_invalid", "/record_id"},
      {"/replaces", "4", "consent.record_invalid", "/replaces"},
      {"/withdrawal_method", "\"\"", "consent.withdrawal_method_invalid", "/withdrawal_method"},
      {"/vendors", "{}", "consent.limits_invalid", "/vendors"},
      {"/scope", "{}", "consent.scope_invalid", "/scope"},
      {"/lawful_basis", "\"eu-gdpr:A6-1-b\"", "consent.lawful_basis_invalid", "/lawful_basis"}};
  const auto refuse = [&](const Row& row, const Json& body) {
    ConsentEvent event;
    const auto refused = Read(body, event);
    ASSERT_TRUE(refused) << row.pointer << row.value;
    EXPECT_EQ(refused->status, 422);
    EXPECT_EQ(CodeOf(*refused), row.code) << row.pointer << row.value;
    EXPECT_NE(refused->body.find("\"pointer\":\"" + std::string(row.named) + "\""),
              std::string::npos)
        << refused->body;
    EXPECT_EQ(refused->body.find("posted"), std::string::npos) << refused->body;
  };
  for (const Row& row : rows) {
    Json body = whole;
    body[Json::json_pointer(row.pointer)] = Json::parse(row.value);
    refuse(row, body);
  }
  Json body = whole;
  body["notice"]["digest"] = other;
  refuse({"/notice/digest", "another text", "consent.notice_digest_unknown", "/notice/digest"},
         body);
}

// A no is recorded by what was shown too, but asks for nothing.
TEST_F(ConsentProof, AWithdrawalMayCiteWhatWasShownOfAnything) {
  whole["state"] = "withdrawn";
  whole["purpose"] = "statistics.audience";
  whole["source"]["kind"] = "gpc";
  whole.erase("validity");
  ConsentEvent event;
  const auto refused = Read(whole, event);
  EXPECT_TRUE(refused);  // GPC denies or objects; it withdraws nothing
  whole["state"] = "objected";
  EXPECT_FALSE(Read(whole, event));
}

// Type and member of every object: what a structure is made of.
using Shape = std::set<std::pair<std::string, std::string>>;
void ShapeOf(const Json& json, Shape& shape) {
  if (json.is_object()) {
    const Json type = json.value("@type", Json("?"));
    for (const auto& [name, value] : json.items()) {
      for (const Json& one : type.is_array() ? type : Json::array({type}))
        shape.emplace(one.get<std::string>(), name);
      if (name != "@context") ShapeOf(value, shape);
    }
  } else if (json.is_array()) {
    for (const Json& one : json) ShapeOf(one, shape);
  }
}

struct ConsentExport : ConsentProof {
  ConsentExport() {
    facts.controller = "Exemple SAS";
    facts.contact = "12 rue des Exemples, 69003 Lyon";
    facts.dpo_email = "dpo@exemple.fr";
    facts.jurisdiction = "FR";
    facts.purposes["marketing.email"] = {"Prospection",
                                         "Envoyer des offres.",
                                         "consent",
                                         "newsletter",
                                         "3 years after last contact",
                                         "100 days",
                                         "https://exemple.example/retrait",
                                         {"contact", "attribution"},
                                         {},
                                         false};
    facts.notices["newsletter"] = {"Case, version 9", "2026-09", "2026-09-01", "", {"fr"}};
    facts.recipients = {
        {"crm", "Routeur SARL", "processor", "FR", "", "http", false, {"marketing.email"}},
        {"ads", "Régie", "controller", "US", "dpf", "", true, {"advertising"}}};
  }
  Json Export(bool receipt, const char* known_at = "2026-11-02") {
    return ConsentRecords(*plan, facts, keys, Of({Print("email", "posted@example.org")}),
                          At(known_at), receipt);
  }
  void Take(const Json& body, base::Millis recorded) {
    ConsentEvent event;
    const auto refused = Read(body, event);
    ASSERT_FALSE(refused) << refused->body;
    event.recorded_at = recorded;
    event.sequence = ++taken_;
    Add(event);
  }
  config::RegisterFacts facts;
  std::uint64_t taken_ = 0;
};

TEST_F(ConsentExport, ARecordHasTheStructureOfTheGuide) {
  Take(whole, At("2026-11-01T09:12:34Z"));
  Json no = whole;
  no.erase("evidence");
  no.erase("validity");
  no["state"] = "withdrawn";
  no["effective_at"] = "2026-11-01T10:00:00Z";
  no["id"] = "m-2";
  Take(no, At("2026-11-01T10:00:00Z"));
  std::ifstream in(OCTROI_SOURCE_DIR "/tests/data/dpv-consent-27560/consent_record_examples.json");
  Shape known;
  ShapeOf(Json::parse(in), known);
  // Ours beside the guide's: times of recording, versions and digests of what was shown, contacts.
  for (const auto& [type, name] : std::initializer_list<std::pair<const char*, const char*>>{
           {"dpv:ConsentReceipt", "@context"},
           {"dpv:ConsentRecord", "dct:replaces"},
           {"dpv:DataController", "dpv:hasName"},
           {"dpv:DataController", "dpv:hasContact"},
           {"dpv:DataController", "schema:contactPoint"},
           {"schema:ContactPoint", "schema:contactType"},
           {"dpv:ConsentNotice", "dct:identifier"},
           {"dpv:ConsentNotice", "dct:title"},
           {"dpv:ConsentNotice", "dct:hasVersion"},
           {"dpv:ConsentNotice", "schema:sha256"},
           {"dpv:Purpose", "dct:identifier"},
           {"dpv:Purpose", "dct:title"},
           {"dpv:Recipient", "dct:identifier"},
           {"dpv:Recipient", "dpv:hasName"},
           {"?", "kind"},  // evidence, as it was posted
           {"?", "digest"},
           {"?", "uri"},
           {"?", "captured_at"}})
    known.emplace(type, name);
  for (const char* status : {"dpv:ConsentGiven", "dpv:ConsentWithdrawn"}) {
    for (const char* name : {"dct:identifier", "dct:created", "dct:source", "dct:provenance",
                             "dpv:hasDataSource", "dpv:hasDuration"})
      known.emplace(status, name);
  }
  Shape shape;
  ShapeOf(Export(true)["document"], shape);
  for (const auto& [type, name] : shape) {
    if (type == "dpv:ExpressedConsent" || type == "dpv:DataProcessor" || type.starts_with("xsd:"))
      continue;  // a second type beside one that is looked at
    EXPECT_TRUE(known.contains({type, name})) << type << " " << name;
  }
  EXPECT_GT(shape.size(), 40u);
}

TEST_F(ConsentExport, ARecordSaysWhatIsKnownAndNamesWhatIsNot) {
  Take(whole, At("2026-11-01T09:12:34Z"));
  Json made = Export(false);
  Json& record = made["document"]["@graph"][0];
  EXPECT_EQ(record["dct:conformsTo"], "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr");
  EXPECT_EQ(record["dct:identifier"], whole["record_id"]);
  EXPECT_EQ(record["dpv:hasLegalBasis"], "eu-gdpr:A6-1-a");
  EXPECT_EQ(record["dpv:hasJurisdiction"], "loc:FR");
  EXPECT_EQ(record["dpv:hasConsentControl"]["dpv:isExercisedAt"], whole["withdrawal_method"]);
  EXPECT_EQ(record["dpv:hasNotice"]["schema:sha256"], DigestOf("Oui, je veux.").substr(7));
  EXPECT_EQ(record["dpv:hasNotice"]["dct:language"], "fr-FR");
  const Json& process = record["dpv:hasProcess"];
  EXPECT_EQ(process["dpv:hasPurpose"]["skos:broader"], "dpv:DirectMarketing");
  EXPECT_EQ(process["dpv:hasRecipient"].size(), 1u);
  EXPECT_EQ(process["dpv:hasStorageCondition"][0]["dpv:hasDuration"]["rdf:value"], "P3Y");
  const Json& status = record["dpv:hasConsentStatus"][0];
  EXPECT_EQ(status["@type"], Json::array({"dpv:ConsentGiven", "dpv:ExpressedConsent"}));
  EXPECT_EQ(status["dpv:isIndicatedAtTime"], "2026-11-01T09:12:33.000Z");
  EXPECT_EQ(status["dct:created"], "2026-11-01T09:12:34.000Z");
  EXPECT_EQ(status["dpv:isIndicatedBy"], "dpv:DataSubject");
  EXPECT_EQ(status["dpv:hasDuration"][0]["rdf:value"], "2027-02-09T09:12:33.000Z");
  EXPECT_EQ(made["missing"][whole["record_id"].get<std::string>()],
            Json::array({"storage_locations"}));
  facts.purposes["marketing.email"].stored_in = {"FR", "CH"};
  made = Export(false);
  EXPECT_EQ(made["missing"][whole["record_id"].get<std::string>()], Json::array());
  const Json& stored = made["document"]["@graph"][0]["dpv:hasProcess"]["dpv:hasStorageCondition"];
  ASSERT_EQ(stored.size(), 3u);
  EXPECT_EQ(stored[1]["dpv:hasLocation"], "loc:FR");
  EXPECT_EQ(stored[2]["dpv:hasLocation"], "loc:CH");
  EXPECT_EQ(made.dump().find("posted"), std::string::npos);
  // Of a config and an event that say nothing, nothing is invented.
  facts = {};
  for (const char* name : {"withdrawal_method", "actor", "collection"}) whole.erase(name);
  whole["notice"] = "n9";
  whole["id"] = "m-3";
  whole["record_id"] = "c6f58318-72e6-46a2-bfd7-f36d795e30cd";
  Take(whole, At("2026-11-01T09:12:34Z"));
  made = Export(false);
  EXPECT_EQ(made["missing"][whole["record_id"].get<std::string>()],
            Json::array({"entity_id", "jurisdiction", "language", "lawful_basis", "pii_controllers",
                         "pii_information", "retention_period", "storage_locations",
                         "withdrawal_method"}));
  for (const Json& one : made["document"]["@graph"])
    EXPECT_FALSE(one.contains("dpv:hasLegalBasis"));
}

TEST_F(ConsentExport, StatusesFollowEachOtherAndExpiryIsDerived) {
  Take(whole, At("2026-11-01T09:12:34Z"));
  whole["id"] = "m-2";
  whole["effective_at"] = "2026-11-01T12:00:00Z";
  Take(whole, At("2026-11-01T12:00:00Z"));
  const auto types = [&](const char* known_at) {
    std::vector<std::string> list;
    const Json made = Export(false, known_at);
    for (const Json& one : made["document"]["@graph"][0]["dpv:hasConsentStatus"])
      list.push_back((one["@type"].is_array() ? one["@type"][0] : one["@type"]).get<std::string>());
    return list;
  };
  using List = std::vector<std::string>;
  EXPECT_EQ(types("2026-11-01T10:00:00Z"), List{"dpv:ConsentGiven"});
  EXPECT_EQ(types("2026-11-02"), (List{"dpv:ConsentGiven", "dpv:RenewedConsentGiven"}));
  EXPECT_EQ(types("2027-05-02"),
            (List{"dpv:ConsentGiven", "dpv:RenewedConsentGiven", "dpv:ConsentExpired"}));
}

TEST_F(ConsentExport, AReceiptIsACopyWithAnIdAndATime) {
  Take(whole, At("2026-11-01T09:12:34Z"));
  const Json record = Export(false)["document"]["@graph"], receipt = Export(true)["document"];
  EXPECT_EQ(receipt["@type"], "dpv:ConsentReceipt");
  EXPECT_EQ(receipt["dpv:hasRecordOfActivity"], record);
  EXPECT_EQ(receipt["dct:created"], "2026-11-02T00:00:00.000Z");
  EXPECT_NE(receipt["dct:identifier"], Export(true)["document"]["dct:identifier"]);
}

}  // namespace
}  // namespace octroi::gateway
