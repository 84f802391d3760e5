// BodyReader: where a body ends, for Content-Length and for chunked. Nothing lenient: sizes are
// hexadecimal digits, every line ends in CR LF, extensions and trailers are read, bounded and
// dropped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/edge/fault.h"

namespace octroi::gateway::edge {

class BodyReader {
 public:
  void StartLength(std::uint64_t bytes);
  void StartChunked(std::size_t bytes_max);

  // Removes what belongs to the body from the front of `input`.
  Fault Take(std::string_view& input);
  bool done() const { return state_ == State::kDone; }

  // The body, once done. A body that came in one piece of input is not copied: the view is into
  // that input.
  std::string_view bytes() const { return direct_.data() != nullptr ? direct_ : collected_; }
  std::uint64_t received() const { return received_; }  // bytes of the wire, framing included
  std::size_t memory() const { return collected_.capacity() + line_.capacity(); }
  void Clear();  // releases what is more than a usual body

 private:
  enum class State : std::uint8_t {
    kDone,
    kLength,
    kSize,       // hexadecimal digits
    kExtension,  // after ';' up to CR
    kSizeEnd,    // LF
    kData,
    kDataReturn,  // CR
    kDataEnd,     // LF
    kTrailer,     // lines up to an empty one
  };
  Fault TakeLength(std::string_view& input);
  Fault TakeData(std::string_view& input);
  Fault TakeFraming(char c);
  Fault TakeSize(char c);
  Fault TakeTrailer(char c);
  void ChunkBegins();

  State state_ = State::kDone;
  std::uint64_t left_ = 0;  // of the body, or of the chunk
  std::uint64_t received_ = 0;
  std::size_t bytes_max_ = 0;
  std::size_t overhead_ = 0;
  unsigned digits_ = 0;
  std::string collected_;
  std::string line_;  // of a trailer
  std::string_view direct_;
};

}  // namespace octroi::gateway::edge
