#include "gateway/console/worker.h"

#include <chrono>
#include <exception>

#include "base/log.h"
#include "base/thread_name.h"

namespace octroi::gateway::console {

namespace {

// What goes wrong here must not end the gateway.
void Guarded(const std::function<void()>& task) {
  try {
    task();
  } catch (const std::exception&) {
    base::Log::Error("console.fault");
  }
}

}  // namespace

Worker::Worker(std::function<void()> each_second)
    : each_second_(std::move(each_second)), thread_([this] { Run(); }) {}

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
      const auto woken = [&] { return stopping_ || !tasks_.empty(); };
      if (!each_second_) {
        wake_.wait(lock, woken);
      } else if (!wake_.wait_for(lock, std::chrono::seconds(1), woken)) {
        lock.unlock();
        Guarded(each_second_);
        continue;
      }
      if (stopping_) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    Guarded(task);
  }
}

}  // namespace octroi::gateway::console
