// AES-256-SIV (RFC 5297): deterministic authenticated encryption. The same plain text under the
// same key and associated data gives the same box, so equality shows and nothing else.
//
// A box is the synthetic IV (16 bytes) || ciphertext. OpenSSL's default provider only: a FIPS
// provider has no SIV.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace octroi::crypto {

class KeyRing;

inline constexpr std::size_t kSivOverheadBytes = 16;

// A key of 64 bytes with its associated data taken in. Immutable, safe from any thread; the key is
// wiped when it goes. OpenSSL allocates for each call. Aborts on another key size, on an empty part
// of the associated data (OpenSSL 3.0 may leave it out, CVE-2023-2975) and on empty plain text.
class SivKey {
 public:
  SivKey(std::string_view key64, std::span<const std::string> associated);
  ~SivKey();
  SivKey(SivKey&&) noexcept;
  SivKey& operator=(SivKey&&) noexcept;

  // Appends the box.
  void Seal(std::string_view plain, std::string& box) const;
  // nullopt: another key or associated data made it, or it was changed.
  std::optional<std::string> Open(std::string_view box) const;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// P2 of standards.md B2: K("siv", 64) of the ring, with the tenant, the domain and the rest taken
// in. Errors: KeyRing::DeriveHmac.
base::Result<SivKey> DeriveSiv(const KeyRing& keys, std::string_view domain,
                               std::string_view id_type, std::string_view normaliser,
                               std::uint32_t version);

}  // namespace octroi::crypto
