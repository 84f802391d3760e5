// Watchdog: the deadline that libpq does not have. One thread; when a watch lasts too long it shuts
// the connection's socket down, and the call that waits on it returns with a broken connection.
// (keepalives alone: over 60 s; a frozen server defeats statement_timeout too: reliability.md 0.5.)
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>

#include "base/clock.h"

namespace octroi::store_postgres {

class Watchdog {
 public:
  Watchdog();
  ~Watchdog();  // no Watch may be left

  // Watches a socket for as long as it lives; the socket must stay open until then.
  class Watch {
   public:
    Watch(Watchdog& dog, int socket, base::Millis within);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    Watchdog& dog_;
    std::uint64_t id_;
  };

 private:
  struct Watched {
    int socket = -1;
    std::int64_t until_nanos = 0;  // BOOTTIME
  };
  void Run();

  base::SystemClock clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, Watched> watched_;
  std::uint64_t next_id_ = 0;
  std::int64_t wakes_at_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace octroi::store_postgres
