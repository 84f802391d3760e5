// The SHA-256 code paths, behind hmac.h. Internal to crypto and its tests, which run every path.
#pragma once

#include <span>
#include <string_view>

#include "crypto/hmac.h"
#include "crypto/sha256_lane.h"

namespace octroi::crypto {

struct Sha256Code {
  std::string_view name;
  void (*compress)(Sha256Lane* const* lanes, size_t count, size_t blocks);
  std::size_t lanes;  // how many it likes to be given at a time
};

inline constexpr std::size_t kLanesMax = 16;

// Those that this CPU can run, best first; the last is always "portable".
std::span<const Sha256Code> AvailableSha256();

// The one in use: the best, after its self-test.
const Sha256Code& ChosenSha256();

// Aborts the process unless `code` agrees with OpenSSL EVP for SHA-256 and HMAC over the lengths
// where padding changes, alone and in full lanes.
void SelfTest(const Sha256Code& code);

// What hmac.h offers, on a given path. Inside crypto and its tests only.
struct HmacAccess {
  static HmacKey MakeKey(const Sha256Code& code, std::string_view key);
  static void MakeKeys(const Sha256Code& code,
                       std::span<const std::array<std::uint8_t, 32>> secrets,
                       std::span<HmacKey> keys);
  static void Hmac(const Sha256Code& code, std::span<const HmacJob> jobs);
  static void Sha256(const Sha256Code& code, std::span<const ShaJob> jobs);
};

}  // namespace octroi::crypto
