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

bool HoldsForField(const Test& test, const Event& event, bool if_absent) {
  const Value& value = event[test.field];
  return value.present() ? Holds(test, value, event) : if_absent;
}

bool ArePresent(const Test& test, const Event& event) {
  const bool all = test.kind == Test::Kind::kAllPresent;
  for (const FieldId field : test.fields) {
    if (IsFilled(event, field) != all) return !all;
  }
  return all;
}

bool Applies(const Rule& rule, const Event& event) {
  for (const Test& test : rule.when) {
    const bool holds = test.OfValue() ? HoldsForField(test, event, false) : ArePresent(test, event);
    if (!holds) return false;
  }
  return true;
}

bool IsUnseen(const Test& test, Reason rule, const Event& event, const Surroundings& around,
              Contract::Scratch& scratch) {
  std::string& key = scratch.Next();
  if (!AppendUniqueKey(test, event, around, key)) return true;
  return !around.seen->SeenBefore(rule, key, test.span);
}

bool Passes(const Rule& rule, const Event& event, const Surroundings& around,
            Contract::Scratch& scratch) {
  for (const Test& test : rule.tests) {
    bool holds = false;
    switch (test.kind) {
      case Test::Kind::kAnyPresent:
      case Test::Kind::kAllPresent:
        holds = ArePresent(test, event);
        break;
      case Test::Kind::kUnique:
        holds = IsUnseen(test, rule.reason, event, around, scratch);
        break;
      case Test::Kind::kEventAge:
        holds = around.event_time && around.received - *around.event_time < test.span;
        break;
      default:
        holds = HoldsForField(test, event, true);
    }
    if (!holds) return false;
  }
  return true;
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
                           Contract::Scratch& scratch) {
  std::uint64_t repaired = 0;
  for (std::size_t at = 0; at < contract.rules.size(); ++at) {
    const Rule& rule = contract.rules[at];
    if (rule.repairs.empty() || !Applies(rule, event)) continue;
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
  found.repaired = RepairFields(contract, event, scratch);
  if (!HasRequiredFields(contract, event)) {
    decision.Note(OnFail::kQuarantine, Reason::kContractRequired);
    found.usable = false;
    found.required_missing = true;
  }
  if (has_extra && contract.spec.extra_fields == ExtraFields::kQuarantine) {
    decision.Note(OnFail::kQuarantine, Reason::kContractExtraField);
  }
  for (std::size_t at = 0; at < contract.rules.size(); ++at) {
    const Rule& rule = contract.rules[at];
    if ((rule.asks_window && around.seen == nullptr) || !Applies(rule, event)) continue;
    found.evaluated |= Bit(at);
    if (Passes(rule, event, around, scratch)) continue;
    found.failed |= Bit(at);
    if (rule.severity == Severity::kBlocking) found.usable = false;
    decision.Note(rule.on_fail, rule.reason);
  }
  // Only now, so that what one rule drops is not missing to another.
  if (!contract.spec.observe) DropFailedFields(contract, found.failed, event);
  found.outcome = contract.spec.observe ? Outcome::kAccepted : decision.outcome();
  found.reason = contract.spec.observe ? Reason::kAccepted : decision.reason();
  return found;
}

}  // namespace octroi::rules
