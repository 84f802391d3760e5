// Submitted: what the journal has of a request, by its Idempotency-Key. What an importer asks
// before it sends a batch again of which it has no answer: the memory of repeats is bounded in time
// and room (decision 0017), the journal by its retention alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "gateway/event_reader.h"
#include "gateway/plan.h"
#include "journal/journal.h"

namespace octroi::gateway::import {

struct Submission {
  std::string source, key;   // of the request
  std::uint64_t events = 0;  // that it held
  base::Millis since = 0;    // it was not sent before; 0: not known
};

// {"found": false, "origin"}, or {"found": true, "origin", "items": [{"id", "outcome", "reason"}]}
// as the receipt said it. {"error": "import.journal_gone"}: it is not there, but of the time since
// then the journal does not have all any more; {"error": "store.unavailable"}: it cannot be read;
// {"error": "source.unknown"}.
std::string FindSubmitted(const journal::Journal& journal, const GateKeys& keys, const Plan& plan,
                          const Submission& submission);
// The same, asked as {"source", "key", "events", "since"}. {"error": "request.invalid"}.
std::string FindSubmitted(const journal::Journal& journal, const GateKeys& keys, const Plan& plan,
                          std::string_view order);

}  // namespace octroi::gateway::import
