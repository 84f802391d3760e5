#include <pthread.h>
#include <signal.h>

#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include "base/limits.h"
#include "gateway/edge/loop.h"

namespace octroi::gateway {
namespace edge {
namespace {

void FillDefaults(Edge::Parts& parts) {
  Edge::Parts::Deadlines& deadlines = parts.deadlines;
  if (deadlines.head <= 0) deadlines.head = base::kHeadDeadlineMs;
  if (deadlines.body <= 0) deadlines.body = base::kBodyDeadlineMs;
  if (deadlines.idle <= 0) deadlines.idle = base::kIdleDeadlineMs;
  if (deadlines.handshake <= 0) deadlines.handshake = base::kHandshakeDeadlineMs;
  if (deadlines.body_bytes_per_second == 0) {
    deadlines.body_bytes_per_second = base::kBodyBytesPerSecondMin;
  }
  if (parts.connections_max == 0) parts.connections_max = base::kConnectionsMax;
  if (parts.threads == 0) parts.threads = 1;
}

class EpollEdge final : public Edge {
 public:
  explicit EpollEdge(Parts parts) : parts_(std::move(parts)), shared_(*parts_.metrics) {}
  ~EpollEdge() override { EpollEdge::Drain(0); }
  EpollEdge(const EpollEdge&) = delete;
  EpollEdge& operator=(const EpollEdge&) = delete;

  base::Status Open() {
    if (!parts_.tls_certificate.empty() || !parts_.tls_key.empty()) {
      base::Result<TlsContext> tls = TlsContext::Load(parts_.tls_certificate, parts_.tls_key);
      if (!tls) return tls.error();
      tls_.emplace(*std::move(tls));
    }
    base::Result<Listeners> listeners = Listen(parts_.address, parts_.threads);
    if (!listeners) return listeners.error();
    port_ = listeners->port;
    for (unsigned i = 0; i < parts_.threads; ++i) {
      loops_.push_back(std::make_unique<Loop>(parts_, shared_, i, std::move(listeners->sockets[i]),
                                              tls_ ? &*tls_ : nullptr));
      if (base::Status status = loops_.back()->Prepare(); !status) return status;
    }
    return StartThreads();
  }

  std::uint16_t port() const override { return port_; }

  void OnDurable() override {
    for (const auto& loop : loops_) loop->Wake();
  }

  void Drain(base::Millis within) override {
    const std::int64_t until = parts_.clock->BootNowNanos() + within * 1'000'000;
    for (const auto& loop : loops_) loop->Drain(until);
    const std::lock_guard lock(joining_);
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  // Signals are main's: the loops' threads block them all (SIGPIPE of OpenSSL's write too).
  base::Status StartThreads() {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    base::Status status = base::Ok();
    try {
      for (const auto& loop : loops_) threads_.emplace_back([&loop] { loop->Run(); });
    } catch (const std::system_error&) {
      status = base::Error{base::ErrorCode::kUnavailable, "edge.start", "cannot start a thread"};
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return status;
  }

  Parts parts_;
  Shared shared_;
  std::optional<TlsContext> tls_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::mutex joining_;
  std::vector<std::thread> threads_;
  std::uint16_t port_ = 0;
};

}  // namespace
}  // namespace edge

base::Result<std::unique_ptr<Edge>> Edge::Start(Parts parts) {
  if (parts.handler == nullptr || parts.clock == nullptr || parts.metrics == nullptr) {
    return base::Error{base::ErrorCode::kInvalid, "edge.start",
                       "handler, clock or metrics missing"};
  }
  edge::FillDefaults(parts);
  auto made = std::make_unique<edge::EpollEdge>(std::move(parts));
  if (base::Status status = made->Open(); !status) return status.error();
  return std::unique_ptr<Edge>(std::move(made));
}

}  // namespace octroi::gateway
