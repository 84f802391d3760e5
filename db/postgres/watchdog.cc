#include "store_postgres/watchdog.h"

#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "base/thread_name.h"

namespace octroi::store_postgres {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

}  // namespace

Watchdog::Watchdog() : thread_([this] { Run(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Watchdog::Watch::Watch(Watchdog& dog, int socket, base::Millis within) : dog_(dog) {
  const std::lock_guard lock(dog_.mutex_);
  const std::int64_t until = dog_.clock_.BootNowNanos() + within * 1'000'000;
  id_ = dog_.next_id_++;
  dog_.watched_[id_] = {socket, until};
  if (until < dog_.wakes_at_) dog_.changed_.notify_all();  // else it wakes early enough anyway
}

Watchdog::Watch::~Watch() {
  const std::lock_guard lock(dog_.mutex_);
  dog_.watched_.erase(id_);
}

void Watchdog::Run() {
  base::NameThread("store-watch");
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const std::int64_t now = clock_.BootNowNanos();
    wakes_at_ = kNever;
    for (auto& [id, watched] : watched_) {
      if (watched.socket >= 0 && watched.until_nanos <= now) {
        ::shutdown(watched.socket, SHUT_RDWR);
        watched.socket = -1;  // once
      }
      if (watched.socket >= 0) wakes_at_ = std::min(wakes_at_, watched.until_nanos);
    }
    if (wakes_at_ == kNever) {
      changed_.wait(lock);
    } else {
      changed_.wait_for(lock, std::chrono::nanoseconds(wakes_at_ - now));
    }
  }
}

}  // namespace octroi::store_postgres
