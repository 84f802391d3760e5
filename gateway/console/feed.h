// Feed: decisions as they become durable (gateway/tap.h), kept for screens that ask for what is
// new. It watches only while somebody asks, and for fifteen seconds after; anew when another plan
// comes into force, for the names are the plan's.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <thread>

#include "gateway/live.h"

namespace octroi::gateway::console {

inline constexpr std::size_t kFeedLines = 200;
inline constexpr int kFeedIdleMs = 15'000;

class Feed {
 public:
  using Watch = std::function<void(std::string_view ask, Live& live)>;
  using PlanNumber = std::function<std::uint32_t()>;  // of the plan in force; any thread
  Feed(Watch watch, PlanNumber plan);
  ~Feed();  // ends the watching

  // {"lines": [...], "after": N, "watching": bool}: what came after number `after`, the newest 200
  // at most, oldest first. Never a subject. "watching": what becomes durable from now on will be
  // among them. A watch that ends with a fault is in the log and begins anew at the next call. Any
  // thread.
  nlohmann::ordered_json Since(std::uint64_t after);

 private:
  class Reader;
  void Start();
  void Run();
  bool Again(std::uint32_t plan);
  Watch watch_;
  PlanNumber plan_;
  std::mutex mutex_;
  std::condition_variable stop_;
  std::deque<std::string> lines_;
  std::uint64_t newest_ = 0;  // number of the last of lines_
  bool stopping_ = false, running_ = false, asked_ = false;
  bool watching_ = false;  // as the watch itself says
  std::thread thread_;
};

}  // namespace octroi::gateway::console
