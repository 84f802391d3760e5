#include "rules/detect/identifiers.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "rules/check_digits.h"
#include "rules/formats.h"

namespace octroi::rules {
namespace {

bool AllDigits(std::string_view text) { return std::all_of(text.begin(), text.end(), IsDigit); }
bool IsUpper(char byte) { return byte >= 'A' && byte <= 'Z'; }
bool IsUpperOrDigit(char byte) { return IsUpper(byte) || IsDigit(byte); }

// Nobody's number: one digit all over, but for the last.
bool IsFiller(std::string_view digits) {
  return digits.find_first_not_of(digits[0]) >= digits.size() - 1;
}

int Number(std::string_view digits) {
  int number = 0;
  for (const char digit : digits) number = number * 10 + (digit - '0');
  return number;
}

// ISO 13616 registry: characters of the IBANs of each country.
struct IbanLength {
  std::string_view country;
  std::uint8_t size;
};
constexpr IbanLength kIbans[] = {
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22},
    {"BH", 22}, {"BI", 27}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24},
    {"DE", 22}, {"DJ", 27}, {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18},
    {"FK", 18}, {"FO", 18}, {"FR", 27}, {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27},
    {"GT", 28}, {"HN", 28}, {"HR", 21}, {"HU", 28}, {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26},
    {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20},
    {"LU", 20}, {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22}, {"MK", 19}, {"MN", 20},
    {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NI", 28}, {"NL", 18}, {"NO", 15}, {"OM", 23}, {"PK", 24},
    {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"RU", 33}, {"SA", 24},
    {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"SO", 23}, {"ST", 25},
    {"SV", 28}, {"TL", 23}, {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20},
    {"YE", 30}};

// Issuers: the first digits, from and to, and the lengths that their cards have.
struct Issuer {
  int digits, from, to, shortest, longest;
};
constexpr Issuer kIssuers[] = {{1, 4, 4, 13, 19},        // Visa
                               {2, 51, 55, 16, 16},      // Mastercard
                               {4, 2221, 2720, 16, 16},  // Mastercard
                               {2, 34, 34, 15, 15},      // American Express
                               {2, 37, 37, 15, 15},      // American Express
                               {3, 300, 305, 14, 19},    // Diners
                               {2, 36, 36, 14, 19},      // Diners
                               {2, 38, 39, 14, 19},      // Diners
                               {4, 6011, 6011, 16, 19},  // Discover
                               {3, 644, 649, 16, 19},    // Discover
                               {2, 65, 65, 16, 19},      // Discover
                               {4, 3528, 3589, 16, 19},  // JCB
                               {2, 62, 62, 16, 19},      // UnionPay
                               {4, 5018, 5020, 12, 19},  // Maestro, Dankort
                               {2, 56, 58, 12, 19},      // Maestro
                               {4, 5038, 5038, 12, 19},  // Maestro
                               {4, 6304, 6304, 12, 19},  // Maestro
                               {4, 6759, 6763, 12, 19},  // Maestro
                               {1, 1, 1, 15, 15}};       // UATP

// The letter of a German number, as the two digits of its place in the alphabet.
void AppendLetter(char letter, char*& out) {
  const int place = letter - 'A' + 1;
  *out++ = static_cast<char>('0' + place / 10);
  *out++ = static_cast<char>('0' + place % 10);
}

unsigned CrossSum(unsigned number) { return number / 10 + number % 10; }

unsigned IcaoValue(char byte) {
  return static_cast<unsigned>(IsDigit(byte) ? byte - '0' : byte - 'A' + 10);
}

}  // namespace

std::size_t IbanSize(std::string_view value) {
  const auto* const country = std::ranges::find(kIbans, value.substr(0, 2), &IbanLength::country);
  return country == std::end(kIbans) ? 0 : country->size;
}

bool IsIban(std::string_view value) {
  if (value.size() < 15 || !std::all_of(value.begin(), value.end(), IsUpperOrDigit)) return false;
  if (value.size() != IbanSize(value)) return false;
  if (!AllDigits(value.substr(2, 2))) return false;
  unsigned rest = 0;
  for (std::size_t at = 0; at < value.size(); ++at) {
    const char byte = value[(at + 4) % value.size()];
    rest = (rest * (IsDigit(byte) ? 10 : 100) + IcaoValue(byte)) % 97;
  }
  return rest == 1;
}

