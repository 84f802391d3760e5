// What a Journal is made of. Internal to journal: its functions stand in open.cc (recovery),
// writer.cc (the two threads), reader.cc and journal.cc (the rest).
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "journal/journal.h"
#include "journal/segment_log.h"

namespace octroi::journal {

// What a frame may add to each class beyond its own bytes: header, seal, padding.
constexpr std::uint64_t kFrameOverheadBytes =
    kBlockHeaderBytes + crypto::kBoxOverheadBytes + 2 * kBlockAlign + 16;

// Bytes that a frame takes of each class, at most.
struct Cost {
  std::uint64_t decisions = 0, payload = 0;
};
inline Cost CostOf(const Frame& frame) {
  return {
      frame.records.size() + kFrameOverheadBytes,
      frame.payload.empty() ? 0 : frame.payload.size() + frame.count * 10 + kFrameOverheadBytes};
}

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

  base::Status Recover(const Visit& each);
  base::Status RecoverDecisions(const std::vector<std::string>& names, const Visit& each,
                                std::optional<BlockHeader>& last);
  bool HasRoom(const Cost& cost, Claim claim) const;
  void Write();
  void Gather(std::unique_lock<std::mutex>& lock);
  void TakeBatch();
  base::Status Commit();
  void Publish();
  void Fail(const base::Error& error);
  void Prepare();
  base::Status WritePlanHead();
  base::Status ReadPayloadBlock(const Segment& segment, std::uint64_t sequence, std::string& into);
};

}  // namespace octroi::journal
