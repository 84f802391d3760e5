#include "policies/limit_pool.h"

namespace octroi::policies {
namespace {

constexpr LimitPool::Number kNothing = 1;  // covers nobody and nothing

}  // namespace

LimitPool::LimitPool() = default;

LimitPool::~LimitPool() {
  for (auto& page : pages_) {
    Place* const places = page.load();
    for (std::size_t at = 0; places != nullptr && at < kPerPage; ++at) delete places[at].load();
    delete[] places;
  }
}

void LimitPool::Put(std::size_t number, const GrantLimits& limits) {
  auto kept = std::make_unique<const GrantLimits>(limits);
  auto& page = pages_[number / kPerPage];
  if (page.load(std::memory_order_relaxed) == nullptr) {
    page.store(new Place[kPerPage](), std::memory_order_release);
    bytes_ += kPerPage * sizeof(Place);
  }
  Place* const places = page.load(std::memory_order_relaxed);
  places[number % kPerPage].store(kept.release(), std::memory_order_release);
}

LimitPool::Number LimitPool::Keep(const GrantLimits* limits) {
  if (limits == nullptr) return 0;
  if (bytes() == 0) Put(kNothing, CoversNothing());
  if (*limits == CoversNothing()) return kNothing;
  std::string text = TextOf(limits);
  if (const auto known = numbers_.find(text); known != numbers_.end()) return known->second;
  // Names are at most 63 bytes, and are in short strings or in as many bytes more.
  const std::size_t size = 2 * text.size() + sizeof(GrantLimits) + 128;
  const std::size_t number = numbers_.size() + kNothing + 1;
  if (number > kNumbersMax || bytes() + size > kBytesMax) return kNothing;
  const auto entered = numbers_.emplace(std::move(text), static_cast<Number>(number)).first;
  try {
    Put(number, *limits);
  } catch (...) {
    numbers_.erase(entered);
    throw;
  }
  bytes_ += size;
  return static_cast<Number>(number);
}

const GrantLimits* LimitPool::At(Number number) const {
  if (number == 0) return nullptr;
  const Place* const places = pages_[number / kPerPage].load(std::memory_order_acquire);
  const GrantLimits* const kept =
      places == nullptr ? nullptr : places[number % kPerPage].load(std::memory_order_acquire);
  return kept == nullptr ? &CoversNothing() : kept;
}

}  // namespace octroi::policies
