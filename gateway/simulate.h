// Simulate: what the gateway would make of a file of events at an instant. Judges and decides with
// the gate's own code (gateway/evaluate.h); writes nothing, sends nothing, needs no gateway.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/key_ring.h"
#include "gateway/consent_history.h"
#include "gateway/event_reader.h"
#include "gateway/plan.h"
#include "journal/records.h"

namespace octroi::gateway {

// The events of a file: a JSON array, Segment's {"batch": [..]}, one JSON object over any number of
// lines, or an object on each line (NDJSON). Views into `text`. kInvalid: an array that cannot be
// read; the detail says the rule and the byte.
base::Result<std::vector<std::string_view>> SplitEvents(std::string_view text);

// Consent events as POST /v1/consents takes them, one on each line, as if each had been recorded
// the moment the person acted. kInvalid: the detail names the line and the member.
base::Status ReadConsents(std::string_view text, const Plan& plan, const SourcePlan& source,
                          const crypto::KeyRing& keys, ConsentHistory& into);

struct Simulated {
  journal::EventRecord
      record;             // places are the plan's; merged_into counts the file's events from 1
  std::string_view rule;  // of a parse fault: a literal
  std::size_t offset = 0;
};

// One thread; one file. Messages and values of uniqueness rules are remembered from the first event
// of the file on.
class Simulation {
 public:
  struct Parts {
    const Plan* plan = nullptr;
    const crypto::KeyRing* keys = nullptr;
    const policies::ConsentIndex* consent = nullptr;
    std::uint16_t source = 0;
    bool cloud_events = false;
    base::Millis at = 0;
  };
  explicit Simulation(Parts parts);
  ~Simulation();
  // `each`, if given, sees each event after it was judged, with its fields as judged.
  using Each = std::function<void(std::size_t place, const Simulated&, const base::FieldReader&)>;
  std::vector<Simulated> Run(const std::vector<std::string_view>& events, const Each& each = {});

 private:
  class Memory;
  Parts parts_;
  const GateKeys keys_;
};

// One event as JSON: number in the file, outcome, reason, rules, and for each destination whether
// it would leave and why. Ids, reasons and numbers only: no value of an event.
std::string SimulatedJson(const Plan& plan, std::size_t number, const Simulated& one);
// Both sums, and at each destination how many for which reason.
std::string SimulatedSums(const Plan& plan, const std::vector<Simulated>& all);

}  // namespace octroi::gateway
