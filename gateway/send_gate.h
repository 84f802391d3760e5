// SendGate: why no send starts after a withdrawal was acknowledged (reliability.md I4).
//
// A lane decides, and right before the first byte it enters the gate with the generation of the
// index that it decided by; it leaves once that byte is on its way. Whoever changed consent waits,
// before it answers, until every lane that entered with an older generation has left. Either the
// lane sees the new generation, or the answer waits for the lane: nothing is in between.
//
// The lease is the same promise among gateways that share a store: sends may start only until then,
// on BOOTTIME, and it is renewed by reading what the others recorded. With an embedded store nobody
// else records anything, and the lease never ends.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <limits>
#include <list>
#include <mutex>

#include "policies/consent.h"

namespace octroi::gateway {

class SendGate {
 public:
  static constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();

  // A lane's place at the gate, for the lane's life. One thread enters and leaves.
  class Place {
   public:
    explicit Place(SendGate& gate);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    // True: the index is still at this generation, and a send may start now. Call Leave soon: an
    // answer may be waiting for it.
    bool Enter(const policies::ConsentIndex& index, std::uint64_t generation);
    void Leave();

   private:
    friend class SendGate;
    SendGate& gate_;
    std::atomic<std::uint64_t> entered_{0};  // odd: inside
    std::list<Place*>::iterator listed_;
  };

  // Any thread. Returns when every send has started that was let through before this call. It waits
  // for the first byte only, on a connection that is open.
  void AwaitStarted();

  // The lease. Closed until it was renewed once.
  void Renew(std::int64_t until_boot_nanos);  // any thread; never shortens
  bool Open(std::int64_t now_boot_nanos) const {
    return now_boot_nanos < until_.load(std::memory_order_acquire);
  }
  // Waits until it may be open, some 20 ms, or Wake.
  void WaitOpen();
  void Wake();

 private:
  std::atomic<std::int64_t> until_{0};
  std::mutex renewing_;
  std::condition_variable renewed_;
  std::mutex listing_;
  std::list<Place*> places_;
};

}  // namespace octroi::gateway
