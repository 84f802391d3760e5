// Worker: the console's own thread. What reads the store, the disk or a password takes its time,
// and the edge's thread must not wait for it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace octroi::gateway::console {

inline constexpr std::size_t kWaitingMax = 64;

class Worker {
 public:
  // `each_second`: done about once a second between the tasks; may be empty.
  explicit Worker(std::function<void()> each_second = {});
  ~Worker();  // finishes what it is at; drops what waits
  // In the order they come, one at a time; an exception ends the task and nothing else. False: too
  // many wait. Any thread.
  bool Do(std::function<void()> task);

 private:
  void Run();
  const std::function<void()> each_second_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace octroi::gateway::console
