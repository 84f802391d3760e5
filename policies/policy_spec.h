// What a policy set is made of: purposes, destinations and policies as the config says them, with
// names already resolved to places in the plan. Made by the config loader; compiled by PolicySet.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/event.h"
#include "base/words.h"
#include "policies/consent.h"

namespace octroi::policies {

// A purpose or destination with an empty id is a hole that a removed one left: not in force.
enum class Basis {
  kMissing,
  kConsent,
  kContract,
  kLegalObligation,
  kVitalInterests,
  kPublicTask,
  kLegitimateInterests
};
enum class Covers { kBoth, kCapture, kSend };

// The most that may leave for a purpose: the record as the destination lists it; without anything
// in clear that points at the person; or only that there was one, in a count of many.
enum class Variant { kWhole, kPseudonymous, kCounted };

// The lawful basis that a purpose has under the law of one jurisdiction.
struct JurisdictionBasis {
  std::uint16_t jurisdiction = 0;  // place in PolicySetSpec::jurisdictions
  Basis basis = Basis::kMissing;
};

struct PurposeSpec {
  std::string id;
  Basis basis = Basis::kMissing;  // exactly one; under each law that `bases` does not name
  Covers covers = Covers::kBoth;
  base::Millis ask_again_after = 0;  // a grant expires this long after it was given; 0: never
  std::uint32_t categories = 0;      // bit per data category that its register part names
  bool advertising = false;          // Sec-GPC applies (id starts with "advertising")
  std::vector<JurisdictionBasis> bases = {};
  base::Millis refresh_from = 0;  // its terms changed then: what was granted before has expired
  bool explicit_only = false;     // special categories: a grant counts if it is explicit (9(2)(a))
  base::Millis hold_for = 0;      // where nobody has answered, wait so long from receipt; 0: refuse
  Variant leaves = Variant::kWhole;
};

// A list of values for policy conditions; a port so that policies need not know rules.
class NamedList {
 public:
  virtual ~NamedList() = default;
  virtual bool Has(std::string_view value) const = 0;
  virtual std::span<const std::string> Values() const = 0;  // each that it has
};

// What data that leaves the EEA for a destination rests on (GDPR 44-49).
enum class Transfer { kNone, kSafeguard, kNoSafeguard, kSuspended };  // kNone: it does not leave it

// One question about one purpose; exactly one of these is set. A field that is absent, null, an
// array or an object answers no question about its value: neither "in" nor "not in" holds.
struct ConditionSpec {
  std::optional<ConsentState> consent;  // at td, the strictest subject's; expired and unknown too
  struct Age {
    int at_least = 0;
    bool assume_adult = false;  // what an age that is not known is
  };
  std::optional<Age> subject_age;  // of the youngest that is known of its subjects
  std::optional<base::FieldId> present;
  std::optional<base::FieldId> field;  // with `in` or a list
  std::vector<base::FieldId> person;   // with a list: its identifiers; none there answers nothing
  std::vector<std::string> in;
  std::shared_ptr<const NamedList> in_list, not_in_list;  // of `field`, or of any of `person`
  int line = 0;                                           // in the policy's file; 0: in none
};

struct OtherwiseSpec {
  std::vector<ConditionSpec> when;  // empty: always
  base::Reason reason = base::Reason::kPolicyNotMet;
  int line = 0;  // as above
};

struct PolicySpec {
  std::string id;
  std::vector<std::uint16_t> purposes, destinations, sources;  // empty: all
  std::vector<ConditionSpec> allow_when;                       // all must hold
  std::vector<OtherwiseSpec> otherwise;                        // first that holds gives the reason
  std::string file = {};                                       // where it is written; may be empty
};

struct ReceivedField {
  base::FieldId field = 0;
  std::uint32_t category = 0;  // its bit
};

struct DestinationSpec {
  std::string id;
  std::vector<std::uint16_t> purposes;  // places in the plan
  struct Receives {
    std::uint16_t contract = 0;  // place in the plan
    std::vector<ReceivedField> fields;
  };
  std::vector<Receives> receives;  // default: nothing
  Transfer transfer = Transfer::kNone;
  base::Millis safeguard_until = 0;  // of kSafeguard: its last millisecond; 0: no end
  std::string vendor = {};           // as grants name the recipient; empty: it is the controller
  bool decides = false;              // a controller of its own, or a joint one
};

struct PolicySetSpec {
  std::vector<PurposeSpec> purposes;
  std::vector<DestinationSpec> destinations;
  std::vector<PolicySpec> policies;
  // Until then consent that is not known is noted instead of enforced (DESIGN.md 12). 0: enforced.
  base::Millis observe_consent_until = 0;
  // ISO 3166-1 alpha-2. The first is the controller's own, which always counts (C4 15: of several
  // the strictest wins). None: `basis` everywhere.
  std::vector<std::string> jurisdictions = {};
  // Where an event says of which country the person is; absent, or not a name: the first only.
  std::optional<base::FieldId> jurisdiction_field = {};
  // A grant by the parents ends when the child is known to have reached the digital age (C4 13).
  bool ask_at_digital_age = false;
  int digital_age = 15;  // from which a child may agree alone (GDPR 8(1): 13 to 16; France: 15)
  std::string controller = {};               // as grants name it
  std::vector<std::string> categories = {};  // names of the bits of data categories
};

}  // namespace octroi::policies
