// LoopContext: what the connections of one loop share. One thread only, but for `shared`.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gateway/edge.h"
#include "gateway/edge/counters.h"
#include "gateway/edge/deadlines.h"
#include "gateway/edge/gunzip.h"
#include "gateway/edge/mailbox.h"
#include "gateway/edge/request_reader.h"

namespace octroi::gateway::edge {

inline constexpr std::size_t kReadBytes = 256 * 1024;  // one recv takes a usual batch whole
inline constexpr std::size_t kOutputBytesMax =
    256 * 1024;  // unsent; beyond: not read from any more
inline constexpr std::size_t kLingerBytesMax =
    2 * 1024 * 1024;  // dropped after a refusal, then closed
inline constexpr std::int64_t kLingerNanos = 1'000'000'000;
// Reserved for what is essential (consents, health); everything else on them is told 503 once its
// head is there, and a head has a second. Beyond: closed.
inline constexpr std::size_t kReservedConnectionsMax = 256;
inline constexpr std::int64_t kBeyondNanos = 1'000'000'000;
// Bodies, unread pipelines and unsent answers of all connections together; beyond: 503.
inline constexpr std::size_t kBufferedBytesMax = 128 * 1024 * 1024;
inline constexpr std::size_t kEssentialBytesMax = 8 * 1024 * 1024;  // more, for what is essential

// Of all loops.
struct Shared {
  explicit Shared(base::Metrics& metrics) : counters(metrics) {}
  Counters counters;
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> buffered{0};
};

struct LoopContext {
  LoopContext(const Edge::Parts& its_parts, Shared& its_shared, unsigned its_loop)
      : parts(its_parts), shared(its_shared), loop(its_loop) {}

  const Edge::Parts& parts;
  Shared& shared;
  const unsigned loop;
  int epoll = -1;
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>();
  bool draining = false;

  std::int64_t now = 0;       // BootNowNanos of this turn
  base::Millis wall = 0;      // WallNow of this turn
  std::uint64_t durable = 0;  // the journal's, as last read
  Deadlines deadlines;
  std::vector<std::uint64_t> waiting;  // connections whose first answer waits for the journal

  InboundPool pool;
  Gunzip gunzip;
  std::string inflated;  // of the request being handled
  std::string out;       // of the connection being served; empty between connections
  std::vector<char> read_buffer = std::vector<char>(kReadBytes);
};

}  // namespace octroi::gateway::edge
