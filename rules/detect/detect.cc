#include "rules/detect/detect.h"

#include <algorithm>

#include "rules/detect/scan.h"

namespace octroi::rules {
namespace {

constexpr std::uint8_t kWordsRaise = 2;

// What no number of ours begins with: a word in small letters that has no digit near its start.
bool IsPlainWord(std::string_view text, std::size_t begin) {
  constexpr std::size_t kNear = 5;  // "de 136 695 976"
  if (IsDigit(text[begin]) || IsUpper(text[begin])) return false;
  const std::string_view near = text.substr(begin, kNear);
  return std::none_of(near.begin(), near.end(), IsDigit);
}

bool IsSurer(const Find& a, const Find& b) {
  if (a.confidence != b.confidence) return a.confidence > b.confidence;
  return a.end - a.begin > b.end - b.begin;
}

// In place, in order of begin.
template <typename Meet>
void Join(std::vector<Find>& finds, const Meet& meet) {
  std::ranges::sort(finds, [](const Find& a, const Find& b) {
    return a.begin != b.begin ? a.begin < b.begin : IsSurer(a, b);
  });
  std::size_t kept = 0;
  for (std::size_t at = 0; at < finds.size(); ++at) {
    if (kept > 0 && finds[at].begin < finds[kept - 1].end) {
      meet(finds[kept - 1], finds[at]);
    } else {
      finds[kept++] = finds[at];
    }
  }
  finds.resize(kept);
}

}  // namespace

void TextScan::Add(PersonalData type, std::size_t begin, std::size_t end, Confidence alone,
                   bool checked) {
  Find find{begin, end, type, alone, kByPattern};
  if (checked) find.evidence |= kByCheckDigits;
  const Around around =
      alone == Confidence::kCertain ? Around::kNothing : words_around.Of(text, begin, end, type);
  auto sure = static_cast<std::uint8_t>(alone);
  if (around == Around::kItsWords) {
    sure =
        std::min<std::uint8_t>(sure + kWordsRaise, static_cast<std::uint8_t>(Confidence::kCertain));
    find.evidence |= kByContext;
  } else if (around == Around::kOtherNumbers && find.confidence > Confidence::kPossible) {
    --sure;
  }
  find.confidence = static_cast<Confidence>(sure);
  if (find.confidence != Confidence::kNone) finds.push_back(find);
}

void Detector::Collect(std::string_view text) {
  finds_.clear();
  words_around_.Forget();
  TextScan scan{text, wanted_.types, finds_, words_around_};
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char byte = text[at];
    const bool begins = !IsWordBefore(text, at);
    if (byte == '@') scan.Email(at);
    if (!begins) continue;
    if (byte == ':') scan.Ip(at);
    if (byte == '+' || byte == '(' || IsDigit(byte)) scan.Phone(at);
    if (!IsDigit(byte) && !IsAlpha(byte)) continue;
    scan.BirthDate(at);
    if (IsHex(byte)) {
      scan.Ip(at);
      scan.Mac(at);
    }
    if (Upper(byte) == 'H') scan.Url(at);
    if (IsPlainWord(text, at)) continue;
    const Run run = Run::At(text, at);
    scan.Number(at, run);
    scan.Account(at, run);
    scan.Plate(at, run);
  }
  std::erase_if(finds_, [&](const Find& find) { return find.confidence < wanted_.at_least; });
}

std::span<const Find> Detector::Scan(std::string_view text) {
  Collect(text);
  Join(finds_, [](Find& kept, const Find& next) {
    if (IsSurer(next, kept)) kept = next;
  });
  return finds_;
}

std::span<const Find> Detector::ScanToHide(std::string_view text) {
  Collect(text);
  Join(finds_, [](Find& kept, const Find& next) {
    const std::size_t begin = std::min(kept.begin, next.begin);
    const std::size_t end = std::max(kept.end, next.end);
    if (IsSurer(next, kept)) kept = next;
    kept.begin = begin;
    kept.end = end;
  });
  return finds_;
}

}  // namespace octroi::rules
