#include "gateway/consent_request.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/text.h"
#include "crypto/hmac.h"
#include "crypto/seal.h"
#include "gateway/consent_detail.h"
#include "gateway/consent_parts.h"
#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

using policies::ConsentEvent;
using policies::ConsentState;

// Slots of a posted consent event; subject members take the source's own field ids.
constexpr base::FieldId kPurpose = base::kSlotEventName, kState = base::kSlotEventType,
                        kId = base::kSlotMessageId, kEffective = base::kSlotEventTime,
                        kEvidence = base::kSlotSignal2, kInformed = base::kSlotCeSource,
                        kUntil = base::kSlotCeId, kFor = base::kSlotCeType,
                        kAge = base::kSlotCeSpecversion, kActor = base::kSlotCeTime,
                        kExplicit = base::kSlotCeContentType;

base::Result<base::PathMap> PathsFor(const Plan& plan, const SourcePlan& source) {
  std::vector<base::PathMap::Entry> entries{
      {"purpose", kPurpose},        {"state", kState},           {"id", kId},
      {"effective_at", kEffective}, {"evidence", kEvidence},     {"informed_at", kInformed},
      {"validity.until", kUntil},   {"validity.duration", kFor}, {"subject.age_band", kAge},
      {"actor.kind", kActor},       {"explicit", kExplicit}};
  for (const SourcePlan::Identifier& identifier : source.subject) {
    entries.push_back({"subject." + plan.fields[identifier.field], identifier.field});
  }
  return base::PathMap::Compile(entries);
}

// The first member that nothing reads, as a pointer. It might have been meant to restrict what is
// granted, so it is refused rather than ignored. A name that is none is not repeated.
std::string UnreadMember(const Plan& plan, const SourcePlan& source, const nlohmann::json& event) {
  constexpr std::string_view kRead[] = {
      "subject",        "purpose",      "state",          "id",
      "effective_at",   "notice",       "evidence",       "validity",
      "explicit",       "actor",        "informed_at",    "collection",
      "source",         "replaces",     "record_id",      "withdrawal_method",
      "scope",          "with",         "schema_version", "tenant",
      "jurisdiction",   "lawful_basis", "vendors",        "controllers",
      "data_categories"};
  const auto pointer = [](std::string_view parent, const std::string& name) {
    const bool plain = name.size() <= 64 && std::ranges::all_of(name, [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                       });
    return std::string(parent) + "/" + (plain ? name : "*");
  };
  for (const auto& member : event.items()) {
    if (std::ranges::find(kRead, member.key()) == std::end(kRead)) return pointer("", member.key());
  }
  if (event.contains("validity")) {
    if (!event["validity"].is_object()) return "/validity";
    for (const auto& member : event["validity"].items()) {
      if (member.key() != "until" && member.key() != "duration" && member.key() != "until_event")
        return pointer("/validity", member.key());
    }
  }
  if (event.contains("actor")) {
    if (!event["actor"].is_object()) return "/actor";
    for (const auto& member : event["actor"].items()) {
      if (member.key() != "kind" && member.key() != "ref" && member.key() != "verification")
        return pointer("/actor", member.key());
    }
  }
  for (const char* side : {"subject", "with"}) {
    if (!event.contains(side)) continue;
    for (const auto& member : event[side].items()) {
      if (side == std::string_view("subject") && member.key() == "age_band") continue;
      const bool read = std::ranges::any_of(
          source.subject, [&](const auto& key) { return plan.fields[key.field] == member.key(); });
      if (!read) return pointer("/" + std::string(side), member.key());
    }
  }
  return {};
}

// {"kind": "account" | "device" | "contact_point", "ref", "cross_device_disclosed"}: what was
// answered for. A yes for all devices of an account takes that the person was told so.
std::optional<Response> ReadScope(const nlohmann::json& body, ConsentState state,
                                  std::optional<policies::Scope>& scope) {
  if (!body.contains("scope")) return std::nullopt;
  const auto& said = body["scope"];
  const auto wrong = [] { return RefusedConsent("consent.scope_invalid", "/scope"); };
  if (!said.is_object() || !said.contains("kind") || !said["kind"].is_string()) return wrong();
  for (const auto& member : said.items()) {
    const bool text = member.key() == "ref" && member.value().is_string() &&
                      member.value().get_ref<const std::string&>().size() <= 200;
    const bool told = member.key() == "cross_device_disclosed" && member.value().is_boolean();
    if (member.key() != "kind" && !text && !told) return wrong();
  }
  scope = policies::ScopeOf(said["kind"].get_ref<const std::string&>());
  if (!scope) return wrong();
  const bool untold = said.contains("cross_device_disclosed") && !said["cross_device_disclosed"];
  if (state == ConsentState::kGranted && *scope == policies::Scope::kAccount && untold)
    return RefusedConsent("consent.scope_not_disclosed", "/scope/cross_device_disclosed");
  return std::nullopt;
}

