// Every ready-made format of a contract, as a table: what is written, and whether it has the form.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "rules/contract.h"

namespace octroi::rules {
namespace {

struct Table {
  Format format;
  std::vector<std::string> valid;
  std::vector<std::string> invalid;
};

const std::string kLongLocal(64, 'a');
const std::string kLongLabel(63, 'b');

const std::map<std::string, Table> kTables = {
    {"email",
     {Format::kEmail,
      {"lea@example.org", "lea.martin@example.org", "lea+news@example.co.uk", "l@e.fr",
       "LEA@EXAMPLE.ORG", "o'neil@example.ie", "a_b-c@sub.example.com", "123@example.com",
       "léa@exemple.fr", "lea@exemplé.fr", "lea@xn--exempl-gva.fr", "user@example.xn--p1ai",
       kLongLocal + "@example.org", "a@" + kLongLabel + ".org", "!#$%&'*+-/=?^_`{|}~@example.org"},
      {"",
       "lea",
       "@example.org",
       "lea@",
       "lea@example",
       "lea@@example.org",
       "lea@exa mple.org",
       " lea@example.org",
       "lea@example.org ",
       ".lea@example.org",
       "lea.@example.org",
       "l..ea@example.org",
       "lea@.org",
       "lea@example.",
       "lea@example..org",
       "lea@-example.org",
       "lea@example-.org",
       "lea@example.123",
       "lea@example.o",
       "lea@[192.0.2.1]",
       "\"lea\"@example.org",
       "lea martin@example.org",
       "a" + kLongLocal + "@example.org",
       "a@b" + kLongLabel + ".org",
       "lea@example.org,leo@example.org",
       "lea@exam_ple.org",
       "mailto:lea@example.org@",
       "Léa <lea@example.org>"}}},
    {"phone-e164",
     {Format::kPhoneE164,
      {"+33612345678", "+33123456789", "+14155552671", "+442079460018", "+4930123456", "+1234567",
       "+123456789012345"},
      {"", "+", "0612345678", "33612345678", "+0612345678", "+33 6 12 34 56 78", "+33-612345678",
       "+336123456a8", "+123456", "+1234567890123456", "0033612345678", "++33612345678",
       " +33612345678", "+33612345678 "}}},
    {"uuid",
     {Format::kUuid,
      {"123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000",
       "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"},
      {"", "123e4567e89b12d3a456426614174000", "{123e4567-e89b-12d3-a456-426614174000}",
       "123e4567-e89b-12d3-a456-42661417400", "123e4567-e89b-12d3-a456-4266141740000",
       "123e4567-e89b-12d3-a456-42661417400g", "123e4567-e89b-12d3-a4560426614174000"}}},
    {"date",
     {Format::kDate,
      {"2026-11-21", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"},
      {"", "2026-11-31", "2025-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-01-00",
       "21/11/2026", "2026-1-2", "20261121", "2026-11-21T09:00:00Z", "0000-01-01", "2026/11/21",
       "2026-11-21 "}}},
    {"datetime",
     {Format::kDatetime,
      {"2026-11-21T09:00:00Z", "2026-11-21T09:00:00.123Z", "2026-11-21T09:00:00+01:00",
       "2026-11-21T23:59:60Z", "2026-11-21T09:00:00.123456789-05:30"},
      {"", "2026-11-21", "2026-11-21T09:00:00", "2026-11-21T24:00:00Z", "2026-11-21T09:60:00Z",
       "2026-11-21T09:00Z", "2026-11-21T09:00:00+0100", "2026-02-30T09:00:00Z", "21/11/2026 9:00",
       "2026-11-21T09:00:00.Z"}}},
    {"iso-country",
     {Format::kIsoCountry,
      {"FR", "GB", "BE", "LU", "US", "AX", "ZW", "GF", "RE"},
      {"", "fr", "Fr", "FRA", "UK", "EU", "XX", "ZZ", "F", "France", "F1", "AN", "XK"}}},
    {"iso-language",
     {Format::kIsoLanguage,
      {"fr", "en", "de", "nl", "aa", "zu", "br", "co", "oc"},
      {"", "FR", "fra", "fr-FR", "xx", "f", "zz", "f1", "{a"}}},
    {"siren",
     {Format::kSiren,
      {"732829320", "552100554", "356000000", "443061841", "542065479"},
      {"", "732829321", "73282932", "7328293200", "732 829 320", "000000000", "73282932a",
       "FR732829320"}}},
    {"siret",
     {Format::kSiret,
      {"73282932000074", "55210055400013", "35600000000048", "35600000049837", "44306184100047",
       "35600000000001"},  // La Poste: digits add up to 15
      {"", "73282932000075", "7328293200007", "732829320000740", "732 829 320 00074",
       "00000000000000", "35600000000002", "73282932100074", "7328293200007a"}}},
    {"url",
     {Format::kUrl,
      {"https://example.org", "http://example.org/", "HTTPS://Example.ORG/a?b=c#d",
       "https://example.org:8443/x", "https://sub.example.co.uk/p%C3%A9", "http://192.0.2.1/",
       "http://[2001:db8::1]:80/x", "http://localhost", "https://exemplé.fr/é",
       "https://example.org?utm_campaign=rentree", "https://example.org/a'b(c)~d"},
      {"",
       "example.org",
       "ftp://example.org",
       "https://",
       "https:///path",
       "http://exa mple.org",
       "https://example.org/a b",
       "https://user:pass@example.org",
       "https://example.org:0",
       "https://example.org:65536",
       "https://example.org:",
       "https://example.org:80a",
       "https://-example.org",
       "https://example..org",
       "https://example.org/%zz",
       "https://example.org/%a",
       "javascript:alert(1)",
       "http://256.1.1.1/",
       "http://[::1",
       "http://[1.2.3.4]/",
       "https://example.org/<script>",
       " https://example.org",
       "https:/example.org",
       "http://[::1]x",
       "https://example.org/\x7f"}}},
    {"ip",
     {Format::kIp,
      {"192.0.2.1", "0.0.0.0", "255.255.255.255", "2001:db8::1", "::", "::1", "::ffff:192.0.2.1",
       "2001:0db8:0000:0000:0000:0000:0000:0001"},
      {"", "192.0.2", "192.0.2.256", "192.0.2.1.1", "192.0.2.01", "192.0.2.1/24",
       "2001:db8::1::", "fe80::1%eth0", "g::1", "1:2:3:4:5:6:7", "192.0.2.1 ",
       std::string("192.0.2.1\0", 10), std::string(60, '1')}}},
    {"integer",
     {Format::kInteger,
      {"0", "7", "-7", "007", "12345678901234567890"},
      {"", "-", "+7", "7.0", "1e3", "0x10", " 7", "7 ", "1 000", "--7"}}},
    {"decimal",
     {Format::kDecimal,
      {"0", "7", "-7.5", "2.55", "0.0", "007.10"},
      {"", "-", ".", ".5", "5.", "1,5", "1.2.3", "1e3", "+1.5", "NaN", "inf", "-.5", " 1.5",
       "1.-5"}}},
    {"code",
     {Format::kCode,
      {"rentree-2026", "85123A", "a", "17850", "gift_0001:80", "a/b.c+d", std::string(128, 'x')},
      {"", " a", "a b", "-a", "_a", "été", "a;b", "a'b", "a\"b", "a<b", "a\n",
       std::string(129, 'x')}}},
    {"no-personal-data",
     {Format::kNoPersonalData,
      {"", "Très bien, merci !", "réf 732829320", "commande 4111111111111111"},
      {"lea@exemple.fr", "tel 06 12 34 56 78", "NIR 1 85 05 78 006 084 91", "l\xe9", "a\u200bb",
       std::string(16 * 1024 + 1, 'a')}}},
    {"iban",
     {Format::kIban,
      {"FR1420041010050500013M02606", "CH9300762011623852957", "DE89370400440532013000"},
      {"", "FR1420041010050500013M02607", "FR14 2004 1010 0505 0001 3M02 606",
       "fr1420041010050500013m02606", "XX1420041010050500013M02606"}}},
    {"bic",
     {Format::kBic,
      {"BNPAFRPP", "BNPAFRPPXXX", "UBSWCHZH80A", "NCBVXKPR"},
      {"", "BNPAFRP", "BNPAFRPPXX", "bnpafrpp", "BNPAXXPP", "BNP4FRPP"}}},
    {"payment-card",
     {Format::kPaymentCard,
      {"4111111111111111", "378282246310005", "5555555555554444"},
      {"", "4111111111111112", "4111 1111 1111 1111", "9111111111111111"}}},
    // Numbers that companies print, and that tax offices give as examples.
    {"vat",
     {Format::kVat,
      {"FR40303265045", "DE136695976",   "ATU13585627",    "BE0428759497",  "BE0403019261",
       "DK13585628",    "EE100931558",   "EL094259216",    "FI20774740",    "HR33392005961",
       "HU12892312",    "IT00743110157", "LU15027442",     "MT11679112",    "NL004495445B01",
       "PL8567346215",  "PT501964843",   "SE123456789701", "SI50223054",    "SK2022749619",
       "ESA13585625",   "IE6433435F",    "CY10259033P",    "BG175074752",   "BG7523169263",
       "BG8032056031",  "CZ25123891",    "CZ7103192745",   "CZ640903926",   "ES54362315K",
       "ESX5253868R",   "ESM1234567L",   "ESJ99216582",    "ESP2807900B",   "IE6433435OA",
       "IE8D79739I",    "LT119511515",   "LT100001919017", "LV40003521600", "LV16117519997",
       "RO18547290",    "XI980780684"},
      {"",
       "FR",
       "FR41303265045",
       "DE136695977",
       "BG175074751",
       "BG8032056032",
       "CY10259033Q",
       "CY12000139V",
       "CZ25123890",
       "CZ7103192746",
       "CZ7133192745",
       "CZ640003926",
       "ES54362315Z",
       "ESX5253868T",
       "ESM1234567K",
       "ESJ99216583",
       "ESA1358562D",
       "ESP28079002",
       "ESA13585626",
       "ESI99216582",
       "IE6433435E",
       "IE6433435OB",
       "IE8D79739J",
       "LT119511516",
       "LT100001919018",
       "LT119511525",
       "LV40003521601",
       "LV16117519998",
       "RO18547291",
       "RO08547290",
       "XI980780685",
       "ATU13585626",
       "BE0428759498",
       "DK13585627",
       "EE100931559",
       "EL094259217",
       "FI20774741",
       "HR33392005962",
       "HU12892313",
       "IT00743110158",
       "LU15027443",
       "MT11679113",
       "NL004495446B01",
       "PL8567346216",
       "PT501964844",
       "SE123456789101",
       "SE123456789702",
       "SI50223055",
       "SK2022749618",
       "GR094259216",
       "US123456789",
       "ATU1358562",
       "BE428759497",
       "fr40303265045"}}},
    {"nir",
     {Format::kNir,
      {"255081416802538", "154120219033045"},
      {"", "255081416802539", "2 55 08 14 168 025 38"}}},
    {"ch-avs",
     {Format::kSwissAvs,
      {"7569217076985", "756.9217.0769.85"},
      {"", "756.9217.0769.86", "756.92170769.85", "756 9217 0769 85", "7579217076985"}}},
    {"ch-uid",
     {Format::kSwissUid,
      {"CHE100155212", "CHE-100.155.212", "CHE-100.155.212 TVA", "CHE-100.155.212 MWST"},
      {"", "CHE-100.155.213", "CHE-100155212", "CHE-100.155.212 VAT", "CHE-100.155.212TVA"}}},
    {"postal-code", {Format::kPostalCode, {}, {"", "75001"}}},  // it needs a country
    {"json",
     {Format::kJson,
      {"{}", "[]", " [1, -0.5e+3, \"a\\u00e9\\n\", true, null, {\"a\": {}}] ", "0", "\"\"",
       std::string(32, '[') + std::string(32, ']')},
      {"", "{", "[1,]", "{\"a\"}", "{a: 1}", "01", "1.", "-", "+1", "NaN", "'a'", "\"\\x\"",
       "\"\\u12g4\"",
       "\"a\tb\""
       "\x01",
       "[1] 2", "[\"a\nb\"", std::string(33, '[') + std::string(33, ']'),
       "{\"a\":" + std::string(32, '[') + std::string(32, ']') + "}", std::string(100000, '[')}}},
    {"language-tag",
     {Format::kLanguageTag,
      {"fr", "fr-CH", "FR-fr", "zh-Hant-TW", "es-419", "gsw", "gsw-CH"},
      {"", "f", "xx", "fr-XX", "fr_CH", "fr-", "-fr", "fr--CH", "fr-CH-x", "français"}}},
    {"iso-currency",
     {Format::kIsoCurrency, {"EUR", "CHF", "XOF"}, {"", "eur", "EU", "EURO", "XXX", "UR "}}},
    {"text",
     {Format::kText,
      {"", "Zoë", "two\nlines\tand a tab\r\n", "日本"},
      {std::string("\0", 1), "bell\a", "\x1b[31m", "del\x7f"}}},
};

TEST(Formats, Table) {
  int rows = 0;
  for (const auto& [name, table] : kTables) {
    for (const std::string& value : table.valid) {
      EXPECT_TRUE(HasFormat(table.format, value)) << name << " should take: " << value;
      ++rows;
    }
    for (const std::string& value : table.invalid) {
      EXPECT_FALSE(HasFormat(table.format, value)) << name << " should not take: " << value;
      ++rows;
    }
  }
  EXPECT_GE(rows, 150);
}

TEST(Formats, NoneTakesAnything) { EXPECT_TRUE(HasFormat(Format::kNone, "\x01")); }

// One wrong digit is never a SIREN or SIRET: what Luhn is for.
TEST(Formats, EveryWrongDigitOfASirenIsSeen) {
  const std::string siren = "732829320";
  for (std::size_t at = 0; at < siren.size(); ++at) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      std::string other = siren;
      other[at] = digit;
      EXPECT_EQ(HasFormat(Format::kSiren, other), other == siren) << other;
    }
  }
}

TEST(Formats, CountriesAndLanguagesAreComplete) {
  int countries = 0;
  int languages = 0;
  for (char first = 'A'; first <= 'Z'; ++first) {
    for (char second = 'A'; second <= 'Z'; ++second) {
      countries += HasFormat(Format::kIsoCountry, std::string{first, second});
      const std::string lower{static_cast<char>(first + 32), static_cast<char>(second + 32)};
      languages += HasFormat(Format::kIsoLanguage, lower);
    }
  }
  EXPECT_EQ(countries, 249);
  EXPECT_EQ(languages, 184);
}

}  // namespace
}  // namespace octroi::rules
