// The constructions of standards.md B2, apart from running the lanes (pseudonymizer.cc).
#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "policies/outgoing_plan.h"

namespace octroi::policies {
namespace {

base::Error Invalid(std::string detail) {
  return {base::ErrorCode::kInvalid, "policies.pseudonymizer", std::move(detail)};
}

const char* Use(Form form) { return form == Form::kEpoch ? "hmac-epoch" : "hmac"; }

}  // namespace

base::Result<TokenKey> TokenKey::Make(const crypto::KeyRing& keys, std::string_view domain,
                                      const OutgoingField& field, std::uint32_t version) {
  const std::string_view normaliser = base::NormaliserName(field.type);
  TokenKey made{field.form, version, field.name, field.type, {}, {}, {}};
  crypto::AppendLp(field.name, made.message_head);
  if (field.form == Form::kReversible) {
    auto siv = crypto::DeriveSiv(keys, domain, field.name, normaliser, version);
    if (!siv) return siv.error();
    made.siv = std::move(*siv);
    return made;
  }
  if (field.form == Form::kRandom) {
    made.key = keys.StorageHmac(kFingerprintLabel);
    return made;
  }
  if (field.form != Form::kPseudonym && field.form != Form::kEpoch) return Invalid("no token");
  auto key = keys.DeriveHmac(Use(field.form), domain, field.name, normaliser, version);
  if (!key) return key.error();
  made.key = *key;
  return made;
}

crypto::HmacKey TokenKey::OfEpoch(std::string_view month) const {
  std::array<char, 2 + 7> message{0, 7};  // LP(month)
  std::copy(month.begin(), month.end(), message.begin() + 2);
  return crypto::HmacKey(
      crypto::AsBytes(crypto::Hmac(key, std::string_view(message.data(), message.size()))));
}

std::string TokenHead(Form form, std::string_view domain, std::uint32_t version) {
  if (form == Form::kRandom) return std::string("p4.").append(domain).append(".");
  std::string head(form == Form::kReversible ? "p2." : form == Form::kEpoch ? "p3." : "p1.");
  head.append(domain).append(".").append(std::to_string(version)).append(".");
  return head;
}

void MonthOf(base::Millis time, std::string& out) {
  out.clear();
  base::AppendRfc3339(time, out);
  out.resize(std::string_view("2026-11").size());
}

void PadToBucket(std::string& value) {
  value.push_back('\x80');
  value.resize((value.size() + kBucketBytes - 1) / kBucketBytes * kBucketBytes, '\0');
}

base::Result<std::string> Pseudonymizer::Token(const crypto::KeyRing& keys, std::string_view domain,
                                               const OutgoingField& field,
                                               std::string_view normalised, std::uint32_t version,
                                               base::Millis received) {
  if (normalised.empty() || normalised.size() > kLpBytesMax) {
    return Invalid("only a value of 1 to 65535 bytes has a token");
  }
  if (field.form == Form::kRandom) return Invalid("a random token is not computed");
  const auto key = TokenKey::Make(keys, domain, field, version);
  if (!key) return key.error();
  std::string token = TokenHead(field.form, domain, version);
  if (field.form == Form::kReversible) {
    std::string padded(normalised), box;
    PadToBucket(padded);
    key->siv->Seal(padded, box);
    base::AppendBase64Url(box, token);
    return token;
  }
  std::string month, message = key->message_head;
  crypto::AppendLp(normalised, message);
  if (field.form == Form::kEpoch) {
    MonthOf(received, month);
    token.append(month).append(".");
  }
  base::AppendBase64Url(
      crypto::AsBytes(crypto::Hmac(month.empty() ? key->key : key->OfEpoch(month), message)),
      token);
  return token;
}

}  // namespace octroi::policies
