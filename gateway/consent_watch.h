// ConsentWatch: holds the lease to send. Where gateways share a register, each reads a few times a
// second what the others recorded, and may send for half a second from the moment it began to ask.
// A gateway that cannot ask stops sending: what it cannot verify is held (reliability.md I3, I4).
// Before the lease, what the desk left in doubt is settled; on an embedded register that is all
// there is to watch.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "gateway/consent_desk.h"
#include "gateway/send_gate.h"
#include "store/store.h"

namespace octroi::gateway {

class ConsentWatch {
 public:
  struct Parts {
    store::ConsentStore* store = nullptr;
    ConsentDesk* desk = nullptr;
    SendGate* sends = nullptr;
    const base::Clock* clock = nullptr;
    std::function<PlanPtr()> plan;
    base::Millis every = 100;
    base::Millis lease = 500;
  };
  explicit ConsentWatch(Parts parts) : parts_(std::move(parts)) {}
  ~ConsentWatch();

  // Where the register stands; before the index is filled from it, so that nothing falls between.
  base::Status Begin();
  // After it was filled. The first lease, then one thread. The lease of a register that nobody
  // shares never ends.
  base::Status Start();

 private:
  base::Status Renew();
  void Run();

  Parts parts_;
  std::uint64_t generation_ = 0;  // all that others recorded so far is in the index
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace octroi::gateway
