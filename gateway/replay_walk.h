// ReplayWalk: the deliveries that a replay may be about, by ascending sequence, each with what it
// would come to now. In bounded memory however many failed: the store's list of failures where that
// is short, else every event of the store, page by page. One user; blocks on the store.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gateway/replay.h"

namespace octroi::gateway {

struct ReplayCandidate {
  enum class Fate { kWouldGo, kWithheld, kAlreadySent, kInFlight, kGone, kUnknown } fate;
  std::uint64_t sequence = 0;
  base::Reason reason = base::Reason::kUndecided;  // kWithheld
};

class ReplayWalk {
 public:
  // All must outlive it. Named ids are answered for one by one; else only what failed is met.
  // `live`, if given: the walk ends once it is done.
  ReplayWalk(const ReplayDesk::Parts& parts, const Plan& plan, const ReplayAsk& ask, Live* live)
      : parts_(parts), plan_(plan), ask_(ask), live_(live) {}

  // Nothing: there are no more. Errors: the store's; kUnavailable: nobody listens any more.
  base::Result<std::optional<ReplayCandidate>> Next();

 private:
  struct Met {
    std::uint64_t sequence = 0;
    std::optional<store::EventRow> row;  // nothing: an id that the store does not hold
  };
  base::Status List();
  base::Result<std::optional<Met>> NextMet();  // nothing: the end
  bool Concerned(const store::DeliveryState* state) const;
  ReplayCandidate Judge(const store::EventRow& row, const store::DeliveryState& state) const;

  const ReplayDesk::Parts& parts_;
  const Plan& plan_;
  const ReplayAsk& ask_;
  Live* const live_;
  bool listed_ = false, paged_ = false;
  std::vector<std::uint64_t> list_;  // ascending; unless paged_
  std::vector<store::EventRow> page_;
  std::size_t at_ = 0;      // in one of the two
  std::uint64_t next_ = 0;  // sequence that the next page begins with
  std::uint64_t looked_ = 0;
};

// Where the event's delivery to that destination stands; null: it has none.
const store::DeliveryState* StateAt(const store::EventRow& row, std::uint16_t destination);

}  // namespace octroi::gateway