bool IsPaymentCard(std::string_view value) {
  const int size = static_cast<int>(value.size());
  if (size < 12 || size > 19 || !AllDigits(value)) return false;
  const bool issued = std::ranges::any_of(kIssuers, [&](const Issuer& issuer) {
    const int first = Number(value.substr(0, static_cast<std::size_t>(issuer.digits)));
    return first >= issuer.from && first <= issuer.to && size >= issuer.shortest &&
           size <= issuer.longest;
  });
  return issued && !IsFiller(value) && Luhn(value);
}

// Sex, year, month (from 20 and from 50 where it is not known), department, town, order.
bool IsNirBody(std::string_view value) {
  if (value.size() != 13) return false;
  if (std::string_view("123478").find(value[0]) == std::string_view::npos) return false;
  const bool corsica = value[5] == '2' && (value[6] == 'A' || value[6] == 'B');
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (!IsDigit(value[at]) && !(corsica && at == 6)) return false;
  }
  const int month = Number(value.substr(3, 2));
  const bool known = (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50;
  return known && value.substr(5, 2) != "00" && value.substr(10, 3) != "000";
}

bool IsNir(std::string_view value) {
  if (value.size() != 15 || !IsNirBody(value.substr(0, 13)) || !AllDigits(value.substr(13)))
    return false;
  std::array<char, 13> digits{};
  std::copy_n(value.begin(), digits.size(), digits.begin());
  if (!IsDigit(digits[6])) {
    digits[5] = '1';
    digits[6] = digits[6] == 'A' ? '9' : '8';
  }
  const unsigned rest = Modulo(std::string_view(digits.data(), digits.size()), 97);
  return 97 - rest == static_cast<unsigned>(Number(value.substr(13)));
}

bool IsAvs(std::string_view value) {
  return value.size() == 13 && value.starts_with("756") && AllDigits(value) && Ean13(value);
}

bool IsSwissUid(std::string_view value) {
  if (value.size() != 12 || !value.starts_with("CHE") || !AllDigits(value.substr(3))) return false;
  constexpr std::array<unsigned, 8> kWeights = {5, 4, 3, 2, 7, 6, 5, 4};
  const unsigned check = (11 - Weighed(value.substr(3, 8), kWeights) % 11) % 11;
  return check != 10 && check == static_cast<unsigned>(value[11] - '0');
}

// Newer keys have letters, whose sum is not published: there the SIREN alone is checked.
bool IsFrenchVat(std::string_view value) {
  if (value.size() != 13 || !value.starts_with("FR") || !IsSiren(value.substr(4))) return false;
  const std::string_view key = value.substr(2, 2);
  const auto fits = [](char byte) { return IsUpperOrDigit(byte) && byte != 'I' && byte != 'O'; };
  if (!AllDigits(key)) return fits(key[0]) && fits(key[1]);
  return (12 + 3 * Modulo(value.substr(4), 97)) % 97 == static_cast<unsigned>(Number(key));
}

bool IsGermanVat(std::string_view value) {
  return value.size() == 11 && value.starts_with("DE") && value[2] != '0' &&
         AllDigits(value.substr(2)) && Mod11And10(value.substr(2));
}

// No digit stands more than three times among the first ten.
bool IsGermanTaxId(std::string_view value) {
  if (value.size() != 11 || value[0] == '0' || !AllDigits(value) || !Mod11And10(value))
    return false;
  std::array<int, 10> times{};
  for (const char digit : value.substr(0, 10)) ++times[static_cast<std::size_t>(digit - '0')];
  return std::ranges::all_of(times, [](int count) { return count <= 3; });
}

