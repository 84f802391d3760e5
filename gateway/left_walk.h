// What left: every delivery that brought its record to a recipient, or may have. The one walk that
// reports on withdrawals and training sets share.
#pragma once

#include <cstdint>
#include <functional>

#include "journal/journal.h"
#include "store/flow.h"

namespace octroi::gateway {

struct Left {  // of one event at one destination; valid during the call
  const store::EventRow& row;
  const journal::EventRecord& record;
  const store::DeliveryState& state;
  std::uint32_t purposes = 0;  // bits, of its admission
  bool certain = false;        // false: it was tried, and nobody heard how that went
};

// Of every event from that sequence on that is on file, ascending. What `each` fails with ends the
// walk and is returned. Minutes for many millions. Any thread.
base::Status EachThatLeft(store::FlowStore& store, std::uint64_t from,
                          const std::function<base::Status(const Left&)>& each);

// Every event on file that was received in [since, until), ascending; ends a day after (clocks may
// have been set). Otherwise as above.
base::Status EachReceived(const journal::Journal& journal, store::FlowStore& store,
                          base::Millis since, base::Millis until,
                          const std::function<base::Status(const store::EventRow&)>& each);

// The first event that any outcome since that moment is of: what left since then is of it, or of
// later ones. 1 where the journal does not reach back so far or cannot be read. Reads the segments
// since then. Any thread.
std::uint64_t FirstToldSince(const journal::Journal& journal, base::Millis since);

}  // namespace octroi::gateway
