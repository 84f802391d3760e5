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
//   no-personal-data   text in which a Detector (detect/detect.h) finds nothing likely or certain,
//   and
//                 which it can judge (detect/redact.h)
#pragma once

#include <string_view>

namespace octroi::rules {

bool IsEmail(std::string_view value);
bool IsUrl(std::string_view value);
bool IsIp(std::string_view value);
bool IsIpv4(std::string_view value);
bool IsIpv6(std::string_view value);
bool IsHostName(std::string_view value);  // labels of letters, digits, '-', what is beyond ASCII

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
