#include "journal/scan.h"

#include <algorithm>
#include <cstring>

namespace octroi::journal {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kChunkBytes = 1024 * 1024;

std::string ReadExactly(const base::File& file, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  const auto read = file.ReadAt(offset, bytes);
  bytes.resize(read ? *read : 0);
  return bytes;
}

bool AllZero(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
}

bool ZerosFrom(const base::File& file, std::uint64_t offset, std::uint64_t file_bytes) {
  for (; offset < file_bytes; offset += kChunkBytes) {
    if (!AllZero(ReadExactly(file, offset, kChunkBytes))) return false;
  }
  return true;
}

std::optional<ReadBlock> HeaderAt(const base::File& file, std::uint64_t offset,
                                  std::uint64_t file_bytes,
                                  const std::array<std::uint8_t, 8>& salt) {
  if (offset + kBlockHeaderBytes > file_bytes) return std::nullopt;
  const auto header = DecodeBlockHeader(ReadExactly(file, offset, kBlockHeaderBytes), salt);
  if (!header || header->body_bytes > file_bytes - offset - kBlockHeaderBytes) return std::nullopt;
  return ReadBlock{*header, {}};
}

// Does a good block begin anywhere in [offset, end of file)?
bool BlockFollows(const base::File& file, std::uint64_t offset, std::uint64_t file_bytes,
                  const std::array<std::uint8_t, 8>& salt) {
  constexpr std::size_t kOverlap = kBlockHeaderBytes;
  while (offset < file_bytes) {
    const std::string chunk = ReadExactly(file, offset, kChunkBytes + kOverlap);
    for (std::size_t at = 0; at < kChunkBytes && at + kBlockHeaderBytes <= chunk.size();
         at += kBlockAlign) {
      if (DecodeBlockHeader(std::string_view(chunk).substr(at, kBlockHeaderBytes), salt) &&
          BlockAt(file, offset + at, file_bytes, salt)) {
        return true;
      }
    }
    offset += kChunkBytes;
  }
  return false;
}

}  // namespace

base::Result<SegmentHeader> ReadHeader(const base::File& file, const std::string& name) {
  const auto header = DecodeHeader(ReadExactly(file, 0, kHeaderBytes));
  if (header) return *header;
  return Error{ErrorCode::kInvalid, "journal.header",
               "`" + name +
                   "` has no readable header: it is not a journal segment of this version, or it "
                   "was changed; "
                   "restore it from a backup"};
}

base::Result<std::shared_ptr<const SegmentKey>> OpenKey(const SegmentHeader& header,
                                                        const crypto::KeyRing& keys,
                                                        const std::string& name) {
  auto key = keys.UnwrapWithKek(header.wrapped_key);
  if (key) return std::shared_ptr<const SegmentKey>(std::make_shared<SegmentKey>(std::move(*key)));
  return Error{ErrorCode::kInvalid, "journal.key",
               "the key of `" + name +
                   "` does not open with the storage root in use; put the right key file back"};
}

std::optional<ReadBlock> BlockAt(const base::File& file, std::uint64_t offset,
                                 std::uint64_t file_bytes,
                                 const std::array<std::uint8_t, 8>& salt) {
  auto block = HeaderAt(file, offset, file_bytes, salt);
  if (!block) return std::nullopt;
  const std::size_t padded = BlockBytes(block->header) - kBlockHeaderBytes;
  block->body = ReadExactly(file, offset + kBlockHeaderBytes, padded);
  const bool whole = block->body.size() == padded &&
                     AllZero(std::string_view(block->body).substr(block->header.body_bytes));
  if (!whole) return std::nullopt;
  block->body.resize(block->header.body_bytes);
  if (BlockCrc(block->header, block->body) != block->header.crc) return std::nullopt;
  return block;
}

Scanned Scan(const base::File& file, const SegmentHeader& header, std::uint64_t from, Bodies bodies,
             const std::function<bool(std::uint64_t, const ReadBlock&)>& visit) {
  const auto read = bodies == Bodies::kVerify ? BlockAt : HeaderAt;
  Scanned scanned;
  scanned.offset = from;
  const auto size = file.Size();
  const std::uint64_t file_bytes = size ? *size : 0;
  while (const auto block = read(file, scanned.offset, file_bytes, header.salt)) {
    ++scanned.blocks;
    if (block->header.kind == BlockKind::kEnd) {
      scanned.end = ScanEnd::kComplete;
      return scanned;
    }
    if (!visit(scanned.offset, *block)) return scanned;
    if (block->header.kind == BlockKind::kRecords) scanned.last = block->header;
    scanned.offset += BlockBytes(block->header);
  }
  if (ZerosFrom(file, scanned.offset, file_bytes)) return scanned;
  scanned.end = BlockFollows(file, scanned.offset + kBlockAlign, file_bytes, header.salt)
                    ? ScanEnd::kDamaged
                    : ScanEnd::kTorn;
  return scanned;
}

base::Status OpenBlock(const ReadBlock& block, crypto::Sealer& sealer, std::string& plain) {
  return sealer.Open(BlockAad(block.header), block.body, plain);
}

base::Status CutTail(base::File& file, std::uint64_t offset) {
  const auto size = file.Size();
  if (!size) return size.error();
  const std::string zeros(kChunkBytes, '\0');
  for (; offset < *size; offset += kChunkBytes) {
    const std::size_t bytes = std::min<std::uint64_t>(kChunkBytes, *size - offset);
    if (AllZero(ReadExactly(file, offset, bytes))) continue;
    if (auto wrote = file.WriteAt(offset, std::string_view(zeros).substr(0, bytes)); !wrote)
      return wrote;
  }
  return file.SyncData();
}

}  // namespace octroi::journal
