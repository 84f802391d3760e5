// Numbers of persons, companies, accounts and vehicles.
#include <algorithm>

#include "rules/detect/identifiers.h"
#include "rules/detect/scan.h"
#include "rules/iso_tables.h"

namespace octroi::rules {
namespace {

using enum PersonalData;

// A number of a fixed length, the ways it is grouped, and how sure it is without words around.
struct Shape {
  PersonalData type;
  std::size_t size;
  std::string_view groups[4];
  bool (*fits)(std::string_view);
  Confidence alone;
  bool checked;
  bool strict;  // one separator throughout, and no part of a longer number
};

constexpr Shape kDigitShapes[] = {
    {kNir, 15, {"f", "1222332", "d2"}, IsNir, Confidence::kCertain, true, false},
    {kNir, 13, {"d", "122233"}, IsNirBody, Confidence::kNone, false, true},
    {kAvs, 13, {"d", "3442"}, IsAvs, Confidence::kCertain, true, false},
    {kSiret, 14, {"e", "3335", "95"}, IsSiret, Confidence::kLikely, true, true},
    {kSiren, 9, {"9", "333"}, IsSiren, Confidence::kPossible, true, true},
    {kUsSecurity,
     9,
     {"9", "324", "36", "54"},
     IsAmericanSecurity,
     Confidence::kPossible,
     false,
     true},
    {kUsTaxpayer,
     9,
     {"9", "324", "36", "54"},
     IsAmericanTaxpayer,
     Confidence::kPossible,
     false,
     true},
    {kUsProvider, 10, {"a", "433"}, IsAmericanProvider, Confidence::kPossible, true, true},
    {kGermanTaxId, 11, {"b", "2333"}, IsGermanTaxId, Confidence::kPossible, true, true},
    {kGermanPension, 12, {"c", "2613", "813"}, IsGermanPension, Confidence::kLikely, true, true},
    {kUsBeneficiary, 11, {"b", "434"}, IsAmericanBeneficiary, Confidence::kLikely, false, true},
};

constexpr Shape kLetterShapes[] = {
    {kSwissUid, 12, {"c", "3333", "39"}, IsSwissUid, Confidence::kCertain, true, false},
    {kVat, 13, {"d", "2b", "49", "4333"}, IsFrenchVat, Confidence::kCertain, true, false},
    {kVat, 13, {"22333", "229"}, IsFrenchVat, Confidence::kCertain, true, false},
    {kVat, 11, {"b", "29", "2333"}, IsGermanVat, Confidence::kCertain, true, false},
    {kGermanHealth, 10, {"a"}, IsGermanHealth, Confidence::kPossible, true, true},
    {kGermanDocument, 9, {"9"}, IsGermanDocument, Confidence::kPossible, true, true},
    {kGermanDocument, 9, {"9"}, IsOldGermanCard, Confidence::kPossible, false, true},
};

bool IsGrouped(const Run& run, const Shape& shape) {
  return std::ranges::any_of(shape.groups, [&](std::string_view groups) {
    return !groups.empty() && run.Grouped(shape.size, groups, shape.strict);
  });
}

void Fit(TextScan& scan, std::size_t begin, const Run& run, std::span<const Shape> shapes) {
  for (const Shape& shape : shapes) {
    if (!run.Ends(shape.size) || !scan.Wants(shape.type) || !IsGrouped(run, shape) ||
        !shape.fits(run.First(shape.size)))
      continue;
    if (shape.strict && scan.IsPartOfNumber(begin, run, shape.size)) continue;
    // "de" is also French for "of".
    const bool small = IsAlpha(scan.text[begin]) && !IsUpper(scan.text[begin]);
    const Confidence alone = small ? std::min(shape.alone, Confidence::kPossible) : shape.alone;
    scan.Add(shape.type, begin, run.ends[shape.size - 1], alone, shape.checked);
  }
}

// 16 digits are in fours; American Express and Diners have groups of their own.
bool IsGroupedAsCard(const Run& run, std::size_t size) {
  if (run.InOne(size)) return true;
  switch (size) {
    case 14:
      return run.Grouped(size, "464", true);
    case 15:
      return run.Grouped(size, "465", true);
    case 16:
      return run.Grouped(size, "4444", true);
    case 19:
      return run.Grouped(size, "44443", true);
    default:
      return false;
  }
}

// Its first four together, no slashes, and letters all small or all capitals.
bool IsWrittenAsIban(std::string_view text, std::size_t begin, const Run& run, std::size_t size) {
  if (run.closes[0] || run.closes[1] || run.closes[2]) return false;
  const std::string_view written = text.substr(begin, run.ends[size - 1] - begin);
  const auto small = [](char byte) { return byte >= 'a' && byte <= 'z'; };
  return written.find('/') == std::string_view::npos &&
         !(std::ranges::any_of(written, small) && std::ranges::any_of(written, IsUpper));
}

std::size_t Letters(const Run& run, std::size_t from) {
  std::size_t at = from;
  while (at < run.size && IsAlpha(run.chars[at])) ++at;
  return at - from;
}
std::size_t DigitsFrom(const Run& run, std::size_t from) {
  std::size_t at = from;
  while (at < run.size && IsDigit(run.chars[at])) ++at;
  return at - from;
}

bool IsCanton(std::string_view letters) {
  constexpr std::string_view kCantons =
      "AG AI AR BE BL BS FR GE GL GR JU LU NE NW OW SG SH SO SZ TG TI UR VD VS ZG ZH";
  return letters.size() == 2 && kCantons.find(letters) < kCantons.size();
}

bool HasNoneOf(std::string_view text, std::string_view letters) {
  return text.find_first_of(letters) == std::string_view::npos;
}

}  // namespace

void TextScan::Number(std::size_t begin, const Run& run) {
  if (IsDigit(run.chars[0])) {
    Fit(*this, begin, run, kDigitShapes);
  } else {
    Fit(*this, begin, run, kLetterShapes);
  }
}

void TextScan::Account(std::size_t begin, const Run& run) {
  if (IsDigit(run.chars[0])) {
    if (!Wants(kPaymentCard)) return;
    for (std::size_t size = std::min<std::size_t>(run.size, 19); size >= 12; --size) {
      if (!run.Ends(size) || !IsGroupedAsCard(run, size) || !IsPaymentCard(run.First(size)))
        continue;
      if (run.InOne(size) && IsPartOfNumber(begin, run, size)) continue;
      return Add(kPaymentCard, begin, run.ends[size - 1], Confidence::kLikely, true);
    }
    return;
  }
  const std::size_t iban = Wants(kIban) && run.size >= 15 ? IbanSize(run.First(2)) : 0;
  if (iban != 0 && run.Ends(iban) && IsWrittenAsIban(text, begin, run, iban) &&
      IsIban(run.First(iban)))
    return Add(kIban, begin, run.ends[iban - 1], Confidence::kCertain, true);
  for (const std::size_t size : {std::size_t{8}, std::size_t{11}}) {
    if (!Wants(kBic) || !run.InOne(size) || !IsUpper(text[begin])) continue;
    const bool letters = Letters(run, 0) >= 6 && IsCountry(run.First(6).substr(4));
    if (letters && std::ranges::none_of(text.substr(begin, size),
                                        [](char byte) { return byte >= 'a' && byte <= 'z'; }))
      return Add(kBic, begin, run.ends[size - 1], Confidence::kNone, false);
  }
}

// French since 2009: AB-123-CD; before: 123 ABC 75. Swiss: VD 123456. German: HH-AB 1234, with H or
// E behind. Written in capitals.
void TextScan::Plate(std::size_t begin, const Run& run) {
  if (!Wants(kPlate) || (IsAlpha(text[begin]) && !IsUpper(text[begin]))) return;
  const auto add = [&](std::size_t size, Confidence alone) {
    const auto written = text.substr(begin, run.ends[size - 1] - begin);
    const auto small = [](char byte) { return byte >= 'a' && byte <= 'z'; };
    if (std::ranges::none_of(written, small)) Add(kPlate, begin, run.ends[size - 1], alone, false);
  };
  const std::size_t first = Letters(run, 0);
  if (first == 2 && DigitsFrom(run, 2) == 3 && IsAlpha(run.chars[5]) && IsAlpha(run.chars[6]) &&
      run.Ends(7) && HasNoneOf(run.First(7), "IOU")) {
    const bool dashes = run.Grouped(7, "232", true) && run.after[1] == '-';
    return add(7, dashes                        ? Confidence::kLikely
                  : run.Grouped(7, "232", true) ? Confidence::kPossible
                                                : Confidence::kNone);
  }
  if (first == 0) {
    const std::size_t digits = DigitsFrom(run, 0);
    const std::size_t letters = Letters(run, digits);
    const std::size_t size = digits + letters + 2;
    const bool apart = digits >= 1 && digits <= 4 && letters >= 2 && letters <= 3 &&
                       run.closes[digits - 1] && run.closes[digits + letters - 1];
    if (apart && run.Ends(size)) add(size, Confidence::kNone);
    return;
  }
  if (first == 2 && run.closes[1] && IsCanton(run.First(2))) {
    const std::size_t digits = DigitsFrom(run, 2);
    if (digits >= 1 && digits <= 6 && run.Ends(2 + digits)) add(2 + digits, Confidence::kNone);
  }
  if (first < 2 || first > 5) return;  // both groups of letters together
  const std::size_t place = (run.closes[0] ? 1 : run.closes[1] ? 2 : 3);
  const std::size_t digits = DigitsFrom(run, first);
  std::size_t size = first + digits;
  if (!run.closes[place - 1] || first <= place || first - place > 2 || digits < 1 || digits > 4 ||
      !run.closes[first - 1])
    return;
  if (!run.Ends(size) && size < run.size && (run.chars[size] == 'H' || run.chars[size] == 'E'))
    ++size;
  if (run.Ends(size)) add(size, Confidence::kPossible);
}

}  // namespace octroi::rules
