#include "journal/journal.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/bytes.h"
#include "base/thread_name.h"
#include "crypto/hmac.h"
#include "journal/segment_log.h"

namespace octroi::journal {
namespace {

using base::Error;
using base::ErrorCode;
using base::Status;

// What a frame may add to each class beyond its own bytes: header, seal, padding.
constexpr std::uint64_t kFrameOverheadBytes =
    kBlockHeaderBytes + crypto::kBoxOverheadBytes + 2 * kBlockAlign + 16;
constexpr std::chrono::milliseconds kRetrySpare{250};
constexpr std::chrono::microseconds kGather{1000};

struct Cost {
  std::uint64_t decisions = 0, payload = 0;
};
Cost CostOf(const Frame& frame) {
  return {
      frame.records.size() + kFrameOverheadBytes,
      frame.payload.empty() ? 0 : frame.payload.size() + frame.count * 10 + kFrameOverheadBytes};
}

std::string NewOrigin() {
  constexpr std::string_view kAlphabet = "abcdefghjkmnpqrstuvwxyz23456789";
  std::array<std::uint8_t, 8> random{};
  crypto::RandomBytes(random);
  std::string origin;
  for (const std::uint8_t byte : random) origin.push_back(kAlphabet[byte % kAlphabet.size()]);
  return origin;
}

}  // namespace

struct Journal::State {
  explicit State(Parts given)
      : parts(std::move(given)),
        decisions(LogParts(SegmentClass::kDecisions)),
        payload(LogParts(SegmentClass::kPayload)) {}

  SegmentLog::Parts LogParts(SegmentClass kind) const {
    return {parts.disk, parts.clock, parts.keys, parts.folder, parts.segment_bytes, kind};
  }

  Parts parts;
  SegmentLog decisions, payload;
  std::string origin;
  std::vector<DurableListener*> listeners;

  // What appenders and the writer share, under `mutex`.
  std::mutex mutex;
  std::condition_variable work, room;
  FramePool frames;
  std::vector<FramePtr> queue;
  std::size_t wanted = 1;  // frames that the writer waits for
  std::uint64_t next_sequence = 1;
  Cost pending;  // queued and being written
  bool stopping = false, failed = false;
  std::string plan;  // encoded PlanRecord, for new segments

  std::atomic<std::uint64_t> durable{0};
  std::mutex durable_mutex;
  std::condition_variable durable_moved;

  // The writer's own.
  std::uint64_t commit = 0;
  std::vector<FramePtr> batch;
  std::size_t crowd = 0;  // frames of one commit lately
  std::string decisions_plain, payload_plain;

  std::thread writer, preparer;

  // The block read last by ReadPayload: lanes read neighbours.
  struct CachedBlock {
    std::string name;
    std::uint64_t offset = 0;
    std::shared_ptr<const std::string> plain;
  };
  base::Guarded<CachedBlock> cache;

  Status Recover(const Visit& each);
  Status RecoverDecisions(const std::vector<std::string>& names, const Visit& each,
                          std::optional<BlockHeader>& last);
  bool HasRoom(const Cost& cost) const;
  void Write();
  void Gather(std::unique_lock<std::mutex>& lock);
  void TakeBatch();
  Status Commit();
  void Publish();
  void Fail(const Error& error);
  void Prepare();
  Status WritePlanHead();
  Status ReadPayloadBlock(const Segment& segment, std::uint64_t sequence, std::string& into);
};

Journal::Journal() = default;

base::Result<std::unique_ptr<Journal>> Journal::Open(Parts parts, const Visit& each) {
  if (auto made = parts.disk->MakeFolder(parts.folder); !made) return made.error();
  std::unique_ptr<Journal> journal(new Journal());
  journal->state_ = std::make_unique<State>(std::move(parts));
  if (auto recovered = journal->state_->Recover(each); !recovered) return recovered.error();
  return journal;
}

Status Journal::State::Recover(const Visit& each) {
  const auto names = parts.disk->List(parts.folder);
  if (!names) return names.error();
  std::vector<std::string> decision_names, payload_names;  // List sorts, so oldest first
  for (const std::string& name : *names) {
    const auto parsed = ParseSegmentName(name);
    if (!parsed) continue;
    (parsed->first == SegmentClass::kDecisions ? decision_names : payload_names).push_back(name);
  }
  if (decision_names.empty() && !payload_names.empty()) {
    return Error{ErrorCode::kInvalid, "journal.recover",
                 "payload segments without decision segments: decisions are missing; restore them "
                 "from a backup"};
  }
  std::optional<BlockHeader> last;
  if (auto recovered = RecoverDecisions(decision_names, each, last); !recovered) return recovered;
  if (auto recovered = payload.Recover(payload_names, [](auto&&...) { return true; }); !recovered)
    return recovered;
  if (auto cut =
          payload.CutAfter(last ? last->payload_segment : 0, last ? last->payload_offset : 0);
      !cut)
    return cut;
  if (last) {
    commit = last->commit;
    next_sequence = last->last_sequence() + 1;
  }
  durable.store(next_sequence - 1);
  const auto segments = decisions.Snapshot();
  origin = segments.empty() ? NewOrigin() : segments.back()->header.origin;
  // Decisions first: payload without decisions is what recovery refuses.
  if (auto begun = decisions.Begin(origin, next_sequence); !begun) return begun;
  if (auto begun = payload.Begin(origin, next_sequence); !begun) return begun;
  return base::Ok();
}

Status Journal::State::RecoverDecisions(const std::vector<std::string>& names, const Visit& each,
                                        std::optional<BlockHeader>& last) {
  std::string opened_name, plain;
  std::unique_ptr<crypto::Sealer> sealer;
  Status problem = base::Ok();
  auto visit = [&](const Segment& segment, std::uint64_t offset, const ReadBlock& block) {
    if (opened_name != segment.name) {
      sealer = std::make_unique<crypto::Sealer>(segment.key->bytes());
      opened_name = segment.name;
    }
    plain.clear();
    if (!OpenBlock(block, *sealer, plain)) {
      problem = Error{ErrorCode::kInvalid, "journal.recover",
                      "`" + segment.name + "` is damaged at byte " + std::to_string(offset) +
                          ": a block does not open with its key; restore the file from a backup"};
      return false;
    }
    const bool head = block.header.kind == BlockKind::kPlan;
    if (!head && last && block.header.first_sequence != last->last_sequence() + 1) {
      problem =
          Error{ErrorCode::kInvalid, "journal.recover",
                "`" + segment.name + "` at byte " + std::to_string(offset) +
                    ": records before it are missing; restore the missing segment from a backup"};
      return false;
    }
    ForEachRecord(plain, [&](std::uint32_t index, std::string_view record) {
      each(head ? 0 : block.header.first_sequence + index, record);
      return true;
    });
    if (!head) last = block.header;
    return true;
  };
  auto recovered = decisions.Recover(names, visit);
  return problem ? std::move(recovered) : std::move(problem);  // the more telling of the two
}

Journal::~Journal() {
  if (state_) Stop();
}

void Journal::Stop() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->work.notify_all();
  state_->room.notify_all();
  if (state_->writer.joinable()) state_->writer.join();
  if (state_->preparer.joinable()) state_->preparer.join();
}

