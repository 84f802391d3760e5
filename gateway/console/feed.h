// Feed: decisions as they become durable (gateway/tap.h), kept for screens that ask for what is
// new. It watches only while somebody asks, and for fifteen seconds after.
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
  explicit Feed(Watch watch);
  ~Feed();  // ends the watching

  // {"lines": [...], "after": N, "watching": bool}: what came after number `after`, the newest 200
  // at most, oldest first. Never a subject. Any thread.
  nlohmann::ordered_json Since(std::uint64_t after);

 private:
  class Reader;
  void Start();
  Watch watch_;
  std::mutex mutex_;
  std::condition_variable stop_;
  std::deque<std::string> lines_;
  std::uint64_t newest_ = 0;  // number of the last of lines_
  bool stopping_ = false, running_ = false, asked_ = false;
  std::thread thread_;
};

}  // namespace octroi::gateway::console
