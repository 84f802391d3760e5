// Postal codes by country: their form, not whether a place has them.
#include <algorithm>

#include "rules/formats.h"
#include "rules/iso_tables.h"
#include "rules/masks.h"

namespace octroi::rules {
namespace {

struct Codes {
  std::string_view country;
  std::string_view masks;  // masks.h
};
// Of the postal operators, as they are written on letters. Sorted.
constexpr Codes kCodes[] = {
    {"AD", "AD###"},
    {"AR", "####|@####@@@"},
    {"AT", "####"},
    {"AU", "####"},
    {"BE", "####"},
    {"BG", "####"},
    {"BR", "#####-###|########"},
    {"CA", "@#@_#@#"},
    {"CH", "####"},
    {"CN", "######"},
    {"CY", "####"},
    {"CZ", "###_##"},
    {"DE", "#####"},
    {"DK", "####"},
    {"DZ", "#####"},
    {"EE", "#####"},
    {"ES", "#####"},
    {"FI", "#####"},
    {"FR", "#####"},
    {"GB", "@#_#@@|@##_#@@|@#@_#@@|@@#_#@@|@@##_#@@|@@#@_#@@"},
    {"GF", "973##"},
    {"GP", "971##"},
    {"GR", "###_##"},
    {"HR", "#####"},
    {"HU", "####"},
    {"IE", "@##_????|D6W_????"},
    {"IL", "#######|#####"},
    {"IN", "###_###"},
    {"IS", "###"},
    {"IT", "#####"},
    {"JP", "###-####"},
    {"LI", "####"},
    {"LT", "#####|LT-#####"},
    {"LU", "####|L-####"},
    {"LV", "LV-####"},
    {"MA", "#####"},
    {"MC", "980##"},
    {"MQ", "972##"},
    {"MT", "@@@_####"},
    {"NC", "988##"},
    {"NL", "####_@@"},
    {"NO", "####"},
    {"PF", "987##"},
    {"PL", "##-###"},
    {"PM", "97500"},
    {"PT", "####-###"},
    {"RE", "974##"},
    {"RO", "######"},
    {"RS", "#####"},
    {"SE", "###_##"},
    {"SI", "####"},
    {"SK", "###_##"},
    {"TN", "####"},
    {"TR", "#####"},
    {"UA", "#####"},
    {"US", "#####|#####-####"},
    {"VA", "00120"},
    {"YT", "976##"},
};
static_assert(std::ranges::is_sorted(kCodes, {}, &Codes::country));

constexpr std::size_t kBytesMax = 12;

// What a code looks like anywhere.
bool IsPlausible(std::string_view value) {
  return value.size() >= 2 && value.size() <= kBytesMax && value[0] != ' ' && value[0] != '-' &&
         std::ranges::all_of(value, [](char byte) {
           return IsDigit(byte) || (byte >= 'A' && byte <= 'Z') || byte == ' ' || byte == '-';
         });
}

}  // namespace

bool IsPostalCode(std::string_view value, std::string_view country) {
  const auto* const codes = std::ranges::lower_bound(kCodes, country, {}, &Codes::country);
  if (codes == std::end(kCodes) || codes->country != country)
    return IsCountry(country) && IsPlausible(value);
  // No department of France and no region of Germany begins so.
  if ((country == "FR" || country == "DE") && value.starts_with("00")) return false;
  return FitsAny(value, codes->masks);
}

}  // namespace octroi::rules
