// Reading segments: block by block, with everything that can be wrong told apart. Private to the
// module.
#pragma once

#include <string.h>  // explicit_bzero

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/disk.h"
#include "crypto/key_ring.h"
#include "crypto/seal.h"
#include "journal/format.h"

namespace octroi::journal {

// Bytes of a segment key, wiped when dropped.
class SegmentKey {
 public:
  explicit SegmentKey(std::string bytes) : bytes_(std::move(bytes)) {}
  SegmentKey(const SegmentKey&) = delete;
  SegmentKey& operator=(const SegmentKey&) = delete;
  ~SegmentKey() { explicit_bzero(bytes_.data(), bytes_.size()); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

base::Result<SegmentHeader> ReadHeader(const base::File& file, const std::string& name);
base::Result<std::shared_ptr<const SegmentKey>> OpenKey(const SegmentHeader& header,
                                                        const crypto::KeyRing& keys,
                                                        const std::string& name);

// A block whose checksum is right. nullopt: there is none at this offset (zeros, torn, damaged).
struct ReadBlock {
  BlockHeader header;
  std::string body;  // sealed
};
std::optional<ReadBlock> BlockAt(const base::File& file, std::uint64_t offset,
                                 std::uint64_t file_bytes, const std::array<std::uint8_t, 8>& salt);

enum class ScanEnd {
  kComplete,  // ended with an end mark
  kOpen,      // ended in zeros: the segment being written
  kTorn,      // ended in bytes that are no block, and no block follows them
  kDamaged,   // bytes that are no block, and blocks follow them: something was changed or lost
};
struct Scanned {
  ScanEnd end = ScanEnd::kOpen;
  std::uint64_t offset = 0;         // just after the last good block
  std::optional<BlockHeader> last;  // the last good block of records
  std::uint64_t blocks = 0;
};
// Every good block in order, from `from` (a block's offset) on. `visit` false stops with kOpen.
// Without bodies only headers are read and checksums are not verified: for payload segments that
// were completed long ago, whose blocks are verified when they are read.
enum class Bodies { kVerify, kSkip };
Scanned Scan(const base::File& file, const SegmentHeader& header, std::uint64_t from, Bodies bodies,
             const std::function<bool(std::uint64_t offset, const ReadBlock&)>& visit);

// Opens a block's body: the records or payload items as they were framed.
base::Status OpenBlock(const ReadBlock& block, crypto::Sealer& sealer, std::string& plain);

// Makes everything from `offset` on zero again, and that durable.
base::Status CutTail(base::File& file, std::uint64_t offset);

}  // namespace octroi::journal
