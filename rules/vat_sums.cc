#include "rules/vat_sums.h"

#include <algorithm>
#include <array>

#include "rules/check_digits.h"

namespace octroi::rules {
namespace {

using Digits = std::string_view;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
unsigned At(Digits digits, std::size_t place) { return static_cast<unsigned>(digits[place] - '0'); }
unsigned Last(Digits digits) { return At(digits, digits.size() - 1); }

// Weights 1, 2, .. modulo 11; where that gives 10, from 3 on.
unsigned TwiceModulo11(Digits digits) {
  const auto sum = [&](unsigned first) {
    unsigned total = 0;
    for (std::size_t at = 0; at < digits.size(); ++at)
      total += At(digits, at) * ((first + static_cast<unsigned>(at) - 1) % 9 + 1);
    return total % 11;
  };
  const unsigned once = sum(1);
  return once < 10 ? once : sum(3) % 10;
}

char SpanishLetter(Digits digits) { return "TRWAGMYFPDXBNJZSQVHLCKE"[Modulo(digits, 23)]; }

// Luhn's check digit, of a company: a digit or, for some kinds, a letter for it.
bool IsCif(Digits value) {
  constexpr Digits kKinds = "ABCDEFGHJNPQRSUVW";
  if (kKinds.find(value[0]) == Digits::npos) return false;
  unsigned digit = 0;
  std::array<char, 8> with{};
  std::copy_n(value.begin() + 1, 7, with.begin());
  for (with[7] = '0'; !Luhn(Digits(with.data(), with.size())); ++with[7]) ++digit;
  const bool is_digit = IsDigit(value[8]);
  if (Digits("ABEH").find(value[0]) != Digits::npos && !is_digit) return false;
  if (Digits("NPQRSW").find(value[0]) != Digits::npos && is_digit) return false;
  return value[8] == (is_digit ? with[7] : "JABCDEFGHI"[digit]);
}

}  // namespace

bool IsBulgarianVat(Digits digits) {
  if (digits.size() == 9) {
    const unsigned once = Weighed(digits, std::array<unsigned, 8>{1, 2, 3, 4, 5, 6, 7, 8}) % 11;
    const unsigned twice = Weighed(digits, std::array<unsigned, 8>{3, 4, 5, 6, 7, 8, 9, 10}) % 11;
    return (once < 10 ? once : twice % 10) == Last(digits);
  }
  constexpr std::array<unsigned, 9> kPerson = {2, 4, 8, 5, 10, 9, 7, 3, 6};
  constexpr std::array<unsigned, 9> kForeigner = {21, 19, 17, 13, 11, 9, 7, 3, 1};
  constexpr std::array<unsigned, 9> kOther = {4, 3, 2, 7, 6, 5, 4, 3, 2};
  const unsigned other = 11 - Weighed(digits, kOther) % 11;
  return Weighed(digits, kPerson) % 11 % 10 == Last(digits) ||
         Weighed(digits, kForeigner) % 10 == Last(digits) ||
         (other != 10 && other % 11 == Last(digits));
}

bool IsCypriotVat(Digits value) {
  constexpr std::array<unsigned, 10> kOdd = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21};
  unsigned sum = 0;
  for (std::size_t at = 0; at < 8; ++at) sum += at % 2 == 0 ? kOdd[At(value, at)] : At(value, at);
  return !value.starts_with("12") && value[8] == static_cast<char>('A' + sum % 26);
}

bool IsCzechVat(Digits digits) {
  if (digits.size() == 8) {
    const unsigned rest = Weighed(digits, std::array<unsigned, 7>{8, 7, 6, 5, 4, 3, 2}) % 11;
    return digits[0] != '9' && (rest == 0 ? 1 : (11 - rest) % 10) == Last(digits);
  }
  const unsigned month = At(digits, 2) * 10 + At(digits, 3);
  const bool born = month % 50 >= 1 && (month % 50 <= 12 || (month % 50 >= 21 && month % 50 <= 32));
  if (digits.size() == 9) {
    if (digits[0] != '6') return born;  // before 1954: no check digit
    const unsigned rest =
        Weighed(digits.substr(1), std::array<unsigned, 7>{8, 7, 6, 5, 4, 3, 2}) % 11;
    // 9 - (rest - 1) and its neighbours, as the tax office tabulates it: by what is missing to 11.
    constexpr std::array<unsigned, 11> kSpecial = {8, 7, 6, 5, 4, 3, 2, 1, 0, 9, 8};
    return kSpecial[(10 - rest + 11) % 11] == Last(digits) || born;
  }
  const unsigned rest = Modulo(digits.substr(0, 9), 11);
  return born && rest % 10 == Last(digits);
}

bool IsSpanishVat(Digits value) {
  if (IsDigit(value[0])) return SpanishLetter(value.substr(0, 8)) == value[8];
  if (Digits("KLM").find(value[0]) != Digits::npos)
    return SpanishLetter(value.substr(1, 7)) == value[8];
  const std::size_t foreigner = Digits("XYZ").find(value[0]);
  if (foreigner == Digits::npos) return IsCif(value);
  std::array<char, 8> digits = {static_cast<char>('0' + foreigner)};
  std::copy_n(value.begin() + 1, 7, digits.begin() + 1);
  return SpanishLetter(Digits(digits.data(), digits.size())) == value[8];
}

bool IsIrishVat(Digits value) {
  constexpr Digits kLetters = "WABCDEFGHIJKLMNOPQRSTUV";
  std::array<char, 7> digits{};
  std::copy_n(value.begin(), 7, digits.begin());
  if (!IsDigit(value[1])) {  // before 2013: the second one is a letter
    digits[0] = '0';
    std::copy_n(value.begin() + 2, 5, digits.begin() + 1);
    digits[6] = value[0];
  }
  unsigned sum = Weighed(Digits(digits.data(), 7), std::array<unsigned, 7>{8, 7, 6, 5, 4, 3, 2});
  if (value.size() == 9) {
    const std::size_t second = kLetters.find(value[8]);
    if (second == Digits::npos) return false;
    sum += 9 * static_cast<unsigned>(second);
  }
  return kLetters[sum % 23] == value[7];
}

bool IsLithuanianVat(Digits digits) {
  const Digits before = digits.substr(0, digits.size() - 1);
  return before.back() == '1' && TwiceModulo11(before) == Last(digits);
}

bool IsLatvianVat(Digits digits) {
  if (digits[0] > '3') {
    constexpr std::array<unsigned, 11> kLegal = {9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1};
    return Weighed(digits, kLegal) % 11 == 3;
  }
  if (digits.starts_with("32")) return true;
  constexpr std::array<unsigned, 10> kPerson = {10, 5, 8, 4, 2, 1, 6, 3, 7, 9};
  return (1 + Weighed(digits, kPerson)) % 11 % 10 == Last(digits);
}

bool IsRomanianVat(Digits digits) {
  constexpr std::array<unsigned, 9> kWeights = {7, 5, 3, 2, 1, 7, 5, 3, 2};
  unsigned sum = 0;
  const std::size_t before = digits.size() - 1;
  for (std::size_t at = 0; at < before; ++at) sum += At(digits, at) * kWeights[9 - before + at];
  return digits[0] != '0' && sum * 10 % 11 % 10 == Last(digits);
}

bool IsNorthernIrishVat(Digits digits) {
  constexpr std::array<unsigned, 9> kWeights = {8, 7, 6, 5, 4, 3, 2, 10, 1};
  const unsigned rest = Weighed(digits, kWeights) % 97;
  return rest == 0 || rest == 42;
}

}  // namespace octroi::rules
