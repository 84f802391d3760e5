// VAT numbers as VIES takes them, by country, with check digits; those that depend on the holder
// are in vat_sums.h.
#include <algorithm>
#include <array>

#include "rules/check_digits.h"
#include "rules/detect/identifiers.h"
#include "rules/formats.h"
#include "rules/masks.h"
#include "rules/vat_sums.h"

namespace octroi::rules {
namespace {

using Digits = std::string_view;  // after the two letters of the country

unsigned At(Digits digits, std::size_t place) { return static_cast<unsigned>(digits[place] - '0'); }
unsigned Last(Digits digits) { return At(digits, digits.size() - 1); }
unsigned LastTwo(Digits digits) { return Modulo(digits.substr(digits.size() - 2), 100); }

bool Austrian(Digits value) {  // U and 8 digits
  const Digits digits = value.substr(1);
  unsigned sum = 4;
  for (std::size_t at = 0; at < 7; ++at) {
    const unsigned twice = At(digits, at) * (at % 2 == 0 ? 1 : 2);
    sum += twice / 10 + twice % 10;
  }
  return (10 - sum % 10) % 10 == Last(digits);
}
bool Belgian(Digits digits) { return 97 - Modulo(digits.substr(0, 8), 97) == LastTwo(digits); }
bool Danish(Digits digits) {
  return Weighed(digits, std::array<unsigned, 8>{2, 7, 6, 5, 4, 3, 2, 1}) % 11 == 0;
}
bool Estonian(Digits digits) {
  return Weighed(digits, std::array<unsigned, 9>{3, 7, 1, 3, 7, 1, 3, 7, 1}) % 10 == 0;
}
bool Greek(Digits digits) {
  constexpr std::array<unsigned, 8> kWeights = {256, 128, 64, 32, 16, 8, 4, 2};
  return Weighed(digits, kWeights) % 11 % 10 == Last(digits);
}
bool Finnish(Digits digits) {
  return Weighed(digits, std::array<unsigned, 8>{7, 9, 10, 5, 8, 4, 2, 1}) % 11 == 0;
}
bool Hungarian(Digits digits) {
  return Weighed(digits, std::array<unsigned, 8>{9, 7, 3, 1, 9, 7, 3, 1}) % 10 == 0;
}
bool Luxembourgish(Digits digits) { return Modulo(digits.substr(0, 6), 89) == LastTwo(digits); }
bool Maltese(Digits digits) {
  return 37 - Weighed(digits, std::array<unsigned, 6>{3, 4, 6, 7, 8, 9}) % 37 == LastTwo(digits);
}
// Of a company mod 11; of a person mod 97 over the country, too (N 23, L 21, B 11).
bool Dutch(Digits value) {
  if (Weighed(value, std::array<unsigned, 8>{9, 8, 7, 6, 5, 4, 3, 2}) % 11 == At(value, 8))
    return true;
  std::array<char, 17> all = {'2', '3', '2', '1'};
  char* out = std::copy_n(value.begin(), 9, all.begin() + 4);
  *out++ = '1';
  *out++ = '1';
  out = std::copy_n(value.begin() + 10, 2, out);
  return Modulo(Digits(all.data(), static_cast<std::size_t>(out - all.data())), 97) == 1;
}
bool Polish(Digits digits) {
  return Weighed(digits, std::array<unsigned, 9>{6, 5, 7, 2, 3, 4, 5, 6, 7}) % 11 == Last(digits);
}
bool Portuguese(Digits digits) {
  const unsigned rest = Weighed(digits, std::array<unsigned, 8>{9, 8, 7, 6, 5, 4, 3, 2}) % 11;
  return (rest < 2 ? 0 : 11 - rest) == Last(digits);
}
bool Swedish(Digits digits) { return Luhn(digits.substr(0, 10)) && digits.ends_with("01"); }
bool Slovenian(Digits digits) {
  const unsigned rest = Weighed(digits, std::array<unsigned, 7>{8, 7, 6, 5, 4, 3, 2}) % 11;
  return rest != 0 && (11 - rest) % 10 == Last(digits);
}
bool Slovak(Digits digits) { return Modulo(digits, 11) == 0; }

struct Number {
  std::string_view country, masks;
  bool (*fits)(Digits);
};
// FR and DE are the detector's (detect/identifiers.h). Sorted.
constexpr Number kNumbers[] = {
    {"AT", "U########", Austrian},
    {"BE", "0#########|1#########", Belgian},
    {"BG", "#########|##########", IsBulgarianVat},
    {"CY", "########@", IsCypriotVat},
    {"CZ", "########|#########|##########", IsCzechVat},
    {"DK", "########", Danish},
    {"EE", "#########", Estonian},
    {"EL", "#########", Greek},
    {"ES", "@#######?|########@", IsSpanishVat},
    {"FI", "########", Finnish},
    {"HR", "###########", Mod11And10},
    {"HU", "########", Hungarian},
    {"IE", "#######@|#######@@|#?#####@", IsIrishVat},
    {"IT", "###########", Luhn},
    {"LT", "#########|############", IsLithuanianVat},
    {"LU", "########", Luxembourgish},
    {"LV", "###########", IsLatvianVat},
    {"MT", "########", Maltese},
    {"NL", "#########B##", Dutch},
    {"PL", "##########", Polish},
    {"PT", "#########", Portuguese},
    {"RO", "##|###|####|#####|######|#######|########|#########|##########", IsRomanianVat},
    {"SE", "############", Swedish},
    {"SI", "########", Slovenian},
    {"SK", "##########", Slovak},
    {"XI", "#########|############", IsNorthernIrishVat},
};
static_assert(std::ranges::is_sorted(kNumbers, {}, &Number::country));

}  // namespace

bool IsVat(std::string_view value) {
  if (value.size() < 4) return false;
  if (IsFrenchVat(value) || IsGermanVat(value)) return true;
  const auto* const number =
      std::ranges::lower_bound(kNumbers, value.substr(0, 2), {}, &Number::country);
  if (number == std::end(kNumbers) || number->country != value.substr(0, 2)) return false;
  const Digits rest = value.substr(2);
  return FitsAny(rest, number->masks) && number->fits(rest);
}

}  // namespace octroi::rules