bool Journal::accepting() const {
  constexpr std::uint64_t kOrdinaryBytes = 64 * 1024;
  const std::lock_guard lock(state_->mutex);
  return !state_->failed && !state_->stopping && state_->HasRoom({kOrdinaryBytes, kOrdinaryBytes});
}

const std::string& Journal::origin() const { return state_->origin; }
void Journal::Listen(DurableListener* listener) { state_->listeners.push_back(listener); }

void Journal::Start() {
  state_->decisions.on_new_segment = [state = state_.get()] { return state->WritePlanHead(); };
  state_->writer = std::thread([state = state_.get()] { state->Write(); });
  state_->preparer = std::thread([state = state_.get()] { state->Prepare(); });
}

// Room is promised only where it exists: with a spare segment ready, half a segment may be pending;
// without one, no more than the open segment still holds. So what Append took can always be
// written.
bool Journal::State::HasRoom(const Cost& cost) const {
  const std::uint64_t with_spare = std::min(parts.pending_bytes_max, decisions.Capacity() / 2);
  const auto fits = [&](const SegmentLog& log, std::uint64_t pending_bytes,
                        std::uint64_t cost_bytes) {
    return pending_bytes + cost_bytes <=
           (log.spare_ready() ? with_spare : std::min(with_spare, log.Free()));
  };
  return fits(decisions, pending.decisions, cost.decisions) &&
         fits(payload, pending.payload, cost.payload);
}

FramePtr Journal::NewFrame() const { return state_->frames.Take(); }

base::Result<std::uint64_t> Journal::Append(const FramePtr& frame) {
  const Cost cost = CostOf(*frame);
  if (std::max(cost.decisions, cost.payload) > state_->decisions.Capacity() / 2) {
    return Error{ErrorCode::kTooLarge, "journal.append", "more than half a segment in one request"};
  }
  bool wake = false;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->failed || state_->stopping) {
      return Error{ErrorCode::kUnavailable, "journal.append", "journal is stopped"};
    }
    if (!state_->HasRoom(cost)) {
      return Error{ErrorCode::kUnavailable, "journal.append", "journal queue or disk is full"};
    }
    state_->pending.decisions += cost.decisions;
    state_->pending.payload += cost.payload;
    frame->first_sequence = state_->next_sequence;
    state_->next_sequence += frame->count;
    state_->queue.push_back(frame);
    wake = state_->queue.size() == state_->wanted;
  }
  if (wake) state_->work.notify_one();
  return frame->last_sequence();
}

std::uint64_t Journal::durable_through() const {
  return state_->durable.load(std::memory_order_acquire);
}

void Journal::WaitDurable(std::uint64_t sequence) {
  std::unique_lock lock(state_->durable_mutex);
  state_->durable_moved.wait(lock, [&] { return durable_through() >= sequence; });
}

void Journal::SetPlan(const PlanRecord& plan) {
  Frame frame;
  frame.Add(plan);
  const std::lock_guard lock(state_->mutex);
  state_->plan = std::move(frame.records);
}

