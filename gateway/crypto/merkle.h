// MerkleRoot: the tree hash of RFC 6962 section 2.1 over a list that is too long to hold.
//
//   leaf  SHA-256(0x00 || entry)      node  SHA-256(0x01 || left || right)      empty  SHA-256("")
//
// So any tool for certificate transparency can check it, and a list with an entry added, left out,
// changed or moved has another root.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "crypto/hmac.h"

namespace octroi::crypto {

class MerkleRoot {  // one thread; holds a digest for each power of two in the count
 public:
  void Add(std::string_view entry);
  std::uint64_t size() const { return size_; }
  Digest Root() const;  // of what was added so far

 private:
  std::vector<Digest> peaks_;  // of the largest complete subtrees, from the left
  std::uint64_t size_ = 0;
};

}  // namespace octroi::crypto
