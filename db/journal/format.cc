#include "journal/format.h"

#include <charconv>
#include <cstdio>
#include <cstring>

#include "base/bytes.h"

namespace octroi::journal {
namespace {

constexpr std::string_view kMagic = "OCTROIJ1";
constexpr std::size_t kOriginBytes = 8;
constexpr std::size_t kWrappedKeyBytes = 40;

template <std::size_t N>
std::string_view View(const std::array<std::uint8_t, N>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), N};
}

}  // namespace

std::string EncodeHeader(const SegmentHeader& header) {
  std::string out;
  base::ByteWriter w(out);
  w.Raw(kMagic);
  w.Fixed(kFormatVersion);
  w.Fixed(static_cast<std::uint32_t>(header.kind));
  w.Fixed(header.number);
  w.Fixed(header.first_sequence);
  w.Fixed(header.created);
  w.Raw(header.origin);
  w.Raw(View(header.salt));
  w.Raw(header.wrapped_key);
  out.resize(kHeaderBytes - sizeof(std::uint32_t), '\0');
  base::ByteWriter(out).Fixed(base::Crc32c(out));
  return out;
}

std::optional<SegmentHeader> DecodeHeader(std::string_view bytes) {
  if (bytes.size() != kHeaderBytes) return std::nullopt;
  base::ByteReader tail(bytes.substr(kHeaderBytes - sizeof(std::uint32_t)));
  if (tail.Fixed<std::uint32_t>() !=
      base::Crc32c(bytes.substr(0, kHeaderBytes - sizeof(std::uint32_t)))) {
    return std::nullopt;
  }
  base::ByteReader in(bytes);
  if (in.Raw(kMagic.size()) != kMagic || in.Fixed<std::uint32_t>() != kFormatVersion)
    return std::nullopt;
  SegmentHeader header;
  header.kind = static_cast<SegmentClass>(in.Fixed<std::uint32_t>());
  header.number = in.Fixed<std::uint64_t>();
  header.first_sequence = in.Fixed<std::uint64_t>();
  header.created = in.Fixed<std::int64_t>();
  header.origin = in.Raw(kOriginBytes);
  std::memcpy(header.salt.data(), in.Raw(header.salt.size()).data(), header.salt.size());
  header.wrapped_key = in.Raw(kWrappedKeyBytes);
  return header;
}

void EncodeBlockHeader(const BlockHeader& header, char* out) {
  std::string bytes;
  base::ByteWriter w(bytes);
  w.Fixed(static_cast<std::uint32_t>(header.kind));
  w.Fixed(header.body_bytes);
  w.Fixed(header.commit);
  w.Fixed(header.first_sequence);
  w.Fixed(header.count);
  w.Fixed(header.crc);
  w.Fixed(header.payload_segment);
  w.Fixed(header.payload_offset);
  w.Raw(View(header.salt));
  bytes.resize(kBlockHeaderBytes, '\0');
  std::memcpy(out, bytes.data(), kBlockHeaderBytes);
}

std::optional<BlockHeader> DecodeBlockHeader(std::string_view bytes,
                                             const std::array<std::uint8_t, 8>& salt) {
  base::ByteReader in(bytes);
  BlockHeader header;
  header.kind = static_cast<BlockKind>(in.Fixed<std::uint32_t>());
  header.body_bytes = in.Fixed<std::uint32_t>();
  header.commit = in.Fixed<std::uint64_t>();
  header.first_sequence = in.Fixed<std::uint64_t>();
  header.count = in.Fixed<std::uint32_t>();
  header.crc = in.Fixed<std::uint32_t>();
  header.payload_segment = in.Fixed<std::uint64_t>();
  header.payload_offset = in.Fixed<std::uint64_t>();
  const std::string_view found = in.Raw(header.salt.size());
  if (!in.ok() || found != View(salt)) return std::nullopt;
  header.salt = salt;
  const bool known = header.kind == BlockKind::kRecords || header.kind == BlockKind::kPlan ||
                     header.kind == BlockKind::kEnd;
  return known ? std::optional(header) : std::nullopt;
}

std::string BlockAad(const BlockHeader& header) {
  BlockHeader without = header;
  without.crc = 0;
  std::string aad(kBlockHeaderBytes, '\0');
  EncodeBlockHeader(without, aad.data());
  return aad;
}

std::uint32_t BlockCrc(const BlockHeader& header, std::string_view body) {
  return base::Crc32c(body, base::Crc32c(BlockAad(header)));
}

std::string SegmentName(SegmentClass kind, std::uint64_t number) {
  char name[32];
  std::snprintf(name, sizeof name, "%c-%016llu.seg", static_cast<char>(kind),
                static_cast<unsigned long long>(number));
  return name;
}

std::optional<std::pair<SegmentClass, std::uint64_t>> ParseSegmentName(std::string_view name) {
  if (name.size() != 22 || name[1] != '-' || !name.ends_with(".seg")) return std::nullopt;
  if (name[0] != 'd' && name[0] != 'p') return std::nullopt;
  std::uint64_t number = 0;
  const auto end = std::from_chars(name.data() + 2, name.data() + 18, number);
  if (end.ptr != name.data() + 18 || end.ec != std::errc{}) return std::nullopt;
  return std::pair{static_cast<SegmentClass>(name[0]), number};
}

}  // namespace octroi::journal
