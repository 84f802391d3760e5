// Event chunks: how a store keeps rows of the flow. A row for each event costs more than all else
// that is done with it, so up to kEventsPerChunk neighbours share one row of events, which never
// changes, and one of deliveries, which is changed in place. docs/FORMATS.md, "Store".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/flow.h"

namespace octroi::store {

inline constexpr std::size_t kEventsPerChunk = 64;

// The events of one chunk as bytes, without their deliveries; replaces `out`. Ascending, not empty;
// the first one's sequence is the chunk's key.
void PackEvents(std::span<const EventRow> events, std::string& out);
// The event of that sequence, without its deliveries. Nothing: the chunk does not hold it.
// kInvalid: damaged.
base::Result<std::optional<EventRow>> UnpackEvent(std::uint64_t first, std::string_view bytes,
                                                  std::uint64_t sequence);

// The events of a chunk from that sequence on, with what `states` (a DeliveryChunk's bytes; empty:
// none) says of their deliveries. kInvalid: damaged.
base::Result<std::vector<EventRow>> UnpackFrom(std::uint64_t first, std::string_view bytes,
                                               std::string_view states, std::uint64_t sequence);

// The deliveries of a chunk's events. One user at a time; reuse keeps its memory.
class DeliveryChunk {
 public:
  struct Place {  // an event that has deliveries
    std::uint64_t sequence = 0;
    std::uint32_t plan = 0;
    std::uint16_t source = 0;
    std::uint16_t count = 0;
    std::size_t at = 0;  // of its first delivery in bytes()
  };

  void Pack(std::span<const EventRow> events);
  base::Status Read(std::uint64_t first, std::string_view bytes);  // kInvalid: damaged
  const std::string& bytes() const { return bytes_; }
  std::uint64_t first() const { return first_; }

  const Place* Find(std::uint64_t sequence) const;  // null: it has none here
  std::optional<std::size_t> IndexOf(const Place& place, std::uint16_t destination) const;
  DeliveryState Get(const Place& place, std::size_t index) const;
  void Set(const Place& place, std::size_t index, const DeliveryState& state);

 private:
  std::uint64_t first_ = 0;
  std::string bytes_;
  std::vector<Place> places_;
};

// Adds what the chunk says of this event's deliveries. kInvalid: damaged.
base::Status ReadDeliveries(std::uint64_t first, std::string_view states, EventRow& event);

}  // namespace octroi::store