// For whom and for what a grant is: lists of ids. What is not a grant counts for all of its
// purpose, whatever it lists: a no to some recipients is a no, until a grant names those that
// remain. A category that the config does not know would silently deny what it was meant to allow.
std::optional<Response> ReadLimits(const Plan& plan, const nlohmann::json& body,
                                   ConsentEvent& event) {
  using List = std::vector<std::string>;
  policies::GrantLimits limits;
  for (const auto& [name, list] :
       {std::pair<const char*, List*>{"controllers", &limits.controllers},
        {"data_categories", &limits.data_categories},
        {"vendors", &limits.vendors}}) {
    if (!body.contains(name)) continue;
    const std::string pointer = "/" + std::string(name);
    const auto& said = body[name];
    const bool texts = said.is_array() && (!said.empty() || list != &limits.controllers) &&
                       std::ranges::all_of(said, [](const auto& one) { return one.is_string(); });
    if (!texts || said.size() > policies::kLimitNamesMax)
      return RefusedConsent("consent.limits_invalid", pointer);
    *list = said.template get<List>();
  }
  const std::vector<std::string>& known = plan.policies->spec().categories;
  for (std::size_t at = 0; at < limits.data_categories.size(); ++at) {
    if (std::ranges::find(known, limits.data_categories[at]) == known.end())
      return RefusedConsent("consent.category_unknown", "/data_categories/" + std::to_string(at));
  }
  auto limited = policies::Limited(std::move(limits));
  if (!limited) return RefusedConsent("consent.limits_invalid", "");
  if (event.state == ConsentState::kGranted) event.limits = *std::move(limited);
  return std::nullopt;
}

// Of a merge: the accounts of `person`, then those of `with`.
std::optional<Response> ReadMerge(const Plan& plan, const SourcePlan& source,
                                  const nlohmann::json& body, const crypto::KeyRing& keys,
                                  std::vector<Identified> person, ConsentEvent& event) {
  std::vector<Identified> other;
  if (body.contains("with")) {
    std::vector<base::PathMap::Entry> entries;
    for (const SourcePlan::Identifier& one : source.subject)
      entries.push_back({plan.fields[one.field], one.field});
    const auto paths = base::PathMap::Compile(entries);
    if (!paths) return ProblemOf(500, "internal");
    base::EventParser parser;
    base::Event parsed;
    const std::string text = body["with"].dump();  // what is parsed looks into it
    if (parser.Parse(text, *paths, parsed).reason != base::Reason::kUndecided)
      return RefusedConsent("consent.with_missing", "/with");
    const auto pointer_of = [&](base::FieldId field) { return "/with/" + plan.fields[field]; };
    if (auto refused = ReadPerson(source, parsed, keys, pointer_of, other)) return refused;
  }
  const auto no_account = [](const Identified& one) {
    return one.scope != policies::Scope::kAccount;
  };
  std::erase_if(person, no_account);
  std::erase_if(other, no_account);
  if (person.empty()) return RefusedConsent("consent.merge_without_account", "/subject");
  if (other.empty()) return RefusedConsent("consent.with_missing", "/with");
  for (const Identified& one : person) event.subject.push_back(one.print);
  for (const Identified& one : other) {
    if (std::ranges::find(event.subject, one.print) != event.subject.end())
      return RefusedConsent("consent.with_same", "/with");
    event.subject.push_back(one.print);
  }
  event.accounts = static_cast<std::uint8_t>(person.size());
  if (event.record_id.empty())
    event.record_id = ConsentRecordId(keys, event.purpose, event.subject.front());
  return std::nullopt;
}

// Who spoke, how, and how old the person is; the rest of `actor` stays in the sealed evidence.
std::optional<Response> ReadSpeaker(const Plan& plan, const base::Event& parsed,
                                    ConsentEvent& event) {
  const base::Value &age = parsed[kAge], &actor = parsed[kActor],
                    &explicit_word = parsed[kExplicit];
  if (age.present()) {
    const auto band = policies::AgeBandOf(age.text);
    if (!band || age.type != base::JsonType::kString)
      return RefusedConsent("consent.age_band_invalid", "/subject/age_band");
    event.age = *band;
  }
  constexpr std::string_view kKinds[] = {
      "data_subject", "parent_or_guardian", "data_subject_and_parent",
      "controller",   "authority",          "agent"};
  if (actor.present() && std::ranges::find(kKinds, actor.text) == std::end(kKinds))
    return RefusedConsent("consent.actor_invalid", "/actor/kind");
  if (explicit_word.present() && explicit_word.type != base::JsonType::kBool)
    return RefusedConsent("consent.explicit_invalid", "/explicit");
  if (event.state != ConsentState::kGranted) return std::nullopt;
  event.explicit_word = explicit_word.text == "true";
  // Under 15, French law asks for both (LIL art. 45).
  const std::vector<std::string>& laws = plan.policies->spec().jurisdictions;
  const bool both = !laws.empty() && laws.front() == "FR";
  event.by_parent =
      actor.text == "data_subject_and_parent" || (actor.text == "parent_or_guardian" && !both);
  if (event.age == policies::AgeBand::kChild && !event.by_parent)
    return RefusedConsent("consent.parent_missing", "/actor/kind");
  return std::nullopt;
}

}  // namespace

