// Fault: every way the edge itself refuses a request, and what it then answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/edge.h"

namespace octroi::gateway::edge {

enum class Fault : std::uint8_t {
  kNone,
  // the head
  kBareLineFeed,
  kBareCarriageReturn,
  kControlCharacter,
  kFoldedHeader,
  kHeaderMalformed,
  kSpaceBeforeColon,
  kHeaderUnderscore,
  kHeaderRepeated,
  kAttributeInvalid,
  kRequestLine,
  kMethodInvalid,
  kMethodUnknown,
  kVersion,
  kTargetInvalid,
  kTargetFragment,
  kTargetForm,
  kTargetTooLong,
  kHeadTooLarge,
  kTooManyHeaders,
  kHostMissing,
  kHostRepeated,
  kHostInvalid,
  kHostMismatch,
  kHeadRejected,
  kHeadTimeout,
  // the body's framing
  kContentLengthInvalid,
  kContentLengthRepeated,
  kLengthAndEncoding,
  kTransferEncoding,
  kLengthRequired,
  kExpectation,
  kContentEncoding,
  kBodyTooLarge,
  kChunkSize,
  kChunkExtension,
  kChunkEnd,
  kChunkOverhead,
  kTrailer,
  kGzipInvalid,
  kGzipTooLarge,
  kTruncated,
  kBodyTimeout,
  // ours
  kMemoryFull,
  kTooManyConnections,
  kNotAnswered,
  kCount,
};
inline constexpr std::size_t kFaults = static_cast<std::size_t>(Fault::kCount);

struct FaultWords {
  int status;
  std::string_view code;    // stable; also the metric's reason
  std::string_view title;   // what is wrong
  std::string_view detail;  // what would be right; never a value of the request
};
const FaultWords& WordsOf(Fault fault);

// The whole answer: RFC 9457 body, `close` set, Retry-After on 503, Accept-Encoding on 415.
Response AnswerTo(Fault fault);

}  // namespace octroi::gateway::edge
