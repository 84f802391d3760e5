// The small grammars inside JSON: white space, numbers, escapes, and where a text is not text.
// Used by EventParser, and by those who follow a text that it has found to be strict JSON.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/event.h"

namespace octroi::base {

inline bool IsJsonSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

enum class NumberKind : std::uint8_t { kInteger, kDecimal, kMalformed, kIntegerRange, kNotFinite };

// `text` is the whole number: anything beside it makes it malformed. Integers beyond +-2^53 and
// decimals that are not finite doubles have a kind of their own.
NumberKind ClassifyNumber(std::string_view text);

// Appends the meaning of `body`, the inside of a string, at `out` (never more bytes than `body`
// has) and moves `out`. A fault's offset counts from the start of `body`.
[[nodiscard]] ParseFault Unescape(std::string_view body, char*& out);

// Why simdjson refused to index a text: the first bad UTF-8, control character in a string, or
// string that is not closed. Slow; for the refusal's offset.
ParseFault FindTextFault(std::string_view json);

}  // namespace octroi::base
