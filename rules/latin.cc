#include "rules/latin.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/utf8.h"

namespace octroi::rules {
namespace {

// Takes one character off the front; what is not UTF-8, byte by byte as U+FFFD.
char32_t TakeOne(std::string_view& rest) {
  const base::Utf8Char next = base::Utf8At(rest, 0);
  rest.remove_prefix(std::max<std::size_t>(next.size, 1));
  return next.size == 0 ? 0xfffd : next.code;
}

// Two bytes are enough for what the tables below can give.
void AppendLatin(char32_t code, std::string& out) {
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
  } else {
    out.push_back(static_cast<char>(0xc0 | (code >> 6)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
  }
}

bool IsSpace(char32_t code) {
  return code == ' ' || (code >= 0x09 && code <= 0x0d) || code == 0xa0 || code == 0x202f ||
         (code >= 0x2000 && code <= 0x200b) || code == 0x205f || code == 0x3000 || code == 0xfeff;
}

// Latin Extended-A is pairs of upper and lower case, upper first: on even numbers, but on odd ones
// in two stretches. The letters without a simple partner are 0130, 0131, 0138, 0149 and 017F.
bool UpperOnOdd(char32_t code) {
  return (code >= 0x139 && code <= 0x148) || (code >= 0x179 && code <= 0x17e);
}
bool HasPair(char32_t code) {
  return code >= 0x100 && code <= 0x17e && code != 0x130 && code != 0x131 && code != 0x138 &&
         code != 0x149 && code != 0x178;
}

char32_t Lower(char32_t code) {
  if (code < 0x80) return code >= 'A' && code <= 'Z' ? code + 0x20 : code;
  if (code >= 0xc0 && code <= 0xde && code != 0xd7) return code + 0x20;
  if (code == 0x178) return 0xff;
  if (HasPair(code) && (code % 2 == 1) == UpperOnOdd(code)) return code + 1;
  return code;
}

char32_t Upper(char32_t code) {
  if (code < 0x80) return code >= 'a' && code <= 'z' ? code - 0x20 : code;
  if (code >= 0xe0 && code <= 0xfe && code != 0xf7) return code - 0x20;
  if (code == 0xff) return 0x178;
  if (HasPair(code) && (code % 2 == 0) == UpperOnOdd(code)) return code - 1;
  return code;
}

// From U+00C0 on, one entry for each letter; "" for what is not a letter with an accent.
constexpr std::array<std::string_view, 192> kPlain = {
    "A", "A", "A",  "A",  "A", "A", "AE", "C", "E", "E", "E", "E", "I", "I", "I",  "I",   // 00C0
    "D", "N", "O",  "O",  "O", "O", "O",  "",  "O", "U", "U", "U", "U", "Y", "TH", "ss",  // 00D0
    "a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",   // 00E0
    "d", "n", "o",  "o",  "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "y",   // 00F0
    "A", "a", "A",  "a",  "A", "a", "C",  "c", "C", "c", "C", "c", "C", "c", "D",  "d",   // 0100
    "D", "d", "E",  "e",  "E", "e", "E",  "e", "E", "e", "E", "e", "G", "g", "G",  "g",   // 0110
    "G", "g", "G",  "g",  "H", "h", "H",  "h", "I", "i", "I", "i", "I", "i", "I",  "i",   // 0120
    "I", "i", "IJ", "ij", "J", "j", "K",  "k", "k", "L", "l", "L", "l", "L", "l",  "L",   // 0130
    "l", "L", "l",  "N",  "n", "N", "n",  "N", "n", "n", "N", "n", "O", "o", "O",  "o",   // 0140
    "O", "o", "OE", "oe", "R", "r", "R",  "r", "R", "r", "S", "s", "S", "s", "S",  "s",   // 0150
    "S", "s", "T",  "t",  "T", "t", "T",  "t", "U", "u", "U", "u", "U", "u", "U",  "u",   // 0160
    "U", "u", "U",  "u",  "W", "w", "Y",  "y", "Y", "Z", "z", "Z", "z", "Z", "z",  "s"};  // 0170

template <class Map>
void AppendMapped(std::string_view text, std::string& out, Map&& map) {
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t code = TakeOne(text);
    if (!map(code)) out.append(before.substr(0, before.size() - text.size()));
  }
}

}  // namespace

std::string_view Trimmed(std::string_view text) {
  while (!text.empty()) {
    std::string_view rest = text;
    if (!IsSpace(TakeOne(rest))) break;
    text = rest;
  }
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && (static_cast<std::uint8_t>(text[start]) & 0xc0) == 0x80) --start;
    std::string_view last = text.substr(start);
    if (!IsSpace(TakeOne(last)) || !last.empty()) break;
    text.remove_suffix(text.size() - start);
  }
  return text;
}

std::size_t CodePoints(std::string_view text) {
  std::size_t count = 0;
  for (const char byte : text) count += (static_cast<std::uint8_t>(byte) & 0xc0) != 0x80;
  return count;
}

void AppendLower(std::string_view text, std::string& out) {
  AppendMapped(text, out, [&](char32_t code) {
    const char32_t other = Lower(code);
    if (other != code) AppendLatin(other, out);
    return other != code;
  });
}

void AppendUpper(std::string_view text, std::string& out) {
  AppendMapped(text, out, [&](char32_t code) {
    const char32_t other = Upper(code);
    if (other != code) AppendLatin(other, out);
    return other != code;
  });
}

void AppendUnaccented(std::string_view text, std::string& out) {
  AppendMapped(text, out, [&](char32_t code) {
    if (code >= 0x300 && code <= 0x36f) return true;
    if (code < 0xc0 || code >= 0xc0 + kPlain.size() || kPlain[code - 0xc0].empty()) return false;
    out.append(kPlain[code - 0xc0]);
    return true;
  });
}

}  // namespace octroi::rules
