// Plan: one config in force, compiled. Immutable; an event reads the pointer once and is judged by
// one version.
//
// Places (indexes) of sources, contracts, destinations, purposes, events and reasons are stable: an
// id keeps its place across plans, and a removed one leaves a hole, so records of an old plan read
// right under a new one. `names` carries them on.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/event.h"
#include "base/identifier.h"
#include "base/limits.h"
#include "crypto/key_ring.h"
#include "gateway/canary/plan.h"
#include "gateway/cmp_choices.h"
#include "policies/decide.h"
#include "policies/pseudonymizer.h"
#include "rules/contract.h"

namespace octroi::gateway {

enum class AuthMethod { kBasic, kBearer, kHmacSha256 };
// How we present ourselves to a destination.
enum class PresentAs { kBearer, kBasic, kHmacSha256, kHeader, kQuery };
// POST /v1/events/{source}; Segment's HTTP API; POST /v1/consents/{source}, a CMP's own shape
enum class Dialect { kEvents, kSegment, kChoices };
enum class UnknownEvents { kAccept, kQuarantine, kReject };
// How a signal that accompanies an event is written (docs/FORMATS.md).
enum class SignalKind : std::uint8_t {
  kPreferences,  // {"name": true}: our own purposes, or Segment's categories
  kRudderStack,  // {"allowedConsentIds": [..], "deniedConsentIds": [..]}
  kGoogle,       // {"ad_storage": "granted"}
  kTcf,          // a TC string
  kGpp,          // a GPP string
  kGpc           // true, 1
};

// One signal that a source reads, from `slot`, and of a CloudEvent from the next one too. It can
// only deny.
struct SignalPlan {
  SignalKind kind = SignalKind::kPreferences;
  std::string field;  // path in the event
  base::FieldId slot = base::kSlotSignal;
  std::vector<std::pair<std::string, std::uint32_t>> names;  // in the signal -> bits of purposes
  std::vector<std::uint32_t> tcf;       // by place of a purpose: TCF purposes that it needs
  std::optional<std::uint16_t> vendor;  // asked about besides each destination's own
};

// What a CMP's messages mean (gateway/cmp_choices.h).
struct ChoicesPlan {
  CmpForm form = CmpForm::kDidomi;
  std::string notice;                                          // what was shown to whoever agreed
  std::map<std::string, std::uint32_t, std::less<>> purposes;  // their name -> bits of ours
  std::map<base::FieldId, std::string> pointers;  // where an identifier stands: "/user/id"
};

// An answer that waits for deliveries (gateway/forward_desk.h).
struct AnswerPlan {
  std::vector<std::uint16_t> destinations;  // places; none: all
  base::Millis within = 5'000;
};

// The name of the event that tells a destination what was counted, with its id at the end.
inline constexpr std::string_view kCountedEvents = "counted.";

struct SourcePlan {
  std::string id;  // empty: a hole
  AuthMethod auth = AuthMethod::kBearer;
  crypto::Secret secret;
  Dialect dialect = Dialect::kEvents;
  std::uint64_t rate_per_second = 0;  // events; 0: no limit
  std::size_t body_bytes = base::kBodyBytesMax;
  base::Millis deduplicate_for = 7 * 86'400'000LL;
  UnknownEvents unknown = UnknownEvents::kQuarantine;
  base::PathMap paths;
  base::PathMap cloud_event_paths;  // of a source of events: the same for CloudEvents
  struct Accepts {
    std::string event;  // empty: a hole
    std::uint16_t contract = 0xffff;
  };
  std::vector<Accepts> accepts;           // place = EventRecord::event
  std::optional<base::FieldId> campaign;  // the field that names it
  struct Identifier {
    base::FieldId field = 0;
    base::IdentifierType type = base::IdentifierType::kOther;
    policies::Scope scope = policies::Scope::kAccount;  // what it is an identifier of
    std::string id_type;       // what enters the key derivation: the dictionary id
    std::string message_head;  // LP(id_type): how what is fingerprinted begins
  };
  std::vector<Identifier> subject;
  std::string message_head;  // "message" LP(id): how what a message id is remembered by begins
  std::vector<SignalPlan> signals;
  std::optional<ChoicesPlan> choices;  // of Dialect::kChoices
  bool observe = false;
  bool counted = false;              // the gateway hands in here what it counted (count_desk.h)
  std::optional<AnswerPlan> answer;  // none: as soon as it is durable
};

struct ContractPlan {
  std::string name;  // "lead@2"; empty: a hole
  std::optional<rules::Contract> contract;
  std::vector<base::FieldId> fields;  // all it declares: what the payload keeps
};

struct FilePlan {
  std::string folder;             // absolute
  base::Millis rotate_after = 0;  // 0: never by age
  std::uint64_t rotate_bytes = 64 * 1024 * 1024;
  bool gzip = false;  // once complete
  bool operator==(const FilePlan&) const = default;
};

struct SqlPlan {
  std::string table;                 // "schema.table"
  std::vector<std::string> columns;  // beside event_id; none: the whole event, in `payload`
  bool operator==(const SqlPlan&) const = default;
};

// How many records of a batch have to look the same in their quasi-identifiers for any of them to
// leave (k-anonymity, standards.md B8). gateway/dispatcher/groups.h
struct GroupsPlan {
  struct By {
    std::uint16_t contract = 0;  // place
    base::FieldId field = 0;
    policies::OutgoingField::Form form = policies::OutgoingField::Form::kClear;
    std::uint32_t category = 0;  // its bit; where it may not leave, it looks the same in all
  };
  std::size_t at_least = 0;  // 0: any number
  std::vector<By> by;
};

struct DestinationPlan {
  std::string id;                // empty: a hole
  std::optional<FilePlan> file;  // delivered into files;
  std::optional<SqlPlan> sql;    // or a table (`secret` is the connection string); else over HTTP:
  std::string url;
  std::string method = "POST";
  std::vector<std::pair<std::string, std::string>> headers;  // constant, beside our own
  std::optional<crypto::Secret> secret;
  PresentAs present_as = PresentAs::kBearer;
  std::string secret_name;  // of the header or query parameter
  std::size_t batch_up_to = 1;
  base::Millis batch_after = 0;
  base::Millis retry_for = 86'400'000;
  base::Millis first_wait = 1'000;
  base::Millis longest_wait = 600'000;
  base::Millis keep_for = 14 * 86'400'000LL;
  base::Millis answer_within = 10'000;
  std::optional<std::uint16_t> tcf_vendor;  // the recipient's place on IAB's vendor list
  GroupsPlan groups;
  bool allow_private_address = false;  // SSRF guard lifted for this one (deliver.private_network)
};

// What a person was shown, in one version: a consent event cites it by the digest of the exact
// text.
struct NoticePlan {
  std::string id, version;
  std::vector<std::string> purposes;           // ids of those that it speaks of
  std::map<std::string, std::string> digests;  // language -> "sha256:<64 hex>" of the text's UTF-8
};

struct Plan {
  std::uint32_t number = 0;
  std::string tenant, config_digest, plan_digest;  // digests: 32 bytes
  std::string names;                               // JSON of PlanRecord::names
  std::vector<std::string> fields;                 // dictionary id by FieldId
  std::vector<SourcePlan> sources;
  std::vector<ContractPlan> contracts;
  std::optional<policies::PolicySet> policies;  // destinations and purposes by place
  std::vector<std::string> purposes;            // id by place
  std::vector<policies::Extent> extents;        // by place: what leaves for that purpose
  std::vector<DestinationPlan> destinations;
  std::vector<NoticePlan> notices;
  std::vector<CanaryPlan> canaries;
  std::unique_ptr<policies::Pseudonymizer> pseudonymizer;
  // Consent is observed, not enforced, until then; who approved it. 0: enforced.
  base::Millis observe_consent_until = 0;
  std::string observe_approved_by;
  std::vector<std::string> reasons;  // configured ones, from Reason::kFirstConfigured
  base::Millis keep_decisions = 0, keep_failed = 0, keep_samples = 0;
  base::Millis rotate_keys_every = 0;  // the pseudonym key; 0: nobody says

  std::string_view ReasonName(
      base::Reason reason) const;  // built-in or configured; "unknown" never for our own
  const SourcePlan* SourceById(std::string_view id) const;
  policies::Extent ExtentOf(std::uint32_t purpose_bits) const;  // what leaves for any of them
};
using PlanPtr = std::shared_ptr<const Plan>;

}  // namespace octroi::gateway
