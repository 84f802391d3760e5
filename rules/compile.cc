#include <algorithm>
#include <set>
#include <utility>

#include "base/limits.h"
#include "rules/compiled.h"

namespace octroi::rules {
namespace {

using base::FieldId;
using Kind = Test::Kind;

constexpr std::size_t kPatternBytesMax = 1000;  // longer ones are lists in disguise
constexpr std::int64_t kPatternMemoryBytesMax =
    1 << 20;  // of one pattern, program and DFA states together

std::unique_ptr<RE2> CompilePattern(const std::string& text, std::size_t rule,
                                    std::vector<SpecFault>& faults) {
  constexpr std::string_view kKey = "check.matches";
  if (text.size() > kPatternBytesMax) {
    faults.push_back({rule, kKey, "longer than " + std::to_string(kPatternBytesMax) + " bytes"});
    return nullptr;
  }
  RE2::Options options;
  options.set_log_errors(false);  // it would print to stderr
  options.set_max_mem(kPatternMemoryBytesMax);
  auto pattern = std::make_unique<RE2>(text, options);
  if (!pattern->ok()) {
    faults.push_back({rule, kKey, "RE2 refuses it: " + pattern->error()});
    return nullptr;
  }
  return pattern;
}

std::vector<std::string> Sorted(std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  return values;
}

// Builds the tests of one rule, cheap ones first.
class TestList {
 public:
  explicit TestList(FieldId field) : field_(field) {}

  Test& Add(Kind kind) {
    Test& test = tests_.emplace_back();
    test.kind = kind;
    test.field = field_;
    return test;
  }
  void AddLimit(Kind kind, const std::optional<double>& limit) {
    if (limit) Add(kind).limit = *limit;
  }
  void AddLength(Kind kind, const std::optional<std::uint32_t>& length) {
    if (length) Add(kind).length = *length;
  }
  void AddFields(Kind kind, const std::vector<FieldId>& fields) {
    if (!fields.empty()) Add(kind).fields = fields;
  }
  void AddValues(const std::vector<std::string>& in, const ValueList* in_list,
                 const ValueList* not_in_list) {
    if (!in.empty()) Add(Kind::kIn).values = Sorted(in);
    if (in_list != nullptr) Add(Kind::kInList).list = in_list;
    if (not_in_list != nullptr) Add(Kind::kNotInList).list = not_in_list;
  }
  std::vector<Test> Take() { return std::move(tests_); }

 private:
  FieldId field_;
  std::vector<Test> tests_;
};

std::vector<Test> CompileWhen(const WhenSpec& when) {
  TestList tests(when.field.value_or(0));
  if (when.present) tests.AddFields(Kind::kAllPresent, {*when.present});
  tests.AddValues(when.in, when.in_list.get(), when.not_in_list.get());
  return tests.Take();
}

std::vector<Test> CompileCheck(const CheckSpec& check, std::size_t rule,
                               std::vector<SpecFault>& faults) {
  TestList tests(check.field.value_or(0));
  tests.AddFields(Kind::kAnyPresent, check.any_present);
  tests.AddFields(Kind::kAllPresent, check.all_present);
  if (check.event_age_below) tests.Add(Kind::kEventAge).span = *check.event_age_below;
  if (check.type != ValueType::kAny) tests.Add(Kind::kType).type = check.type;
  tests.AddLength(Kind::kMinLength, check.min_length);
  tests.AddLength(Kind::kMaxLength, check.max_length);
  tests.AddLimit(Kind::kMin, check.min);
  tests.AddLimit(Kind::kMax, check.max);
  tests.AddLimit(Kind::kAbove, check.above);
  tests.AddLimit(Kind::kBelow, check.below);
  if (check.format != Format::kNone) tests.Add(Kind::kFormat).format = check.format;
  tests.AddValues(check.in, check.in_list.get(), check.not_in_list.get());
  if (check.compare != Compare::kNone) {
    Test& test = tests.Add(Kind::kCompare);
    test.compare = check.compare;
    test.other = check.other;
  }
  if (check.matches)
    tests.Add(Kind::kPattern).pattern = CompilePattern(*check.matches, rule, faults);
  if (!check.unique_on.empty()) {
    Test& test = tests.Add(Kind::kUnique);
    test.fields = check.unique_on;
    test.span = check.within;
  }
  return tests.Take();
}

Rule CompileRule(const RuleSpec& spec, std::size_t at, std::vector<SpecFault>& faults) {
  Rule rule;
  rule.when = CompileWhen(spec.when);
  rule.tests = CompileCheck(spec.check, at, faults);
  rule.repairs = spec.repair;
  rule.field = spec.check.field.value_or(0);
  rule.reason = spec.reason;
  rule.severity = spec.severity;
  rule.on_fail = spec.on_fail;
  rule.asks_window = !spec.check.unique_on.empty();
  return rule;
}

base::Error ErrorOf(const ContractSpec& spec, const std::vector<SpecFault>& faults) {
  std::string detail = "contract `" + spec.id + "`";
  for (std::size_t at = 0; at < faults.size(); ++at) {
    const SpecFault& fault = faults[at];
    detail += at == 0 ? ": " : "; ";
    if (fault.rule != SpecFault::kWholeContract)
      detail += "rule `" + spec.rules[fault.rule].id + "`, ";
    detail += "`" + std::string(fault.key) + "`: " + fault.what;
  }
  return {base::ErrorCode::kInvalid, "rules.compile", std::move(detail)};
}

}  // namespace

base::Result<Contract> Contract::Compile(ContractSpec spec, std::vector<SpecFault>* faults) {
  std::vector<SpecFault> found;
  CheckMeaning(spec, found);
  auto compiled = std::make_unique<CompiledContract>();
  for (std::size_t at = 0; at < spec.rules.size(); ++at) {
    compiled->rules.push_back(CompileRule(spec.rules[at], at, found));
  }
  if (faults != nullptr) *faults = found;
  if (!found.empty()) return ErrorOf(spec, found);
  std::set<FieldId> listed;
  for (const FieldSpec& field : spec.fields) {
    listed.insert(field.id);
    if (field.required) compiled->required.push_back(field.id);
  }
  if (spec.extra_fields != ExtraFields::kAllow) {
    for (FieldId field = 0; field < spec.dictionary_fields; ++field) {
      if (!listed.contains(field)) compiled->extra.push_back(field);
    }
  }
  compiled->spec = std::move(spec);
  return Contract(std::move(compiled));
}

Contract::Contract(std::unique_ptr<CompiledContract> compiled) : compiled_(std::move(compiled)) {}
Contract::Contract(Contract&&) noexcept = default;
Contract& Contract::operator=(Contract&&) noexcept = default;
Contract::~Contract() = default;

const ContractSpec& Contract::spec() const { return compiled_->spec; }

}  // namespace octroi::rules