std::optional<Response> ReadConsent(const Plan& plan, const SourcePlan& source,
                                    std::string_view body, const crypto::KeyRing& keys,
                                    base::Millis recorded_at, ConsentEvent& event) {
  thread_local base::EventParser parser;
  thread_local base::Event parsed;
  const auto paths = PathsFor(plan, source);
  if (!paths) return ProblemOf(500, "internal");
  const base::ParseFault fault = parser.Parse(body, *paths, parsed);
  if (fault.reason != base::Reason::kUndecided) {
    const int status = fault.reason == base::Reason::kJsonLimit ? 413 : 400;
    return ProblemOf(status, base::Name(fault.reason));
  }

  const auto pointer_of = [&](base::FieldId field) { return "/subject/" + plan.fields[field]; };
  std::vector<Identified> person;
  if (auto refused = ReadPerson(source, parsed, keys, pointer_of, person)) return refused;
  if (person.empty()) return RefusedConsent("consent.subject_missing", "/subject");
  event.purpose = parsed[kPurpose].text;
  const bool whole_person = event.purpose == policies::kWholePerson;
  if (event.purpose.empty() ||
      (!whole_person &&
       std::count(plan.purposes.begin(), plan.purposes.end(), event.purpose) == 0)) {
    return RefusedConsent("consent.purpose_unknown", "/purpose");
  }
  const auto state = policies::ConsentStateOf(parsed[kState].text);
  if (!state) return RefusedConsent("consent.state_invalid", "/state");
  if (policies::IsOfPerson(*state) != whole_person)
    return RefusedConsent("consent.state_of_person", "/state");
  event.state = *state;
  const auto said = nlohmann::json::parse(body);  // strictly parsed before: it does not throw
  const bool merge = policies::IsMerge(*state);
  if (merge && said.contains("scope")) return RefusedConsent("consent.member_unknown", "/scope");
  if (!merge && said.contains("with")) return RefusedConsent("consent.member_unknown", "/with");
  std::optional<policies::Scope> scope;
  if (auto wrong = ReadScope(said, *state, scope)) return wrong;
  const auto effective = base::ParseRfc3339(parsed[kEffective].text);
  if (!effective) return RefusedConsent("consent.effective_at_invalid", "/effective_at");
  event.effective_at = *effective;
  const auto informed = base::ParseRfc3339(parsed[kInformed].text);
  if (*state == ConsentState::kLifted && (!informed || *informed > *effective))
    return RefusedConsent("consent.informed_at_missing", "/informed_at", 409);
  if (*state != ConsentState::kLifted && parsed[kInformed].present())
    return RefusedConsent("consent.member_unknown", "/informed_at");
  // TS 27560 validity_duration: how long the person's word counts. It can only shorten the
  // purpose's.
  const bool until = parsed[kUntil].present(), lasts = parsed[kFor].present();
  if (until || lasts) {
    const auto end = until ? base::ParseRfc3339(parsed[kUntil].text)
                           : base::After(*effective, parsed[kFor].text);
    if (!end || *end < *effective || (until && lasts) || whole_person)
      return RefusedConsent("consent.validity_invalid", "/validity");
    event.valid_until = *end;
  }
  if (auto wrong = ReadDetail(plan, body, event)) return wrong;
  if (merge) {
    if (auto wrong = ReadMerge(plan, source, said, keys, std::move(person), event)) return wrong;
  } else if (!SetSubject(keys, person, scope, event)) {
    return RefusedConsent("consent.scope_empty", "/scope/kind");
  }
  if (*state == ConsentState::kGranted) {
    const base::JsonType evidence = parsed[kEvidence].type;
    if (event.notice.empty()) return RefusedConsent("consent.notice_missing", "/notice");
    if (evidence != base::JsonType::kObject && evidence != base::JsonType::kArray)
      return RefusedConsent("consent.evidence_missing", "/evidence");
  }
  if (auto wrong = ReadSpeaker(plan, parsed, event)) return wrong;
  if (auto wrong = ReadLimits(plan, said, event)) return wrong;
  const base::Value& id = parsed[kId];
  if (id.present() && (id.type != base::JsonType::kString || id.text.empty())) {
    return RefusedConsent("consent.id_invalid", "/id");
  }
  if (const std::string unread = UnreadMember(plan, source, said); !unread.empty()) {
    return RefusedConsent("consent.member_unknown", unread);
  }
  event.source = source.id;
  event.recorded_at = recorded_at;

  std::string name(id.text);
  if (!id.present()) {
    std::array<std::uint8_t, 16> random{};
    crypto::RandomBytes(random);
    name.assign(reinterpret_cast<const char*>(random.data()), random.size());
  }
  event.id = ConsentEventId(keys, "consent", source.id, name, event.effective_at);
  keys.StorageSealer("detail").Seal(event.id, body, event.detail);
  if (const auto valid = policies::Validate(event); !valid) {
    return ProblemOf(422, "consent.invalid", {},
                     valid.error().detail);  // names the member, never its value
  }
  return std::nullopt;
}

}  // namespace octroi::gateway
