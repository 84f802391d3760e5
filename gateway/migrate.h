// Moving what cannot be rebuilt from the journal to another store: the consent register, the config
// archive, the facts about keys, the random tokens, the breaches. The flow is projected again from
// the journal.
#pragma once

#include <cstdint>
#include <functional>

#include "base/clock.h"
#include "store/store.h"

namespace octroi::gateway {

struct MovedRecords {
  std::uint64_t consents = 0, configs = 0, records = 0;
};

// Copies and then compares, event by event. Idempotent: after a crash, again. `from` is not
// changed. kInvalid: `to` has consents, configs or keys that `from` has not (another gateway uses
// it), or `from` was moved before.
base::Result<MovedRecords> MoveRegister(
    store::Store& from, store::Store& to,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& progress);

// Last: from now on nothing is served from it (CheckNotMoved).
base::Status MarkMoved(store::Store& from, base::Millis now);
// kInvalid: it was moved; the detail says when and what to do.
base::Status CheckNotMoved(store::MetaStore& store);

}  // namespace octroi::gateway
