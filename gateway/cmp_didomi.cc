// Didomi: a consent event, the webhook message that carries one, or a user's status.
#include "gateway/cmp_reading.h"

namespace octroi::gateway::cmp {
namespace {

using policies::ConsentState;

void CheckRegulation(const Json& event, const std::string& pointer) {
  const Json& regulation = Member(event, "regulation");
  if (!regulation.is_null() && regulation != "gdpr") Refuse(kForm, pointer + "/regulation");
}

// "purpose/preference", or "purpose/preference/value" where the values chosen are told.
void ReadPreferences(const Json& purpose, const Parts& parts, const std::string& pointer) {
  if (!parts.yes()) return;
  const Json& preferences = Member(purpose, "preferences");
  if (IsEmpty(preferences)) return;
  const std::string list = pointer + "/preferences";
  if (!preferences.is_array()) Refuse(kForm, list);
  for (std::size_t i = 0; i < preferences.size(); ++i) {
    const std::string here = list + "/" + std::to_string(i);
    const std::string name = TextIn(preferences[i], {"id"}, here);
    const bool yes = YesIn(preferences[i], "enabled", here);
    const Json& values = Member(preferences[i], "values");
    if (yes) OnlyThese(preferences[i], {"id", "enabled", "metadata", "values"}, here);
    if (IsEmpty(values) || !yes) {
      parts.Part(name, yes, here);
      if (yes && values.is_array()) parts.Others(name, here + "/values");
      continue;
    }
    if (!values.is_array()) Refuse(kForm, here + "/values");
    parts.Group(name, here);
    for (std::size_t v = 0; v < values.size(); ++v) {
      const std::string one = here + "/values/" + std::to_string(v);
      parts.Part(name + "/" + TextIn(values[v], {"id"}, one), YesIn(values[v], "enabled", one),
                 one);
    }
    parts.Others(name, here + "/values");
  }
}

void ReadPurpose(const Json& purpose, const std::string& pointer, bool pending, base::Millis at,
                 const IsMapped& is_mapped, Choices& into) {
  const std::string name = TextIn(purpose, {"id"}, pointer);
  const bool yes = YesIn(purpose, "enabled", pointer);
  if (yes && is_mapped(name))
    OnlyThese(purpose, {"id", "enabled", "metadata", "preferences"}, pointer);
  const ConsentState granted = pending ? ConsentState::kPending : ConsentState::kGranted;
  const Parts parts(name, yes ? granted : ConsentState::kDenied, at, is_mapped, into);
  parts.Whole(pointer);
  ReadPreferences(purpose, parts, pointer);
}

// A vendor that is refused is a no to what the config says it is for; one that is not, is nothing.
void RefuseVendor(const std::string& id, ConsentState state, base::Millis at,
                  const std::string& pointer, const IsMapped& is_mapped, Choices& into) {
  const std::string name = "vendor:" + id;
  if (is_mapped(name)) into.taken.push_back({name, state, at, pointer});
}

void ReadEvent(const Json& event, const std::string& pointer, const IsMapped& is_mapped,
               Choices& into) {
  CheckRegulation(event, pointer);
  const Json& status = Member(event, "status");
  const bool pending = status == "pending_approval";
  if (!pending && status != "confirmed") Refuse(kState, pointer + "/status");
  const base::Millis at = DateOf(Member(event, "created_at"), pointer + "/created_at");
  const Json& consents = Member(event, "consents");
  const Json& purposes = ListIn(consents, "purposes", pointer + "/consents");
  for (std::size_t i = 0; i < purposes.size(); ++i) {
    ReadPurpose(purposes[i], pointer + "/consents/purposes/" + std::to_string(i), pending, at,
                is_mapped, into);
  }
  const Json& vendors = Member(consents, "vendors");
  if (!IsEmpty(vendors) && !vendors.is_array()) Refuse(kForm, pointer + "/consents/vendors");
  for (std::size_t i = 0; i < vendors.size(); ++i) {
    const std::string here = pointer + "/consents/vendors/" + std::to_string(i);
    const std::string id = TextIn(vendors[i], {"id"}, here);
    if (!YesIn(vendors[i], "enabled", here))
      RefuseVendor(id, ConsentState::kDenied, at, here, is_mapped, into);
  }
}

// Visits the texts of a list that may be absent.
void EachIn(const Json& object, const char* name, const std::string& pointer,
            const std::function<void(const std::string& id, const std::string& here)>& visit) {
  const Json& list = Member(object, name);
  if (list.is_null()) return;
  if (!list.is_array()) Refuse(kForm, pointer + "/" + name);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string here = pointer + "/" + name + "/" + std::to_string(i);
    if (!list[i].is_string()) Refuse(kForm, here);
    visit(list[i], here);
  }
}

// What a user's status says as a whole. `legitimate_interest.enabled` is what nobody objected to:
// no act, and never a grant.
void ReadStatus(const Json& status, const IsMapped& is_mapped, Choices& into) {
  CheckRegulation(status, "");
  const base::Millis at = DateOf(Member(status, "updated"), "/updated");
  const Json& purposes = Member(status, "purposes");
  const Json& consent = Member(purposes, "consent");
  const Json& interest = Member(purposes, "legitimate_interest");
  if (!consent.is_object()) Refuse(kForm, "/purposes/consent");
  if (!interest.is_null() && !interest.is_object()) Refuse(kForm, "/purposes/legitimate_interest");
  const auto take = [&](ConsentState state) {
    return [&, state](const std::string& id, const std::string& here) {
      Parts(id, state, at, is_mapped, into).Whole(here);
    };
  };
  EachIn(consent, "enabled", "/purposes/consent", take(ConsentState::kGranted));
  EachIn(consent, "disabled", "/purposes/consent", take(ConsentState::kDenied));
  EachIn(interest, "disabled", "/purposes/legitimate_interest", take(ConsentState::kObjected));
  EachIn(interest, "enabled", "/purposes/legitimate_interest",
         [&](const std::string& id, const std::string& here) {
           if (is_mapped(id)) into.not_acts.push_back(here);
         });
  const Json& vendors = Member(status, "vendors");
  for (const auto& [basis, state] : {std::pair{"consent", ConsentState::kDenied},
                                     std::pair{"legitimate_interest", ConsentState::kObjected}}) {
    EachIn(Member(vendors, basis), "disabled", std::string("/vendors/") + basis,
           [&, no = state](const std::string& id, const std::string& here) {
             RefuseVendor(id, no, at, here, is_mapped, into);
           });
  }
}

}  // namespace

void ReadDidomi(const Json& body, const IsMapped& is_mapped, Choices& into) {
  if (Member(body, "purposes").is_object()) return ReadStatus(body, is_mapped, into);
  if (!body.contains("parameters")) return ReadEvent(body, "", is_mapped, into);
  const Json& type = Member(body, "type");  // a webhook's message
  const bool created = type == "event.created";
  if (!created && type != "event.updated") Refuse(kForm, "/type");
  const char* name = created ? "entity" : "new_entity";
  ReadEvent(Member(Member(body, "parameters"), name), std::string("/parameters/") + name, is_mapped,
            into);
}

}  // namespace octroi::gateway::cmp
