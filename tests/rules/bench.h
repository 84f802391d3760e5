// What the tests of the rules share: fields a to e, an event from JSON, a contract of one or more
// rules, and a window that remembers everything.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/event.h"
#include "rules/contract.h"

namespace octroi::rules {

inline constexpr base::FieldId kA = 0, kB = 1, kC = 2, kD = 3, kE = 4;
inline constexpr base::Reason kFirst = base::Reason::kFirstConfigured;

inline base::Reason ReasonOf(std::size_t rule) {
  return static_cast<base::Reason>(static_cast<std::size_t>(kFirst) + rule);
}

inline base::PathMap PathsOf(std::initializer_list<std::string_view> names) {
  std::vector<base::PathMap::Entry> entries;
  for (const std::string_view name : names) {
    entries.push_back({std::string(name), static_cast<base::FieldId>(entries.size())});
  }
  return std::move(*base::PathMap::Compile(entries));
}

// An event and everything that must outlive it.
class EventOf {
 public:
  explicit EventOf(std::string json)
      : json_(std::move(json)), paths_(PathsOf({"a", "b", "c", "d", "e"})) {
    const base::ParseFault fault = parser_.Parse(json_, paths_, event_);
    EXPECT_EQ(fault.reason, base::Reason::kUndecided) << fault.rule << " in " << json_;
  }
  base::Event& operator*() { return event_; }
  std::string_view text(base::FieldId field) const { return event_[field].text; }
  std::string_view raw(base::FieldId field) const { return event_[field].raw; }
  bool present(base::FieldId field) const { return event_.present(field); }

 private:
  std::string json_;
  base::PathMap paths_;
  base::EventParser parser_;
  base::Event event_;
};

// Remembers everything for ever; counts what it was asked.
class EverythingSeen final : public SeenWindow {
 public:
  bool SeenBefore(base::Reason rule, std::string_view key, base::Millis within) override {
    ++asked;
    last_within = within;
    keys.emplace_back(key);
    return !seen_.emplace(rule, std::string(key)).second;
  }
  int asked = 0;
  base::Millis last_within = 0;
  std::vector<std::string> keys;

 private:
  std::set<std::pair<base::Reason, std::string>> seen_;
};

inline ContractSpec SpecOf(std::vector<RuleSpec> rules) {
  ContractSpec spec;
  spec.id = "bench";
  for (const base::FieldId field : {kA, kB, kC, kD, kE}) spec.fields.push_back({field, false});
  spec.dictionary_fields = 5;
  for (std::size_t at = 0; at < rules.size(); ++at) {
    rules[at].id = "rule-" + std::to_string(at);
    rules[at].reason = ReasonOf(at);
  }
  spec.rules = std::move(rules);
  return spec;
}

inline Contract ContractOf(ContractSpec spec) {
  base::Result<Contract> made = Contract::Compile(std::move(spec));
  if (!made) throw std::runtime_error(made.error().detail);  // a fault of the test itself
  return std::move(*made);
}

inline RuleSpec RuleOf(CheckSpec check, OnFail on_fail = OnFail::kKeep,
                       Severity severity = Severity::kMajor) {
  RuleSpec rule;
  rule.check = std::move(check);
  rule.on_fail = on_fail;
  rule.severity = severity;
  return rule;
}

// A check on field a.
inline CheckSpec OnA() {
  CheckSpec check;
  check.field = kA;
  return check;
}

inline std::shared_ptr<const ValueList> ListOf(std::vector<std::string> values) {
  return std::make_shared<const ValueList>(std::move(values));
}

}  // namespace octroi::rules
