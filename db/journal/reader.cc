// Reading while it is written: payload of one event, records from a sequence on.
#include <algorithm>

#include "crypto/seal.h"
#include "journal/journal_state.h"

namespace octroi::journal {

using base::Error;
using base::ErrorCode;
using base::Status;

Status Journal::ReadPayload(std::uint64_t sequence, std::string& into) const {
  const auto segment = state_->payload.Find(sequence);
  if (segment) return state_->ReadPayloadBlock(*segment, sequence, into);
  return Error{ErrorCode::kUnavailable, "journal.read_payload",
               "its segment was removed, or it has no payload"};
}

Status Journal::State::ReadPayloadBlock(const Segment& segment, std::uint64_t sequence,
                                        std::string& into) {
  auto mark =
      std::upper_bound(segment.marks.begin(), segment.marks.end(), sequence,
                       [](std::uint64_t s, const Segment::Mark& m) { return s < m.sequence; });
  std::uint64_t offset = mark == segment.marks.begin() ? kHeaderBytes : std::prev(mark)->offset;
  const auto extract = [&](const std::string& plain, std::uint64_t first) {
    bool found = false;
    ForEachPayload(plain, [&](std::uint32_t index, std::string_view item) {
      if (first + index != sequence) return true;
      into.assign(item);
      found = true;
      return false;
    });
    return found ? base::Ok()
                 : Status(Error{ErrorCode::kUnavailable, "journal.read_payload",
                                "the record has no payload"});
  };
  while (offset < segment.end) {
    std::string bytes(kBlockHeaderBytes, '\0');
    const auto read = segment.file->ReadAt(offset, bytes);
    const auto header = read ? DecodeBlockHeader(bytes, segment.header.salt) : std::nullopt;
    if (!header) break;
    if (sequence > header->last_sequence()) {
      offset += BlockBytes(*header);
      continue;
    }
    const auto cached = cache.With([&](const CachedBlock& c) {
      return c.name == segment.name && c.offset == offset ? c.plain : nullptr;
    });
    if (cached) return extract(*cached, header->first_sequence);
    const auto block = BlockAt(*segment.file, offset, segment.end, segment.header.salt);
    auto plain = std::make_shared<std::string>();
    crypto::Sealer sealer(segment.key->bytes());
    if (!block || !OpenBlock(*block, sealer, *plain)) break;
    cache.With([&](CachedBlock& c) { c = {segment.name, offset, plain}; });
    return extract(*plain, header->first_sequence);
  }
  return Error{ErrorCode::kInvalid, "journal.read_payload",
               "`" + segment.name + "` is damaged at byte " + std::to_string(offset)};
}

Status Journal::Read(std::uint64_t from, std::uint64_t through, const Visit& each) const {
  std::string plain;
  for (const auto& segment : state_->decisions.Snapshot()) {
    if (segment->last_sequence != 0 && segment->last_sequence < from) continue;
    if (segment->header.first_sequence > through) break;
    auto mark =
        std::upper_bound(segment->marks.begin(), segment->marks.end(), from,
                         [](std::uint64_t s, const Segment::Mark& m) { return s < m.sequence; });
    std::uint64_t offset = mark == segment->marks.begin() ? kHeaderBytes : std::prev(mark)->offset;
    crypto::Sealer sealer(segment->key->bytes());
    while (offset < segment->end) {
      const auto block = BlockAt(*segment->file, offset, segment->end, segment->header.salt);
      plain.clear();
      if (!block || !OpenBlock(*block, sealer, plain)) {
        return Error{ErrorCode::kInvalid, "journal.read",
                     "`" + segment->name + "` is damaged at byte " + std::to_string(offset)};
      }
      offset += BlockBytes(block->header);
      const bool head = block->header.kind == BlockKind::kPlan;
      ForEachRecord(plain, [&](std::uint32_t index, std::string_view record) {
        const std::uint64_t sequence = head ? 0 : block->header.first_sequence + index;
        if (head || (sequence >= from && sequence <= through)) each(sequence, record);
        return true;
      });
    }
  }
  return base::Ok();
}

}  // namespace octroi::journal
