// Phone numbers, as they are written in prose. What begins with a country's prefix is judged by
// libphonenumber, unless the plan is as plain as the French and the Swiss ones.
#include <array>
#include <string>

#include "rules/detect/scan.h"
#include "rules/repairs.h"

namespace octroi::rules {
namespace {

constexpr std::size_t kDigitsMax = 15;  // E.164
constexpr std::size_t kGroupsMax = 10;

// Digits in groups. Between groups one separator, or two where one is a bracket: ") ".
struct Dialled {
  std::array<char, kDigitsMax + 4> digits{};
  std::size_t count = 0;
  std::array<std::size_t, kGroupsMax> ends{};  // byte after each group
  std::array<std::size_t, kGroupsMax> upto{};  // digits until its end
  std::size_t groups = 0;
  bool dashes = false;  // brackets, dashes or dots somewhere

  std::string_view First(std::size_t many) const { return {digits.data(), many}; }
  std::size_t Size(std::size_t group) const {
    return upto[group] - (group == 0 ? 0 : upto[group - 1]);
  }
  bool Are(std::string_view sizes) const {
    if (sizes.size() > groups) return false;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      if (Size(i) != static_cast<std::size_t>(sizes[i] - '0')) return false;
    }
    return true;
  }
};

std::size_t SkipSeparators(std::string_view text, std::size_t at, bool& dashes) {
  for (int most = 2; most > 0 && at < text.size(); --most) {
    const bool bracket = text[at] == '(' || text[at] == ')';
    const std::size_t size = bracket ? 1 : SeparatorAt(text, at);
    if (size == 0) break;
    dashes = dashes || bracket || text[at] == '-' || text[at] == '.';
    if (!bracket && most == 1 && text[at - 1] != ')') break;
    at += size;
  }
  return at;
}

Dialled Read(std::string_view text, std::size_t at) {
  Dialled read;
  if (at < text.size() && text[at] == '(') ++at, read.dashes = true;
  while (read.groups < kGroupsMax && at < text.size() && IsDigit(text[at])) {
    const std::size_t before = read.count;
    while (at < text.size() && IsDigit(text[at]) && read.count < read.digits.size())
      read.digits[read.count++] = text[at++];
    if (at < text.size() && IsWordAt(text, at)) {
      read.count = before;  // "12a"
      break;
    }
    read.upto[read.groups] = read.count;
    read.ends[read.groups++] = at;
    if (read.count > kDigitsMax) break;
    at = SkipSeparators(text, at, read.dashes);
  }
  return read;
}

}  // namespace

// '+' or 00: the longest that a country's plan knows.
static bool International(TextScan& scan, std::size_t begin, const Dialled& read,
                          std::size_t prefix) {
  const auto add = [&](std::size_t group, Confidence alone) {
    scan.Add(PersonalData::kPhone, begin, read.ends[group], alone, false);
    return true;
  };
  const std::string_view all = read.First(read.count).substr(prefix);
  const bool plain = all.starts_with("33") || all.starts_with("41");
  const std::size_t trunk = all.size() > 2 && plain && all[2] == '0' ? 1 : 0;  // "+33 (0)6"
  std::size_t possible = kGroupsMax;
  for (std::size_t group = read.groups; group-- > 0;) {
    const std::size_t digits = read.upto[group] - prefix;
    if (read.upto[group] <= prefix || digits < 7 || digits > kDigitsMax) continue;
    if (plain) {
      if (digits == 11 + trunk && all[2 + trunk] != '0') return add(group, Confidence::kCertain);
      continue;
    }
    if (possible == kGroupsMax) possible = group;
    std::string e164;
    const std::string_view written = scan.text.substr(begin, read.ends[group] - begin);
    if (PhoneToE164(written, e164)) return add(group, Confidence::kCertain);
    if (possible >= group + 2) break;
  }
  return possible != kGroupsMax && prefix == 0 && add(possible, Confidence::kPossible);
}

// As within a country: France 06 12 34 56 78, Switzerland 079 123 45 67, North America
// (415) 555-0132. Others need a word that says so.
static void National(TextScan& scan, std::size_t begin, const Dialled& read) {
  const auto add = [&](std::size_t groups, Confidence alone) {
    scan.Add(PersonalData::kPhone, begin, read.ends[groups - 1], alone, false);
  };
  if (read.digits[0] == '0' && read.count > 1 && read.digits[1] != '0') {
    if (read.Are("22222"))
      return add(
          5, read.groups > 5 && read.Size(5) == 2 ? Confidence::kPossible : Confidence::kLikely);
    if (read.Are("3322") || read.Are("433") || read.Are("28") || read.Are("2323"))
      return add(read.Are("28") ? 2 : read.Are("433") ? 3 : 4, Confidence::kLikely);
    if (read.Size(0) == 10) return add(1, Confidence::kLikely);
  }
  const bool american = read.digits[0] >= '2' && read.Are("334") && read.digits[3] >= '2';
  if (american) return add(3, read.dashes ? Confidence::kLikely : Confidence::kPossible);
  const bool inside =
      begin >= 2 && SeparatorAt(scan.text, begin - 1) != 0 && IsDigit(scan.text[begin - 2]);
  for (std::size_t groups = inside ? 0 : read.groups; groups > 0; --groups) {
    const std::size_t digits = read.upto[groups - 1];
    if (digits >= 8 && digits <= 13) return add(groups, Confidence::kNone);
  }
}

void TextScan::Phone(std::size_t begin) {
  if (!Wants(PersonalData::kPhone)) return;
  const char before = Before(begin);
  if (IsWordBefore(text, begin) || before == '+' || before == '_' || before == '(') return;
  const bool plus = text[begin] == '+';
  std::size_t digits = begin + (plus ? 1 : 0);
  if (plus && At(digits) == ' ') return;
  if (!plus &&
      (before == '.' || before == ',' || before == '-' || before == '/' || before == ':') &&
      begin >= 2 && IsDigit(text[begin - 2]))
    return;
  const Dialled read = Read(text, digits);
  if (read.groups == 0 || read.count < 7) return;
  const bool zeros = !plus && read.First(read.count).starts_with("00") && read.digits[2] != '0';
  if (plus || zeros) {
    if (read.digits[zeros ? 2 : 0] != '0') (void)International(*this, begin, read, zeros ? 2 : 0);
    return;
  }
  National(*this, begin, read);
}

}  // namespace octroi::rules
