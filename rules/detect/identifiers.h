// Numbers of persons, companies and accounts whose check digit is known, written without
// separators, in upper case. The characters are looked at; nothing is allocated; nothing is looked
// up in the world: a number that fits may still belong to nobody. Private to the module.
#pragma once

#include <string_view>

namespace octroi::rules {

bool IsIban(std::string_view value);  // ISO 13616: length of its country, mod 97-10
// Characters of the IBANs of the country that this begins with; 0: there is none.
std::size_t IbanSize(std::string_view value);
bool IsPaymentCard(std::string_view value);  // ISO/IEC 7812: 12 to 19 digits, a known issuer, Luhn
// French social security number: 13 characters and a key, 97 less the number modulo 97; Corsica is
// 2A (as 19) or 2B (as 18). IsNirBody: the 13 without their key.
bool IsNir(std::string_view value);
bool IsNirBody(std::string_view value);
bool IsAvs(std::string_view value);                  // Swiss social security: 756…, EAN-13
bool IsSwissUid(std::string_view value);             // CHE and 9 digits, mod 11 (eCH-0097)
bool IsFrenchVat(std::string_view value);            // FR, a key, a SIREN
bool IsGermanVat(std::string_view value);            // DE and 9 digits, MOD 11,10
bool IsGermanTaxId(std::string_view value);          // 11 digits, MOD 11,10
bool IsGermanPension(std::string_view value);        // Rentenversicherungsnummer, 12 characters
bool IsGermanHealth(std::string_view value);         // Krankenversichertennummer, 10 characters
bool IsGermanDocument(std::string_view value);       // identity card, passport: ICAO 9303, 9
bool IsOldGermanCard(std::string_view value);        // T and 8 digits, no check digit
bool IsAmericanProvider(std::string_view value);     // NPI: 10 digits, Luhn over 80840 and it
bool IsAmericanBeneficiary(std::string_view value);  // MBI: 11 characters; it has no check digit
bool IsAmericanSecurity(std::string_view value);     // SSN: 9 digits; it has no check digit
bool IsAmericanTaxpayer(std::string_view value);     // ITIN: 9 digits; it has no check digit

}  // namespace octroi::rules
