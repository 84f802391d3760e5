// What all lanes share: the dispatcher's parts, how far stopping has come.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

#include "gateway/dispatcher.h"

namespace octroi::gateway {

enum class Phase {
  kRunning,
  kDraining,  // no new batch, no new attempt; outcomes are still appended
  kGivingUp,  // nothing is waited for any more
};

struct Shared {
  Dispatcher::Parts parts;
  std::atomic<Phase> phase{Phase::kRunning};
  std::atomic<std::size_t> held_bytes{0};  // of frames that items keep alive
  std::atomic<std::uint64_t> pending{0};   // event x destination without a final outcome

  std::mutex lanes_mutex;
  std::condition_variable lane_ended;
  int lanes_running = 0;
  void LaneStarted() {
    const std::lock_guard lock(lanes_mutex);
    ++lanes_running;
  }
  void LaneEnded() {
    const std::lock_guard lock(lanes_mutex);
    --lanes_running;
    lane_ended.notify_all();
  }

  bool draining() const { return phase.load() != Phase::kRunning; }
  bool giving_up() const { return phase.load() == Phase::kGivingUp; }
};

// A frame kept in memory for the items that point into it; counted once, however many they are.
class HeldFrame {
 public:
  HeldFrame(journal::FramePtr frame, std::atomic<std::size_t>& total)
      : frame_(std::move(frame)), bytes_(BytesOf(*frame_)), total_(total) {
    total_ += bytes_;
  }
  ~HeldFrame() { total_ -= bytes_; }
  HeldFrame(const HeldFrame&) = delete;
  HeldFrame& operator=(const HeldFrame&) = delete;

  static std::size_t BytesOf(const journal::Frame& frame) {
    return frame.records.size() + frame.payload.size();
  }

 private:
  journal::FramePtr frame_;
  std::size_t bytes_;
  std::atomic<std::size_t>& total_;
};

}  // namespace octroi::gateway
