// Which members of an event are read, and into which slots: source paths, compiled.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/limits.h"
#include "base/result.h"

namespace octroi::base {

// A dictionary field's place in the plan (0..kFieldsMax-1), or one of the slots that every source
// has.
using FieldId = std::uint16_t;
inline constexpr FieldId kSlotEventName = 256;  // what happened: "order.line"
inline constexpr FieldId kSlotEventType = 257;  // Segment: "track", "identify", ...
inline constexpr FieldId kSlotMessageId = 258;
inline constexpr FieldId kSlotEventTime = 259;
// What the CloudEvents format itself asks about (gateway/cloud_event.h), whatever the config reads.
inline constexpr FieldId kSlotCeSpecversion = 260;
inline constexpr FieldId kSlotCeId = 261;
inline constexpr FieldId kSlotCeSource = 262;
inline constexpr FieldId kSlotCeType = 263;
inline constexpr FieldId kSlotCeTime = 264;
inline constexpr FieldId kSlotCeContentType = 265;
inline constexpr FieldId kSlotCeData = 266;
inline constexpr FieldId kSlotCeDataBase64 = 267;
// Consent that accompanies the event, two slots a signal: where the config says, and, of a
// CloudEvent, the same below `data`.
inline constexpr FieldId kSlotSignal = 268;
inline constexpr FieldId kSlotSignal2 = 269;
inline constexpr std::size_t kSignalsMax = 8;
inline constexpr std::size_t kSlots = kSlotSignal + 2 * kSignalsMax;

// Source paths compiled to slots: "traits.email" -> 3. Immutable after Compile; safe from any
// thread.
class PathMap {
 public:
  struct Entry {
    std::string path;  // dotted member names; no array steps; at most 8 steps
    FieldId slot = 0;
  };
  // Several entries may share a path (a field that is also the event's time) or a slot (the first
  // present entry in this order wins). kInvalid: an empty step or too many steps.
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

}  // namespace octroi::base
