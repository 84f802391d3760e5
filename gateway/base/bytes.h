// Little-endian, bounds-checked reading and writing of our binary formats (docs/FORMATS.md).
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace octroi::base {

// Appends to a string it does not own. Allocation happens only when the string grows.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}
  template <class Int>
  void Fixed(Int value) {
    static_assert(std::is_integral_v<Int>);
    out_.append(reinterpret_cast<const char*>(&value),
                sizeof value);  // x86-64 and arm64 are little-endian
  }
  void Varint(std::uint64_t value) {
    while (value >= 0x80) {
      out_.push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    out_.push_back(static_cast<char>(value));
  }
  void Raw(std::string_view bytes) { out_.append(bytes); }
  void Sized(std::string_view bytes) {
    Varint(bytes.size());
    out_.append(bytes);
  }

 private:
  std::string& out_;
};

// Reads what ByteWriter wrote. After the first short or overlong read ok() is false for ever and
// every read yields zero or nothing; so a decoder reads straight through and checks ok() once.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
  template <class Int>
  Int Fixed() {
    Int value{};
    const std::string_view bytes = Raw(sizeof value);
    if (ok_) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::uint64_t Varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) return Fail(), 0;
      const auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      if (shift == 63 && byte > 1) return Fail(), 0;
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
    return Fail(), 0;
  }
  std::string_view Raw(std::size_t size) {
    if (!ok_ || size > rest_.size()) return Fail(), std::string_view{};
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  std::string_view Sized() { return Raw(Varint()); }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }
  std::size_t left() const { return rest_.size(); }

 private:
  void Fail() {
    ok_ = false;
    rest_ = {};
  }
  std::string_view rest_;
  bool ok_ = true;
};

// CRC-32C (Castagnoli, RFC 3720 B.4), SSE4.2 where the machine has it. Chain by passing the last
// result.
std::uint32_t Crc32c(std::string_view bytes, std::uint32_t crc = 0);

// The same without the instruction, for machines that lack it.
std::uint32_t Crc32cPortable(std::string_view bytes, std::uint32_t crc = 0);

}  // namespace octroi::base
