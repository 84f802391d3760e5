#include "signals/id_set.h"

namespace octroi::signals {

// By words: a string may name the same 65,535 ids thousands of times.
void IdSet::Add(std::uint16_t first, std::uint16_t last) {
  const std::size_t from = first / 64U;
  const std::size_t to = last / 64U;
  const std::uint64_t head = ~std::uint64_t{0} << (first % 64U);
  const std::uint64_t tail = ~std::uint64_t{0} >> (63U - last % 64U);
  if (from == to) {
    words_[from] |= head & tail;
    return;
  }
  words_[from] |= head;
  for (std::size_t word = from + 1; word < to; ++word) words_[word] = ~std::uint64_t{0};
  words_[to] |= tail;
}

std::vector<std::uint16_t> IdSet::Ids() const {
  std::vector<std::uint16_t> ids;
  for (std::uint32_t id = 1; id <= max_; ++id) {
    if (Has(id)) ids.push_back(static_cast<std::uint16_t>(id));
  }
  return ids;
}

}  // namespace octroi::signals
