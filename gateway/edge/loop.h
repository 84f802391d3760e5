// Loop: one thread's epoll set, its listening socket and its connections.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "gateway/edge/connection.h"
#include "gateway/edge/loop_context.h"
#include "gateway/edge/socket.h"
#include "gateway/edge/tls.h"

struct sockaddr_storage;

namespace octroi::gateway::edge {

class Loop {
 public:
  // `parts`, `shared` and `tls` (null: plain) outlive the loop.
  Loop(const Edge::Parts& parts, Shared& shared, unsigned index, Fd listener,
       const TlsContext* tls);
  base::Status Prepare();

  void Run();  // the loop's thread; returns once drained

  // Any thread.
  void Wake() { context_.mailbox->Wake(); }
  void Drain(std::int64_t until);  // nanoseconds of BootNowNanos

 private:
  void Turn();
  int TimeoutMillis() const;
  void OnWake();
  void BeginDrain();
  bool AcceptOne();
  void Admit(int fd, const sockaddr_storage& peer);
  void GiveUpOne();
  Connection* Find(std::uint64_t id);
  template <class Call>
  void With(std::uint64_t id, Call call);  // and buries it if it died
  bool finished() const;

  LoopContext context_;
  const TlsContext* const tls_;
  Fd listener_, epoll_, reserve_;
  std::vector<std::unique_ptr<Connection>> connections_;  // by descriptor
  std::size_t live_ = 0;
  std::uint64_t generation_ = 0;
  std::atomic<std::int64_t> drain_until_{kNever};
};

}  // namespace octroi::gateway::edge
