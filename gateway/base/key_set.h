// The keys of one event's objects, to find a key that is there twice. Used by EventParser alone.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

#include "base/limits.h"

namespace octroi::base {

// One open-addressing table for all objects of an event: an object's number is part of the key.
// Starting anew is one increment; nothing is cleared and nothing allocated.
class KeySet {
 public:
  // `keys_max`: no more keys will follow than this, nor more than kJsonMembersMax.
  void Begin(std::size_t keys_max) {
    const std::size_t wanted = std::bit_ceil(std::min(keys_max, kJsonMembersMax) * 2);
    mask_ = std::clamp(wanted, std::size_t{64}, kPlaces) - 1;
    count_ = 0;
    if (++generation_ == 0) {
      places_.fill({});
      generation_ = 1;
    }
  }

  // False: that object has this key already. `key` must stay where it is until the next Begin.
  bool Add(std::uint32_t object, std::uint64_t hash, std::string_view key) {
    const std::uint64_t mixed = hash ^ (object * std::uint64_t{0x9e3779b97f4a7c15});
    for (std::uint64_t at = mixed & mask_;; at = (at + 1) & mask_) {
      Place& place = places_[at];
      if (place.generation != generation_) {
        place = {mixed, generation_, count_};
        keys_[count_++] = {key, object};
        return true;
      }
      if (place.mixed == mixed && keys_[place.key].object == object &&
          keys_[place.key].text == key) {
        return false;
      }
    }
  }

 private:
  static constexpr std::size_t kPlaces = 2048;
  static_assert(kPlaces >= 2 * kJsonMembersMax);
  struct Place {
    std::uint64_t mixed = 0;
    std::uint32_t generation = 0;
    std::uint32_t key = 0;
  };
  struct Key {
    std::string_view text;
    std::uint32_t object = 0;
  };
  std::array<Place, kPlaces> places_{};
  std::array<Key, kJsonMembersMax> keys_{};
  std::uint64_t mask_ = 63;
  std::uint32_t generation_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace octroi::base
