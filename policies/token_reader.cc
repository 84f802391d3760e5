#include "policies/token_reader.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "crypto/siv.h"
#include "policies/outgoing_plan.h"

namespace octroi::policies {
namespace {

constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kRandomBytes = sizeof(RandomToken);

base::Error Invalid(const char* where, const char* detail) {
  return {base::ErrorCode::kInvalid, where, detail};
}

// What stands behind the last dot, which goes with it.
std::string_view TakeLast(std::string_view& rest) {
  const std::size_t dot = rest.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view last = rest.substr(dot + 1);
  rest = rest.substr(0, dot);
  return last;
}

std::optional<std::string> FromBase64Url(std::string_view text) {
  std::string standard(text);
  std::ranges::replace(standard, '-', '+');
  std::ranges::replace(standard, '_', '/');
  standard.append((4 - standard.size() % 4) % 4, '=');
  auto bytes = base::FromBase64(standard);
  std::string again;
  if (bytes) base::AppendBase64Url(*bytes, again);
  return bytes && again == text ? std::move(bytes) : std::nullopt;
}

bool IsMonth(std::string_view epoch) {
  return base::ParseRfc3339(std::string(epoch) + "-01", /*date_allowed=*/true) &&
         epoch.size() == std::string_view("2026-11").size();
}

// What PadToBucket was given; nothing: it made none of this.
std::optional<std::string> Unpadded(std::string_view padded) {
  const std::size_t end = padded.find_last_not_of('\0');
  if (end == std::string_view::npos || end == 0 || padded[end] != '\x80') return std::nullopt;
  return std::string(padded.substr(0, end));
}

// Why a version may not be used; null: it may.
const char* Unusable(const crypto::KeyRing& keys, std::uint32_t version) {
  const auto versions = keys.versions();
  const auto known = std::ranges::find(versions, version, &crypto::KeyVersion::version);
  if (known == versions.end()) return "access.key_unknown";
  switch (known->state) {
    case crypto::KeyState::kActive:
    case crypto::KeyState::kVerifyOnly:
      return nullptr;
    case crypto::KeyState::kRetired:
      return "access.key_retired";
    case crypto::KeyState::kDestroyed:
      return "access.key_destroyed";
    case crypto::KeyState::kCompromised:
      return "access.key_compromised";
    case crypto::KeyState::kPreActive:
      break;
  }
  return "access.key_unknown";
}

std::optional<TokenParts> ReadRandom(std::string_view token) {
  TokenParts parts;
  parts.form = Form::kRandom;
  const std::string_view whole = token;
  auto body = FromBase64Url(TakeLast(token));
  if (!body || body->size() != kRandomBytes || token.size() < 3) return std::nullopt;
  parts.body = std::move(*body);
  parts.domain = token.substr(3);
  const bool ours =
      IsDomain(parts.domain) && whole.starts_with(TokenHead(parts.form, parts.domain, 0));
  return ours ? std::optional(std::move(parts)) : std::nullopt;
}

std::optional<TokenParts> ReadKeyed(std::string_view token) {
  TokenParts parts;
  const std::string_view whole = token,
                         kind = token.substr(0, std::min<std::size_t>(3, token.size()));
  if (kind == "p2.") parts.form = Form::kReversible;
  if (kind == "p3.") parts.form = Form::kEpoch;
  if (parts.form == Form::kPseudonym && kind != "p1.") return std::nullopt;
  token.remove_prefix(kind.size());
  auto body = FromBase64Url(TakeLast(token));
  const std::string_view epoch = parts.form == Form::kEpoch ? TakeLast(token) : "";
  const std::string_view version = TakeLast(token);
  const auto [end, fault] =
      std::from_chars(version.data(), version.data() + version.size(), parts.version);
  if (!body || fault != std::errc{} || end != version.data() + version.size()) return std::nullopt;
  parts.domain = token;
  parts.body = std::move(*body);
  const std::size_t bytes = parts.body.size();
  const bool whole_box =
      bytes > crypto::kSivOverheadBytes && (bytes - crypto::kSivOverheadBytes) % kBucketBytes == 0;
  const bool fits = parts.form == Form::kReversible ? whole_box : bytes == kDigestBytes;
  if (!fits || !IsDomain(parts.domain) || (parts.form == Form::kEpoch && !IsMonth(epoch)))
    return std::nullopt;
  std::string again = TokenHead(parts.form, parts.domain, parts.version);
  if (parts.form == Form::kEpoch) again.append(epoch).append(".");
  return whole.starts_with(again) ? std::optional(std::move(parts)) : std::nullopt;
}

}  // namespace

std::optional<TokenParts> ReadToken(std::string_view token) {
  return token.starts_with("p4.") ? ReadRandom(token) : ReadKeyed(token);
}

base::Result<OpenedToken> OpenToken(const crypto::KeyRing& keys, const TokenParts& token,
                                    std::span<const IdentifierSpace> spaces) {
  if (token.form != Form::kReversible)
    return Invalid("access.one_way", "a digest holds no value to read");
  if (const char* why = Unusable(keys, token.version)) return Invalid(why, "of the token's key");
  for (const IdentifierSpace& space : spaces) {
    const auto key = crypto::DeriveSiv(keys, token.domain, space.field,
                                       base::NormaliserName(space.type), token.version);
    if (!key) return key.error();
    const auto padded = key->Open(token.body);
    auto value = padded ? Unpadded(*padded) : std::nullopt;
    if (value) return OpenedToken{space, std::move(*value)};
  }
  return Invalid("access.token_unknown", "no key of ours made it for a field of the dictionary");
}

}  // namespace octroi::policies
