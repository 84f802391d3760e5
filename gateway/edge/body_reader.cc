#include "gateway/edge/body_reader.h"

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "gateway/edge/head_lines.h"

namespace octroi::gateway::edge {
namespace {

constexpr unsigned kSizeDigitsMax = 8;
constexpr std::size_t kKeptBytes = 64 * 1024;  // of a pooled reader's memory

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = LowerCase(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Trailers are dropped; one that would mean something as a header is an attempt.
Fault CheckTrailer(std::string_view line) {
  static constexpr std::string_view kForbidden[] = {
      "content-length",   "transfer-encoding", "host",       "authorization",
      "content-encoding", "content-type",      "connection", "expect",
      "idempotency-key",  "trailer",           "te",         "upgrade",
      "cookie",           "content-range"};
  if (CheckFieldLine(line) != Fault::kNone) return Fault::kTrailer;
  const std::string_view name = line.substr(0, line.find(':'));
  const bool forbidden =
      std::any_of(std::begin(kForbidden), std::end(kForbidden),
                  [name](std::string_view bad) { return EqualsIgnoringCase(name, bad); });
  return forbidden ? Fault::kTrailer : Fault::kNone;
}

}  // namespace

void BodyReader::StartLength(std::uint64_t bytes) {
  state_ = bytes == 0 ? State::kDone : State::kLength;
  left_ = bytes;
}

void BodyReader::StartChunked(std::size_t bytes_max) {
  state_ = State::kSize;
  bytes_max_ = bytes_max;
}

void BodyReader::Clear() {
  std::string collected = std::move(collected_);
  if (collected.capacity() > kKeptBytes) collected = {};
  collected.clear();
  *this = BodyReader{};
  collected_ = std::move(collected);
}

Fault BodyReader::Take(std::string_view& input) {
  const std::size_t before = input.size();
  Fault fault = Fault::kNone;
  while (fault == Fault::kNone && !input.empty() && state_ != State::kDone) {
    if (state_ == State::kLength) {
      fault = TakeLength(input);
    } else if (state_ == State::kData) {
      fault = TakeData(input);
    } else {
      const char c = input.front();
      input.remove_prefix(1);
      fault = TakeFraming(c);
    }
  }
  received_ += before - input.size();
  return fault;
}

Fault BodyReader::TakeLength(std::string_view& input) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
  const std::string_view piece = input.substr(0, size);
  input.remove_prefix(size);
  left_ -= size;
  if (left_ == 0 && collected_.empty()) {
    direct_ = piece;
  } else {
    collected_ += piece;
  }
  if (left_ == 0) state_ = State::kDone;
  return Fault::kNone;
}

Fault BodyReader::TakeData(std::string_view& input) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
  collected_ += input.substr(0, size);
  input.remove_prefix(size);
  left_ -= size;
  if (left_ == 0) state_ = State::kDataReturn;
  return Fault::kNone;
}

Fault BodyReader::TakeFraming(char c) {
  if (++overhead_ > base::kChunkOverheadBytesMax) return Fault::kChunkOverhead;
  switch (state_) {
    case State::kSize:
      return TakeSize(c);
    case State::kExtension:
      if (c == '\r') {
        state_ = State::kSizeEnd;
      } else if (c == '\n' || HasControl({&c, 1})) {
        return Fault::kChunkExtension;
      }
      return Fault::kNone;
    case State::kSizeEnd:
      if (c != '\n') return Fault::kChunkSize;
      ChunkBegins();
      return left_ > bytes_max_ - collected_.size() ? Fault::kBodyTooLarge : Fault::kNone;
    case State::kDataReturn:
      state_ = State::kDataEnd;
      return c == '\r' ? Fault::kNone : Fault::kChunkEnd;
    case State::kDataEnd:
      state_ = State::kSize;
      return c == '\n' ? Fault::kNone : Fault::kChunkEnd;
    default:
      return TakeTrailer(c);
  }
}

Fault BodyReader::TakeSize(char c) {
  if (const int digit = HexDigit(c); digit >= 0) {
    left_ = left_ * 16 + static_cast<unsigned>(digit);
    return ++digits_ > kSizeDigitsMax ? Fault::kChunkSize : Fault::kNone;
  }
  if (digits_ == 0) return Fault::kChunkSize;
  if (c == '\r') {
    state_ = State::kSizeEnd;
  } else if (c == ';') {
    state_ = State::kExtension;
  } else {
    return Fault::kChunkSize;
  }
  return Fault::kNone;
}

void BodyReader::ChunkBegins() {
  digits_ = 0;
  state_ = left_ == 0 ? State::kTrailer : State::kData;
}

Fault BodyReader::TakeTrailer(char c) {
  if (HasControl({&c, 1})) return Fault::kTrailer;
  line_ += c;
  if (c != '\n') return Fault::kNone;
  if (line_.size() < 2 || line_[line_.size() - 2] != '\r') return Fault::kTrailer;
  const std::string_view line = std::string_view(line_).substr(0, line_.size() - 2);
  if (line.empty()) {
    state_ = State::kDone;
    return Fault::kNone;
  }
  if (line.find('\r') != line.npos) return Fault::kTrailer;
  const Fault fault = CheckTrailer(line);
  line_.clear();
  return fault;
}

}  // namespace octroi::gateway::edge
