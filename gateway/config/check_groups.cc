// k_anonymity of a Destination: what it may be of, and that a batch can hold it.
#include <algorithm>

#include "gateway/config/checks.h"
#include "gateway/config/compile.h"

namespace octroi::gateway::config {
namespace {

constexpr std::int64_t kSingledOutBelow = 5;  // standards.md B8; a DPO may decide otherwise

// In clear, or less precise: what of several people can be the same. A token, a text and a hash are
// of one.
bool IsQuasiIdentifier(const World& world, const Node::Member& field) {
  const DictionaryField* known = world.Field(field.key);
  const bool direct = known != nullptr && known->node->Text("personal_data") == "direct";
  return field.value.Find("generalise") != nullptr ||
         (field.value.IsString() && field.value.text == "clear" && !direct);
}

}  // namespace

void Checker::Groups(const Document& destination) const {
  const Node* groups = destination.root.Find("k_anonymity");
  if (groups == nullptr || groups->Find("at_least") == nullptr) return;
  const Node& least = *groups->Find("at_least");
  const Node* most = destination.root.FindPath({"deliver", "batch", "up_to"});
  const auto k = static_cast<std::int64_t>(least.number);
  const auto up_to = most == nullptr ? std::int64_t{1} : static_cast<std::int64_t>(most->number);
  if (up_to < k) Add(1399, destination, least.at, {std::to_string(up_to), std::to_string(k)});
  if (k < kSingledOutBelow) Add(2120, destination, least.at, {std::to_string(k)});
  const auto& of = groups->List("of");
  const auto& receives = destination.root.List("receives");
  for (const Node& name : of) {
    const bool received = std::ranges::any_of(receives, [&](const Node& one) {
      return std::ranges::any_of(one.Map("fields"), [&](const Node::Member& field) {
        return field.key == name.text && IsQuasiIdentifier(world_, field);
      });
    });
    if (!received) Add(1389, destination, name.at, {name.text});
  }
  for (const Node& one : receives) {
    for (const Node::Member& field : one.Map("fields")) {
      const bool listed =
          std::ranges::any_of(of, [&](const Node& name) { return name.text == field.key; });
      if (!listed && IsQuasiIdentifier(world_, field))
        Add(2121, destination, field.value.at, {field.key});
    }
  }
}

GroupsPlan GroupsPlanOf(const Document& destination, const policies::OutgoingForm& form) {
  GroupsPlan plan;
  const Node* groups = destination.root.Find("k_anonymity");
  if (groups == nullptr) return plan;
  plan.at_least = static_cast<std::size_t>(groups->Find("at_least")->number);
  const auto& of = groups->List("of");
  for (const auto& contract : form.contracts) {
    for (const policies::OutgoingField& field : contract.fields) {
      const bool listed =
          std::ranges::any_of(of, [&](const Node& name) { return name.text == field.name; });
      if (listed) plan.by.push_back({contract.contract, field.field, field.form, field.category});
    }
  }
  return plan;
}

}  // namespace octroi::gateway::config
