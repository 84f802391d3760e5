#include "gateway/send_gate.h"

#include <algorithm>
#include <chrono>

namespace octroi::gateway {

SendGate::Place::Place(SendGate& gate) : gate_(gate) {
  const std::lock_guard lock(gate_.listing_);
  listed_ = gate_.places_.insert(gate_.places_.end(), this);
}

SendGate::Place::~Place() {
  const std::lock_guard lock(gate_.listing_);
  gate_.places_.erase(listed_);
}

// The fences order "inside" against the generation, here and in AwaitStarted: of "the lane reads
// the old generation" and "the waiter sees nobody inside" at most one can happen.
bool SendGate::Place::Enter(const policies::ConsentIndex& index, std::uint64_t generation) {
  entered_.fetch_add(1, std::memory_order_seq_cst);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (index.generation() == generation) return true;
  Leave();
  return false;
}

void SendGate::Place::Leave() {
  entered_.fetch_add(1, std::memory_order_seq_cst);
  entered_.notify_all();
}

void SendGate::AwaitStarted() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  const std::lock_guard lock(listing_);  // no place goes away meanwhile
  for (Place* place : places_) {
    const std::uint64_t entered = place->entered_.load(std::memory_order_seq_cst);
    if (entered % 2 != 0) place->entered_.wait(entered, std::memory_order_seq_cst);
  }
}

void SendGate::Renew(std::int64_t until_boot_nanos) {
  {
    const std::lock_guard lock(renewing_);
    until_.store(std::max(until_.load(), until_boot_nanos), std::memory_order_release);
  }
  renewed_.notify_all();
}

void SendGate::WaitOpen() {
  std::unique_lock lock(renewing_);
  renewed_.wait_for(lock, std::chrono::milliseconds(20));
}

void SendGate::Wake() { renewed_.notify_all(); }

}  // namespace octroi::gateway
