#include "crypto/hmac.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "crypto/openssl.h"
#include "crypto/sha256_backends.h"

namespace octroi::crypto {

HmacKey::HmacKey(std::string_view key) : HmacKey(HmacAccess::MakeKey(ChosenSha256(), key)) {}

void MakeHmacKeys(std::span<const std::array<std::uint8_t, 32>> secrets, std::span<HmacKey> keys) {
  HmacAccess::MakeKeys(ChosenSha256(), secrets, keys);
}

HmacKey::~HmacKey() {
  OPENSSL_cleanse(inner_.data(), sizeof inner_);
  OPENSSL_cleanse(outer_.data(), sizeof outer_);
}

void Hmac(std::span<HmacJob> jobs) { HmacAccess::Hmac(ChosenSha256(), jobs); }

Digest Hmac(const HmacKey& key, std::string_view message) {
  Digest out;
  const HmacJob job{&key, message, &out};
  HmacAccess::Hmac(ChosenSha256(), {&job, 1});
  return out;
}

void Sha256(std::span<ShaJob> jobs) { HmacAccess::Sha256(ChosenSha256(), jobs); }

Digest Sha256(std::string_view message) {
  Digest out;
  const ShaJob job{message, &out};
  HmacAccess::Sha256(ChosenSha256(), {&job, 1});
  return out;
}

std::string_view Sha256Backend() { return ChosenSha256().name; }

std::string Hkdf(std::string_view key, std::string_view salt, std::string_view info,
                 std::size_t length) {
  constexpr std::size_t kMax = 255 * sizeof(Digest);
  if (length > kMax) Fatal("hkdf was asked for more than 8160 bytes");
  Digest prk = Hmac(HmacKey(salt), key);
  const HmacKey expand(AsBytes(prk));
  std::string made;
  made.reserve(length);  // no growth: it would leave copies of the key behind
  std::string message;
  message.reserve(sizeof(Digest) + info.size() + 1);
  Digest block;
  for (std::uint8_t counter = 1; made.size() < length; ++counter) {
    if (counter > 1) message.assign(AsBytes(block));
    message.append(info);
    message.push_back(static_cast<char>(counter));
    block = Hmac(expand, message);
    made.append(AsBytes(block).substr(0, std::min(sizeof block, length - made.size())));
  }
  OPENSSL_cleanse(prk.data(), prk.size());
  OPENSSL_cleanse(block.data(), block.size());
  OPENSSL_cleanse(message.data(), message.size());
  return made;
}

void AppendLp(std::string_view bytes, std::string& out) {
  if (bytes.size() > 0xffff) Fatal("a length-prefixed part is longer than 65535 bytes");
  out.push_back(static_cast<char>(bytes.size() >> 8));
  out.push_back(static_cast<char>(bytes.size() & 0xff));
  out.append(bytes);
}

bool Equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace octroi::crypto
