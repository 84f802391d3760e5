#include "gateway/consent_detail.h"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/consent_parts.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::json;
using policies::ConsentEvent;
using policies::ConsentState;
using Names = std::initializer_list<std::string_view>;
using Refusal = std::optional<Response>;

constexpr std::size_t kTextBytesMax = 200;       // `indication`, `until_event`: a label, not a text
constexpr std::size_t kAddressBytesMax = 2'000;  // of a uri, or where consent is withdrawn
constexpr std::size_t kEvidenceMax = 16;

const Names kMethods = {"web_form", "cmp_banner", "mobile_app", "double_opt_in", "phone",
                        "paper",    "in_store",   "api",        "import",        "browser_signal"};
const Names kEvidenceKinds = {"notice_text",     "ui_screenshot",       "ui_code_hash",
                              "form_payload",    "double_opt_in_click", "call_recording",
                              "signed_document", "tc_string",           "webhook_signature"};
const Names kSourceKinds = {"cmp", "crm", "form", "dsr", "gpc", "tcf", "gpp", "import", "operator"};

// GDPR 6(1), 9(2); Swiss LPD (consent-record.schema.json).
const Names kConsentBases = {"eu-gdpr:A6-1-a", "ch-lpd:A6-6"};
const Names kExplicitBases = {"eu-gdpr:A6-1-a-explicit-consent", "eu-gdpr:A9-2-a", "ch-lpd:A6-7"};
const Names kObjectableBases = {"eu-gdpr:A6-1-e", "eu-gdpr:A6-1-f", "ch-lpd:A31"};

bool Among(const Names& names, const Json& value) {
  return value.is_string() &&
         std::ranges::find(names, value.get_ref<const std::string&>()) != names.end();
}

bool IsText(const Json& value, std::size_t most) {
  return value.is_string() && !value.get_ref<const std::string&>().empty() &&
         value.get_ref<const std::string&>().size() <= most;
}

bool IsDigest(const Json& value) {
  constexpr std::string_view kHead = "sha256:";
  if (!value.is_string()) return false;
  const std::string_view text = value.get_ref<const std::string&>();
  return text.size() == kHead.size() + 64 && text.starts_with(kHead) &&
         text.find_first_not_of("0123456789abcdef", kHead.size()) == std::string_view::npos;
}

bool IsUuid(const Json& value) {
  if (!value.is_string()) return false;
  const std::string_view text = value.get_ref<const std::string&>();
  if (text.size() != 36) return false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
    const bool hex = (text[at] >= '0' && text[at] <= '9') || (text[at] >= 'a' && text[at] <= 'f');
    if (dash ? text[at] != '-' : !hex) return false;
  }
  return true;
}

// RFC 3986: a scheme, and no space or control character.
bool IsUri(const Json& value) {
  if (!IsText(value, kAddressBytesMax)) return false;
  const std::string_view text = value.get_ref<const std::string&>();
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && colon > 0 && colon + 1 < text.size() &&
         text.substr(0, colon).find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.") ==
             std::string_view::npos &&
         std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c != 0x7f; });
}

bool IsTime(const Json& value) {
  return value.is_string() && base::ParseRfc3339(value.get_ref<const std::string&>()).has_value();
}

// Whether an object has all of `needed` and nothing beside them and `also`.
bool HasOnly(const Json& object, const Names& needed, const Names& also = {}) {
  if (!object.is_object()) return false;
  if (!std::ranges::all_of(needed, [&](auto name) { return object.contains(name); })) return false;
  return std::ranges::all_of(object.items(), [&](const auto& member) {
    return std::ranges::find(needed, member.key()) != needed.end() ||
           std::ranges::find(also, member.key()) != also.end();
  });
}

