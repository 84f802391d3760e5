#include <algorithm>
#include <set>
#include <utility>

#include "base/limits.h"
#include "rules/compiled.h"

namespace octroi::rules {
namespace {

using base::FieldId;

std::vector<Test> CompileWhen(const WhenSpec& when, const ContractSpec& contract, std::size_t rule,
                              std::vector<SpecFault>& faults) {
  std::vector<Test> tests = CompileCheck(when, contract, rule, "when.", faults);
  if (!when.present) return tests;
  Test test;
  test.kind = Test::Kind::kAllPresent;
  test.fields = {*when.present};
  tests.insert(tests.begin(), std::move(test));
  return tests;
}

Rule CompileRule(const ContractSpec& contract, std::size_t at, std::vector<SpecFault>& faults) {
  const RuleSpec& spec = contract.rules[at];
  Rule rule;
  rule.when = CompileWhen(spec.when, contract, at, faults);
  rule.tests = CompileCheck(spec.check, contract, at, "check.", faults);
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
    detail += "`" + fault.key + "`: " + fault.what;
  }
  return {base::ErrorCode::kInvalid, "rules.compile", std::move(detail)};
}

}  // namespace

base::Result<Contract> Contract::Compile(ContractSpec spec, std::vector<SpecFault>* faults) {
  std::vector<SpecFault> found;
  CheckMeaning(spec, found);
  auto compiled = std::make_unique<CompiledContract>();
  for (std::size_t at = 0; at < spec.rules.size(); ++at) {
    compiled->rules.push_back(CompileRule(spec, at, found));
  }
  if (faults != nullptr) *faults = found;
  if (!found.empty()) return ErrorOf(spec, found);
  MakeSets(*compiled);
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
