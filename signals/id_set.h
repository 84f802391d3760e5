// A set of vendor ids 1..max, a bit each: at most 8 KiB, whatever a string claims.
#pragma once

#include <cstdint>
#include <vector>

namespace octroi::signals {

class IdSet {
 public:
  IdSet() = default;
  explicit IdSet(std::uint16_t max) : max_(max), words_((max + 64U) / 64U) {}

  std::uint16_t max() const { return max_; }
  bool Has(std::uint32_t id) const {
    return id >= 1 && id <= max_ && (words_[id / 64] >> (id % 64) & 1U) != 0;
  }
  // 1 <= first <= last <= max().
  void Add(std::uint16_t first, std::uint16_t last);
  std::vector<std::uint16_t> Ids() const;  // ascending

 private:
  std::uint16_t max_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace octroi::signals
