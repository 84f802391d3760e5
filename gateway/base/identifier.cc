#include "base/identifier.h"

#include <idn2.h>
#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/utf8.h"

namespace octroi::base {
namespace {

constexpr std::size_t kPhoneDigitsMin = 7;
constexpr std::size_t kPhoneDigitsMax = 15;

// Looks at every byte, which a compiler can do sixteen at a time.
bool IsAscii(std::string_view text) {
  std::uint8_t bits = 0;
  for (const char c : text) bits |= static_cast<std::uint8_t>(c);
  return bits < 0x80;
}

bool IsAsciiSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// What an ASCII byte of an e-mail address becomes: lower case; white space and control characters
// 0.
constexpr std::array<char, 0x80> kEmailByte = [] {
  std::array<char, 0x80> table{};
  for (std::size_t c = 0x21; c < 0x7f; ++c) {
    table[c] = static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
  }
  return table;
}();

bool IsSpace(char32_t c) { return u_isUWhiteSpace(static_cast<UChar32>(c)) != 0; }

// Trims Unicode white space. False for invalid UTF-8.
bool Trim(std::string_view& text) {
  std::size_t begin = text.size();
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Char c = Utf8At(text, at);
    if (c.size == 0) return false;
    if (!IsSpace(c.code)) {
      begin = std::min(begin, at);
      end = at + c.size;
    }
    at += c.size;
  }
  text = begin < end ? text.substr(begin, end - begin) : std::string_view{};
  return true;
}

void TrimAscii(std::string_view& text) {
  while (!text.empty() && IsAsciiSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsAsciiSpace(text.back())) text.remove_suffix(1);
}

bool Nfc(std::string_view text, std::string& out) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status)) return false;
  out.clear();
  icu::StringByteSink<std::string> sink(&out);
  nfc->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink,
                     nullptr, status);
  return !U_FAILURE(status);
}

bool LowerUnicode(std::string_view text, std::string& out) {
  UErrorCode status = U_ZERO_ERROR;
  out.clear();
  icu::StringByteSink<std::string> sink(&out);
  icu::CaseMap::utf8ToLower("", 0,
                            icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())),
                            sink, nullptr, status);
  return !U_FAILURE(status);
}

// The A-label form, by IDNA2008 with the non-transitional mapping of UTS 46.
bool ToALabels(const std::string& domain, std::string& out) {
  std::uint8_t* raw = nullptr;
  const int result = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(domain.c_str()), &raw,
                                    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<std::uint8_t, void (*)(void*)> owned(raw, idn2_free);
  if (result != IDN2_OK) return false;
  out.append(reinterpret_cast<const char*>(raw));
  return true;
}

// Exactly one '@' with something on both sides, no white space, no control character.
bool SplitsAtSign(std::string_view text, std::size_t& at_sign) {
  at_sign = text.find('@');
  if (at_sign == std::string_view::npos || at_sign == 0 || at_sign + 1 == text.size()) return false;
  if (text.find('@', at_sign + 1) != std::string_view::npos) return false;
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<std::uint8_t>(c) <= 0x20 || c == 0x7f; });
}

bool EmailAscii(std::string_view text, std::string& out) {
  TrimAscii(text);
  out.resize(text.size());
  bool good = true;
  std::size_t at_signs = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = kEmailByte[static_cast<std::uint8_t>(text[at])];
    good &= c != 0;
    at_signs += c == '@' ? 1 : 0;
    out[at] = c;
  }
  return good && at_signs == 1 && !text.starts_with('@') && !text.ends_with('@');
}

bool EmailUnicode(std::string_view value, std::string& out) {
  std::string folded;
  std::string lower;
  std::string_view text = value;
  // Lower case can leave a text that is no longer composed, so NFC comes last again.
  if (!Trim(text) || !Nfc(text, folded) || !LowerUnicode(folded, lower) || !Nfc(lower, folded)) {
    return false;
  }
  std::size_t at_sign = 0;
  if (!SplitsAtSign(folded, at_sign)) return false;
  for (std::size_t at = 0; at < folded.size(); at += Utf8At(folded, at).size) {
    if (IsSpace(Utf8At(folded, at).code)) return false;
  }
  const std::string domain = folded.substr(at_sign + 1);
  out.assign(folded, 0, at_sign + 1);
  if (!IsAscii(domain)) return ToALabels(domain, out);
  out.append(domain);
  return true;
}

bool Other(std::string_view text, std::string& out) {
  if (IsAscii(text)) {
    TrimAscii(text);
    out.assign(text);
  } else if (!Trim(text) || !Nfc(text, out)) {
    return false;
  }
  return !out.empty();
}

bool IsPhoneSeparator(char32_t c) {
  switch (c) {
    case '.':
    case '-':
    case '/':
    case '(':
    case ')':
    case 0x2212:
      return true;  // minus sign
    default:
      return (c >= 0x2010 && c <= 0x2015) || IsSpace(c);  // the dashes of Unicode
  }
}

bool Phone(std::string_view value, std::string& out) {
  std::array<char, kPhoneDigitsMax + 2> kept{};  // the digits, and '+' or "00"
  std::size_t count = 0;
  for (std::size_t at = 0; at < value.size();) {
    const char c = value[at];
    if ((c >= '0' && c <= '9') || (c == '+' && count == 0)) {
      if (count == kept.size()) return false;
      kept[count++] = c;
      ++at;
      continue;
    }
    // "+44 (0)20 ...": the trunk prefix, which is not dialled after a country code.
    if (c == '(' && count > 0 && value.substr(at, 3) == "(0)") {
      at += 3;
      continue;
    }
    const Utf8Char separator = Utf8At(value, at);
    if (separator.size == 0 || !IsPhoneSeparator(separator.code)) return false;
    at += separator.size;
  }
  std::string_view digits(kept.data(), count);
  if (!digits.starts_with('+') && !digits.starts_with("00")) return false;
  digits.remove_prefix(digits.starts_with('+') ? 1 : 2);
  if (digits.size() < kPhoneDigitsMin || digits.size() > kPhoneDigitsMax || digits[0] == '0') {
    return false;
  }
  out = '+';
  out += digits;
  return true;
}

}  // namespace

bool Normalise(IdentifierType type, std::string_view value, std::string& out) {
  switch (type) {
    case IdentifierType::kEmail:
      return IsAscii(value) ? EmailAscii(value, out) : EmailUnicode(value, out);
    case IdentifierType::kPhone:
      return Phone(value, out);
    case IdentifierType::kOther:
      return Other(value, out);
  }
  return false;
}

std::string_view NormaliserName(IdentifierType type) {
  switch (type) {
    case IdentifierType::kEmail:
      return "email/1";
    case IdentifierType::kPhone:
      return "e164/1";
    case IdentifierType::kOther:
      return "id/1";
  }
  return "id/1";
}

}  // namespace octroi::base
