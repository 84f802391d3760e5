#include "rules/formats.h"

#include <algorithm>

#include "base/text.h"
#include "rules/check_digits.h"
#include "rules/contract.h"
#include "rules/detect/identifiers.h"
#include "rules/detect/redact.h"
#include "rules/iso_tables.h"

namespace octroi::rules {
namespace {

bool AllDigits(std::string_view text) {
  for (const char byte : text) {
    if (!IsDigit(byte)) return false;
  }
  return true;
}

constexpr std::string_view kLaPoste = "356000000";
constexpr std::size_t kCodeBytesMax = 128;
constexpr std::size_t kDateBytes = 10;

}  // namespace

bool IsPhoneE164(std::string_view value) {
  if (value.size() < 8 || value.size() > 16 || value[0] != '+' || value[1] == '0') return false;
  return AllDigits(value.substr(1));
}

bool IsUuid(std::string_view value) {
  if (value.size() != 36) return false;
  for (std::size_t at = 0; at < value.size(); ++at) {
    const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
    if (dash ? value[at] != '-' : !IsHex(value[at])) return false;
  }
  return true;
}

bool IsSiren(std::string_view value) {
  return value.size() == 9 && AllDigits(value) && value != "000000000" && Luhn(value);
}

bool IsSiret(std::string_view value) {
  if (value.size() != 14 || !AllDigits(value) || !IsSiren(value.substr(0, 9))) return false;
  if (Luhn(value)) return true;
  if (!value.starts_with(kLaPoste)) return false;
  int sum = 0;
  for (const char digit : value) sum += digit - '0';
  return sum % 5 == 0;
}

bool IsInteger(std::string_view value) {
  if (value.starts_with('-')) value.remove_prefix(1);
  return !value.empty() && AllDigits(value);
}

bool IsDecimal(std::string_view value) {
  const std::size_t dot = value.find('.');
  if (dot == std::string_view::npos) return IsInteger(value);
  const std::string_view fraction = value.substr(dot + 1);
  return IsInteger(value.substr(0, dot)) && !fraction.empty() && AllDigits(fraction);
}

bool IsCode(std::string_view value) {
  if (value.empty() || value.size() > kCodeBytesMax) return false;
  const auto plain = [](char byte) { return IsAlpha(byte) || IsDigit(byte); };
  return plain(value[0]) && std::all_of(value.begin(), value.end(), [&](char byte) {
           return plain(byte) || std::string_view("-_.:/+").find(byte) != std::string_view::npos;
         });
}

bool IsText(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char byte) {
    const auto code = static_cast<unsigned char>(byte);
    return code == 0x7f || (code < 0x20 && byte != '\t' && byte != '\n' && byte != '\r');
  });
}

bool HasFormat(Format format, std::string_view value) {
  switch (format) {
    case Format::kNone:
      return true;
    case Format::kText:
      return IsText(value);
    case Format::kCode:
      return IsCode(value);
    case Format::kEmail:
      return IsEmail(value);
    case Format::kPhoneE164:
      return IsPhoneE164(value);
    case Format::kIsoCountry:
      return IsCountry(value);
    case Format::kIsoLanguage:
      return IsLanguage(value);
    case Format::kDate:
      return value.size() == kDateBytes && base::ParseRfc3339(value, true).has_value();
    case Format::kDatetime:
      return base::ParseRfc3339(value).has_value();
    case Format::kSiren:
      return IsSiren(value);
    case Format::kSiret:
      return IsSiret(value);
    case Format::kUrl:
      return IsUrl(value);
    case Format::kIp:
      return IsIp(value);
    case Format::kUuid:
      return IsUuid(value);
    case Format::kInteger:
      return IsInteger(value);
    case Format::kDecimal:
      return IsDecimal(value);
    case Format::kNoPersonalData:
      return CanBeJudged(value) && LikelyDetector().Scan(value).empty();
    case Format::kIban:
      return IsIban(value);
    case Format::kBic:
      return IsBic(value);
    case Format::kPaymentCard:
      return IsPaymentCard(value);
    case Format::kVat:
      return IsVat(value);
    case Format::kNir:
      return IsNir(value);
    case Format::kSwissAvs:
      return IsWrittenAvs(value);
    case Format::kSwissUid:
      return IsWrittenSwissUid(value);
    case Format::kPostalCode:
      return false;  // it depends on a country: IsPostalCode
    case Format::kJson:
      return IsJson(value);
    case Format::kLanguageTag:
      return IsLanguageTag(value);
    case Format::kIsoCurrency:
      return IsCurrency(value);
  }
  return false;
}

}  // namespace octroi::rules
