// The scanners behind HasFormat: form only, no look-up in the world. Private to the module. They
// allocate nothing.
//
//   text          no control characters but tab and line ends
//   code          1 to 128 of A-Z a-z 0-9 - _ . : / +, the first a letter or digit
//   email         local@domain; local: 1 to 64 bytes of RFC 5321 atoms and single dots, letters
//                 beyond ASCII too; domain: a host name of two labels or more, the last of two
//                 characters or more and not a number; no quotes, comments, address literals
//   phone-e164    '+', a digit 1 to 9, 7 to 15 digits in all, nothing else
//   iso-country   ISO 3166-1 alpha-2, upper case
//   iso-language  ISO 639-1, lower case
//   date          RFC 3339 full-date
//   datetime      RFC 3339 date-time, with its zone
//   siren         9 digits, Luhn; not all zeros
//   siret         14 digits beginning with a SIREN, Luhn; of La Poste (356000000) instead of Luhn
//                 also a digit sum that is a multiple of 5
//   url           http or https, a host (name, IPv4, [IPv6]), a port 1 to 65535 if any, no user
//                 or password, no spaces, control characters or any of "<>\^`{|}, two hex digits
//                 after every %
//   ip            IPv4 of four decimal parts, or IPv6 without a zone (inet_pton)
//   uuid          8-4-4-4-12 hex digits, either case
//   integer       '-' if any, digits
//   decimal       the same, then '.' and digits if any
//   iban, nir     ISO 13616, the French social security number: without spaces, check digits
//   bic           ISO 9362: 8 or 11 characters, a country of ISO 3166-1 or XK
//   payment-card  ISO/IEC 7812: 12 to 19 digits of a known issuer, Luhn
//   vat           two letters and the number as VIES takes it; check digits of AT BE DE DK EE EL FI
//                 FR HR HU IT LU MT NL PL PT SE SI SK, the form of the others
//   ch-avs        756.1234.5678.97, or its 13 digits
//   ch-uid        CHE-123.456.789, or without separators; a suffix of VAT or register
//   postal-code   IsPostalCode
//   json          RFC 8259, 32 deep at most; keys may repeat
//   language-tag  RFC 5646: a language, a script, a region ("fr", "fr-CH", "zh-Hant-TW")
//   iso-currency  ISO 4217, upper case
//   no-personal-data   text in which a Detector (detect/detect.h) finds nothing likely or certain,
//   and
//                 which it can judge (detect/redact.h)
#pragma once

#include <string_view>

#include "rules/check_spec.h"

namespace octroi::rules {

bool IsEmail(std::string_view value);
bool IsUrl(std::string_view value);
bool IsIp(std::string_view value);
bool IsIpv4(std::string_view value);
bool IsIpv6(std::string_view value);
bool IsHostName(std::string_view value);  // labels of letters, digits, '-', what is beyond ASCII

bool IsBic(std::string_view value);
bool IsVat(std::string_view value);
bool IsWrittenAvs(std::string_view value);
bool IsWrittenSwissUid(std::string_view value);
bool IsCurrency(std::string_view value);
bool IsLanguageTag(std::string_view value);
bool IsJson(std::string_view value);
// By the country (alpha-2): its form, where it is known here; else 2 to 12 of A-Z 0-9 - and space.
// False for what is no country.
bool IsPostalCode(std::string_view value, std::string_view country);
// upper, lower: no letter would change. title: words begin in upper case and go on in lower case.
bool HasCasing(Casing casing, std::string_view text);

bool IsPhoneE164(std::string_view value);
bool IsUuid(std::string_view value);
bool IsSiren(std::string_view value);
bool IsSiret(std::string_view value);
bool IsInteger(std::string_view value);
bool IsDecimal(std::string_view value);
bool IsCode(std::string_view value);
bool IsText(std::string_view value);

constexpr bool IsDigit(char byte) { return byte >= '0' && byte <= '9'; }
constexpr bool IsAlpha(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}
constexpr bool IsHex(char byte) {
  return IsDigit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

}  // namespace octroi::rules
