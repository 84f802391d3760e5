#include "gateway/cmp_choices.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::json;
using policies::ConsentState;
using IsMapped = std::function<bool(std::string_view)>;

constexpr std::string_view kForm = "consent.form_unknown", kState = "consent.state_invalid",
                           kDate = "consent.effective_at_invalid",
                           kMember = "consent.member_unknown";

// Ends the reading; caught in ReadChoices alone.
struct Refused {
  ChoiceFault fault;
};
[[noreturn]] void Refuse(std::string_view code, std::string pointer) {
  throw Refused{{code, std::move(pointer)}};
}

const Json& Member(const Json& object, const char* name) {
  static const Json kNone;
  if (!object.is_object()) return kNone;
  const auto found = object.find(name);
  return found == object.end() ? kNone : *found;
}

const Json& ListIn(const Json& object, const char* name, const std::string& pointer) {
  const Json& list = Member(object, name);
  if (!list.is_array()) Refuse(kForm, pointer + "/" + name);
  return list;
}

std::string TextIn(const Json& object, std::initializer_list<const char*> names,
                   const std::string& pointer) {
  for (const char* name : names) {
    const Json& value = Member(object, name);
    if (value.is_null()) continue;
    if (!value.is_string() || value.get_ref<const std::string&>().empty())
      Refuse(kForm, pointer + "/" + name);
    return value;
  }
  Refuse(kForm, pointer + "/" + *names.begin());
}

// A date with its zone; without one nobody knows when it was.
base::Millis DateOf(const Json& value, const std::string& pointer) {
  const auto read = value.is_string() ? base::ParseRfc3339(value.get_ref<const std::string&>())
                                      : std::optional<base::Millis>();
  if (!read) Refuse(kDate, pointer);
  return *read;
}

// Also a count of ms since 1970, as Usercentrics has it.
base::Millis InstantOf(const Json& value, const std::string& pointer) {
  if (!value.is_number_integer()) return DateOf(value, pointer);
  const auto at = value.get<std::int64_t>();
  constexpr base::Millis kFirst = 946'684'800'000;  // 2000: what is below counts seconds
  if (at < kFirst) Refuse(kDate, pointer);
  return at;
}

bool YesIn(const Json& object, const char* name, const std::string& pointer) {
  const Json& value = Member(object, name);
  if (!value.is_boolean()) Refuse(kState, pointer + "/" + name);
  return value;
}

// What a grant may have beside it. Another member may say that it holds for one channel only.
void OnlyThese(const Json& object, std::initializer_list<std::string_view> known,
               const std::string& pointer) {
  for (const auto& member : object.items()) {
    const bool empty =
        member.value().is_null() || (member.value().is_structured() && member.value().empty());
    if (!empty && std::ranges::find(known, member.key()) == known.end())
      Refuse(kMember, pointer + "/*");
  }
}

void ReadSegment(const Json& body, const IsMapped& is_mapped, Choices& into) {
  if (Member(body, "type") != "track") Refuse(kForm, "/type");
  if (Member(body, "event") != "Segment Consent Preference Updated") Refuse(kForm, "/event");
  const base::Millis at = DateOf(Member(body, "timestamp"), "/timestamp");
  const std::string pointer = "/context/consent/categoryPreferences";
  const Json& said = Member(Member(Member(body, "context"), "consent"), "categoryPreferences");
  if (!said.is_object()) Refuse(kForm, pointer);
  for (const auto& [name, value] : said.items()) {
    // Only what the config calls so is safe to repeat.
    const std::string here = pointer + "/" + (is_mapped(name) ? name : "*");
    if (!value.is_boolean()) Refuse(kState, here);
    into.taken.push_back(
        {name, value.get<bool>() ? ConsentState::kGranted : ConsentState::kDenied, at, here});
  }
}

void ReadDidomi(const Json& body, const IsMapped& is_mapped, Choices& into) {
  const Json* event = &body;
  std::string pointer;
  if (body.contains("parameters")) {  // a webhook's message
    const Json& type = Member(body, "type");
    const bool created = type == "event.created";
    if (!created && type != "event.updated") Refuse(kForm, "/type");
    const char* name = created ? "entity" : "new_entity";
    event = &Member(Member(body, "parameters"), name);
    pointer = std::string("/parameters/") + name;
  }
  const Json& regulation = Member(*event, "regulation");
  if (!regulation.is_null() && regulation != "gdpr") Refuse(kForm, pointer + "/regulation");
  const Json& status = Member(*event, "status");
  const bool pending = status == "pending_approval";
  if (!pending && status != "confirmed") Refuse(kState, pointer + "/status");
  const base::Millis at = DateOf(Member(*event, "created_at"), pointer + "/created_at");
  const Json& purposes = ListIn(Member(*event, "consents"), "purposes", pointer + "/consents");
  for (std::size_t i = 0; i < purposes.size(); ++i) {
    const std::string here = pointer + "/consents/purposes/" + std::to_string(i);
    const std::string name = TextIn(purposes[i], {"id"}, here);
    const bool yes = YesIn(purposes[i], "enabled", here);
    if (yes && is_mapped(name)) OnlyThese(purposes[i], {"id", "enabled", "metadata"}, here);
    const ConsentState granted = pending ? ConsentState::kPending : ConsentState::kGranted;
    into.taken.push_back({name, yes ? granted : ConsentState::kDenied, at, here});
  }
}

