// SegmentLog: one class's chain of segments. Private to the module.
//
// One thread writes (Write, Sync, and the rotation they imply); any thread reads what was synced. A
// segment is a file of a fixed size. Where commits are small it is written with zeros before it is
// used, so that a commit changes data only; where they are large that would double what the disk
// has to write, and the file is only given its room (performance.md 6a: 62 us more a commit).
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/guarded.h"
#include "journal/format.h"
#include "journal/journal.h"
#include "journal/scan.h"

namespace octroi::journal {

struct Segment {
  SegmentHeader header;
  std::string name;
  std::shared_ptr<base::File> file;
  std::shared_ptr<const SegmentKey> key;
  std::uint64_t end = kHeaderBytes;  // of what is durable
  std::uint64_t last_sequence = 0;   // 0: nothing yet
  struct Mark {
    std::uint64_t sequence = 0, offset = 0;
  };
  std::vector<Mark> marks;  // sparse: where to start looking for a sequence
  void Note(const BlockHeader& block,
            std::uint64_t offset);  // adds a mark when the last one is far
};

class SegmentLog {
 public:
  struct Parts {
    base::Disk* disk = nullptr;
    base::Clock* clock = nullptr;
    const crypto::KeyRing* keys = nullptr;
    std::string folder;
    std::uint64_t segment_bytes = 0;
    SegmentClass kind = SegmentClass::kDecisions;
  };
  explicit SegmentLog(Parts parts) : parts_(std::move(parts)) {}

  // Takes in the segments of the folder, oldest first. `visit` sees every good block's header and
  // body; for payload only headers matter, but checksums are verified all the same. Cuts a torn
  // tail if it lies at or after `durable` (payload only; decisions cut whatever is torn).
  base::Status Recover(
      const std::vector<std::string>& names,
      const std::function<bool(const Segment&, std::uint64_t, const ReadBlock&)>& visit);
  // After Recover of the decisions: payload written for a commit that was never finished is cut;
  // payload that a finished commit counted on but is missing is damage.
  base::Status CutAfter(std::uint64_t segment, std::uint64_t offset);

  // A segment to write into, if Recover found none or only complete ones.
  base::Status Begin(const std::string& origin, std::uint64_t first_sequence);

  // Bytes that can still be written into the open segment (header and padding included). Safe from
  // any thread; a fresh segment's room shows before its spare is gone.
  std::uint64_t Free() const;
  // Seals and writes one block at the end; rotates first if it does not fit (then the spare must be
  // ready). Fills kind-independent parts of the header (salt, crc, size).
  base::Status Write(BlockHeader header, std::string_view plain);
  base::Status Sync();  // and only now readers see it
  std::pair<std::uint64_t, std::uint64_t> End()
      const;  // segment number, offset: after the last Write

  // The next segment's file, made ahead of time. Runs on the preparing thread.
  base::Status PrepareSpare();
  bool spare_ready() const { return spare_ready_.load(std::memory_order_acquire); }
  std::uint64_t Capacity() const;  // of a fresh segment

  // Called after a rotation, to write what each new segment begins with (decisions: the plan).
  std::function<base::Status()> on_new_segment;

  std::vector<std::shared_ptr<const Segment>> Snapshot() const;  // copies; marks included
  std::shared_ptr<const Segment> Find(
      std::uint64_t sequence) const;  // a copy of the one that may hold it
  base::Status Remove(const std::string& name);

 private:
  base::Status Rotate(std::uint64_t first_sequence);
  base::Status OpenNew(std::uint64_t number, const std::string& origin,
                       std::uint64_t first_sequence);
  base::Status MakeFile(const std::string& path);
  std::string SparePath() const;

  Parts parts_;
  base::Guarded<std::vector<std::shared_ptr<Segment>>> segments_;
  Segment* open_ = nullptr;  // last of segments_; the writer's
  bool complete_ = false;    // open_ has its end mark: a crash came between two segments
  std::atomic<std::uint64_t> written_{kHeaderBytes};  // writer's end of open_, not yet synced
  std::vector<std::pair<BlockHeader, std::uint64_t>> unsynced_;
  std::uint64_t synced_ = kHeaderBytes;         // writer's end of open_ at its last Sync
  std::atomic<std::uint64_t> commit_bytes_{0};  // a moving average of what a Sync makes durable
  std::unique_ptr<crypto::Sealer> sealer_;
  std::string buffer_;
  std::atomic<bool> spare_ready_{false};
};

}  // namespace octroi::journal
