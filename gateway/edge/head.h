// Head: request line and headers. Collected line by line under strict rules, then read by llhttp,
// then given a meaning; whatever any of the three doubts is refused.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/edge.h"
#include "gateway/edge/fault.h"

namespace octroi::gateway::edge {

struct Head {
  enum class Body : std::uint8_t { kNone, kLength, kChunked };

  std::string bytes;    // as they came, but header names in lower case
  RequestHead request;  // views into `bytes`
  Body body = Body::kNone;
  std::uint64_t content_length = 0;
  bool http_1_1 = false;
  bool keep_alive = false;
  bool expects_continue = false;
  bool gzip = false;

  void Clear();  // keeps the memory
};

// Collects one head. Memory is the Head's and bounded by kHeadBytesMax plus a line's end.
class HeadReader {
 public:
  // Removes what belongs to the head from the front of `input`. After a fault the reader is spent.
  Fault Take(std::string_view& input, Head& head);
  bool whole() const { return whole_; }
  void Reset() { *this = HeadReader{}; }

 private:
  Fault CheckLine(std::string_view line_with_end);

  std::uint32_t line_start_ = 0;
  std::uint32_t headers_ = 0;
  bool request_line_seen_ = false;
  bool whole_ = false;
};

// Fills `request` of a whole head by llhttp. `headers`: how many lines were counted; llhttp must
// agree.
Fault ParseHead(Head& head, std::size_t headers);

// Gives the headers their meaning: Host, framing, connection, encoding, expectation. After
// ParseHead.
Fault ApplyFields(Head& head);

}  // namespace octroi::gateway::edge
