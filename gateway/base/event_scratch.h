// What an EventParser keeps from one text to the next.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "base/event.h"
#include "base/json_cursor.h"
#include "base/key_set.h"
#include "base/path_tree.h"

namespace octroi::base {

struct EventParser::Scratch {
  JsonIndexer indexer;
  KeySet keys;
  std::uint64_t seed = KeySeed();
  std::array<std::uint32_t, kSlots> ranks{};  // of the value that a slot holds
  std::unique_ptr<char[]> text;               // strings that had escapes
  std::size_t text_bytes = 0;
  std::string brackets;  // open ones, for Split

  char* TextFor(std::string_view json);
};

}  // namespace octroi::base
