// HMAC-SHA-256 (RFC 2104, FIPS 180-4) with prepared keys, several messages at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace octroi::crypto {

using Digest = std::array<std::uint8_t, 32>;
inline std::string_view AsBytes(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// A key with its two inner states computed once. Copyable, immutable, wiped when destroyed; safe
// from any thread.
class HmacKey {
 public:
  HmacKey() = default;                     // no key yet: Hmac() with it aborts
  explicit HmacKey(std::string_view key);  // any length, RFC 2104 section 2
  HmacKey(const HmacKey&) = default;
  HmacKey& operator=(const HmacKey&) = default;
  ~HmacKey();

 private:
  friend struct HmacAccess;
  std::array<std::uint32_t, 8> inner_{};
  std::array<std::uint32_t, 8> outer_{};
};

// keys[i] from secrets[i], several at a time: for keys that are used once. As many of the one as of
// the other.
void MakeHmacKeys(std::span<const std::array<std::uint8_t, 32>> secrets, std::span<HmacKey> keys);

struct HmacJob {
  const HmacKey* key = nullptr;
  std::string_view message;
  Digest* out = nullptr;
};

// All jobs, in lanes where the machine gains by it. Allocates nothing. Any message length.
void Hmac(std::span<HmacJob> jobs);
Digest Hmac(const HmacKey& key, std::string_view message);

Digest Sha256(std::string_view message);
struct ShaJob {
  std::string_view message;
  Digest* out = nullptr;
};
void Sha256(std::span<ShaJob> jobs);

// Which code runs ("avx512x16-sha-ni", "avx512x16", "sha-ni",
// "avx2x8", "portable"), chosen once by what the CPU has, after a
// self-test against OpenSSL EVP; the process aborts if the chosen code is wrong. Call it at start
// to have that early.
std::string_view Sha256Backend();

// HKDF-SHA-256, RFC 5869. `length` <= 8160.
std::string Hkdf(std::string_view key, std::string_view salt, std::string_view info,
                 std::size_t length);

// LP(x) of standards.md B2: uint16 big-endian length, then the bytes. Appends; aborts beyond
// 65,535.
void AppendLp(std::string_view bytes, std::string& out);

// Constant time in the content (lengths may show).
bool Equal(std::string_view a, std::string_view b);

// From the operating system's generator, buffered per thread. Never fails: aborts without entropy.
void RandomBytes(std::span<std::uint8_t> out);

}  // namespace octroi::crypto
