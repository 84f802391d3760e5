#include "gateway/console/worker.h"

#include <exception>

#include "base/log.h"
#include "base/thread_name.h"

namespace octroi::gateway::console {

Worker::Worker() : thread_([this] { Run(); }) {}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool Worker::Do(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (tasks_.size() >= kWaitingMax) return false;
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

void Worker::Run() {
  base::NameThread("console");
  for (;;) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || !tasks_.empty(); });
      if (stopping_) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    try {
      task();
    } catch (const std::exception&) {  // memory, threads: this answer fails, the gateway goes on
      base::Log::Error("console.answer_failed", {});
    }
  }
}

}  // namespace octroi::gateway::console
