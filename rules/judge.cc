#include <algorithm>

#include "base/text.h"
#include "rules/compiled.h"
#include "rules/repairs.h"

namespace octroi::rules {
namespace {

using base::Event;
using base::FieldId;
using base::JsonType;
using base::Outcome;
using base::Reason;
using base::Value;

constexpr std::uint64_t Bit(std::size_t rule) { return std::uint64_t{1} << rule; }

// Keeps the strictest outcome so far, and of equal ones the first.
class Decision {
 public:
  void Note(OnFail action, Reason reason) {
    if (action <= OnFail::kDropField || action <= strictest_) return;
    strictest_ = action;
    reason_ = reason;
  }
  Reason reason() const { return reason_; }
  Outcome outcome() const {
    switch (strictest_) {
      case OnFail::kReject:
        return Outcome::kRejected;
      case OnFail::kMerge:
        return Outcome::kMerged;
      case OnFail::kQuarantine:
        return Outcome::kQuarantined;
      case OnFail::kDropField:
      case OnFail::kKeep:
        break;
    }
    return Outcome::kAccepted;
  }

 private:
  OnFail strictest_ = OnFail::kKeep;
  Reason reason_ = Reason::kAccepted;
};

Finding Applies(const Rule& rule, Asked asked) {
  if (rule.when.empty()) return Finding::kHolds;
  asked.in_when = true;
  return FindAll(rule.when, asked);
}

// kNotAsked: its `when` does not hold. A check about values none of which is there passes.
Finding Ask(const Rule& rule, const Asked& asked) {
  const Finding applies = Applies(rule, asked);
  if (applies == Finding::kUnknown) return applies;
  if (applies != Finding::kHolds) return Finding::kNotAsked;
  const Finding found = FindAll(rule.tests, asked);
  return found == Finding::kNotAsked ? Finding::kHolds : found;
}

// The field as its repairs leave it. True: that is not what it was.
bool RepairField(const Rule& rule, Event& event, Contract::Scratch& scratch) {
  const Value& before = event[rule.field];
  if (before.type != JsonType::kString) return false;
  std::string_view text = before.text;
  for (const Repair repair : rule.repairs) {
    std::string& repaired = scratch.Next();
    if (Apply(repair, text, repaired)) text = repaired;
  }
  if (text == before.text) return false;
  std::string& raw = scratch.Next();
  base::AppendJsonString(text, raw);
  event.Replace(rule.field, Value{JsonType::kString, raw, text});
  return true;
}

bool NoteExtraFields(const CompiledContract& contract, Event& event) {
  bool any = false;
  for (const FieldId field : contract.extra) {
    if (!event.present(field)) continue;
    any = true;
    if (contract.spec.extra_fields == ExtraFields::kDrop) event.Replace(field, Value{});
  }
  return any;
}

std::uint64_t RepairFields(const CompiledContract& contract, Event& event,
                           const Surroundings& around, Contract::Scratch& scratch) {
  std::uint64_t repaired = 0;
  for (std::size_t at = 0; at < contract.rules.size(); ++at) {
    const Rule& rule = contract.rules[at];
    if (rule.repairs.empty()) continue;
    if (Applies(rule, {event, around, scratch, rule.reason}) != Finding::kHolds) continue;
    if (RepairField(rule, event, scratch)) repaired |= Bit(at);
  }
  return repaired;
}

bool HasRequiredFields(const CompiledContract& contract, const Event& event) {
  return std::all_of(contract.required.begin(), contract.required.end(),
                     [&](FieldId field) { return IsFilled(event, field); });
}

void DropFailedFields(const CompiledContract& contract, std::uint64_t failed, Event& event) {
  for (std::size_t at = 0; at < contract.rules.size(); ++at) {
    const Rule& rule = contract.rules[at];
    if ((failed & Bit(at)) != 0 && rule.on_fail == OnFail::kDropField)
      event.Replace(rule.field, Value{});
  }
}

}  // namespace

Judgement Contract::Judge(Event& event, const Surroundings& around, Scratch& scratch) const {
  const CompiledContract& contract = *compiled_;
  Judgement found;
  Decision decision;
  const bool has_extra = NoteExtraFields(contract, event);
  found.repaired = RepairFields(contract, event, around, scratch);
  if (!HasRequiredFields(contract, event)) {
    decision.Note(OnFail::kQuarantine, Reason::kContractRequired);
    found.usable = false;
    found.required_missing = true;
  }
  if (has_extra && contract.spec.extra_fields == ExtraFields::kQuarantine) {
    decision.Note(OnFail::kQuarantine, Reason::kContractExtraField);
  }
  SetMatches sets(contract);
  for (std::size_t at = 0; at < contract.rules.size(); ++at) {
    const Rule& rule = contract.rules[at];
    if (rule.asks_window && around.seen == nullptr) continue;
    const Finding finding = Ask(rule, {event, around, scratch, rule.reason, &sets});
    if (finding == Finding::kNotAsked) continue;
    found.evaluated |= Bit(at);
    if (finding == Finding::kHolds) continue;
    found.failed |= Bit(at);
    const bool unknown = finding == Finding::kUnknown;
    if (unknown) found.unknown |= Bit(at);
    if (rule.severity == Severity::kBlocking) found.usable = false;
    decision.Note(rule.on_fail, unknown ? Reason::kRuleUnknown : rule.reason);
  }
  // Only now, so that what one rule drops is not missing to another.
  if (!contract.spec.observe) DropFailedFields(contract, found.failed, event);
  found.outcome = contract.spec.observe ? Outcome::kAccepted : decision.outcome();
  found.reason = contract.spec.observe ? Reason::kAccepted : decision.reason();
  return found;
}

}  // namespace octroi::rules