Refusal Notice(const Plan& plan, const Json& notice, ConsentEvent& event) {
  constexpr std::string_view kInvalid = "consent.notice_invalid";
  if (notice.is_string()) {
    event.notice = notice.get<std::string>();
    return std::nullopt;
  }
  if (!HasOnly(notice, {"id", "version", "language", "digest"}))
    return RefusedConsent(kInvalid, "/notice");
  for (const char* name : {"id", "version", "language"}) {
    if (!IsText(notice[name], kTextBytesMax))
      return RefusedConsent(kInvalid, "/notice/" + std::string(name));
  }
  if (!IsDigest(notice["digest"])) return RefusedConsent(kInvalid, "/notice/digest");
  const auto known =
      std::ranges::find(plan.notices, notice["id"].get<std::string>(), &NoticePlan::id);
  if (known == plan.notices.end()) return RefusedConsent("consent.notice_unknown", "/notice/id");
  if (known->version != notice["version"].get<std::string>())
    return RefusedConsent("consent.notice_unknown", "/notice/version");
  // "fr-FR" reads the text in "fr".
  const auto language = notice["language"].get<std::string>();
  const auto text = known->digests.find(language.substr(0, language.find('-')));
  if (text == known->digests.end())
    return RefusedConsent("consent.notice_unknown", "/notice/language");
  if (text->second != notice["digest"].get<std::string>())
    return RefusedConsent("consent.notice_digest_unknown", "/notice/digest");
  // A grant counts for what a notice said.
  if (event.state == ConsentState::kGranted &&
      std::ranges::find(known->purposes, event.purpose) == known->purposes.end())
    return RefusedConsent("consent.notice_not_of_purpose", "/notice/id");
  event.notice = known->id;
  return std::nullopt;
}

Refusal Collection(const Json& collection) {
  constexpr std::string_view kInvalid = "consent.collection_invalid";
  if (!HasOnly(collection, {"method"}, {"indication", "point"}))
    return RefusedConsent(kInvalid, "/collection");
  if (!Among(kMethods, collection["method"])) return RefusedConsent(kInvalid, "/collection/method");
  for (const char* name : {"indication", "point"}) {
    if (collection.contains(name) && !IsText(collection[name], kTextBytesMax))
      return RefusedConsent(kInvalid, "/collection/" + std::string(name));
  }
  return std::nullopt;
}

Refusal Evidence(const Json& evidence) {
  constexpr std::string_view kInvalid = "consent.evidence_invalid";
  if (!evidence.is_array()) return std::nullopt;  // free-form: it stays sealed
  if (evidence.empty() || evidence.size() > kEvidenceMax)
    return RefusedConsent(kInvalid, "/evidence");
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    const Json& one = evidence[i];
    const std::string at = "/evidence/" + std::to_string(i);
    if (!HasOnly(one, {"kind", "digest"}, {"uri", "captured_at"}))
      return RefusedConsent(kInvalid, at);
    if (!Among(kEvidenceKinds, one["kind"])) return RefusedConsent(kInvalid, at + "/kind");
    if (!IsDigest(one["digest"])) return RefusedConsent(kInvalid, at + "/digest");
    if (one.contains("uri") && !IsUri(one["uri"])) return RefusedConsent(kInvalid, at + "/uri");
    if (one.contains("captured_at") && !IsTime(one["captured_at"]))
      return RefusedConsent(kInvalid, at + "/captured_at");
  }
  return std::nullopt;
}

Refusal Source(const Json& source, ConsentState state) {
  constexpr std::string_view kInvalid = "consent.source_invalid";
  if (!HasOnly(source, {"kind", "id"}, {"message_id"})) return RefusedConsent(kInvalid, "/source");
  if (!Among(kSourceKinds, source["kind"])) return RefusedConsent(kInvalid, "/source/kind");
  for (const char* name : {"id", "message_id"}) {
    if (source.contains(name) && !IsText(source[name], kTextBytesMax))
      return RefusedConsent(kInvalid, "/source/" + std::string(name));
  }
  // Sec-GPC never grants anything (standards.md C6).
  if (source["kind"] == "gpc" && state != ConsentState::kDenied && state != ConsentState::kObjected)
    return RefusedConsent(kInvalid, "/source/kind");
  return std::nullopt;
}

