#include "gateway/consent_parts.h"

#include "base/text.h"
#include "crypto/hmac.h"
#include "gateway/event_reader.h"
#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

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
                                   std::vector<policies::Fingerprint>& person) {
  const crypto::HmacKey fingerprint = keys.StorageHmac("fingerprint");
  std::string normal;
  for (const SourcePlan::Identifier& identifier : source.subject) {
    const base::Value& value = parsed[identifier.field];
    if (!value.present()) continue;
    if (!base::Normalise(identifier.type, value.text, normal))
      return RefusedConsent("consent.subject_invalid", pointer_of(identifier.field));
    person.push_back(FingerprintOf(fingerprint, identifier.id_type, normal));
  }
  return std::nullopt;
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
