// Conditions of another format -> the rules of a Contract. Private to the imports.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "gateway/contract/condition.h"
#include "gateway/contract/import.h"

namespace octroi::gateway::contract {

inline constexpr std::size_t kPartsMax = 200;  // of a rule; rules/check_meaning.cc

// One rule that only counts.
struct FormatRule {
  std::string field, format;
  Condition condition;
};

// What a rule says of itself where its source does not.
struct RuleHead {
  std::string id, field;  // field: "" for several
  std::string say;        // in the language it came in; "" for our own sentence
  std::string dimension = "validity";
  bool refuses = true;  // blocking and quarantine; else minor and keep
};

class RuleMaker {
 public:
  RuleMaker(Imported& out, const config::Node& source) : out_(out), source_(source) {}

  // Rules for what holds, those of one field together, in the order of the fields.
  void Make(Condition whole, const std::vector<FormatRule>& formats);
  // One rule; what does not fit becomes a note.
  void Add(const RuleHead& head, const nlohmann::ordered_json& check);
  void Take(nlohmann::ordered_json rule);  // as it is
  // `fields` and `rules` of the contract, and what stands between.
  void Finish(nlohmann::ordered_json& contract);
  void Require(const std::string& field) { required_.insert(field); }
  void Critical(const std::string& field) { critical_.insert(field); }

 private:
  void Demand(Condition& part);
  void Lose(int code, const std::string& what);

  Imported& out_;
  const config::Node& source_;
  nlohmann::ordered_json rules_ = nlohmann::ordered_json::array();
  std::set<std::string> ids_, required_, critical_;
  int several_ = 0;
};

}  // namespace octroi::gateway::contract
