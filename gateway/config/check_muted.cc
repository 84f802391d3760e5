// What `muted` names.
#include <algorithm>

#include "gateway/config/checks.h"
#include "gateway/config/places.h"

namespace octroi::gateway::config {

void Checker::MutedRules(const Document& contract) const {
  const auto& rules = contract.root.List("rules");
  for (const Node& muted : contract.root.List("muted")) {
    const Node* const rule = muted.FindString("rule");
    if ((rule != nullptr) == muted.True("required")) {
      Add(1412, contract, muted.at);
      continue;
    }
    const auto is_it = [&](const Node& one) { return one.Text("id") == rule->text; };
    if (rule != nullptr && std::ranges::none_of(rules, is_it))
      Add(1413, contract, rule->at, {rule->text, contract.id});
  }
}

void Checker::MutedRefusals(const Document& source) const {
  for (const Node& muted : source.root.List("muted")) {
    const Node* const reason = muted.FindString("reason");
    if (reason != nullptr && !IsBuiltInReason(reason->text))
      Add(1414, source, reason->at, {reason->text});
  }
}

}  // namespace octroi::gateway::config
