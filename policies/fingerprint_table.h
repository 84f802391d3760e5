// FingerprintTable: fingerprints of identifiers -> numbers of subjects; the front half of the
// ConsentIndex.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "policies/consent.h"

namespace octroi::policies {

// Open addressing with linear probing; 12 bytes a slot: 68 bits of the fingerprint and 28 of the
// subject. What two identifiers that agree in 68 keyed bits have in common is one subject
// (consent.h says how likely that is). Entries are only ever added, and never change, so a reader
// needs no lock. One writer at a time.
class FingerprintTable {
 public:
  FingerprintTable();
  ~FingerprintTable();

  // Any thread.
  ConsentIndex::Subject Find(const Fingerprint& fingerprint) const;
  void Prefetch(const Fingerprint& fingerprint) const;
  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

  // The writer. Insert needs a Reserve that covers it, a fingerprint that is not there yet and a
  // subject below 2^28 - 1.
  void Reserve(std::size_t more);
  void Insert(const Fingerprint& fingerprint, ConsentIndex::Subject subject);

 private:
  struct Slots;
  void Grow(std::size_t slots);

  std::atomic<const Slots*> current_;
  std::atomic<std::size_t> bytes_ = 0;
  // The writer's: every table so far, the last one in use. Outgrown ones have no memory left, only
  // addresses, so that a reader who still looks there finds nothing and looks again (Find).
  std::vector<std::unique_ptr<Slots>> tables_;
  std::size_t count_ = 0;
};

}  // namespace octroi::policies
