// Counters and latencies, rendered as OpenMetrics 1.0 text. Labels hold ids of config and reason
// keys only.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"

namespace octroi::base {

class Counter {
 public:
  void Add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void Set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void Add(std::int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// Power-of-two buckets of microseconds, 1 us to about 67 s, and one for what took longer.
class Latency {
 public:
  void Record(std::int64_t micros);
  static constexpr int kBuckets = 27;
  // How many took at most 1, 2, 4, ... microseconds and longer than the one before; the last:
  // longer than all.
  std::array<std::uint64_t, kBuckets + 1> Counts() const {
    std::array<std::uint64_t, kBuckets + 1> counts{};
    for (std::size_t i = 0; i < counts.size(); ++i)
      counts[i] = buckets_[i].load(std::memory_order_relaxed);
    return counts;
  }

 private:
  friend class Metrics;
  std::atomic<std::uint64_t> buckets_[kBuckets + 1]{};
  std::atomic<std::uint64_t> sum_micros_{0};
};

struct Label {
  Id name;
  Id value;
};
using Labels = std::vector<Label>;

// Owns every series. Find-or-make takes a lock: do it at start-up or on reload and keep the
// reference, which stays valid as long as the Metrics. Safe from any thread.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;
  Counter& CounterOf(Id name, const Labels& labels = {});  // name without "_total"
  Gauge& GaugeOf(Id name, const Labels& labels = {});
  Latency& LatencyOf(Id name, const Labels& labels = {});  // name without "_seconds"
  std::string Render() const;                              // ends with "# EOF\n"

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace octroi::base
