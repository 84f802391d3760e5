// Whether a delivery brought its record to the recipient, for reports on what left.
#pragma once

#include "store/flow.h"

namespace octroi::gateway {

enum class Arrival {
  kNo,
  kPerhaps,  // it was tried, and nobody heard how that went
  kYes,
};

inline Arrival ArrivalOf(const store::DeliveryState& state) {
  if (state.outcome == base::Outcome::kSent) return Arrival::kYes;
  const bool open =
      state.outcome == base::Outcome::kFailed || state.outcome == base::Outcome::kInFlight;
  return open && state.attempts > 0 ? Arrival::kPerhaps : Arrival::kNo;
}

}  // namespace octroi::gateway
