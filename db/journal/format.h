// The journal's bytes on disk: segment headers and blocks. docs/FORMATS.md is the specification;
// version 1.
//
// Private to the journal module.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace octroi::journal {

inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr std::size_t kHeaderBytes =
    4096;  // a page: its rewrite cannot tear the first block
inline constexpr std::size_t kBlockHeaderBytes = 56;
inline constexpr std::size_t kBlockAlign = 8;
inline constexpr std::size_t kEndBytes =
    kBlockHeaderBytes;  // the end mark is a block without a body

enum class SegmentClass : std::uint8_t { kDecisions = 'd', kPayload = 'p' };

struct SegmentHeader {
  SegmentClass kind = SegmentClass::kDecisions;
  std::uint64_t number = 0;
  std::uint64_t first_sequence = 0;
  base::Millis created = 0;
  std::string origin;                  // 8 characters
  std::array<std::uint8_t, 8> salt{};  // repeated in each block: stale bytes are not blocks
  std::string wrapped_key;             // 40 bytes, RFC 3394 under the KEK
};
std::string EncodeHeader(const SegmentHeader& header);              // kHeaderBytes
std::optional<SegmentHeader> DecodeHeader(std::string_view bytes);  // nullopt: not one, or damaged

enum class BlockKind : std::uint32_t {
  kRecords = 0x4b4c424f,  // "OBLK": a commit
  kPlan = 0x4e4c504f,  // "OPLN": the plan in force, at the head of a decision segment; no sequence
  kEnd = 0x444e454f,   // "OEND": this segment is complete
};

struct BlockHeader {
  BlockKind kind = BlockKind::kRecords;
  std::uint32_t body_bytes = 0;  // sealed
  std::uint64_t commit = 0;      // grows by one with each commit, the same in both classes
  std::uint64_t first_sequence = 0;
  std::uint32_t count = 0;  // sequences covered
  std::uint32_t crc = 0;    // CRC-32C of the header with crc 0, then the body
  std::uint64_t payload_segment =
      0;  // decisions: where the payload log ended when this was written
  std::uint64_t payload_offset = 0;
  std::array<std::uint8_t, 8> salt{};
  std::uint64_t last_sequence() const { return first_sequence + count - 1; }
};

// The header's bytes without the crc: what the crc and the seal's AAD cover. Then the crc is filled
// in.
void EncodeBlockHeader(const BlockHeader& header, char* out);  // kBlockHeaderBytes
// nullopt: no known kind, or another salt. The crc is not checked here: the body may not have been
// read.
std::optional<BlockHeader> DecodeBlockHeader(std::string_view bytes,
                                             const std::array<std::uint8_t, 8>& salt);
std::uint32_t BlockCrc(const BlockHeader& header, std::string_view body);
std::string BlockAad(const BlockHeader& header);

inline std::uint64_t BlockBytes(const BlockHeader& header) {  // with padding
  return (kBlockHeaderBytes + header.body_bytes + kBlockAlign - 1) / kBlockAlign * kBlockAlign;
}

std::string SegmentName(SegmentClass kind, std::uint64_t number);  // "d-0000000000000001.seg"
std::optional<std::pair<SegmentClass, std::uint64_t>> ParseSegmentName(std::string_view name);

}  // namespace octroi::journal
