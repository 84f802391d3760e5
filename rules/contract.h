// Contract: the rules of one event type, compiled once; Judge applies them to one event.
//
// Failure is per record, never per batch. A consent denial is never a quality failure and is not known here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/event.h"
#include "base/result.h"
#include "base/words.h"

namespace octroi::rules {

enum class Dimension { kCompleteness, kValidity, kUniqueness, kConsistency, kTimeliness, kIdentity };
enum class Severity { kBlocking, kMajor, kMinor };
enum class OnFail { kKeep, kDropField, kQuarantine, kMerge, kReject };   // from mildest to strictest
enum class Format {
  kNone, kText, kCode, kEmail, kPhoneE164, kIsoCountry, kIsoLanguage, kDate, kDatetime, kSiren, kSiret, kUrl, kIp,
  kUuid, kInteger, kDecimal
};
enum class ValueType { kAny, kString, kNumber, kInteger, kBoolean };
enum class Repair { kTrim, kLowercase, kUppercase, kPhoneToE164, kDateToIso, kCountryToIso, kStripAccents };
enum class ExtraFields { kAllow, kDrop, kQuarantine };

// A named list of values (config kind List), loaded whole. Immutable; swapped by the plan.
class ValueList {
 public:
  explicit ValueList(std::vector<std::string> values);   // exact, case-sensitive, after trim
  bool Has(std::string_view value) const;
  std::size_t size() const;

 private:
  std::vector<std::string> sorted_;
};

// What a contract file says, with names already resolved to field ids. Made by the config loader.
struct CheckSpec {
  std::optional<base::FieldId> field;             // for every check on one field
  std::vector<base::FieldId> any_present;
  std::vector<base::FieldId> all_present;
  ValueType type = ValueType::kAny;
  Format format = Format::kNone;
  std::optional<std::string> matches;             // RE2, whole value
  std::optional<double> min, max, above, below;   // inclusive, inclusive, exclusive, exclusive
  std::optional<std::uint32_t> min_length, max_length;   // in Unicode code points
  std::vector<std::string> in;                    // literal values, numbers by their text
  std::shared_ptr<const ValueList> in_list, not_in_list;
  std::vector<base::FieldId> unique_on;           // kSubjectField stands for the person
  base::Millis within = 0;                        // of unique_on
  std::optional<base::Millis> event_age_below;
  enum class Compare { kNone, kSame, kBefore, kAfter, kNotBefore, kNotAfter, kLess, kGreater } compare = Compare::kNone;
  base::FieldId other = 0;                        // of compare: `field` <compare> `other`
};
inline constexpr base::FieldId kSubjectField = 0xffff;

struct WhenSpec {                                 // all that are set must hold, or the rule is not evaluated
  std::optional<base::FieldId> present;
  std::optional<base::FieldId> field;
  std::vector<std::string> in;
  std::shared_ptr<const ValueList> in_list, not_in_list;   // of `field`
};

struct RuleSpec {
  std::string id;                                 // "email-valid"
  base::Reason reason = base::Reason::kUndecided; // its configured reason: "quality.email_valid"
  Dimension dimension = Dimension::kValidity;
  Severity severity = Severity::kMajor;
  OnFail on_fail = OnFail::kKeep;
  WhenSpec when;
  CheckSpec check;
  std::vector<Repair> repair;
};

struct FieldSpec {
  base::FieldId id = 0;
  bool required = false;
};

struct ContractSpec {
  std::string id;                                 // "lead"
  std::uint32_t version = 1;
  std::vector<FieldSpec> fields;
  ExtraFields extra_fields = ExtraFields::kDrop;
  std::vector<RuleSpec> rules;
  bool observe = false;                           // judge and count, stop nothing
};

// The last window of what was seen, asked by uniqueness rules. Implemented outside (it needs a keyed
// fingerprint and survives restarts).
class SeenWindow {
 public:
  virtual ~SeenWindow() = default;
  // Was the same `key` (the rule's field values, length-prefixed) seen for this rule within `within` before
  // now? Remembers it either way.
  virtual bool SeenBefore(base::Reason rule, std::string_view key, base::Millis within) = 0;
};

struct Surroundings {                             // what an event is judged against; all outlive the call
  base::Millis received = 0;
  std::optional<base::Millis> event_time;         // parsed from the source's time field
  std::span<const std::string_view> subject_keys; // normalised identifiers, for unique_on: [subject]
  SeenWindow* seen = nullptr;
};

// One event's findings. Bits are rules in file order; bit i of a mask is rule i. No value of the event.
struct Judgement {
  base::Outcome outcome = base::Outcome::kUndecided;  // accepted, quarantined, merged or rejected
  base::Reason reason = base::Reason::kUndecided;     // of the decisive rule; kAccepted otherwise
  std::uint64_t evaluated = 0;
  std::uint64_t failed = 0;
  std::uint64_t repaired = 0;
  bool usable = true;                                 // no blocking rule failed (ux.md C.3)
};

// Immutable after Compile; Judge is safe from any thread with a scratch of its own.
class Contract {
 public:
  // kInvalid: a pattern that RE2 refuses, a check without a meaning (min on nothing): the detail names rule and key.
  static base::Result<Contract> Compile(ContractSpec spec);

  Contract(Contract&&) noexcept;
  Contract& operator=(Contract&&) noexcept;
  ~Contract();

  // Scratch of one thread: keeps the memory of repaired values until its next Clear().
  class Scratch {
   public:
    Scratch();
    ~Scratch();
    void Clear();              // once per event, before Judge; invalidates earlier repairs
    std::string& Next();       // an empty string that stays put until Clear

   private:
    struct State;
    std::unique_ptr<State> state_;
  };

  // Evaluates every rule (a failed one never hides another), applies safe repairs to `event` first, drops
  // fields whose rule says so. Precedence of outcomes: reject, merge, quarantine, accept; within one, the
  // first rule in file order gives the reason. A missing required field is reason quality.required and
  // quarantines. In observe mode the outcome is accepted; the findings are the same.
  Judgement Judge(base::Event& event, const Surroundings& around, Scratch& scratch) const;

  const ContractSpec& spec() const;

 private:
  Contract();
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

bool HasFormat(Format format, std::string_view value);

}  // namespace octroi::rules
