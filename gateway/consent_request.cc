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
std::string UnreadMember(const Plan& plan, const SourcePlan& source, std::string_view body) {
  constexpr std::string_view kRead[] = {
      "subject",   "purpose",          "state", "id",          "effective_at", "notice", "evidence",
      "validity",  "explicit",         "actor", "informed_at", "collection",   "source", "replaces",
      "record_id", "withdrawal_method"};
  const auto pointer = [](std::string_view parent, const std::string& name) {
    const bool plain = name.size() <= 64 && std::ranges::all_of(name, [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                       });
    return std::string(parent) + "/" + (plain ? name : "*");
  };
  const auto event = nlohmann::json::parse(body);  // strictly parsed before: it does not throw
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
  for (const auto& member : event["subject"].items()) {
    if (member.key() == "age_band") continue;
    const bool read = std::ranges::any_of(
        source.subject, [&](const auto& key) { return plan.fields[key.field] == member.key(); });
    if (!read) return pointer("/subject", member.key());
  }
  return {};
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
  if (auto refused = ReadPerson(source, parsed, keys, pointer_of, event.subject)) return refused;
  if (event.subject.empty()) return RefusedConsent("consent.subject_missing", "/subject");
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
  if (*state == ConsentState::kGranted) {
    const base::JsonType evidence = parsed[kEvidence].type;
    if (event.notice.empty()) return RefusedConsent("consent.notice_missing", "/notice");
    if (evidence != base::JsonType::kObject && evidence != base::JsonType::kArray)
      return RefusedConsent("consent.evidence_missing", "/evidence");
  }
  if (auto wrong = ReadSpeaker(plan, parsed, event)) return wrong;
  const base::Value& id = parsed[kId];
  if (id.present() && (id.type != base::JsonType::kString || id.text.empty())) {
    return RefusedConsent("consent.id_invalid", "/id");
  }
  if (const std::string unread = UnreadMember(plan, source, body); !unread.empty()) {
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
  if (event.record_id.empty())
    event.record_id = ConsentRecordId(keys, event.purpose, event.subject[0]);
  keys.StorageSealer("detail").Seal(event.id, body, event.detail);
  if (const auto valid = policies::Validate(event); !valid) {
    return ProblemOf(422, "consent.invalid", {},
                     valid.error().detail);  // names the member, never its value
  }
  return std::nullopt;
}

}  // namespace octroi::gateway
