#include "gateway/consent_parts.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/hmac.h"
#include "gateway/event_reader.h"
#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

using policies::ConsentState;
using policies::Scope;

// May let out more than before: a yes, and what leads to one.
bool Loosens(ConsentState state) {
  return state == ConsentState::kGranted || state == ConsentState::kPending ||
         state == ConsentState::kRequested || state == ConsentState::kLifted;
}

// RFC 9562: bytes of a keyed digest as a UUID of the given version.
std::string UuidFrom(std::string bytes, char version) {
  std::string hex = base::Hex(std::string_view(bytes).substr(0, 16));
  hex[12] = version;
  hex[16] = "89ab"[static_cast<unsigned char>(bytes[8]) & 3];
  for (const std::size_t dash : {8u, 13u, 18u, 23u}) hex.insert(dash, "-");
  return hex;
}

}  // namespace

Response RefusedConsent(std::string_view code, std::string_view pointer, int status) {
  return ProblemOf(
      status, code,
      "[{\"pointer\":\"" + std::string(pointer) + "\",\"rule\":\"" + std::string(code) + "\"}]");
}

std::optional<Response> ReadPerson(const SourcePlan& source, const base::Event& parsed,
                                   const crypto::KeyRing& keys,
                                   const std::function<std::string(base::FieldId)>& pointer_of,
                                   std::vector<Identified>& person) {
  const crypto::HmacKey fingerprint = keys.StorageHmac("fingerprint");
  std::string normal;
  for (const SourcePlan::Identifier& identifier : source.subject) {
    const base::Value& value = parsed[identifier.field];
    if (!value.present()) continue;
    if (!base::Normalise(identifier.type, value.text, normal))
      return RefusedConsent("consent.subject_invalid", pointer_of(identifier.field));
    person.push_back({FingerprintOf(fingerprint, identifier.id_type, normal), identifier.scope});
  }
  return std::nullopt;
}

bool SetSubject(const crypto::KeyRing& keys, const std::vector<Identified>& person,
                std::optional<Scope> said, policies::ConsentEvent& event) {
  const bool devices_alone = std::ranges::all_of(
      person, [](const Identified& one) { return one.scope == Scope::kDevice; });
  const auto counts = [&](Scope scope) {
    if (said) return scope == *said || (*said == Scope::kAccount && scope == Scope::kContactPoint);
    return scope != Scope::kDevice || devices_alone || !Loosens(event.state);
  };
  event.scoped = true;
  for (const Scope scope : {Scope::kAccount, Scope::kContactPoint, Scope::kDevice}) {
    for (const Identified& one : person) {
      if (one.scope != scope || !counts(scope)) continue;
      event.subject.push_back(one.print);
      if (scope == Scope::kAccount) ++event.accounts;
      if (scope == Scope::kContactPoint) ++event.contact_points;
    }
  }
  const auto first =
      std::ranges::find_if(person, [&](const Identified& one) { return counts(one.scope); });
  if (first == person.end()) return false;
  if (event.record_id.empty()) event.record_id = ConsentRecordId(keys, event.purpose, first->print);
  return true;
}

std::string ConsentEventId(const crypto::KeyRing& keys, std::string_view door,
                           std::string_view source, std::string_view name,
                           base::Millis effective_at) {
  std::string naming(door);
  crypto::AppendLp(source, naming);
  naming.append(name);
  std::string bytes(crypto::AsBytes(crypto::Hmac(keys.StorageHmac("dedup"), naming)));
  for (int byte = 0; byte < 6; ++byte) {
    bytes[static_cast<std::size_t>(byte)] =
        static_cast<char>(effective_at >> (8 * (5 - byte)) & 0xff);
  }
  return UuidFrom(std::move(bytes), '7');
}

std::string ConsentRecordId(const crypto::KeyRing& keys, std::string_view purpose,
                            const policies::Fingerprint& person) {
  std::string naming = "record";
  crypto::AppendLp(purpose, naming);
  naming.append(reinterpret_cast<const char*>(person.data()), person.size());
  return UuidFrom(std::string(crypto::AsBytes(crypto::Hmac(keys.StorageHmac("dedup"), naming))),
                  '4');
}

}  // namespace octroi::gateway
