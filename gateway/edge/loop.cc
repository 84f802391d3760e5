#include "gateway/edge/loop.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/log.h"
#include "base/thread_name.h"

namespace octroi::gateway::edge {
namespace {

constexpr std::uint64_t kListenerTag = ~std::uint64_t{0};
constexpr std::uint64_t kMailboxTag = kListenerTag - 1;
constexpr int kEventsPerTurn = 256;
constexpr int kAcceptsPerTurn = 64;
constexpr int kLongestWaitMillis = 1000;

bool Watch(int epoll, int fd, std::uint64_t tag) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = tag;
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

std::size_t DescriptorOf(std::uint64_t id) { return id & 0xffffffffu; }

}  // namespace

Loop::Loop(const Edge::Parts& parts, Shared& shared, unsigned index, Fd listener,
           const TlsContext* tls)
    : context_(parts, shared, index),
      tls_(tls),
      listener_(std::move(listener)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      reserve_(open("/dev/null", O_RDONLY | O_CLOEXEC)) {
  context_.epoll = epoll_.get();
}

base::Status Loop::Prepare() {
  const bool ready = epoll_.ok() && reserve_.ok() && context_.mailbox->ok() &&
                     Watch(epoll_.get(), listener_.get(), kListenerTag) &&
                     Watch(epoll_.get(), context_.mailbox->fd(), kMailboxTag);
  if (!ready) {
    return base::Error{base::ErrorCode::kUnavailable, "edge.start", "no file descriptors left"};
  }
  return base::Ok();
}

void Loop::Run() {
  base::NameThread("edge");
  while (!finished()) Turn();
  context_.mailbox->Close();
  connections_.clear();
}

bool Loop::finished() const {
  return context_.draining && (live_ == 0 || context_.now >= drain_until_.load());
}

void Loop::Drain(std::int64_t until) {
  drain_until_.store(until);
  Wake();
}

template <class Call>
void Loop::With(std::uint64_t id, Call call) {
  Connection* const connection = Find(id);
  if (connection == nullptr) return;
  call(*connection);
  if (connection->dead()) {
    connections_[DescriptorOf(id)].reset();
    --live_;
  }
}

Connection* Loop::Find(std::uint64_t id) {
  const std::size_t at = DescriptorOf(id);
  Connection* const found = at < connections_.size() ? connections_[at].get() : nullptr;
  return found != nullptr && found->id() == id ? found : nullptr;
}

void Loop::Turn() {
  epoll_event events[kEventsPerTurn];
  const int count = epoll_wait(epoll_.get(), events, kEventsPerTurn, TimeoutMillis());
  context_.now = context_.parts.clock->BootNowNanos();
  context_.wall = context_.parts.clock->WallNow();
  for (int i = 0; i < count; ++i) {
    const std::uint64_t tag = events[i].data.u64;
    if (tag == kListenerTag) {
      for (int n = 0; n < kAcceptsPerTurn && AcceptOne();) ++n;
    } else if (tag == kMailboxTag) {
      OnWake();
    } else {
      With(tag, [&](Connection& connection) { connection.OnReady(events[i].events); });
    }
  }
  Deadlines::Entry due;
  while (context_.deadlines.TakeDue(context_.now, due)) {
    With(due.connection, [&](Connection& connection) { connection.OnDue(due.at); });
  }
}

int Loop::TimeoutMillis() const {
  std::int64_t next = context_.deadlines.next();
  if (context_.draining) next = std::min(next, drain_until_.load());
  if (next == kNever) return kLongestWaitMillis;
  const std::int64_t nanos = next - context_.parts.clock->BootNowNanos();
  const std::int64_t millis = (nanos + 999'999) / 1'000'000;
  return static_cast<int>(std::clamp<std::int64_t>(millis, 0, kLongestWaitMillis));
}

void Loop::OnWake() {
  std::vector<Mailbox::Letter> letters = context_.mailbox->Take();
  if (drain_until_.load() != kNever && !context_.draining) BeginDrain();
  if (context_.parts.durable_through) context_.durable = context_.parts.durable_through();
  const std::vector<std::uint64_t> waiting = std::exchange(context_.waiting, {});
  for (const std::uint64_t id : waiting) {
    With(id, [](Connection& connection) { connection.OnDurable(); });
  }
  for (const Mailbox::Letter& letter : letters) {
    With(letter.connection,
         [&](Connection& connection) { connection.OnDeferred(letter.request, letter.response); });
  }
}

void Loop::BeginDrain() {
  while (AcceptOne()) {  // closing the socket would reset who is already in its queue
  }
  listener_.Close();
  context_.draining = true;
  std::vector<std::uint64_t> ids;
  for (const auto& connection : connections_) {
    if (connection) ids.push_back(connection->id());
  }
  for (const std::uint64_t id : ids) {
    With(id, [](Connection& connection) { connection.OnDrain(); });
  }
}

bool Loop::AcceptOne() {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  const int fd = accept4(listener_.get(), reinterpret_cast<sockaddr*>(&peer), &size,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    Admit(fd, peer);
    return true;
  }
  if (errno == EMFILE || errno == ENFILE) GiveUpOne();
  return errno == EINTR || errno == ECONNABORTED;
}

// Without descriptors the queue would stay readable and the loop would spin: the reserve takes one
// out.
void Loop::GiveUpOne() {
  reserve_.Close();
  const Fd refused(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  base::Log::Warn("edge.no_descriptors");
  reserve_ = Fd(open("/dev/null", O_RDONLY | O_CLOEXEC));
  errno = EMFILE;
}

void Loop::Admit(int fd, const sockaddr_storage& peer) {
  const std::size_t open = context_.shared.connections.load();
  const std::size_t most = context_.parts.connections_max;
  const bool over = open >= most;
  const bool full = open >= most + kReservedConnectionsMax;
  TlsSession session = tls_ != nullptr && !full ? tls_->Accept(fd) : nullptr;
  const bool speechless = tls_ != nullptr && session == nullptr;  // full, or out of memory
  if (speechless || full) {
    close(fd);
    context_.shared.counters.Refused(Fault::kTooManyConnections);
    return;
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const std::uint64_t id = (++generation_ << 32) | static_cast<std::uint32_t>(fd);
  auto connection =
      std::make_unique<Connection>(context_, id, fd, std::move(session), PeerName(peer));
  if (!connection->Register()) return;
  const auto at = static_cast<std::size_t>(fd);
  if (at >= connections_.size()) connections_.resize(at + 1);
  connections_[at] = std::move(connection);
  ++live_;
  if (over) With(id, [](Connection& made) { made.OnlyEssential(); });
}

}  // namespace octroi::gateway::edge
