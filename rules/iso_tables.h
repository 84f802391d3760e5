// Compiled-in reference data: countries and languages. Private to the module.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace octroi::rules {

struct Country {
  std::string_view alpha2;  // "FR"
  std::string_view alpha3;  // "FRA"
  std::string_view names;   // folded, separated by '|': "france|metropolitan france"
};
extern const std::array<Country, 249> kCountries;  // sorted by alpha2
extern const std::string_view kLanguages;          // "aa ab ae ...", sorted

bool IsCountry(std::string_view alpha2);   // upper case only
bool IsLanguage(std::string_view alpha2);  // lower case only

// The alpha-2 code of a country written as alpha-2 or alpha-3 in any case, or by a French or
// English name in any case, with or without accents and punctuation ("Cote d'Ivoire"). Nothing if
// it is not known, or longer than any name. Safe from any thread; the first call builds an index.
std::optional<std::string_view> CountryOf(std::string_view written);

}  // namespace octroi::rules
