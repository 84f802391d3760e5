// Mailbox: how other threads reach a loop. Wakes coalesce into one eventfd write; answers may be
// posted after the connection, the loop and the edge are gone, and are then dropped.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/guarded.h"
#include "gateway/edge.h"

namespace octroi::gateway::edge {

class Mailbox {
 public:
  struct Letter {
    std::uint64_t connection = 0;
    std::uint64_t request = 0;
    Response response;
  };
  Mailbox();
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  bool ok() const { return fd_ >= 0; }
  int fd() const { return fd_; }

  // Any thread.
  void Wake();
  void Post(Letter letter);

  // The loop's thread. After this every earlier Wake is served by what the caller looks at next.
  std::vector<Letter> Take();
  void Close();

 private:
  struct Box {
    std::vector<Letter> letters;
    bool closed = false;
  };
  int fd_;
  std::atomic<bool> awake_{false};
  base::Guarded<Box> box_;
};

// One deferred answer. Dropping it unanswered answers 500, so that the client never waits for ever.
std::shared_ptr<Deferred> MakeDeferred(std::shared_ptr<Mailbox> mailbox, std::uint64_t connection,
                                       std::uint64_t request);

}  // namespace octroi::gateway::edge
