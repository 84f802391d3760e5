#include "crypto/merkle.h"

#include <iterator>
#include <string>

namespace octroi::crypto {
namespace {

Digest Node(const Digest& left, const Digest& right) {
  std::string text(1, '\1');
  text += AsBytes(left);
  text += AsBytes(right);
  return Sha256(text);
}

}  // namespace

void MerkleRoot::Add(std::string_view entry) {
  std::string text(1, '\0');
  text += entry;
  Digest digest = Sha256(text);
  // Each trailing one of the count is a complete subtree that this entry completes with its like.
  for (std::uint64_t count = size_++; (count & 1) != 0; count >>= 1) {
    digest = Node(peaks_.back(), digest);
    peaks_.pop_back();
  }
  peaks_.push_back(digest);
}

Digest MerkleRoot::Root() const {
  if (peaks_.empty()) return Sha256(std::string_view());
  Digest root = peaks_.back();
  for (auto peak = std::next(peaks_.rbegin()); peak != peaks_.rend(); ++peak)
    root = Node(*peak, root);
  return root;
}

}  // namespace octroi::crypto
