// LaneQueue: what waits for one lane, first in, first out. Items whose frame is held come first;
// once memory was full, later ones are a sequence only, until those have been taken too: so order
// never depends on memory. What is sent again after it failed waits beside them, by sequence, and
// takes turns with them: it is older than what came since, and must not hold it up.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/dispatcher/shared.h"

namespace octroi::gateway {

inline constexpr std::uint64_t kNothingPending = std::numeric_limits<std::uint64_t>::max();

struct QueuedItem {
  std::uint64_t sequence = 0;
  std::shared_ptr<const HeldFrame> held;  // null: read both views back from the journal
  std::string_view record, payload;       // into the held frame
  std::uint32_t attempts = 0;             // made before a restart, or before it failed
  bool again = false;                     // a replay: no frame is held
};

// One thread takes; any may push, notify and ask. Sequences are pushed in ascending
// order, but for replays.
class LaneQueue {
 public:
  explicit LaneQueue(const Shared& shared) : shared_(shared) {}

  bool Push(QueuedItem item);  // true: the lane waits for this; Notify it, once for many pushes
  void Notify();
  std::uint64_t Lowest() const;  // first without a final outcome, taken ones included

  // False: draining.
  bool WaitForItem();
  bool WaitForMore(std::size_t count, base::Millis within);  // true also when the time passed
  // Takes up to `count`, ascending, of replays or of the others; the first of them is the lowest in
  // hand until SetInHand says otherwise.
  void Take(std::size_t count, std::vector<QueuedItem>& into);
  void SetInHand(std::uint64_t lowest);  // kNothingPending: all are final

  // Waits `span`, or until `until` holds after a Notify.
  void Pause(base::Millis span, const std::function<bool()>& until);

 private:
  std::size_t CountLocked() const { return held_.size() + spilled_.size() + again_.size(); }

  const Shared& shared_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<QueuedItem> held_;
  std::deque<std::uint64_t> spilled_;
  std::unordered_map<std::uint64_t, std::uint32_t> attempts_;  // of spilled ones that have any
  std::map<std::uint64_t, std::uint32_t> again_;               // sequence -> attempts
  bool turn_of_again_ = true;
  std::uint64_t in_hand_ = kNothingPending;
  std::size_t wanted_ = 0;  // items that the lane waits for; 0: it does not
};

}  // namespace octroi::gateway
