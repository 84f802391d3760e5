// What PathMap compiles to: a tree of member names with a small hash table per node, so that a walk
// that has hashed a key (for the duplicate check) finds its node almost for free. Used by
// EventParser alone.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/path_map.h"

namespace octroi::base {

namespace path_tree {
inline std::uint64_t Load(const char* from, std::size_t size) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, size);
  return word;
}
inline std::uint64_t Mix(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}
}  // namespace path_tree

// Keyed per process: who cannot read the seed cannot choose keys that collide.
std::uint64_t KeySeed();

// Reads nothing outside `key`.
inline std::uint64_t HashKey(std::string_view key, std::uint64_t seed) {
  using path_tree::Load;
  using path_tree::Mix;
  constexpr std::uint64_t kOdd = 0xa0761d6478bd642f;
  const char* at = key.data();
  const std::size_t size = key.size();
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  if (size >= 8) {
    for (std::size_t left = size; left > 16; left -= 16, at += 16) {
      seed = Mix(Load(at, 8) ^ kOdd, Load(at + 8, 8) ^ seed);
    }
    low = Load(key.data() + (size > 16 ? size - 16 : 0), 8);  // the last 16 bytes may overlap
    high = Load(key.data() + size - 8, 8);
  } else if (size >= 4) {
    low = Load(at, 4);
    high = Load(at + size - 4, 4);
  } else if (size > 0) {
    low = Load(at, 1) | Load(at + size / 2, 1) << 8 | Load(at + size - 1, 1) << 16;
  }
  return Mix(kOdd ^ size, Mix(low ^ kOdd, high ^ seed));
}

// Names are short: no call for those of up to 16 bytes.
inline bool SameKey(std::string_view a, std::string_view b) {
  using path_tree::Load;
  const std::size_t size = a.size();
  if (size != b.size()) return false;
  if (size > 16) return std::memcmp(a.data(), b.data(), size) == 0;
  if (size >= 8) {
    return ((Load(a.data(), 8) ^ Load(b.data(), 8)) |
            (Load(a.data() + size - 8, 8) ^ Load(b.data() + size - 8, 8))) == 0;
  }
  if (size >= 4) {
    return ((Load(a.data(), 4) ^ Load(b.data(), 4)) |
            (Load(a.data() + size - 4, 4) ^ Load(b.data() + size - 4, 4))) == 0;
  }
  for (std::size_t i = 0; i < size; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

struct PathTarget {
  FieldId slot = 0;
  std::uint32_t rank = 0;  // place in the entries; the lower one wins its slot
};

struct PathNode {
  std::uint32_t children = 0;  // where its table begins
  std::uint32_t mask = 0;      // size of the table less one
  std::uint32_t targets = 0;   // where its targets begin
  std::uint32_t target_count = 0;
};

struct PathTree {
  struct Child {
    std::uint64_t hash = 0;
    std::uint32_t node = 0;  // 0: nothing here (the root is nobody's child)
    std::string name;
  };
  std::uint64_t seed = 0;
  std::vector<PathNode> nodes;  // the first is the root
  std::vector<Child> children;
  std::vector<PathTarget> targets;

  const PathNode* Find(const PathNode& parent, std::uint64_t hash, std::string_view key) const {
    for (std::uint64_t at = hash & parent.mask;; at = (at + 1) & parent.mask) {
      const Child& child = children[parent.children + at];
      if (child.node == 0) return nullptr;
      if (child.hash == hash && SameKey(child.name, key)) return &nodes[child.node];
    }
  }
};

struct PathMap::Tree : PathTree {};

}  // namespace octroi::base
