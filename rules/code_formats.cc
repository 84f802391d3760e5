// Formats of codes: banks, Switzerland, currencies, languages; and letters in upper and lower case.
#include <algorithm>
#include <array>
#include <string>

#include "base/utf8.h"
#include "rules/detect/identifiers.h"
#include "rules/formats.h"
#include "rules/iso_tables.h"
#include "rules/latin.h"
#include "rules/masks.h"

namespace octroi::rules {
namespace {

// ISO 4217, those in use, with funds and metals left out.
constexpr std::string_view kCurrencies =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP "
    "BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR "
    "KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
    "MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR "
    "SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS "
    "UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ";

// The characters of `value` at the places where `mask` has a '#' or '@', into `out`. 0: another
// form.
template <std::size_t Size>
std::string_view Taken(std::string_view value, std::string_view mask, std::array<char, Size>& out) {
  if (!FitsMask(value, mask)) return {};
  std::size_t size = 0;
  for (std::size_t at = 0; at < mask.size(); ++at) {
    if (mask[at] != '.' && mask[at] != '-' && size < Size) out[size++] = value[at];
  }
  return {out.data(), size};
}

bool IsSubtag(std::string_view tag, std::size_t size, bool (*fits)(char)) {
  return tag.size() == size && std::ranges::all_of(tag, fits);
}

// The next part up to '-', taken off.
std::string_view NextSubtag(std::string_view& tag) {
  const std::size_t dash = std::min(tag.find('-'), tag.size());
  const std::string_view part = tag.substr(0, dash);
  tag.remove_prefix(std::min(dash + 1, tag.size()));
  return part;
}

// Is every letter as `append` would write it?
bool IsAs(std::string_view text, void (*append)(std::string_view, std::string&)) {
  thread_local std::string written;
  written.clear();
  append(text, written);
  return written == text;
}

bool IsTitle(std::string_view text) {
  bool begins = true;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = std::max<std::size_t>(base::Utf8At(text, at).size, 1);
    const std::string_view letter = text.substr(at, size);
    if (!IsAs(letter, begins ? AppendUpper : AppendLower)) return false;
    begins = letter == " " || letter == "-" || letter == "'" || letter == "\u2019";
    at += size;
  }
  return true;
}

}  // namespace

bool IsBic(std::string_view value) {
  return FitsAny(value, "@@@@@@??|@@@@@@?????") &&
         (IsCountry(value.substr(4, 2)) || value.substr(4, 2) == "XK");
}

bool IsWrittenAvs(std::string_view value) {
  std::array<char, 13> digits{};
  return IsAvs(value) || IsAvs(Taken(value, "###.####.####.##", digits));
}

bool IsWrittenSwissUid(std::string_view value) {
  for (const std::string_view suffix : {" MWST", " TVA", " IVA", " HR", " RC"}) {
    if (value.ends_with(suffix)) {
      value.remove_suffix(suffix.size());
      break;
    }
  }
  std::array<char, 12> plain{};
  return IsSwissUid(value) || IsSwissUid(Taken(value, "CHE-###.###.###", plain));
}

bool IsCurrency(std::string_view value) {
  return FitsMask(value, "@@@") && kCurrencies.find(value) % 4 == 0;
}

bool IsLanguageTag(std::string_view value) {
  std::array<char, 2> language{};
  std::string_view rest = value;
  const std::string_view first = NextSubtag(rest);
  if (!IsSubtag(first, 2, IsAlpha) && !IsSubtag(first, 3, IsAlpha)) return false;
  if (first.size() == 2) {
    std::ranges::transform(first, language.begin(),
                           [](char byte) { return static_cast<char>(byte | 0x20); });
    if (!IsLanguage({language.data(), 2})) return false;
  }
  if (value.ends_with('-') || value.find("--") != std::string_view::npos) return false;
  std::string_view part = NextSubtag(rest);
  if (IsSubtag(part, 4, IsAlpha)) part = NextSubtag(rest);  // a script
  if (IsSubtag(part, 2, IsAlpha)) {
    const std::array<char, 2> region = {static_cast<char>(part[0] & ~0x20),
                                        static_cast<char>(part[1] & ~0x20)};
    if (!IsCountry({region.data(), 2})) return false;
    part = NextSubtag(rest);
  } else if (IsSubtag(part, 3, IsDigit)) {
    part = NextSubtag(rest);
  }
  return part.empty();
}

bool HasCasing(Casing casing, std::string_view text) {
  switch (casing) {
    case Casing::kAny:
      return true;
    case Casing::kUpper:
      return IsAs(text, AppendUpper);
    case Casing::kLower:
      return IsAs(text, AppendLower);
    case Casing::kTitle:
      return IsTitle(text);
  }
  return false;
}

}  // namespace octroi::rules