// Area, date of birth, letter of the name, serial, check digit.
bool IsGermanPension(std::string_view value) {
  if (value.size() != 12 || !IsUpper(value[8]) || !AllDigits(value.substr(0, 8)) ||
      !AllDigits(value.substr(9)))
    return false;
  int day = Number(value.substr(2, 2));  // from 51 where a number was given twice
  if (day > 50) day -= 50;
  const int month = Number(value.substr(4, 2));
  if (day < 1 || day > 31 || month < 1 || month > 12) return false;
  constexpr std::array<unsigned, 12> kWeights = {2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};
  std::array<char, 12> digits{};
  char* out = std::copy_n(value.begin(), 8, digits.data());
  AppendLetter(value[8], out);
  std::copy_n(value.begin() + 9, 2, out);
  unsigned sum = 0;
  for (std::size_t at = 0; at < digits.size(); ++at)
    sum += CrossSum(static_cast<unsigned>(digits[at] - '0') * kWeights[at]);
  return sum % 10 == static_cast<unsigned>(value[11] - '0');
}

bool IsGermanHealth(std::string_view value) {
  if (value.size() != 10 || !IsUpper(value[0]) || !AllDigits(value.substr(1))) return false;
  std::array<char, 10> digits{};
  char* out = digits.data();
  AppendLetter(value[0], out);
  std::copy_n(value.begin() + 1, 8, out);
  unsigned sum = 0;
  for (std::size_t at = 0; at < digits.size(); ++at)
    sum += CrossSum(static_cast<unsigned>(digits[at] - '0') * (at % 2 == 0 ? 1 : 2));
  return sum % 10 == static_cast<unsigned>(value[9] - '0');
}

bool IsGermanDocument(std::string_view value) {
  constexpr std::string_view kLetters = "CFGHJKLMNPRTVWXYZ";
  const auto has = [&](char byte) { return kLetters.find(byte) != std::string_view::npos; };
  if (value.size() != 9 || !has(value[0]) || !IsDigit(value[8])) return false;
  unsigned sum = 0;
  for (std::size_t at = 0; at < 8; ++at) {
    if (!IsDigit(value[at]) && !has(value[at])) return false;
    sum += IcaoValue(value[at]) * std::array<unsigned, 3>{7, 3, 1}[at % 3];
  }
  return sum % 10 == static_cast<unsigned>(value[8] - '0');
}

bool IsOldGermanCard(std::string_view value) {
  return value.size() == 9 && value[0] == 'T' && AllDigits(value.substr(1));
}

bool IsAmericanProvider(std::string_view value) {
  if (value.size() != 10 || (value[0] != '1' && value[0] != '2') || !AllDigits(value)) return false;
  std::array<char, 15> all = {'8', '0', '8', '4', '0'};
  std::copy(value.begin(), value.end(), all.begin() + 5);
  return !IsFiller(value) && Luhn(std::string_view(all.data(), all.size()));
}

// CMS: which places are digits, letters (without S L O I B Z) or either.
bool IsAmericanBeneficiary(std::string_view value) {
  constexpr std::string_view kPlaces = "CAENAENAANN";
  const auto letter = [](char byte) {
    return IsUpper(byte) && std::string_view("SLOIBZ").find(byte) == std::string_view::npos;
  };
  if (value.size() != kPlaces.size() || value[0] == '0') return false;
  for (std::size_t at = 0; at < value.size(); ++at) {
    const bool digit = IsDigit(value[at]);
    const char place = kPlaces[at];
    const bool fits =
        place == 'A' ? letter(value[at]) : digit || (place == 'E' && letter(value[at]));
    if (!fits) return false;
  }
  return true;
}

// Those that were never given out, and three that are printed everywhere.
bool IsAmericanSecurity(std::string_view value) {
  if (value.size() != 9 || !AllDigits(value) || value[0] == '9') return false;
  const bool given = value.substr(0, 3) != "000" && value.substr(0, 3) != "666" &&
                     value.substr(3, 2) != "00" && value.substr(5) != "0000";
  const bool printed = value == "078051120" || value == "123456789" || value == "219099999";
  return given && !printed && !IsFiller(value);
}

bool IsAmericanTaxpayer(std::string_view value) {
  if (value.size() != 9 || !AllDigits(value) || value[0] != '9') return false;
  const int group = Number(value.substr(3, 2));
  return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) ||
         (group >= 90 && group <= 92) || (group >= 94 && group <= 99);
}

}  // namespace octroi::rules
