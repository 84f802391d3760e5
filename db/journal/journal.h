// Journal: the truth of what flowed. An append-only, sealed, checksummed segment log with group
// commit.
//
// Two classes of segments (docs/FORMATS.md): decisions (records, 13 months) and payload (events,
// days). Both are preallocated, written by one thread, and a commit is: payload block, fdatasync,
// decision block, fdatasync. So a durable decision implies its durable payload, and nothing is
// acknowledged before both.
//
// After a failed write or sync nothing more is written: `fatal` is called (main exits), because the
// kernel may have dropped the pages (reliability.md A8). A disk that cannot hold the next segment
// is no failure: Append refuses with kUnavailable until there is room. The last bytes are kept:
// what is refused first are events, then outcomes, last consent events and configs.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/disk.h"
#include "base/limits.h"
#include "base/result.h"
#include "crypto/key_ring.h"
#include "journal/records.h"

namespace octroi::journal {

// What becomes durable together or not at all: the records of one request, and the payload some
// need. The i-th record gets sequence first_sequence + i.
struct Frame {
  std::string records;  // varint length + record, repeated
  std::uint32_t count = 0;
  std::string payload;               // varint record index, varint length + payload item, repeated
  std::uint64_t first_sequence = 0;  // set by Append
  std::uint64_t last_sequence() const { return first_sequence + count - 1; }

  template <class Record>
  void Add(const Record& record) {
    scratch_.clear();
    Encode(record, scratch_);
    AddEncoded(scratch_);
  }
  void AddEncoded(std::string_view record);
  void AddPayload(std::uint32_t record_index, std::string_view item);
  void Clear();  // keeps memory

 private:
  std::string scratch_;
};
using FramePtr = std::shared_ptr<Frame>;  // const once appended

// Frames whose memory is used again once their last holder is gone; a frame may outlive its pool.
// Safe from any thread.
class FramePool {
 public:
  FramePool();
  FramePtr Take();

 private:
  struct Shelf;
  template <class T>
  struct BlockAllocator;
  std::shared_ptr<Shelf> shelf_;
};

// Walks a frame's records or payload items: visit(index, bytes) -> bool (false stops).
template <class Visit>
void ForEachRecord(std::string_view records, Visit&& visit) {
  base::ByteReader in(records);
  for (std::uint32_t index = 0; in.left() > 0; ++index) {
    const std::string_view record = in.Sized();
    if (!in.ok() || !visit(index, record)) return;
  }
}
template <class Visit>
void ForEachPayload(std::string_view payload, Visit&& visit) {
  base::ByteReader in(payload);
  while (in.left() > 0) {
    const auto index = static_cast<std::uint32_t>(in.Varint());
    const std::string_view item = in.Sized();
    if (!in.ok() || !visit(index, item)) return;
  }
}

// Proof that everything through a sequence is durable. Only a Journal makes one.
class Ticket {
 public:
  std::uint64_t through() const { return through_; }

 private:
  friend class Journal;
  explicit Ticket(std::uint64_t through) : through_(through) {}
  std::uint64_t through_;
};

// What a frame is for, and so how much room it leaves to others (limits.h).
enum class Claim : std::uint8_t { kRegister, kOutcomes, kEvents };

// Called on the journal's thread, in sequence order, after the fdatasync returned. Must be quick.
class DurableListener {
 public:
  virtual ~DurableListener() = default;
  virtual void OnDurable(const std::vector<FramePtr>& frames, const Ticket& ticket) = 0;
};

struct SegmentInfo {
  bool payload = false;
  std::string name;
  std::uint64_t first_sequence = 0, last_sequence = 0;
  base::Millis created = 0;
  bool open = false;  // being written
};

class Journal {
 public:
  struct Parts {
    base::Disk* disk = nullptr;
    base::Clock* clock = nullptr;
    const crypto::KeyRing* keys = nullptr;
    std::string folder;
    std::uint64_t segment_bytes = base::kSegmentBytes;
    std::uint64_t pending_bytes_max = base::kPendingBytesMax;
    std::function<void(const base::Error&)> fatal;  // must not return to normal service
  };

  // Opens or creates the folder and recovers: a torn tail (a last block not wholly there) is cut,
  // since nothing of it was acknowledged; anything damaged before that is refused with kInvalid and
  // the detail names segment, offset and what to do. Every surviving record is handed to `each` in
  // sequence order.
  using Visit = std::function<void(std::uint64_t sequence, std::string_view record)>;
  static base::Result<std::unique_ptr<Journal>> Open(Parts parts, const Visit& each);
  ~Journal();

  const std::string& origin() const;  // 8 characters, chosen at creation; part of every event id

  // Listeners before Start; Append after it.
  void Listen(DurableListener* listener);
  void Start();
  void Stop();  // commits what is queued, then takes nothing any more; the destructor does it too

  FramePtr NewFrame() const;  // an empty one, with the memory of one that is done with
  // Takes the frame and gives its records their sequences; safe from any thread. Durable once
  // durable_through() >= the returned last sequence. kUnavailable (queue full, disk full): nothing
  // happened.
  base::Result<std::uint64_t> Append(const FramePtr& frame, Claim claim = Claim::kEvents);
  bool accepting() const;                  // whether an ordinary request would be taken now
  std::uint64_t appended_through() const;  // given to a frame, durable or not
  std::uint64_t durable_through() const;
  Ticket durable() const { return Ticket(durable_through()); }  // what was recovered included
  void WaitDurable(std::uint64_t sequence);  // for slow paths (consents, apply); blocks

  // The plan in force, repeated at the head of each new decision segment. Call before appending its
  // PlanRecord.
  void SetPlan(const PlanRecord& plan);

  // The payload item of one event into `into`. kUnavailable: its segment was removed; kInvalid:
  // damaged.
  base::Status ReadPayload(std::uint64_t sequence,
                           std::string& into) const;  // safe from any thread
  // Records from a sequence on, while running; for a projector that lags and for `octroi rebuild`.
  base::Status Read(std::uint64_t from, std::uint64_t through, const Visit& each) const;

  std::vector<SegmentInfo> Segments() const;
  base::Status Remove(const SegmentInfo& segment);  // retention; never an open one

 private:
  Journal();
  struct State;
  std::unique_ptr<State> state_;
};

// `octroi journal check`: reads everything, changes nothing. Findings as sentences with segment and
// offset.
struct CheckReport {
  std::uint64_t segments = 0, blocks = 0, records = 0, payload_items = 0;
  std::uint64_t first_sequence = 0, last_sequence = 0;
  bool torn_tail = false;  // fine: start will cut it
  std::vector<std::string> damages;
};
// `each`, if given, sees every record in sequence order (0: the plan at a segment's head).
base::Result<CheckReport> Check(base::Disk& disk, const std::string& folder,
                                const crypto::KeyRing& keys, const Journal::Visit& each = {});

}  // namespace octroi::journal