// Takes what fits into one commit. A commit's blocks each fit into one segment.
void Journal::State::TakeBatch() {
  const std::uint64_t most =
      std::min<std::uint64_t>(base::kCommitBytesMax, decisions.Capacity() / 2);
  Cost taken;
  batch.clear();
  for (FramePtr& frame : queue) {
    const Cost cost = CostOf(*frame);
    if (!batch.empty() &&
        std::max(taken.decisions + cost.decisions, taken.payload + cost.payload) > most) {
      break;
    }
    taken.decisions += cost.decisions;
    taken.payload += cost.payload;
    batch.push_back(std::move(frame));
  }
  queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(batch.size()));
}

// A commit costs the same for one frame and for fifty, so where several came together lately, a
// moment is waited for as many again. Who comes alone is never kept waiting.
void Journal::State::Gather(std::unique_lock<std::mutex>& lock) {
  const auto enough = [&] { return stopping || queue.size() >= wanted; };
  wanted = 1;
  work.wait(lock, enough);
  if (crowd < 2) return;
  wanted = crowd;
  work.wait_for(lock, kGather, enough);
}

void Journal::State::Write() {
  base::NameThread("journal");
  for (;;) {
    {
      std::unique_lock lock(mutex);
      Gather(lock);
      if (queue.empty()) return;
      TakeBatch();
      crowd = std::max(batch.size(), crowd / 2);
    }
    if (auto committed = Commit(); !committed) return Fail(committed.error());
    Publish();
  }
}

Status Journal::State::Commit() {
  decisions_plain.clear();
  payload_plain.clear();
  const std::uint64_t first = batch.front()->first_sequence;
  const std::uint64_t last = batch.back()->last_sequence();
  base::ByteWriter payload_writer(payload_plain);
  for (const FramePtr& frame : batch) {
    decisions_plain.append(frame->records);
    ForEachPayload(frame->payload, [&](std::uint32_t index, std::string_view item) {
      payload_writer.Varint(frame->first_sequence - first + index);
      payload_writer.Sized(item);
      return true;
    });
  }
  BlockHeader header;
  header.commit = ++commit;
  header.first_sequence = first;
  header.count = static_cast<std::uint32_t>(last - first + 1);
  if (!payload_plain.empty()) {
    if (auto wrote = payload.Write(header, payload_plain); !wrote) return wrote;
    if (auto synced = payload.Sync(); !synced) return synced;
  }
  std::tie(header.payload_segment, header.payload_offset) = payload.End();
  if (auto wrote = decisions.Write(header, decisions_plain); !wrote) return wrote;
  return decisions.Sync();
}

void Journal::State::Publish() {
  const std::uint64_t last = batch.back()->last_sequence();
  durable.store(last, std::memory_order_release);
  { const std::lock_guard lock(durable_mutex); }
  durable_moved.notify_all();
  for (DurableListener* listener : listeners) listener->OnDurable(batch, Ticket(last));
  Cost done;
  for (const FramePtr& frame : batch) {
    const Cost cost = CostOf(*frame);
    done.decisions += cost.decisions;
    done.payload += cost.payload;
  }
  batch.clear();
  {
    const std::lock_guard lock(mutex);
    pending.decisions -= done.decisions;
    pending.payload -= done.payload;
  }
  if (!decisions.spare_ready() || !payload.spare_ready()) room.notify_one();
}

void Journal::State::Fail(const Error& error) {
  {
    const std::lock_guard lock(mutex);
    failed = true;
    stopping = true;
  }
  room.notify_all();
  if (parts.fatal) parts.fatal(error);
}

void Journal::State::Prepare() {
  base::NameThread("journal-spare");
  std::unique_lock lock(mutex);
  while (!stopping) {
    if (decisions.spare_ready() && payload.spare_ready()) {
      room.wait(lock);
      continue;
    }
    lock.unlock();
    const bool made =
        static_cast<bool>(decisions.PrepareSpare()) && static_cast<bool>(payload.PrepareSpare());
    lock.lock();
    if (!made)
      room.wait_for(lock, kRetrySpare,
                    [&] { return stopping; });  // no space: Append refuses until there is
  }
}

Status Journal::State::WritePlanHead() {
  std::string head;
  {
    const std::lock_guard lock(mutex);
    head = plan;
  }
  if (head.empty()) return base::Ok();
  BlockHeader header;
  header.kind = BlockKind::kPlan;
  return decisions.Write(header, head);
}

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

std::vector<SegmentInfo> Journal::Segments() const {
  std::vector<SegmentInfo> infos;
  for (const SegmentLog* log : {&state_->decisions, &state_->payload}) {
    const auto segments = log->Snapshot();
    for (const auto& segment : segments) {
      infos.push_back({log == &state_->payload, segment->name, segment->header.first_sequence,
                       segment->last_sequence, segment->header.created,
                       segment == segments.back()});
    }
  }
  return infos;
}

Status Journal::Remove(const SegmentInfo& segment) {
  return (segment.payload ? state_->payload : state_->decisions).Remove(segment.name);
}

}  // namespace octroi::journal
