#include "gateway/consent_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "crypto/hmac.h"
#include "gateway/consent_detail.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;
using policies::ConsentEvent;

Json Time(base::Millis time) { return time == 0 ? Json(nullptr) : Json(base::FormatRfc3339(time)); }

Json StateJson(const crypto::KeyRing& keys, const StateOfPurpose& state) {
  Json json{{"purpose", state.purpose},   {"state", Name(state.state)}, {"reason", state.reason},
            {"since", Time(state.since)}, {"until", Time(state.until)}, {"events", state.events}};
  json["event"] = state.event ? RegisterEvent(keys, *state.event) : Json(nullptr);
  return json;
}

}  // namespace

Json RegisterEvent(const crypto::KeyRing& keys, const ConsentEvent& event) {
  Json json{{"id", event.id},
            {"record", event.record_id},
            {"state", Name(event.state)},
            {"effective_at", base::FormatRfc3339(event.effective_at)},
            {"recorded_at", base::FormatRfc3339(event.recorded_at)},
            {"source", event.source}};
  if (!event.notice.empty()) json["notice"] = event.notice;
  if (event.valid_until != 0) json["valid_until"] = base::FormatRfc3339(event.valid_until);
  if (event.by_parent) json["by_parent"] = true;
  if (event.explicit_word) json["explicit"] = true;
  if (event.limits != nullptr) {
    const auto& [controllers, data_categories, vendors] = *event.limits;
    if (!controllers.empty()) json["controllers"] = controllers;
    if (!data_categories.empty()) json["data_categories"] = data_categories;
    if (!vendors.empty()) json["vendors"] = vendors;
  }
  if (const Json detail = DetailOf(keys, event); !detail.empty()) json["detail"] = detail;
  return json;
}

std::string ShortId(std::string_view prefix, const crypto::Digest& digest) {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // Crockford's base 32
  const std::size_t whole = prefix.size() + 26;
  std::string id(prefix);
  unsigned bits = 0, held = 0;
  for (std::size_t at = 0; id.size() < whole; ++at) {
    bits = bits << 8 | digest[at];
    held += 8;
    while (held >= 5 && id.size() < whole) {
      held -= 5;
      id += kDigits[bits >> held & 31];
    }
    bits &= (1u << held) - 1;
  }
  return id;
}

std::string HandleOf(const crypto::KeyRing& keys, const PersonHistory& history) {
  if (history.events().empty()) return {};
  const policies::Fingerprint& first = history.events().front().subject.front();
  std::string naming = "handle";
  naming.append(reinterpret_cast<const char*>(first.data()), first.size());
  return ShortId("s_", crypto::Hmac(keys.StorageHmac("dedup"), naming));
}

Json StateReport(const Plan& plan, const crypto::KeyRing& keys, const PersonHistory& history,
                 base::Millis at, base::Millis known_at) {
  const StateOfPerson state = history.At(plan, at, known_at);
  Json json{{"at", base::FormatRfc3339(at)},
            {"known_at", base::FormatRfc3339(known_at)},
            {"config", base::Hex(plan.config_digest)},
            {"known", state.subjects != 0},
            {"handle", state.subjects != 0 ? Json(HandleOf(keys, history)) : Json(nullptr)},
            {"subjects", state.subjects},
            {"age_band", Name(state.age)}};
  json["person"] = StateJson(keys, state.person);
  json["purposes"] = Json::array();
  for (const StateOfPurpose& one : state.purposes) json["purposes"].push_back(StateJson(keys, one));
  return json;
}

}  // namespace octroi::gateway
