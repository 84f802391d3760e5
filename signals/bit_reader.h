// Bits of a base64url text (RFC 4648 section 5, no padding), most significant first. Private to the
// module.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace octroi::signals {

inline constexpr std::size_t kBitsPerCharacter = 6;

// 0 to 63, or -1: not of the alphabet.
constexpr int Base64UrlValue(char character) {
  if (character >= 'A' && character <= 'Z') return character - 'A';
  if (character >= 'a' && character <= 'z') return character - 'a' + 26;
  if (character >= '0' && character <= '9') return character - '0' + 52;
  if (character == '-') return 62;
  return character == '_' ? 63 : -1;
}

// Where the first character stands that is not of the alphabet; npos: nowhere.
constexpr std::size_t FindForeign(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (Base64UrlValue(text[at]) < 0) return at;
  }
  return std::string_view::npos;
}

// `text` holds characters of the alphabet only, and outlives the reader.
class BitReader {
 public:
  explicit BitReader(std::string_view text) : text_(text) {}

  // The next `bits` (at most 64) as a number. 0 if fewer are left: then failed() for good, and
  // at() stays where that read began.
  std::uint64_t Read(std::size_t bits) {
    if (failed_ || bits > left()) {
      failed_ = true;
      return 0;
    }
    std::uint64_t value = 0;
    while (bits > 0) {
      const std::size_t inside = at_ % kBitsPerCharacter;
      const std::size_t take =
          bits < kBitsPerCharacter - inside ? bits : kBitsPerCharacter - inside;
      const auto six = static_cast<std::uint64_t>(Base64UrlValue(text_[at_ / kBitsPerCharacter]));
      const std::uint64_t part =
          six >> (kBitsPerCharacter - inside - take) & ((std::uint64_t{1} << take) - 1);
      value = value << take | part;
      at_ += take;
      bits -= take;
    }
    return value;
  }

  bool failed() const { return failed_; }
  std::size_t at() const { return at_; }
  std::size_t left() const { return text_.size() * kBitsPerCharacter - at_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

// What may follow the last field: zeros that fill the last character, or up to whole bytes and
// whole characters (24 bits), as encoders do. Anything else hides something. Reads to the end;
// the first bit that may not be there, or npos.
inline std::size_t FindTrailing(BitReader& bits) {
  constexpr std::size_t kPaddingBits = 24;
  const std::size_t start = bits.at();
  const bool too_many = bits.left() >= kPaddingBits;
  while (bits.left() > 0) {
    const std::size_t at = bits.at();
    if (bits.Read(1) != 0) return at;
  }
  return too_many ? start : std::string_view::npos;
}

}  // namespace octroi::signals
