// EventWalk: events of the projection by ascending sequence, fetched by pages. One user; each call
// may block on the store.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/flow.h"

namespace octroi::store {

class EventWalk {
 public:
  explicit EventWalk(FlowStore& store) : store_(store) {}  // which outlives it

  // Null: the store does not hold it. Valid until the next call, whose sequence must be higher.
  // Errors: the store's.
  base::Result<const EventRow*> At(std::uint64_t sequence) {
    while (at_ < page_.size() && page_[at_].sequence < sequence) ++at_;
    if (at_ == page_.size()) {
      auto next = store_.Page(sequence);
      if (!next) return next.error();
      page_ = std::move(*next);
      at_ = 0;
    }
    const bool here = at_ < page_.size() && page_[at_].sequence == sequence;
    return here ? &page_[at_] : static_cast<const EventRow*>(nullptr);
  }

 private:
  FlowStore& store_;
  std::vector<EventRow> page_;
  std::size_t at_ = 0;
};

}  // namespace octroi::store
