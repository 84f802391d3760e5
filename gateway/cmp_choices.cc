#include "gateway/cmp_choices.h"

#include "gateway/cmp_reading.h"

namespace octroi::gateway {
namespace {

using policies::ConsentState;
using namespace cmp;  // NOLINT(google-build-using-namespace): what its readers share

// Also a count of ms since 1970, as Usercentrics has it.
base::Millis InstantOf(const Json& value, const std::string& pointer) {
  if (!value.is_number_integer()) return DateOf(value, pointer);
  const auto at = value.get<std::int64_t>();
  constexpr base::Millis kFirst = 946'684'800'000;  // 2000: what is below counts seconds
  if (at < kFirst) Refuse(kDate, pointer);
  return at;
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
