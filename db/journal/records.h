// The journal's records: what flowed, what was decided and why. docs/FORMATS.md is the
// specification.
//
// Decision records hold no payload: keyed fingerprints, commitments, numbers. Payload items hold
// the event and are sealed under short-lived segment keys. Names (sources, rules, reasons, ...) are
// indexes into the tables of the PlanRecord whose number the record cites.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/event.h"
#include "base/result.h"
#include "base/words.h"

namespace octroi::journal {

using Fingerprint =
    std::array<std::uint8_t, 16>;  // HMAC-SHA-256 under a storage key, cut to 128 bits
using Commitment = std::array<std::uint8_t, 32>;

enum class RecordKind : std::uint8_t { kEvent = 1, kOutcome = 2, kConsent = 3, kPlan = 4 };

// One received event: outcome, findings, and a verdict for each destination if it was accepted.
struct EventRecord {
  std::uint32_t plan = 0;  // PlanRecord::number: which config judged
  std::uint16_t source = 0;
  std::uint16_t event = 0xffff;     // place in the source's `accepts`; 0xffff: not one of them
  std::uint16_t contract = 0xffff;  // place in the plan; 0xffff: none
  base::Outcome outcome = base::Outcome::kUndecided;
  base::Reason reason = base::Reason::kUndecided;
  base::Millis received = 0;
  base::Millis event_time = 0;  // 0: the event says none
  std::uint64_t evaluated = 0, failed = 0, repaired = 0;
  bool usable = false;
  bool has_payload = false;
  bool gpc = false;
  bool required_missing = false;      // a required field of the contract
  std::uint32_t denied_purposes = 0;  // by the accompanying signal, wherever it goes
  std::uint32_t fingerprint_version = 1;
  std::uint64_t merged_into =
      0;                       // sequence of the original; 0: not merged, or its place is unknown
  std::uint64_t campaign = 0;  // keyed hash of its name, of 64 bits; 0: the event names none
  Fingerprint message{};       // of (source, message id); zeros: none
  std::uint64_t body_digest =
      0;  // keyed, of the event's bytes: same id and other bytes is a conflict
  Commitment
      commitment{};  // HMAC(r, LP("cdg/lineage/v1") || SHA-256(event bytes)), standards.md D2
  std::vector<Fingerprint> subject;  // of its identifiers, in the source's order
  struct Unique {
    base::Reason rule = base::Reason::kUndecided;
    Fingerprint key{};
    std::uint32_t digest = 0;  // of what came under the key; 0: any
  };
  std::vector<Unique> unique;           // what uniqueness rules and the Idempotency-Key remembered
  std::vector<base::Verdict> verdicts;  // by destination, in plan order; accepted events only
  std::vector<base::SignalDenial> denials;  // by the accompanying signal, of one destination each
  void Clear();                             // keeps memory
};

// What became of events at one destination. Covers several events of one attempt.
struct OutcomeRecord {
  std::uint32_t plan = 0;
  std::uint16_t destination = 0;
  base::Outcome outcome =
      base::Outcome::kUndecided;  // sent, withheld, failed, erased; in_flight with kRetrying
  base::Reason reason = base::Reason::kUndecided;
  base::Millis at = 0;
  std::uint32_t attempt = 0;          // 1 is the first
  std::uint16_t http_status = 0;      // 0: no answer
  std::uint32_t key_version = 0;      // of the tokens sent
  std::uint64_t consent = 0;          // of a withheld re-decision: the consent event that decided
  std::vector<std::uint64_t> events;  // sequences, ascending
};

// A consent event, before any decision may cite it.
struct ConsentRecord {
  std::string detail;  // the stored event, sealed (policies and store know its shape)
  std::vector<Fingerprint> subject;
  std::string purpose;     // id
  std::uint8_t state = 0;  // policies::ConsentState
  base::Millis effective_at = 0, recorded_at = 0;
  Commitment commitment{};
};

// A config in force. First record of every decision segment, and wherever the config changes.
struct PlanRecord {
  std::uint32_t number = 0;  // grows by one with each config put in force
  std::string tenant;
  std::string plan_digest, config_digest;  // 32 bytes each
  base::Millis since = 0;
  std::string names;  // JSON: {"sources":[..],"contracts":[..],"destinations":[..],"purposes":[..],
                      //        "rules":{"lead@2":[..]},"reasons":[..],"events":{"site-web":[..]}}
};

// Each appends one record (kind, then fields). Decoding: kInvalid if the bytes are not exactly one
// record.
void Encode(const EventRecord& record, std::string& out);
void Encode(const OutcomeRecord& record, std::string& out);
void Encode(const ConsentRecord& record, std::string& out);
void Encode(const PlanRecord& record, std::string& out);
base::Result<RecordKind> KindOf(std::string_view record);
base::Status Decode(std::string_view record, EventRecord& into);  // reuses its memory
base::Status Decode(std::string_view record, OutcomeRecord& into);
base::Status Decode(std::string_view record, ConsentRecord& into);
base::Status Decode(std::string_view record, PlanRecord& into);

// The payload of one event: its bytes, the judged fields, and the key that opens its commitment.
void EncodePayload(const base::Event& event, std::span<const base::FieldId> fields,
                   const Commitment& opening_key, std::string& out);

class PayloadView final : public base::FieldReader {
 public:
  base::Status Decode(std::string_view payload);  // views into `payload`; reuses memory
  const base::Value& Field(base::FieldId field) const override;
  std::string_view text() const { return text_; }  // as it came
  const Commitment& opening_key() const { return opening_key_; }

 private:
  std::vector<std::pair<base::FieldId, base::Value>> fields_;
  std::string_view text_;
  Commitment opening_key_{};
};

}  // namespace octroi::journal
