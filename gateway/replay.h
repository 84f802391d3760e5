// ReplayDesk: failed deliveries, sent once more. docs/decisions/0012-replay.md.
//
// A replay is a new decision: who asked is on the journal, durably, before anything is queued; the
// lane then decides again on the consent of the moment, as for every send, and sends under the same
// derived ids as the first time. Only a delivery whose last outcome is `failed` is queued: that is
// read from the store once it has everything that any replay before wrote, one chunk at a time for
// all who ask. So what was sent, or is under way, is never sent again, whoever asks twice.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "gateway/dispatcher.h"
#include "gateway/live.h"
#include "gateway/plan.h"
#include "journal/journal.h"
#include "policies/consent.h"
#include "store/store.h"

namespace octroi::gateway {

struct ReplayAsk {
  std::uint16_t destination = 0;
  std::vector<std::uint64_t> events = {};  // empty: whatever failed there
  std::uint16_t status = 0;                // HTTP; 0: any
  std::string reason = {};                 // empty: any
  base::Millis since = 0;                  // failed then or later
  std::uint64_t limit = 0;                 // 0: any; the oldest events
  std::uint32_t per_second = 0;            // 0: as fast as the destination takes them
};

// What a replay would do, as of now.
struct ReplayOutlook {
  std::uint64_t would_go = 0;
  std::uint64_t withheld = 0;  // by consent or policy as they are now; left as they are
  std::map<std::string, std::uint64_t> withheld_reasons;
  std::uint64_t already_sent = 0, in_flight = 0;  // the destination has it; on its way
  std::uint64_t gone = 0;                         // the payload is no longer kept
  std::uint64_t unknown = 0;                      // of the ids asked for: nothing there
};

class ReplayDesk final : public journal::DurableListener {
 public:
  struct Parts {
    journal::Journal* journal = nullptr;
    store::FlowStore* store = nullptr;
    const policies::ConsentIndex* index = nullptr;
    Dispatcher* dispatcher = nullptr;
    const base::Clock* clock = nullptr;
    std::function<PlanPtr()> plan;
    std::function<std::uint64_t()> projected;  // what the store has
    // Failures that are listed; where there are more, the store is walked from its first event.
    std::size_t attention_max = 1'000'000;
    base::Millis patience = 10'000;  // with a store that lags
    base::Millis settle = 60'000;    // without any news of what was queued
  };
  explicit ReplayDesk(Parts parts) : parts_(std::move(parts)) {}

  void OnDurable(const std::vector<journal::FramePtr>& frames,
                 const journal::Ticket& ticket) override;

  // kUnavailable: the store does not answer or lags behind; nothing is known, so nothing goes.
  // `live`, if given: nobody is told any more once it is done.
  base::Result<ReplayOutlook> Look(const ReplayAsk& ask, Live* live = nullptr);

  // What `octroi replay` asks, as JSON. Puts the outlook; if it is not a dry run, then a line of
  // progress about each second, and last one with what became of it. What was queued goes on also
  // when nobody listens any more; what was not is left as it was.
  //   ask: {"destination":"crm","ids":[..],"status":429,"reason":..,"since":ms,"limit":N,"rate":N,
  //         "dry_run":true}
  void Serve(std::string_view ask, Live& live);

 private:
  struct Run {  // what was queued for one who asks
    std::uint16_t destination = 0;
    std::set<std::uint64_t> waiting;
    std::map<base::Outcome, std::uint64_t> became;
  };
  struct Chunk {
    std::uint64_t queued = 0, skipped = 0;
  };
  base::Status AwaitProjected(std::uint64_t through);
  // Those of them that are failed still, queued.
  base::Result<Chunk> Queue(const ReplayAsk& ask, std::span<const std::uint64_t> events,
                            std::uint32_t uid, Run& run);
  void Go(const ReplayAsk& ask, const ReplayOutlook& outlook, Live& live);

  Parts parts_;
  std::mutex queueing_;  // one chunk at a time
  std::uint64_t last_order_ = 0;
  std::atomic<int> running_{0};
  std::mutex runs_mutex_;
  std::list<Run> runs_;
};

}  // namespace octroi::gateway
