// Decide: may this event reach this destination now, for which purposes, and why.
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
#include "base/result.h"
#include "base/words.h"
#include "policies/consent.h"

namespace octroi::policies {

enum class Basis { kMissing, kConsent, kContract, kLegalObligation, kVitalInterests, kPublicTask, kLegitimateInterests };
enum class Covers { kBoth, kCapture, kSend };

struct PurposeSpec {
  std::string id;
  Basis basis = Basis::kMissing;              // exactly one
  Covers covers = Covers::kBoth;
  base::Millis ask_again_after = 0;           // a grant expires this long after it was given; 0: never
  std::uint32_t categories = 0;               // bit per data category that its register part names
  bool advertising = false;                   // Sec-GPC applies (id starts with "advertising")
};

// A list of values for policy conditions; a port so that policies need not know rules.
class NamedList {
 public:
  virtual ~NamedList() = default;
  virtual bool Has(std::string_view value) const = 0;
};

struct ConditionSpec {                        // exactly one of these is set
  std::optional<ConsentState> consent;
  struct Age { int at_least = 0; bool assume_adult = false; };
  std::optional<Age> subject_age;             // age is not known yet: assume_adult decides
  std::optional<base::FieldId> present;
  std::optional<base::FieldId> field;         // with `in` or a list
  std::vector<std::string> in;
  std::shared_ptr<const NamedList> in_list, not_in_list;   // of `field`
};

struct OtherwiseSpec {
  std::vector<ConditionSpec> when;            // empty: always
  base::Reason reason = base::Reason::kPolicyNotMet;
};

struct PolicySpec {
  std::string id;
  std::vector<std::uint16_t> purposes, destinations, sources;   // empty: all
  std::vector<ConditionSpec> allow_when;      // all must hold
  std::vector<OtherwiseSpec> otherwise;       // first that holds gives the reason
};

struct ReceivedField {
  base::FieldId field = 0;
  std::uint32_t category = 0;                 // its bit
};

struct DestinationSpec {
  std::string id;
  std::vector<std::uint16_t> purposes;        // places in the plan
  struct Receives {
    std::uint16_t contract = 0;               // place in the plan
    std::vector<ReceivedField> fields;
  };
  std::vector<Receives> receives;             // default: nothing
};

struct PolicySetSpec {
  std::vector<PurposeSpec> purposes;
  std::vector<DestinationSpec> destinations;
  std::vector<PolicySpec> policies;
};

// What accompanies the event. It can only make an answer stricter.
struct Signals {
  std::uint32_t denied_purposes = 0;          // bits of purposes that it denies
  bool gpc = false;                           // Sec-GPC: 1
};

struct DecisionInput {
  std::uint16_t source = 0;
  std::uint16_t contract = 0;
  base::Millis event_time = 0;                          // te; the time of receipt where the event says none
  base::Millis now = 0;                                 // td
  std::span<const ConsentIndex::Subject> subjects;      // every subject its identifiers lead to
  bool identified = false;                              // at least one valid identifier
  Signals signals;
  const base::FieldReader* fields = nullptr;
};

// Policies in force, compiled. Immutable; safe from any thread. Total: every input has an answer.
class PolicySet {
 public:
  // kInvalid: index out of range, more than kPurposesMax purposes, a policy line without a default.
  static base::Result<PolicySet> Compile(PolicySetSpec spec);
  PolicySet(PolicySet&&) noexcept;
  PolicySet& operator=(PolicySet&&) noexcept;
  ~PolicySet();

  // Pure: no clock, no I/O, no locks beyond the index's own. Never allocates.
  //
  // Judged in this order; the first line that applies decides (standards.md C3):
  //   1 destination does not receive the contract                    deny   destination.not_declared
  //   2 it serves no purpose, or a purpose is not in force           deny   purpose.unknown
  //   per purpose p that it serves, strictest subject wins:
  //   3 the accompanying signal denies p                             deny   signal.denied
  //   4 Sec-GPC and p is advertising                                 deny   signal.gpc
  //   5 basis consent, and no valid identifier                       deny   subject.missing
  //     basis consent, state s at td of each subject:  not granted   deny   consent.<s>
  //       granted, older than its validity                           deny   consent.expired
  //       covers capture or both, granted after te                   deny   consent.not_at_collection
  //     legitimate interests, objected                               deny   consent.objected
  //     no basis                                                     deny   basis.missing
  //   6 every policy that applies to (source, destination, p):
  //       some allow_when does not hold                              deny   reason of the first `otherwise` line
  //   7 p allows                                                     allow  consent.granted | basis.<b>
  //   8 no received field's category is among the allowing purposes' deny   fields.none
  // Several purposes: allowed if one allows (reason: the first allowing one, in the destination's order);
  // else the reason of the first purpose.
  base::Verdict Decide(const DecisionInput& input, std::uint16_t destination, const ConsentIndex& index) const;

  const PolicySetSpec& spec() const;

 private:
  PolicySet();
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace octroi::policies
