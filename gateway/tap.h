// Tap: decisions as they become durable, for who watches. Never a value of an event: ids, reasons,
// and a subject's keyed fingerprint, shortened. What does not fit is dropped and counted; the
// journal's thread never waits for a watcher.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "gateway/live.h"
#include "gateway/plan.h"
#include "journal/journal.h"

namespace octroi::gateway {

inline constexpr std::size_t kTapBytesMax = 8 * 1024 * 1024;  // of records that wait for a watcher
inline constexpr int kTapShownPerSecond = 20;

class Tap final : public journal::DurableListener {
 public:
  struct Parts {
    const base::Clock* clock = nullptr;
    std::function<PlanPtr()> plan;
    std::string origin;
  };
  explicit Tap(Parts parts) : parts_(std::move(parts)) {}

  void OnDurable(const std::vector<journal::FramePtr>& frames,
                 const journal::Ticket& ticket) override;

  // One line a decision until `live` is done or `limit` were shown, then one with the totals.
  //   ask: {"source":..,"outcome":..,"destination":..,"reason":..,"limit":N}, all optional
  // {"error":...} alone where a name is not in the plan.
  void Watch(std::string_view ask, Live& live);

 private:
  struct Records {  // of one frame, without its payload
    std::uint64_t first_sequence = 0;
    std::string bytes;
  };
  struct Watcher {
    std::deque<Records> frames;
    std::size_t bytes = 0;
    std::uint64_t dropped = 0;  // records
  };
  Parts parts_;
  std::atomic<int> watching_{0};
  std::mutex mutex_;
  std::list<Watcher> watchers_;
};

}  // namespace octroi::gateway
