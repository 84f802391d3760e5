#include <set>

#include "base/limits.h"
#include "gateway/config/checks.h"
#include "gateway/sender.h"

namespace octroi::gateway::config {
namespace {

// What leaves for a destination: the categories that the purposes it serves declare in the
// register.
std::uint32_t ServedCategories(const World& world, const Document& destination) {
  std::uint32_t categories = 0;
  for (const Node& id : destination.root.List("purposes")) {
    const Document* purpose = world.Find("Purpose", id.text);
    const Node* declared = purpose ? purpose->root.Find("register") : nullptr;
    if (!declared) return ~0u;  // reported elsewhere
    for (const Node& category : declared->List("categories"))
      categories |= CategoryBit(category.text);
  }
  return categories;
}

}  // namespace

void Checker::Destinations() const {
  const auto destinations = world_.Of("Destination");
  for (std::size_t i = 0; i < destinations.size(); ++i) {
    const Document& destination = *destinations[i];
    const Node& root = destination.root;
    Limit(destination.file, root.KeyAt("id"), i + 1, base::kDestinationsMax,
          {"destinations", "destinations"});
    RefersAll(destination, root.List("purposes"), "Purpose", 1205);
    if (root.Text("mode") == "observe") {
      Add(1916, destination, root.Find("mode")->at,
          {Say{"une destination reçoit pour de bon", "a destination receives for real"}});
    }
    const Node* format = root.Find("format");
    if (format && format->Find("template")) Add(1911, destination, format->KeyAt("template"));
    const std::uint32_t categories = ServedCategories(world_, destination);
    std::set<std::string> contracts;
    for (const Node& receives : root.List("receives")) {
      const Node* contract = receives.FindString("contract");
      if (contract && !contracts.insert(contract->text).second) {
        Add(1329, destination, contract->at, {contract->text});
      }
      Receives(destination, receives, categories);
    }
    Deliver(destination);
  }
}

void Checker::Receives(const Document& destination, const Node& receives,
                       std::uint32_t categories) const {
  const Node* contract = receives.FindString("contract");
  const Document* declared = nullptr;
  if (contract && Refers(destination, contract, "Contract", 1203)) {
    declared = world_.Find("Contract", contract->text);
  }
  for (const Node::Member& field : receives.Map("fields")) {
    const Node& form = field.value;
    Refers(destination, form.Find("pseudonym"), "Pseudonym", 1207);
    if (form.Find("generalise")) Add(1906, destination, form.KeyAt("generalise"));
    if (form.Find("partner_hash")) Add(1907, destination, form.KeyAt("partner_hash"));
    if (!IsField(destination, field.key, field.key_at)) continue;
    const Node* fields = declared ? declared->root.Find("fields") : nullptr;
    if (fields && !fields->Find(field.key)) {
      Add(1211, destination, field.key_at, {field.key, declared->id});
    }
    const std::string& category = world_.Field(field.key)->category;
    if ((CategoryBit(category) & categories) == 0) {
      Add(2107, destination, field.key_at, {field.key, category});
    }
  }
}

void Checker::Deliver(const Document& destination) const {
  const Node* deliver = destination.root.Find("deliver");
  if (!deliver) return;
  Authentication(destination, deliver->Find("authenticate"), true);
  const Node* type = deliver->FindString("type");
  if (type && type->text != "http") {
    Add(1912, destination, type->at, {type->text});
    return;
  }
  const Node* url = deliver->Find("url");
  if (!url) Add(1333, destination, destination.root.KeyAt("deliver"));
  if (!url || !url->IsString()) return;
  if (const auto good = CheckUrl(url->text, deliver->True("private_network")); !good) {
    Add(1320, destination, url->at, {good.error().detail});
  }
}

}  // namespace octroi::gateway::config
