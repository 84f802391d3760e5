// Evaluator: what becomes of one event under a plan, on the consent of an instant. The part of the
// walk between parsing and the journal (DESIGN.md section 4, step 2), and the only place that has
// it: the gate runs it for what comes in, `octroi simulate` for a file, a change of config for what
// was journalled. Nothing is written, sent or remembered here, but what `seen` is told.
//
//   EventReader reader(keys);  Evaluator evaluator(keys.dedup);  journal::EventRecord record;
//   for (ReadEvent& read : reader.Read(plan.sources[source], form, texts)) {
//     evaluator.Evaluate({&plan, source, type, gpc, at, &consent, &seen}, read, record);
//     // record: outcome, reason, evaluated, failed, repaired (bits of record.contract's rules),
//     and
//     // for an accepted event a verdict with its reason for each destination of the plan
//   }
//
// The consent of another instant than now: gateway/consent_history.h. The bytes of an event on the
// journal: PayloadView::text(); its `type` is then the name it was taken under,
// SourcePlan::accepts[record.event].event, and `gpc` and `received` are its record's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "crypto/hmac.h"
#include "gateway/event_reader.h"
#include "gateway/plan.h"
#include "gateway/seen.h"
#include "journal/records.h"
#include "policies/consent.h"
#include "policies/decide.h"
#include "rules/contract.h"

namespace octroi::gateway {

// What was seen before, and is now: messages by their id, values of uniqueness rules.
class SeenMemory {
 public:
  virtual ~SeenMemory() = default;
  // As SeenIndex::Reserve, at the instant of the evaluation. What it does not know to be seen or in
  // conflict counts as new.
  virtual SeenIndex::Answer Reserve(const journal::Fingerprint& key, std::uint32_t digest,
                                    base::Millis window) = 0;
};

struct Circumstances {  // everything lives until the call returns
  const Plan* plan = nullptr;
  std::uint16_t source = 0;  // in the plan, and not a hole
  std::string_view type;     // of Segment's path ("track"); empty: read from the event
  bool gpc = false;          // Sec-GPC: 1
  base::Millis at = 0;       // when it is received and decided on
  const policies::ConsentIndex* consent = nullptr;
  SeenMemory* seen = nullptr;  // none: nothing was, and uniqueness rules are not evaluated
  std::vector<policies::Decisive>* decisive = nullptr;  // as DecisionInput's
  base::Metrics* metrics = nullptr;                     // as ReadSignals'; none: nothing is counted
  bool room_to_hold = true;  // false: what would be held is withheld with hold.full
};

// One thread. Allocates nothing once warm (but see rules::Contract::Judge). Total: every event has
// an outcome.
class Evaluator final : rules::SeenWindow {
 public:
  explicit Evaluator(const crypto::HmacKey& dedup) : dedup_(dedup) {}  // which outlives it

  // Fills in the whole record of an event that was read. Repairs change `read.event`, whose
  // repaired values are valid until the next call.
  void Evaluate(const Circumstances& around, ReadEvent& read, journal::EventRecord& record) {
    if (Identify(around, read, record)) Conclude(around, read, record);
  }
  // The same in two steps, for who knows more about the message than what `seen` says: who it is
  // about; false: it could not be read, and the record is complete.
  bool Identify(const Circumstances& around, const ReadEvent& read, journal::EventRecord& record);
  // Seen before? -> which contract -> judge -> decide.
  void Conclude(const Circumstances& around, ReadEvent& read, journal::EventRecord& record);

  // Completes the record of a message that was taken before; `into`: the first one's sequence.
  static void Merge(base::Reason reason, std::uint64_t into, journal::EventRecord& record);

 private:
  bool NewMessage();
  bool FindContract();
  bool Accept(std::string_view name);
  bool ReadTime();
  void Judge();
  void NameCampaign();
  void Decide();
  bool SeenBefore(base::Reason rule, std::string_view key, base::Millis within) override;

  const crypto::HmacKey& dedup_;
  const Circumstances* around_ = nullptr;  // of the current call, as are the next three
  const SourcePlan* source_ = nullptr;
  ReadEvent* read_ = nullptr;
  journal::EventRecord* record_ = nullptr;
  rules::Contract::Scratch repairs_;
  std::vector<std::string_view> subject_keys_;
  std::vector<policies::ConsentIndex::Subject> subjects_;
  std::string unique_message_;
};

}  // namespace octroi::gateway
