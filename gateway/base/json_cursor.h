// Walks a structural index. What Parse and Split share: where we are, strings, the ends of scalars,
// and the first fault. Used by EventParser alone.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/event.h"
#include "base/json_index.h"
#include "base/json_text.h"

namespace octroi::base {

class JsonCursor {
 public:
  // `scratch` holds the strings that had escapes.
  JsonCursor(std::string_view json, JsonIndex index, TextScratch& scratch)
      : json_(json), at_(index.begin), end_(index.end) {
    SeekBackslash(0);
    if (backslash_ != json.size()) scratch_ = scratch.For(json);
  }

  bool Ended() const { return at_ == end_; }
  std::size_t Offset() const { return *at_; }
  // What begins here; 0 at the end (and for a NUL, which begins nothing).
  char Char() const { return Ended() ? '\0' : json_[*at_]; }
  void Advance() { ++at_; }
  std::size_t LastOffset() const { return at_[-1]; }  // of what was advanced over last

  // One past the last byte of what begins here, if it is a scalar or a string: the index has
  // nothing but white space between that and its next entry.
  std::size_t ScalarEnd() const {
    std::size_t end = at_[1];
    while (end > *at_ + 1 && IsJsonSpace(json_[end - 1])) --end;
    return end;
  }

  // The string that begins here: `raw` with its quotes, `text` unescaped. Advances.
  bool String(std::string_view& raw, std::string_view& text) {
    const std::size_t start = *at_;
    raw = json_.substr(start, ScalarEnd() - start);
    if (raw.size() < 2 || raw.back() != '"') return Invalid("syntax", start);
    text = raw.substr(1, raw.size() - 2);
    if (backslash_ < start) SeekBackslash(start);
    if (backslash_ < start + raw.size() && !Unescaped(start, text)) return false;
    if (text.size() > kJsonStringBytesMax) return Fail({Reason::kJsonLimit, "string_bytes", start});
    Advance();
    return true;
  }

  bool Fail(ParseFault fault) {
    fault_ = fault;
    return false;
  }
  bool Invalid(std::string_view rule, std::size_t offset) {
    return Fail({Reason::kJsonInvalid, rule, offset});
  }
  bool Syntax() { return Invalid(Ended() ? "unfinished" : "syntax", Offset()); }
  const ParseFault& fault() const { return fault_; }
  std::string_view json() const { return json_; }

 private:
  // Backslashes are rare; looking for the next one is cheaper than looking at every string.
  void SeekBackslash(std::size_t from) {
    const void* found = std::memchr(json_.data() + from, '\\', json_.size() - from);
    backslash_ = found == nullptr
                     ? json_.size()
                     : static_cast<std::size_t>(static_cast<const char*>(found) - json_.data());
  }
  bool Unescaped(std::size_t start, std::string_view& text) {
    char* const begin = scratch_;
    ParseFault fault = Unescape(text, scratch_);
    fault.offset += start + 1;
    text = {begin, static_cast<std::size_t>(scratch_ - begin)};
    return fault.reason == Reason::kUndecided || Fail(fault);
  }

  std::string_view json_;
  const std::uint32_t* at_;
  const std::uint32_t* end_;
  char* scratch_ = nullptr;
  std::size_t backslash_ = 0;
  ParseFault fault_;
};

}  // namespace octroi::base
