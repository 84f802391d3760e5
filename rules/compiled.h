// What Compile makes of a spec and Judge runs. Private to the module.
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "rules/contract.h"

namespace octroi::rules {

// One thing to hold. Those from kType on are about the value of `field`, and asked only if it is
// there.
struct Test {
  // clang-format off
  enum class Kind : std::uint8_t {
    kAnyPresent, kAllPresent, kUnique, kEventAge,
    kType, kFormat, kPattern, kMin, kMax, kAbove, kBelow, kMinLength, kMaxLength, kIn, kInList, kNotInList,
    kCompare
  };
  // clang-format on
  Kind kind = Kind::kAnyPresent;
  ValueType type = ValueType::kAny;
  Format format = Format::kNone;
  Compare compare = Compare::kNone;
  base::FieldId field = 0;
  base::FieldId other = 0;
  std::uint32_t length = 0;
  double limit = 0;
  base::Millis span = 0;            // of kUnique and kEventAge
  const ValueList* list = nullptr;  // kept alive by the spec
  std::unique_ptr<RE2> pattern;
  std::vector<std::string> values;  // sorted
  std::vector<base::FieldId> fields;

  bool OfValue() const { return kind >= Kind::kType; }
};

struct Rule {
  std::vector<Test> when;
  std::vector<Test> tests;
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
  std::vector<base::FieldId> required;
  std::vector<base::FieldId> extra;  // dictionary fields that the contract does not list
};

// Does the value, which is there, hold what `test` (of a value) asks? `event` is for comparisons.
bool Holds(const Test& test, const base::Value& value, const base::Event& event);

// Is the field there, and not empty?
inline bool IsFilled(const base::Event& event, base::FieldId field) {
  const base::Value& value = event[field];
  return value.present() && !(value.type == base::JsonType::kString && value.text.empty());
}

// The key of SeenWindow, appended to `key`. False: nothing in it says who or what it is.
bool AppendUniqueKey(const Test& test, const base::Event& event, const Surroundings& around,
                     std::string& key);

// Reads the meaning of a spec. Appends a fault for everything that has none; what it says of
// patterns is left to the compiler, which knows.
void CheckMeaning(const ContractSpec& spec, std::vector<SpecFault>& faults);

}  // namespace octroi::rules
