#include "crypto/password.h"

#include <array>
#include <cstdint>

#include "base/text.h"
#include "crypto/hmac.h"
#include "crypto/openssl.h"

namespace octroi::crypto {
namespace {

// OWASP Password Storage Cheat Sheet: N = 2^15, r = 8, p = 3.
constexpr std::uint64_t kCost = 1u << 15, kBlock = 8, kLanes = 3;
constexpr std::uint64_t kMemoryMax = 64u << 20;
constexpr std::string_view kHead = "$scrypt$ln=15,r=8,p=3$";
constexpr std::size_t kSaltText = base::Base64UrlBytes(16);

// The salt is its text: what is kept is what entered.
std::string Derived(std::string_view password, std::string_view salt) {
  std::array<char, 32> key{};
  Must(EVP_PBE_scrypt(password.data(), password.size(), Bytes(salt), salt.size(), kCost, kBlock,
                      kLanes, kMemoryMax, Bytes(key.data()), key.size()));
  std::string text;
  base::AppendBase64Url({key.data(), key.size()}, text);
  return text;
}

std::string Kept(std::string_view password, const std::string& salt) {
  return std::string(kHead) + salt + "$" + Derived(password, salt);
}

}  // namespace

std::string HashPassword(std::string_view password) {
  std::array<std::uint8_t, 16> salt{};
  RandomBytes(salt);
  std::string text;
  base::AppendBase64Url({reinterpret_cast<const char*>(salt.data()), salt.size()}, text);
  return Kept(password, text);
}

bool PasswordMatches(std::string_view password, std::string_view kept) {
  const std::size_t whole = kHead.size() + kSaltText + 1 + base::Base64UrlBytes(32);
  if (!kept.starts_with(kHead) || kept.size() != whole) return false;
  return Equal(Kept(password, std::string(kept.substr(kHead.size(), kSaltText))), kept);
}

void PasswordOfNobody(std::string_view password) { Derived(password, "AAAAAAAAAAAAAAAAAAAAAA"); }

}  // namespace octroi::crypto
