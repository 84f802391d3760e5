#include "store/people_sketch.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace octroi::store {
namespace {

constexpr int kPlaceBits = 10;
constexpr std::uint8_t kRankMax = 64 - kPlaceBits + 1;
constexpr std::size_t kPairBytes = 3;

base::Error Damaged() {
  return {base::ErrorCode::kInvalid, "store.people", "a sketch of people is damaged"};
}

}  // namespace

void PeopleSketch::Add(const policies::Fingerprint& person) {
  std::uint64_t hash = 0;
  std::memcpy(&hash, person.data(), sizeof hash);
  if constexpr (std::endian::native == std::endian::big) hash = __builtin_bswap64(hash);
  const std::uint64_t rest = hash >> kPlaceBits;
  const auto rank = static_cast<std::uint8_t>(std::countl_zero(rest) - kPlaceBits + 1);
  std::uint8_t& known = ranks_[hash % kRegisters];
  known = std::max(known, rank);
}

void PeopleSketch::Merge(const PeopleSketch& other) {
  for (std::size_t i = 0; i < kRegisters; ++i) ranks_[i] = std::max(ranks_[i], other.ranks_[i]);
}

std::uint64_t PeopleSketch::Estimate() const {
  constexpr double m = kRegisters;
  double sum = 0;
  int empty = 0;
  for (const std::uint8_t rank : ranks_) {
    sum += std::ldexp(1.0, -rank);
    empty += rank == 0 ? 1 : 0;
  }
  const double raw = 0.7213 / (1 + 1.079 / m) * m * m / sum;
  const double linear = empty == 0 ? raw : m * std::log(m / empty);
  return static_cast<std::uint64_t>(std::llround(raw <= 2.5 * m ? linear : raw));
}

std::string PeopleSketch::Bytes() const {
  const auto filled = static_cast<std::size_t>(kRegisters - std::ranges::count(ranks_, 0));
  std::string bytes;
  if (filled * kPairBytes >= kRegisters) {
    bytes.assign(ranks_.begin(), ranks_.end());
    return bytes;
  }
  bytes.reserve(filled * kPairBytes);
  for (std::size_t i = 0; i < kRegisters; ++i) {
    if (ranks_[i] == 0) continue;
    for (const std::size_t byte : {i & 0xff, i >> 8, std::size_t{ranks_[i]}})
      bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

base::Result<PeopleSketch> PeopleSketch::Read(std::string_view bytes) {
  PeopleSketch sketch;
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  const bool whole = bytes.size() == kRegisters;
  if (!whole && (bytes.size() > kRegisters || bytes.size() % kPairBytes != 0)) return Damaged();
  const std::size_t step = whole ? 1 : kPairBytes;
  for (std::size_t i = 0; i < bytes.size(); i += step) {
    const std::size_t place = whole ? i : at(i) + (std::size_t{at(i + 1)} << 8);
    const std::uint8_t rank = at(whole ? i : i + 2);
    if (place >= kRegisters || rank > kRankMax) return Damaged();
    sketch.ranks_[place] = rank;
  }
  return sketch;
}

}  // namespace octroi::store
