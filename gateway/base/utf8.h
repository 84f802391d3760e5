// One character of UTF-8 at a time, strictly (RFC 3629): no overlong forms, no surrogates, no more
// than U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace octroi::base {

struct Utf8Char {
  char32_t code = 0;
  std::size_t size = 0;  // bytes; 0: not valid, or nothing left
};

inline Utf8Char Utf8At(std::string_view text, std::size_t at) {
  const std::size_t left = at < text.size() ? text.size() - at : 0;
  if (left == 0) return {};
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[at + i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || left < size) return {};
  char32_t code = first & (0xffu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3fu);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  if (overlong || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
  return {code, size};
}

inline void AppendUtf8(char32_t code, char*& out) {
  const auto put = [&](char32_t bits) { *out++ = static_cast<char>(bits); };
  if (code < 0x80) {
    put(code);
    return;
  }
  if (code < 0x800) {
    put(0xc0 | (code >> 6));
  } else {
    if (code < 0x10000) {
      put(0xe0 | (code >> 12));
    } else {
      put(0xf0 | (code >> 18));
      put(0x80 | ((code >> 12) & 0x3f));
    }
    put(0x80 | ((code >> 6) & 0x3f));
  }
  put(0x80 | (code & 0x3f));
}

}  // namespace octroi::base
