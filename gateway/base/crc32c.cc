#include <array>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace octroi::base {
namespace {

constexpr std::array<std::uint32_t, 256> MakeTable() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78u : 0u);
    table[i] = crc;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> kTable = MakeTable();

std::uint32_t ByTable(std::string_view bytes, std::uint32_t crc) {
  for (const char byte : bytes) {
    crc = (crc >> 8) ^ kTable[(crc ^ static_cast<std::uint8_t>(byte)) & 0xff];
  }
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t ByInstruction(std::string_view bytes,
                                                              std::uint32_t crc) {
  std::uint64_t wide = crc;
  while (bytes.size() >= sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data(), sizeof word);
    wide = _mm_crc32_u64(wide, word);
    bytes.remove_prefix(sizeof word);
  }
  crc = static_cast<std::uint32_t>(wide);
  for (const char byte : bytes) crc = _mm_crc32_u8(crc, static_cast<std::uint8_t>(byte));
  return crc;
}
#endif

using Update = std::uint32_t (*)(std::string_view, std::uint32_t);

Update Choose() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return ByInstruction;
#endif
  return ByTable;
}

}  // namespace

std::uint32_t Crc32c(std::string_view bytes, std::uint32_t crc) {
  static const Update update = Choose();
  return ~update(bytes, ~crc);
}

std::uint32_t Crc32cPortable(std::string_view bytes, std::uint32_t crc) {
  return ~ByTable(bytes, ~crc);
}

}  // namespace octroi::base
