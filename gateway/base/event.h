// Event: one customer event, parsed once, strictly, into slots (base/path_map.h).
//
// One pass over simdjson's structural index (reliability.md I12, "JSON profile"). What it refuses:
// invalid UTF-8, BOM, control characters or NUL (also \u0000) in strings, lone surrogates,
// duplicate keys in any object (compared after unescaping), depth > 32, > 1,000 members and
// elements, strings > 64 KiB, integers beyond +-2^53, numbers that are not finite doubles, anything
// after the value, anything but an object at the top. Every value is validated, also those that no
// path asks for.
//
// Nothing is copied: values are views into the caller's text (or into the event's own scratch, for
// strings that had escapes). After warm-up a parse allocates nothing.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/path_map.h"
#include "base/words.h"

namespace octroi::base {

// clang-format off
enum class JsonType : std::uint8_t {
  kAbsent, kNull, kBool, kInteger, kDecimal, kString, kArray, kObject
};
// clang-format on

struct Value {
  JsonType type = JsonType::kAbsent;
  std::string_view raw;   // the JSON text, quotes included; what is spliced into outputs
  std::string_view text;  // strings: unescaped; numbers, booleans: the literal; else empty
  bool present() const { return type != JsonType::kAbsent && type != JsonType::kNull; }
};

// Room for strings that had escapes. Grows, and is kept.
class TextScratch {
 public:
  char* For(std::string_view json);  // at least json.size() bytes

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

// The views are valid as long as the parsed text, and until the next Parse into this event.
class Event {
 public:
  const Value& operator[](FieldId slot) const { return seen_[slot] ? values_[slot] : absent_; }
  bool present(FieldId slot) const { return seen_[slot] && values_[slot].present(); }
  std::string_view text() const { return text_; }  // the whole event as it came, for the commitment

  // A repair: the slot now reads `value`, whose memory the caller keeps alive as long as the event.
  void Replace(FieldId slot, Value value) {
    values_[slot] = value;
    seen_.set(slot);
  }

 private:
  friend class EventParser;
  std::array<Value, kSlots> values_{};
  std::bitset<kSlots> seen_{};
  std::string_view text_;
  TextScratch unescaped_;
  static const Value absent_;
};

// Reads judged fields by id: from an Event at admission, from the journal's payload at sending.
class FieldReader {
 public:
  virtual ~FieldReader() = default;
  virtual const Value& Field(FieldId field) const = 0;  // absent: type kAbsent
};

class EventFields final : public FieldReader {
 public:
  explicit EventFields(const Event& event) : event_(event) {}
  const Value& Field(FieldId field) const override { return event_[field]; }

 private:
  const Event& event_;
};

// The rules, by reason:
// json.invalid        empty bom utf8 control_character unclosed_string escape nul surrogate syntax
// unfinished
//                     top_not_object trailing_bytes; Split also: not_object not_array
//                     member_missing
// json.duplicate_key  duplicate_key
// json.limit          bytes depth members string_bytes integer_range number_range memory; Split:
// elements
struct ParseFault {
  Reason reason = Reason::kUndecided;  // kUndecided: no fault
  std::string_view rule;               // a literal
  std::size_t offset = 0;              // bytes from the start of the text
  std::string_view pointer = {};       // RFC 6901, a literal: if not empty, instead of the offset
};

class TopMembers;

// One per thread; holds the scratch. Input needs no padding of its own.
class EventParser {
 public:
  EventParser();
  ~EventParser();
  EventParser(const EventParser&) = delete;
  EventParser& operator=(const EventParser&) = delete;

  // Fills `event` from `json` by `paths`. A fault: the event is rejected with that reason.
  [[nodiscard]] ParseFault Parse(std::string_view json, const PathMap& paths, Event& event);

  // The top-level members of the text that the last Parse accepted; valid until the next call here.
  TopMembers Members() const;

  // The spans of the elements of the array at `member` of a top-level object ("batch"), or of a
  // top-level array if `member` is empty. Elements are not validated here beyond bracket structure:
  // Parse does that for each, so one bad element spoils no other. A fault: the document as a whole
  // is not what was asked for, says a top-level key twice, or has more than kEventsPerRequestMax
  // elements. What is not the array is validated by neither: Segment's batch-level members are
  // ignored, never forwarded.
  // `beside`, if given, gets the text of one more top-level member, a string ("writeKey"); empty if
  // there is none. Its view is valid until the next call.
  struct Beside {
    std::string_view name, text;
  };
  [[nodiscard]] ParseFault Split(std::string_view json, std::string_view member,
                                 std::vector<std::string_view>& elements, Beside* beside = nullptr);

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace octroi::base