std::optional<ConsentState> OneTrustState(const Json& type) {
  if (type == "CONFIRMED") return ConsentState::kGranted;
  if (type == "PENDING") return ConsentState::kPending;
  if (type == "WITHDRAWN" || type == "OPT_OUT" || type == "HARD_OPT_OUT")
    return ConsentState::kWithdrawn;
  if (type == "NOTGIVEN" || type == "NOT_GIVEN") return ConsentState::kDenied;
  return std::nullopt;
}

void ReadOneTrust(const Json& body, const IsMapped& is_mapped, Choices& into) {
  if (Member(body, "test") == true) Refuse(kForm, "/test");  // nobody's choice
  const Json& purposes = ListIn(body, "purposes", "");
  for (std::size_t i = 0; i < purposes.size(); ++i) {
    const Json& purpose = purposes[i];
    const std::string here = "/purposes/" + std::to_string(i);
    const std::string name = TextIn(purpose, {"Id", "id", "purposeId"}, here);
    // Of one purpose, else of the receipt.
    const auto date = [&](const char* member) -> std::pair<const Json*, std::string> {
      const Json& own = Member(purpose, member);
      if (!own.is_null()) return {&own, here + "/" + member};
      return {&Member(body, member), std::string("/") + member};
    };
    if (const auto [withdrawn, where] = date("withdrawnDate"); !withdrawn->is_null()) {
      into.taken.push_back({name, ConsentState::kWithdrawn, DateOf(*withdrawn, where), here});
      continue;
    }
    const auto state = OneTrustState(Member(purpose, "TransactionType"));
    if (!state) Refuse(kState, here + "/TransactionType");
    auto [when, where] = date("consentDate");
    const bool says_yes = *state == ConsentState::kGranted || *state == ConsentState::kPending;
    if (when->is_null() || !says_yes)
      when = &Member(body, "interactionDate"), where = "/interactionDate";
    if (says_yes && is_mapped(name)) {
      OnlyThese(purpose, {"Id", "id", "purposeId", "TransactionType", "consentDate"}, here);
    }
    into.taken.push_back({name, *state, DateOf(*when, where), here});
  }
}

// Its webhook tells of one act; every service with what was chosen for it.
void ReadUsercentricsAct(const Json& body, Choices& into) {
  const base::Millis at = InstantOf(Member(body, "timestamp"), "/timestamp");
  const Json& consents = ListIn(body, "consents", "");
  for (std::size_t i = 0; i < consents.size(); ++i) {
    const std::string here = "/consents/" + std::to_string(i);
    const bool yes = YesIn(consents[i], "consent_status", here);
    into.taken.push_back({TextIn(consents[i], {"dps_id"}, here),
                          yes ? ConsentState::kGranted : ConsentState::kDenied, at, here});
  }
}

void ReadUsercentrics(const Json& body, Choices& into) {
  if (body.contains("consents")) return ReadUsercentricsAct(body, into);
  const Json& services = ListIn(body, "services", "");
  for (std::size_t i = 0; i < services.size(); ++i) {
    const std::string service = "/services/" + std::to_string(i);
    const std::string name = TextIn(services[i], {"id", "templateId"}, service);
    const Json& history = ListIn(Member(services[i], "consent"), "history", service + "/consent");
    for (std::size_t h = 0; h < history.size(); ++h) {
      const std::string here = service + "/consent/history/" + std::to_string(h);
      const bool yes = YesIn(history[h], "status", here);
      const Json& type = Member(history[h], "type");
      const bool act = type == "explicit" || type == "EXPLICIT";
      if (!act && type != "implicit" && type != "IMPLICIT") Refuse(kState, here + "/type");
      if (yes && !act) {  // a default that nobody chose
        into.not_acts.push_back(here);
        continue;
      }
      into.taken.push_back({name, yes ? ConsentState::kGranted : ConsentState::kDenied,
                            InstantOf(Member(history[h], "timestamp"), here + "/timestamp"), here});
    }
  }
}

}  // namespace

std::optional<CmpForm> CmpFormOf(std::string_view type) {
  if (type == "segment-consent") return CmpForm::kSegment;
  if (type == "didomi") return CmpForm::kDidomi;
  if (type == "onetrust") return CmpForm::kOneTrust;
  if (type == "usercentrics") return CmpForm::kUsercentrics;
  return std::nullopt;
}

std::variant<Choices, ChoiceFault> ReadChoices(CmpForm form, std::string_view body,
                                               const IsMapped& is_mapped) {
  Choices choices;
  try {
    const Json json = Json::parse(body);
    switch (form) {
      case CmpForm::kSegment:
        ReadSegment(json, is_mapped, choices);
        break;
      case CmpForm::kDidomi:
        ReadDidomi(json, is_mapped, choices);
        break;
      case CmpForm::kOneTrust:
        ReadOneTrust(json, is_mapped, choices);
        break;
      case CmpForm::kUsercentrics:
        ReadUsercentrics(json, choices);
        break;
    }
  } catch (const Refused& refused) {
    return refused.fault;
  }
  return choices;
}

}  // namespace octroi::gateway
