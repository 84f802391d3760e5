// WalkCanary: one turn of a canary's people through a plan, and where what would leave is not what
// its file says.
//
// Each person takes the way of a real one, by the same code: the event is read by the source's
// reader (its mapping, its signals), judged and decided on by the Evaluator, written and read back
// as the journal's record and payload, decided on again as a lane does, and made into the bytes of
// one request by the pseudonymizer and the destination's template. What they told a CMP goes
// through the reader of its messages. There it ends: nothing is appended, remembered, counted with
// people or sent, and the register that is decided by holds canaries only (docs/decisions/0028).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "crypto/key_ring.h"
#include "gateway/plan.h"

namespace octroi::gateway {

// One way in which a destination's stream is not as it should be, over all people it happens to.
// Names of the config and reason keys only.
struct CanaryMismatch {
  std::string canary, destination;  // destination empty: the person could not be walked
  std::string field;                // empty: the record as a whole
  std::string expected, seen;  // "record", "nothing"; of a field: CanaryByteFault; "unreadable"
  std::string reason;       // of the decision where no record leaves, else of the one that let it
  std::string people;       // the answers of the first of them: Say()
  std::uint64_t count = 0;  // how many people
};

struct CanaryResult {
  std::string canary;
  std::uint64_t people = 0;
  // A destination and a person whose silence a pilot lets through: not judged (observe.consent).
  std::uint64_t not_judged = 0;
  std::vector<CanaryMismatch> mismatches;  // none: everything is as it should be
};

// `canary` is of `plan`. Pure but for the keys' own randomness; throws bad_alloc only. `stopping`
// is asked between people: the result is then of those walked so far. Any thread.
CanaryResult WalkCanary(const Plan& plan, const CanaryPlan& canary, const crypto::KeyRing& keys,
                        base::Millis now, const std::function<bool()>& stopping = {});

// Destinations of the plan that no canary names: whatever reaches them is not watched.
std::vector<std::string> NotWatched(const Plan& plan);

}  // namespace octroi::gateway
