// EntryRows: one row of packed ConsentEntry for each subject; the back half of the ConsentIndex.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "policies/consent.h"
#include "policies/limit_pool.h"

namespace octroi::policies {

// A row is 4 bits of state for each purpose (who agreed, and how, among them) and 8 bytes of time
// and reference: 34 bytes for four purposes. Explicit validity and what a grant is limited to are
// rare, so they are kept beside the rows, in pages of 16 subjects that exist only where one of them
// has it.
//
// Readers take no lock: each row is read under a sequence number that is odd while the writer is in
// it, and read again if the number moved. One writer at a time. Rows never move and never go away.
class EntryRows {
 public:
  explicit EntryRows(std::size_t purposes);
  ~EntryRows();

  // Any thread. `row` below size(), `purpose` below purposes().
  ConsentEntry Read(std::uint32_t row, std::size_t purpose) const;
  std::size_t size() const { return size_.load(std::memory_order_acquire); }
  std::size_t purposes() const { return purposes_; }
  std::size_t bytes() const;

  // The writer. std::bad_alloc, for want of memory or beyond kRowsMax, leaves everything as it was.
  std::uint32_t Add();  // every purpose unknown
  void Write(std::uint32_t row, std::size_t purpose, const ConsentEntry& entry);

 private:
  struct Chunk;
  template <class Value>
  class Rare;
  static constexpr std::size_t kRowsPerChunk = std::size_t{1} << 18;
  static constexpr std::size_t kRowsMax = std::size_t{1} << 28;  // what the index can tell apart
  static constexpr std::size_t kChunksMax = kRowsMax / kRowsPerChunk;
  // Shared by many rows: a reader repeats a read in vain only while the writer is in one of them.
  static constexpr std::size_t kSequences = 1024;

  Chunk& ChunkOf(std::uint32_t row) const;

  const std::size_t purposes_;
  std::atomic<std::size_t> size_ = 0;
  std::atomic<std::size_t> rare_bytes_ = 0;
  LimitPool limits_;
  std::array<std::atomic<std::uint64_t>, kSequences> sequences_{};
  std::unique_ptr<std::atomic<Chunk*>[]> chunks_;
};

}  // namespace octroi::policies
