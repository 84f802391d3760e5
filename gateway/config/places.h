// Places: the stable numbers that records know sources, contracts, purposes, ... by.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/words.h"

namespace octroi::gateway::config {

// An id keeps its place for ever; a removed one keeps it too, unused, so that nothing else takes
// it.
class Places {
 public:
  std::uint16_t Of(std::string_view name);  // its place, a new one if it has none
  const std::vector<std::string>& names() const { return names_; }
  std::size_t size() const { return names_.size(); }

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::uint16_t, std::less<>> places_;
};

// The tables of one plan, as PlanRecord::names carries them from plan to plan.
struct NameTables {
  Places sources, contracts, destinations, purposes, fields, reasons;
  std::map<std::string, Places> events;                   // by source
  std::map<std::string, std::vector<std::string>> rules;  // by contract, in file order: not stable

  // kInvalid: not what ToJson wrote. Empty text: a first plan.
  static base::Result<NameTables> Parse(std::string_view json);
  std::string ToJson() const;

  // The built-in reason of that name, else a configured one.
  base::Reason ReasonNamed(std::string_view name);
};

// Whether `name` is a reason of ours, and not one that a config gives a rule or policy.
bool IsBuiltInReason(std::string_view name);

}  // namespace octroi::gateway::config