// What the sender holds the event to be: that it is one of this form, for this tenant, and what it
// rests on. A grant rests on consent; what rests on anything else is for the config to say.
Refusal Claims(const Plan& plan, const Json& body, const ConsentEvent& event) {
  if (body.contains("schema_version") && body["schema_version"] != "1-0-0")
    return RefusedConsent("consent.schema_unknown", "/schema_version");
  if (body.contains("tenant") && body["tenant"] != plan.tenant)
    return RefusedConsent("consent.tenant_unknown", "/tenant");
  if (body.contains("jurisdiction")) {
    const Json& said = body["jurisdiction"];
    const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    const std::string_view text =
        said.is_string() ? std::string_view(said.get_ref<const std::string&>()) : "";
    const bool subdivision = text.size() >= 4 && text.size() <= 6 && text[2] == '-' &&
                             std::ranges::all_of(text.substr(3), [&](char c) {
                               return capital(c) || (c >= '0' && c <= '9');
                             });
    if (text.size() < 2 || !capital(text[0]) || !capital(text[1]) ||
        (text.size() != 2 && !subdivision))
      return RefusedConsent("consent.jurisdiction_invalid", "/jurisdiction");
  }
  if (!body.contains("lawful_basis")) return std::nullopt;
  const Json& basis = body["lawful_basis"];
  const bool consent = Among(kConsentBases, basis) || Among(kExplicitBases, basis);
  const bool objects = event.state == ConsentState::kObjected && Among(kObjectableBases, basis);
  if (!consent && !objects) return RefusedConsent("consent.lawful_basis_invalid", "/lawful_basis");
  const bool explicit_word = body.contains("explicit") && body["explicit"] == true;
  if (event.state == ConsentState::kGranted && Among(kExplicitBases, basis) && !explicit_word)
    return RefusedConsent("consent.explicit_missing", "/explicit");
  return std::nullopt;
}

// An end that nobody here notices: whoever does posts it (docs/FORMATS.md).
Refusal Validity(const Json& body, const ConsentEvent& event) {
  const auto validity = body.find("validity");
  if (validity == body.end() || !validity->is_object() || !validity->contains("until_event"))
    return std::nullopt;
  if (validity->size() == 1 && event.purpose != policies::kWholePerson &&
      IsText((*validity)["until_event"], kTextBytesMax))
    return std::nullopt;
  return RefusedConsent("consent.validity_invalid", "/validity");
}

}  // namespace

Refusal ReadDetail(const Plan& plan, std::string_view text, ConsentEvent& event) {
  const Json body = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!body.is_object()) return RefusedConsent("json.invalid", "", 400);
  const auto read = [&](const char* name, auto&& take) -> Refusal {
    const auto member = body.find(name);
    return member == body.end() || member->is_null() ? std::nullopt : take(*member);
  };
  Refusal refused = read("notice", [&](const Json& one) { return Notice(plan, one, event); });
  if (!refused) refused = read("collection", Collection);
  if (!refused) refused = read("evidence", Evidence);
  if (!refused) refused = read("source", [&](const Json& one) { return Source(one, event.state); });
  if (!refused) refused = Validity(body, event);
  if (!refused) refused = Claims(plan, body, event);
  if (refused) return refused;
  for (const char* name : {"record_id", "replaces"}) {
    if (body.contains(name) && !IsUuid(body[name]))
      return RefusedConsent("consent.record_invalid", "/" + std::string(name));
  }
  if (body.contains("record_id")) event.record_id = body["record_id"].get<std::string>();
  if (body.contains("withdrawal_method") && !IsText(body["withdrawal_method"], kAddressBytesMax))
    return RefusedConsent("consent.withdrawal_method_invalid", "/withdrawal_method");
  return std::nullopt;
}

nlohmann::ordered_json DetailOf(const crypto::KeyRing& keys, const ConsentEvent& event) {
  nlohmann::ordered_json detail = nlohmann::ordered_json::object();
  std::string text;
  if (event.detail.empty() || !keys.StorageSealer("detail").Open(event.id, event.detail, text)) {
    detail["unreadable"] = true;
    return detail;
  }
  const auto body = nlohmann::ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!body.is_object()) return detail;
  const auto copy = [&](const char* name, bool wanted) {
    if (wanted) detail[name] = body[name];
  };
  const auto is = [&](const char* name, nlohmann::json::value_t type) {
    return body.contains(name) && body[name].type() == type;
  };
  using Type = nlohmann::json::value_t;
  copy("notice", is("notice", Type::object));
  copy("collection", is("collection", Type::object));
  copy("evidence", is("evidence", Type::array));
  copy("withdrawal_method", is("withdrawal_method", Type::string));
  copy("source", is("source", Type::object));
  copy("replaces", is("replaces", Type::string));
  copy("lawful_basis", is("lawful_basis", Type::string));
  copy("jurisdiction", is("jurisdiction", Type::string));
  copy("validity", is("validity", Type::object));
  copy("scope", is("scope", Type::object));
  if (is("actor", Type::object) && body["actor"].contains("kind"))
    detail["actor"] = body["actor"]["kind"];
  return detail;
}

}  // namespace octroi::gateway
