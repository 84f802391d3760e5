#include "store/event_chunk.h"

#include <algorithm>

#include "base/bytes.h"

namespace octroi::store {
namespace {

constexpr std::size_t kStateBytes = 19;  // 2 + 1 + 2 + 4 + 2 + 8

base::Error Damaged() {
  return {base::ErrorCode::kInvalid, "store.chunk", "a chunk of events is damaged"};
}

void PutState(const DeliveryState& state, base::ByteWriter& out) {
  out.Fixed(state.destination);
  out.Fixed(static_cast<std::uint8_t>(state.outcome));
  out.Fixed(static_cast<std::uint16_t>(state.reason));
  out.Fixed(state.attempts);
  out.Fixed(state.http_status);
  out.Fixed(state.at);
}

DeliveryState TakeState(base::ByteReader& in) {
  DeliveryState state;
  state.destination = in.Fixed<std::uint16_t>();
  state.outcome = static_cast<base::Outcome>(in.Fixed<std::uint8_t>());
  state.reason = static_cast<base::Reason>(in.Fixed<std::uint16_t>());
  state.attempts = in.Fixed<std::uint32_t>();
  state.http_status = in.Fixed<std::uint16_t>();
  state.at = in.Fixed<base::Millis>();
  return state;
}

// One event but its record, which is returned.
std::string_view ReadEvent(std::uint64_t first, base::ByteReader& in, EventRow& event) {
  event.sequence = first + in.Varint();
  event.plan = static_cast<std::uint32_t>(in.Varint());
  event.source = static_cast<std::uint16_t>(in.Varint());
  event.outcome = static_cast<base::Outcome>(in.Fixed<std::uint8_t>());
  event.reason = static_cast<base::Reason>(in.Fixed<std::uint16_t>());
  event.received = in.Fixed<base::Millis>();
  return in.Sized();
}

}  // namespace

void PackEvents(std::span<const EventRow> events, std::string& out) {
  out.clear();
  base::ByteWriter writer(out);
  for (const EventRow& event : events) {
    writer.Varint(event.sequence - events.front().sequence);
    writer.Varint(event.plan);
    writer.Varint(event.source);
    writer.Fixed(static_cast<std::uint8_t>(event.outcome));
    writer.Fixed(static_cast<std::uint16_t>(event.reason));
    writer.Fixed(event.received);
    writer.Sized(event.record);
  }
}

base::Result<std::vector<EventRow>> UnpackFrom(std::uint64_t first, std::string_view bytes,
                                               std::string_view states, std::uint64_t sequence) {
  std::vector<EventRow> events;
  base::ByteReader in(bytes);
  while (!in.done()) {
    EventRow event;
    const std::string_view record = ReadEvent(first, in, event);
    if (!in.ok()) return Damaged();
    if (event.sequence < sequence) continue;
    event.record = record;
    if (base::Status read = ReadDeliveries(first, states, event); !read) return read.error();
    events.push_back(std::move(event));
  }
  return events;
}

base::Result<std::optional<EventRow>> UnpackEvent(std::uint64_t first, std::string_view bytes,
                                                  std::uint64_t sequence) {
  base::ByteReader in(bytes);
  while (!in.done()) {
    EventRow event;
    const std::string_view record = ReadEvent(first, in, event);
    if (!in.ok()) return Damaged();
    if (event.sequence != sequence) continue;
    event.record = record;
    return std::optional(std::move(event));
  }
  return std::optional<EventRow>();
}

void DeliveryChunk::Pack(std::span<const EventRow> events) {
  first_ = events.front().sequence;
  bytes_.clear();
  places_.clear();
  base::ByteWriter writer(bytes_);
  for (const EventRow& event : events) {
    if (event.deliveries.empty()) continue;
    const auto count = static_cast<std::uint16_t>(event.deliveries.size());
    writer.Fixed(event.sequence - first_);
    writer.Fixed(event.plan);
    writer.Fixed(event.source);
    writer.Fixed(count);
    places_.push_back({event.sequence, event.plan, event.source, count, bytes_.size()});
    for (const DeliveryState& state : event.deliveries) PutState(state, writer);
  }
}

base::Status DeliveryChunk::Read(std::uint64_t first, std::string_view bytes) {
  first_ = first;
  bytes_ = bytes;
  places_.clear();
  base::ByteReader in(bytes);
  while (!in.done()) {
    Place place;
    place.sequence = first + in.Fixed<std::uint64_t>();
    place.plan = in.Fixed<std::uint32_t>();
    place.source = in.Fixed<std::uint16_t>();
    place.count = in.Fixed<std::uint16_t>();
    place.at = bytes.size() - in.left();
    in.Raw(place.count * kStateBytes);
    if (!in.ok()) return Damaged();
    places_.push_back(place);
  }
  return base::Ok();
}

const DeliveryChunk::Place* DeliveryChunk::Find(std::uint64_t sequence) const {
  const auto found = std::lower_bound(
      places_.begin(), places_.end(), sequence,
      [](const Place& place, std::uint64_t wanted) { return place.sequence < wanted; });
  return found == places_.end() || found->sequence != sequence ? nullptr : &*found;
}

std::optional<std::size_t> DeliveryChunk::IndexOf(const Place& place,
                                                  std::uint16_t destination) const {
  for (std::size_t i = 0; i < place.count; ++i) {
    if (Get(place, i).destination == destination) return i;
  }
  return std::nullopt;
}

DeliveryState DeliveryChunk::Get(const Place& place, std::size_t index) const {
  base::ByteReader in(std::string_view(bytes_).substr(place.at + index * kStateBytes, kStateBytes));
  return TakeState(in);
}

void DeliveryChunk::Set(const Place& place, std::size_t index, const DeliveryState& state) {
  std::string bytes;
  bytes.reserve(kStateBytes);
  base::ByteWriter writer(bytes);
  PutState(state, writer);
  bytes_.replace(place.at + index * kStateBytes, kStateBytes, bytes);
}

base::Status ReadDeliveries(std::uint64_t first, std::string_view states, EventRow& event) {
  DeliveryChunk chunk;
  if (base::Status whole = chunk.Read(first, states); !whole) return whole;
  if (const auto* place = chunk.Find(event.sequence)) {
    for (std::size_t i = 0; i < place->count; ++i) event.deliveries.push_back(chunk.Get(*place, i));
  }
  return base::Ok();
}

}  // namespace octroi::store
