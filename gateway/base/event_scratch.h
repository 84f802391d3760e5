// What an EventParser keeps from one text to the next.
#pragma once

#include <array>
#include <string>

#include "base/event.h"
#include "base/json_cursor.h"
#include "base/key_set.h"
#include "base/path_tree.h"

namespace octroi::base {

struct EventParser::Scratch {
  JsonIndexer indexer;
  std::string_view text;  // the last that was parsed, and its index
  JsonIndex index;
  KeySet keys;
  std::uint64_t seed = KeySeed();
  std::array<std::uint32_t, kSlots> ranks{};  // of the value that a slot holds
  TextScratch unescaped;                      // of what Split reads
  std::string brackets;                       // open ones, for Split
};

}  // namespace octroi::base
