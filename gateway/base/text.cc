#include "base/text.h"

#include <array>

namespace octroi::base {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr char kUrlAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int Base64Value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

// The short escape of a character that has one; otherwise 0.
char ShortEscape(char c) {
  switch (c) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

}  // namespace

std::string Hex(std::string_view bytes) {
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    hex.push_back(kHexDigits[static_cast<std::uint8_t>(byte) >> 4]);
    hex.push_back(kHexDigits[static_cast<std::uint8_t>(byte) & 15]);
  }
  return hex;
}

std::optional<std::string> FromHex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = HexValue(hex[i]);
    const int low = HexValue(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

void AppendBase64Url(std::string_view bytes, std::string& out) {
  const std::size_t at = out.size();
  out.resize(at + Base64UrlBytes(bytes.size()));
  WriteBase64Url(bytes, out.data() + at);
}

void WriteBase64Url(std::string_view bytes, char* out) {
  const auto* in = reinterpret_cast<const std::uint8_t*>(bytes.data());
  std::size_t left = bytes.size();
  for (; left >= 3; left -= 3, in += 3) {
    const std::uint32_t bits = std::uint32_t{in[0]} << 16 | std::uint32_t{in[1]} << 8 | in[2];
    *out++ = kUrlAlphabet[bits >> 18];
    *out++ = kUrlAlphabet[bits >> 12 & 63];
    *out++ = kUrlAlphabet[bits >> 6 & 63];
    *out++ = kUrlAlphabet[bits & 63];
  }
  if (left == 0) return;
  const std::uint32_t bits =
      std::uint32_t{in[0]} << 16 | (left == 2 ? std::uint32_t{in[1]} << 8 : 0);
  *out++ = kUrlAlphabet[bits >> 18];
  *out++ = kUrlAlphabet[bits >> 12 & 63];
  if (left == 2) *out = kUrlAlphabet[bits >> 6 & 63];
}

std::optional<std::string> FromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && !text.empty() && text.back() == '=') {
    text.remove_suffix(1);
    ++padding;
  }
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const int value = Base64Value(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>((bits >> count) & 0xff));
    }
  }
  // Bits that no byte uses must be zero, or two texts would mean the same key.
  if ((bits & ((1u << count) - 1)) != 0) return std::nullopt;
  return bytes;
}

void AppendJsonString(std::string_view text, std::string& out) {
  out.push_back('"');
  for (const char c : text) {
    if (const char escape = ShortEscape(c); escape != 0) {
      out.push_back('\\');
      out.push_back(escape);
    } else if (static_cast<std::uint8_t>(c) < 0x20) {
      out.append("\\u00");
      out.push_back(kHexDigits[static_cast<std::uint8_t>(c) >> 4]);
      out.push_back(kHexDigits[static_cast<std::uint8_t>(c) & 15]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

void AppendPointerToken(std::string_view token, std::string& out) {
  out.push_back('/');
  for (const char c : token) {
    if (c == '~') {
      out.append("~0");
    } else if (c == '/') {
      out.append("~1");
    } else {
      out.push_back(c);
    }
  }
}

}  // namespace octroi::base
