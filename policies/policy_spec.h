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

struct PurposeSpec {
  std::string id;
  Basis basis = Basis::kMissing;  // exactly one
  Covers covers = Covers::kBoth;
  base::Millis ask_again_after = 0;  // a grant expires this long after it was given; 0: never
  std::uint32_t categories = 0;      // bit per data category that its register part names
  bool advertising = false;          // Sec-GPC applies (id starts with "advertising")
};

// A list of values for policy conditions; a port so that policies need not know rules.
class NamedList {
 public:
  virtual ~NamedList() = default;
  virtual bool Has(std::string_view value) const = 0;
  virtual std::span<const std::string> Values() const = 0;  // each that it has
};

// One question about one purpose; exactly one of these is set. A field that is absent, null, an
// array or an object answers no question about its value: neither "in" nor "not in" holds.
struct ConditionSpec {
  std::optional<ConsentState> consent;  // at td, the strictest subject's; expired and unknown too
  struct Age {
    int at_least = 0;
    bool assume_adult = false;
  };
  std::optional<Age> subject_age;  // age is not known yet: assume_adult decides
  std::optional<base::FieldId> present;
  std::optional<base::FieldId> field;  // with `in` or a list
  std::vector<std::string> in;
  std::shared_ptr<const NamedList> in_list, not_in_list;  // of `field`
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
};

struct PolicySetSpec {
  std::vector<PurposeSpec> purposes;
  std::vector<DestinationSpec> destinations;
  std::vector<PolicySpec> policies;
  // Until then consent that is not known is noted instead of enforced (DESIGN.md 12). 0: enforced.
  base::Millis observe_consent_until = 0;
};

}  // namespace octroi::policies
