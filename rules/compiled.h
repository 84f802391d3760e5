// What Compile makes of a spec and Judge runs. Private to the module.
#pragma once

#include <re2/re2.h>
#include <re2/set.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "rules/contract.h"

namespace octroi::rules {

inline constexpr std::uint16_t kNoSet = 0xffff;

// One thing to hold. Those from kType on are about the value of `field`, and asked only if it is
// there.
struct Test {
  // clang-format off
  enum class Kind : std::uint8_t {
    kAllOf, kAnyOf, kNot, kExpression,
    kAnyPresent, kAllPresent, kUnique, kEventAge, kAllOrNone, kAllEqual, kAllDifferent, kSum, kPair, kJsonType,
    kType, kFormat, kPostalCode, kNotEmail, kDomain, kCasing, kPattern, kNotPattern, kMin, kMax, kAbove,
    kBelow, kMultipleOf, kMinLength, kMaxLength, kIn, kNotIn, kInList, kNotInList, kCompare, kNotFuture, kMaxAge, kMinAge
  };
  // clang-format on
  Kind kind = Kind::kAnyPresent;
  ValueType type = ValueType::kAny;
  Format format = Format::kNone;
  Compare compare = Compare::kNone;
  Casing casing = Casing::kAny;
  std::uint8_t emails = 0;  // of kNotEmail
  std::uint8_t types = 0;   // of kJsonType
  std::uint16_t parts = 0;  // of kAllOf, kAnyOf, kNot: how many tests that follow belong to it
  base::FieldId field = 0;
  base::FieldId other = 0;     // of kCompare, kSum, kPair; of kPostalCode: kSubjectField for none
  std::uint16_t set = kNoSet;  // of kPattern, kNotPattern: the set that it is in, and where
  std::uint16_t place = 0;
  std::uint32_t length = 0;
  double limit = 0;
  base::Millis span = 0;            // of kUnique and of times
  const ValueList* list = nullptr;  // kept alive by the spec
  std::unique_ptr<RE2> pattern;
  std::unique_ptr<const Expression> expression;
  std::vector<std::string> values;  // sorted; of kPostalCode: the country; of kMultipleOf: of what
  std::vector<std::pair<std::string, std::string>> pairs;  // sorted
  std::vector<base::FieldId> fields;

  bool OfValue() const { return kind >= Kind::kType; }
};

struct Rule {
  std::vector<Test> when;   // each followed by its parts
  std::vector<Test> tests;  // the same
  std::vector<Repair> repairs;
  base::FieldId field = 0;  // of the repairs, and what drop-field drops
  base::Reason reason = base::Reason::kUndecided;
  Severity severity = Severity::kMajor;
  OnFail on_fail = OnFail::kKeep;
  bool asks_window = false;
};

struct CompiledContract {
  ContractSpec spec;
  std::vector<Rule> rules;
  std::vector<std::unique_ptr<RE2::Set>> sets;  // of the patterns of one field
  std::vector<base::FieldId> required;
  std::vector<base::FieldId> extra;  // dictionary fields that the contract does not list
};

// What one test says. kNotAsked: the value that it is about is not there. kUnfit: an array or an
// object, of which nothing that is asked can be said, nor its contrary.
enum class Finding : std::uint8_t { kNotAsked, kHolds, kFails, kUnfit, kUnknown };

// What the sets found in one event; each is asked once, and only if one of its patterns is.
class SetMatches {
 public:
  explicit SetMatches(const CompiledContract& contract) : contract_(contract) {}
  // Does the test's pattern match the whole text? Nothing: the set ran out of memory.
  std::optional<bool> Has(const Test& test, std::string_view text);

 private:
  const CompiledContract& contract_;
  std::uint64_t asked_ = 0, unusable_ = 0;  // bit per set
  std::array<std::uint64_t, 64> found_;     // bit per pattern of the set
};

// Puts the patterns of a field that has several into one set.
void MakeSets(CompiledContract& contract);

struct Asked {
  const base::Event& event;
  const Surroundings& around;
  Contract::Scratch& scratch;
  base::Reason rule;
  SetMatches* sets = nullptr;  // none: values may still change
  bool in_when = false;        // a condition of a rule, not its check
};

// Of all of them together: fails if one does, else unknown or unfit if one is.
Finding FindAll(std::span<const Test> tests, const Asked& asked);

// The parts of FindAll. Holds: of a value that is there and has a text.
bool Holds(const Test& test, const base::Value& value, const Asked& asked);
Finding FindOfFields(const Test& test, const base::Event& event);  // kAllOrNone to kPair
bool HoldsInTime(const Test& test, const base::Value& value, const Asked& asked);

// A JSON number, or a string written as a decimal, as a source that comes from CSV has them.
std::optional<double> NumberOf(const base::Value& value);
bool IsSame(const base::Value& left, const base::Value& right);  // equal text, or equal numbers
// Exactly, in decimals: "0.3" is a multiple of "0.1". Both are JSON numbers; false also where more
// than 36 digits would have to be looked at.
bool IsMultiple(std::string_view number, std::string_view of);
bool HasJsonType(const base::Value& value, std::uint8_t types);
bool IsComposite(const base::Value& value);  // an array or object: it has no single text

// Is the field there, and not empty?
inline bool IsFilled(const base::Event& event, base::FieldId field) {
  const base::Value& value = event[field];
  return value.present() && !(value.type == base::JsonType::kString && value.text.empty());
}

// The key of SeenWindow, appended to `key`. False: nothing in it says who or what it is.
bool AppendUniqueKey(const Test& test, const base::Event& event, const Surroundings& around,
                     std::string& key);

// The tests of one check, cheap ones first. `key`: where it stands, "check."; of faults.
std::vector<Test> CompileCheck(const CheckSpec& check, const ContractSpec& contract,
                               std::size_t rule, const std::string& key,
                               std::vector<SpecFault>& faults);

// Reads the meaning of a spec. Appends a fault for everything that has none; what it says of
// patterns is left to the compiler, which knows.
void CheckMeaning(const ContractSpec& spec, std::vector<SpecFault>& faults);

}  // namespace octroi::rules
