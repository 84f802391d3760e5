// Check digits of VAT numbers whose sums depend on who has the number. Private to the module.
#pragma once

#include <string_view>

namespace octroi::rules {

// Each takes what follows the two letters of the country, of the form that IsVat has checked.
bool IsBulgarianVat(std::string_view digits);  // 9 digits: legal; 10: a person, a foreigner, others
bool IsCypriotVat(std::string_view value);
bool IsCzechVat(std::string_view digits);   // 8: legal; 9, 10: people, by their birth number
bool IsSpanishVat(std::string_view value);  // NIF, NIE, CIF
bool IsIrishVat(std::string_view value);    // both forms
bool IsLithuanianVat(std::string_view digits);
bool IsLatvianVat(std::string_view digits);  // people since 2017 (32...) have no check digit
bool IsRomanianVat(std::string_view digits);
bool IsNorthernIrishVat(std::string_view digits);  // as in the United Kingdom

}  // namespace octroi::rules
