// AnswerQueue: the answers a connection owes, in the order of its requests, whenever they become
// ready.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "gateway/edge/answer.h"

namespace octroi::gateway::edge {

class AnswerQueue {
 public:
  enum class State : std::uint8_t { kReady, kDurable, kDeferred };
  struct Slot {
    State state = State::kReady;
    bool last = false;  // the connection ends after it
    AnswerForm form;    // of a deferred one, until it is written
    std::uint64_t request = 0;
    std::uint64_t sequence = 0;  // kDurable: ready once the journal reached it
    std::int64_t since = 0;      // kDurable: when its request was read (BootNowNanos)
    std::string bytes;
  };
  void Push(Slot slot);
  Slot* FindDeferred(std::uint64_t request);

  // Appends to `out` what is ready at the front, and records in `durable` how long each kDurable
  // one took until `now`. True: a last answer was among it, and the rest is dropped.
  bool TakeReady(std::uint64_t durable_through, std::int64_t now, base::Latency& durable,
                 std::string& out);

  bool front_waits_for_durable() const {
    return size() > 0 && slots_[front_].state == State::kDurable;
  }
  std::size_t size() const { return slots_.size() - front_; }
  bool empty() const { return size() == 0; }
  std::size_t memory() const;

 private:
  void Clear();

  std::vector<Slot> slots_;
  std::size_t front_ = 0;
};

}  // namespace octroi::gateway::edge
