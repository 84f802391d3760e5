#include "base/utf8.h"
#include "rules/detect/scan.h"

namespace octroi::rules {

bool IsFarLetter(char32_t code) {
  return code >= 0xc0 && code != 0xd7 && code != 0xf7 && code < 0x1f000 &&
         (code < 0x2000 || code >= 0x2c00) && (code < 0x3000 || code >= 0x3040);
}

std::size_t CharBefore(std::string_view text, std::size_t at) {
  std::size_t from = at - 1;
  while (from > 0 && at - from < 4 && (text[from] & 0xc0) == 0x80) --from;
  return from;
}

bool IsWordAt(std::string_view text, std::size_t at) {
  if (at >= text.size()) return false;
  if ((text[at] & 0x80) == 0) return IsDigit(text[at]) || IsAlpha(text[at]);
  return IsFarLetter(base::Utf8At(text, at).code);
}

bool IsWordBefore(std::string_view text, std::size_t at) {
  if (at == 0) return false;
  if ((text[at - 1] & 0x80) == 0) return IsDigit(text[at - 1]) || IsAlpha(text[at - 1]);
  return IsFarLetter(base::Utf8At(text, CharBefore(text, at)).code);
}

std::size_t SeparatorAt(std::string_view text, std::size_t at) {
  if (at >= text.size()) return 0;
  const char byte = text[at];
  if (byte == ' ' || byte == '.' || byte == '-' || byte == '/') return 1;
  if ((byte & 0x80) == 0) return 0;
  const base::Utf8Char next = base::Utf8At(text, at);
  const bool separates = next.code == 0xa0 || next.code == 0x2009 || next.code == 0x202f ||
                         (next.code >= 0x2010 && next.code <= 0x2013);
  return separates ? next.size : 0;
}

Run Run::At(std::string_view text, std::size_t at) {
  Run run;
  while (run.size < kMost && at < text.size()) {
    if (!IsDigit(text[at]) && !IsAlpha(text[at])) break;
    run.chars[run.size] = Upper(text[at]);
    run.ends[run.size++] = ++at;
    if (at < text.size() && (IsDigit(text[at]) || IsAlpha(text[at]))) continue;
    const std::size_t separator = SeparatorAt(text, at);
    run.closes[run.size - 1] = at >= text.size() || !IsWordAt(text, at) || separator != 0;
    if (separator == 0) break;
    run.after[run.size - 1] = text[at];
    at += separator;
  }
  return run;
}

bool Run::Grouped(std::size_t count, std::string_view sizes, bool alike) const {
  if (!Ends(count)) return false;
  std::size_t at = 0;
  char separator = 0;
  for (const char group : sizes) {
    at += static_cast<std::size_t>(IsDigit(group) ? group - '0' : group - 'a' + 10);
    if (at > count || !closes[at - 1]) return false;
    if (at == count) break;
    if (alike && separator != 0 && after[at - 1] != separator) return false;
    separator = after[at - 1];
  }
  std::size_t groups = 0;
  for (std::size_t i = 0; i < count; ++i) groups += closes[i] ? 1 : 0;
  return at == count && groups == sizes.size();
}

bool Run::InOne(std::size_t count) const {
  if (!Ends(count)) return false;
  for (std::size_t i = 0; i + 1 < count; ++i) {
    if (closes[i]) return false;
  }
  return true;
}

bool TextScan::IsPartOfNumber(std::size_t begin, const Run& run, std::size_t count) const {
  char separator = 0;  // its own
  for (std::size_t i = 0; i + 1 < count && separator == 0; ++i)
    separator = run.closes[i] ? run.after[i] : '\0';
  const auto joins = [&](char byte) {
    const std::string_view joints = separator == 0 ? ".,-/_:" : ".,_";
    return byte == separator || joints.find(byte) != std::string_view::npos;
  };
  if (Before(begin) == '_' || At(run.ends[count - 1]) == '_') return true;
  if (begin >= 2 && joins(Before(begin)) && IsDigit(text[begin - 2])) return true;
  const std::size_t end = run.ends[count - 1];
  const std::size_t size = SeparatorAt(text, end);
  return joins(At(end)) && IsDigit(At(end + (size == 0 ? 1 : size)));
}

}  // namespace octroi::rules
