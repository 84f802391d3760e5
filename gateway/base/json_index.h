// The structural index of a JSON text: where every bracket, colon, comma, string and scalar begins.
// The only place that knows simdjson. Used by EventParser alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/event.h"

namespace octroi::base {

// Positions in rising order; *end is the size of the text. Valid until the indexer is used again.
struct JsonIndex {
  const std::uint32_t* begin = nullptr;
  const std::uint32_t* end = nullptr;
};

// One per thread. Allocates when a text is longer than any before, otherwise not.
class JsonIndexer {
 public:
  JsonIndexer();
  ~JsonIndexer();
  JsonIndexer(const JsonIndexer&) = delete;
  JsonIndexer& operator=(const JsonIndexer&) = delete;

  // Also proves that the text is valid UTF-8, that its strings hold no control character and that
  // the last one is closed. Grammar is the caller's.
  [[nodiscard]] ParseFault Strict(std::string_view json, JsonIndex& index);

  // The same index, but bad UTF-8 and control characters are left for whoever reads that part
  // strictly.
  [[nodiscard]] ParseFault Structure(std::string_view json, JsonIndex& index);

 private:
  struct State;
  int Run(std::string_view json, JsonIndex& index);
  std::unique_ptr<State> state_;
};

}  // namespace octroi::base
