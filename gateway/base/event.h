// Event: one customer event, parsed once, strictly, into slots; and the compiled paths that fill the slots.
//
// One pass over simdjson's structural index (reliability.md I12, "JSON profile"). What it refuses:
// invalid UTF-8, BOM, control characters or NUL (also \u0000) in strings, lone surrogates, duplicate keys in
// any object (compared after unescaping), depth > 32, > 1,000 members and elements, strings > 64 KiB,
// integers beyond +-2^53, numbers that are not finite doubles, anything after the value, anything but an
// object at the top. Every value is validated, also those that no path asks for.
//
// Nothing is copied: values are views into the caller's text (or into the parser's scratch, for strings that
// had escapes). After warm-up a parse allocates nothing.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "base/words.h"

namespace octroi::base {

// A dictionary field's place in the plan (0..kFieldsMax-1), or one of the slots that every source has.
using FieldId = std::uint16_t;
inline constexpr FieldId kSlotEventName = 256;    // what happened: "order.line"
inline constexpr FieldId kSlotEventType = 257;    // Segment: "track", "identify", ...
inline constexpr FieldId kSlotMessageId = 258;
inline constexpr FieldId kSlotEventTime = 259;
inline constexpr FieldId kSlotSignal = 260;       // consent that accompanies the event, first of two
inline constexpr FieldId kSlotSignal2 = 261;
inline constexpr std::size_t kSlots = 262;

enum class JsonType : std::uint8_t { kAbsent, kNull, kBool, kInteger, kDecimal, kString, kArray, kObject };

struct Value {
  JsonType type = JsonType::kAbsent;
  std::string_view raw;    // the JSON text of the value, quotes included; what is spliced into outputs
  std::string_view text;   // strings: unescaped; numbers, booleans: the literal; else empty
  bool present() const { return type != JsonType::kAbsent && type != JsonType::kNull; }
};

// Source paths compiled to slots: "traits.email" -> 3. Immutable after Compile; safe from any thread.
class PathMap {
 public:
  struct Entry {
    std::string path;    // dotted member names; no array steps; at most 8 steps
    FieldId slot = 0;
  };
  // Several entries may share a path (a field that is also the event's time) or a slot (the first present
  // entry in this order wins). kInvalid: an empty step or too many steps.
  static Result<PathMap> Compile(std::span<const Entry> entries);

  PathMap();
  ~PathMap();
  PathMap(PathMap&&) noexcept;
  PathMap& operator=(PathMap&&) noexcept;

 private:
  friend class EventParser;
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

// The views are valid until the next Parse of the same parser, and as long as the parsed text.
class Event {
 public:
  const Value& operator[](FieldId slot) const { return seen_[slot] ? values_[slot] : absent_; }
  bool present(FieldId slot) const { return seen_[slot] && values_[slot].present(); }
  std::string_view text() const { return text_; }     // the whole event as it came, for the commitment

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
  static const Value absent_;
};

// Reads judged fields by id: from an Event at admission, from the journal's payload at sending.
class FieldReader {
 public:
  virtual ~FieldReader() = default;
  virtual const Value& Field(FieldId field) const = 0;   // absent: type kAbsent
};

class EventFields final : public FieldReader {
 public:
  explicit EventFields(const Event& event) : event_(event) {}
  const Value& Field(FieldId field) const override { return event_[field]; }

 private:
  const Event& event_;
};

struct ParseFault {
  Reason reason = Reason::kUndecided;   // kUndecided: no fault
  std::string_view rule;                // a literal: "depth", "duplicate_key", "utf8", ...
  std::size_t offset = 0;               // bytes from the start of the text
};

// One per thread; holds the scratch. Input needs no padding of its own.
class EventParser {
 public:
  EventParser();
  ~EventParser();
  EventParser(const EventParser&) = delete;
  EventParser& operator=(const EventParser&) = delete;

  // Fills `event` from `json` by `paths`. A fault: the event is rejected with that reason.
  [[nodiscard]] ParseFault Parse(std::string_view json, const PathMap& paths, Event& event);

  // The spans of the elements of the array at `member` of a top-level object ("batch"), or of a top-level
  // array if `member` is empty. Elements are not validated here beyond bracket structure: Parse does that
  // for each. A fault: the document as a whole is not what was asked for. The span of everything that is
  // not the array is validated by neither: Segment's batch-level members are ignored, never forwarded.
  [[nodiscard]] ParseFault Split(std::string_view json, std::string_view member,
                                 std::vector<std::string_view>& elements);

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace octroi::base
