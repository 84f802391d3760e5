// Gate: the walk of the events of one request, up to the journal. DESIGN.md section 4, steps 2
// and 3.
//
// One thread, forward only, for each event: parse -> identify -> judge -> decide -> record; then
// one append for all of them. Every event of an authenticated request gets a record, also a
// rejected one, so received = rejected + quarantined + merged + accepted holds by sequence.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/result.h"
#include "crypto/key_ring.h"
#include "gateway/event_reader.h"
#include "gateway/plan.h"
#include "gateway/seen.h"
#include "journal/journal.h"
#include "policies/consent.h"

namespace octroi::gateway {

// What became of one event of the request. No value of the event.
struct Admitted {
  base::Outcome outcome = base::Outcome::kUndecided;
  base::Reason reason = base::Reason::kUndecided;
  std::uint64_t merged_into = 0;   // sequence; 0: unknown or not merged
  std::uint64_t failed_rules = 0;  // bits of the contract
  std::uint16_t contract = 0xffff;
  std::string_view rule;     // of a parse fault: a literal
  std::size_t offset = 0;    // of a parse fault
  std::string_view pointer;  // of a parse fault: a literal; if not empty, instead of the offset
  std::vector<base::Verdict> verdicts = {};  // only where the answer waits for deliveries
};

struct Submission {  // everything lives until Admit returns
  const Plan* plan = nullptr;
  std::uint16_t source = 0;
  std::span<const std::string_view> events;
  EventForm form;
  std::string_view type;             // Segment: from the path ("track"); empty: read from the event
  std::string_view idempotency_key;  // of the request; empty: none
  bool gpc = false;                  // Sec-GPC: 1
  base::Millis received = 0;
  base::Millis seen_now = 0;  // what windows of "seen before" count by (SteadyWall); 0: received
};

class HoldDesk;

class Gate {
 public:
  struct Parts {
    journal::Journal* journal = nullptr;
    const policies::ConsentIndex* index = nullptr;
    SeenIndex* seen = nullptr;
    const crypto::KeyRing* keys = nullptr;
    base::Metrics* metrics = nullptr;
    unsigned threads = 1;             // loops that may call Admit at once
    const HoldDesk* holds = nullptr;  // says whether there is room; none: there is
  };
  explicit Gate(Parts parts);
  ~Gate();

  // Admits all events of one request. `thread` picks the scratch: one caller at a time for each.
  // `admitted` gets one entry an event. The value is the first sequence; the last is first + events
  // - 1; the answer may leave once that is durable. Errors leave no trace: kUnavailable (journal or
  // memory full), kTooLarge, kInvalid (the idempotency key was used for another body).
  struct Taken {
    std::uint64_t first_sequence = 0;
    bool replayed = false;  // the whole request was seen before: all events merged
  };
  base::Result<Taken> Admit(const Submission& submission, unsigned thread,
                            std::vector<Admitted>& admitted);

  // Keyed fingerprint of one identifier of a person: what the index and the records hold.
  journal::Fingerprint FingerprintOf(std::string_view id_type, std::string_view normalised) const;

 private:
  class Walk;
  Parts parts_;
  struct Scratch;
  std::vector<std::unique_ptr<Scratch>> scratch_;
  const GateKeys keys_;
  struct Meters;
  std::unique_ptr<Meters> meters_;
};

}  // namespace octroi::gateway
