#include "gateway/console/lineage.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gateway/ask/question.h"
#include "gateway/config/world.h"

namespace octroi::gateway::console {
namespace {

using config::Node;
using Json = nlohmann::ordered_json;

// A title in both languages; what the config does not say is its id.
Json TitleOf(const Node* node, std::string_view id) {
  const Node* const title = node == nullptr ? nullptr : node->Find("title");
  const std::string_view fr = title == nullptr ? "" : title->Text("fr");
  const std::string_view en = title == nullptr ? "" : title->Text("en");
  return {{"fr", fr.empty() ? id : fr}, {"en", !en.empty() ? en : fr.empty() ? id : fr}};
}

Json FieldJson(const config::World& world, const Node* source, const std::string& id) {
  const config::DictionaryField* const known = world.Field(id);
  Json json{{"field", id}, {"title", TitleOf(known == nullptr ? nullptr : known->node, id)}};
  if (known != nullptr) {
    json["category"] = known->category;
    json["personal_data"] = known->node->Text("personal_data");
  }
  json["from"] = Json::array();
  if (source == nullptr) return json;
  for (const Node::Member& entry : source->Map("map")) {
    if (entry.value.text == id) json["from"].push_back(entry.key);
  }
  return json;
}

Json DestinationJson(const config::World& world, const std::string& id, bool allowed) {
  const config::Document* const found = world.Find("Destination", id);
  const Node* const root = found == nullptr ? nullptr : &found->root;
  Json json{{"id", id}, {"title", TitleOf(root, id)}, {"allowed", allowed}};
  const Node* const recipient = root == nullptr ? nullptr : root->Find("recipient");
  if (recipient == nullptr) return json;
  json["recipient"] = recipient->Text("name");
  json["country"] = recipient->Text("country");
  json["outside_eea"] = recipient->True("outside_eea");
  return json;
}

}  // namespace

Json LineageOf(const PastConfig& past, const journal::EventRecord& record) {
  const Plan& plan = *past.plan;
  if (record.contract >= plan.contracts.size() || record.source >= plan.sources.size())
    return nullptr;
  config::Findings ignored;
  const config::World world = config::World::Read(past.config.files, ignored);
  const std::string& source_id = plan.sources[record.source].id;
  const config::Document* const source = world.Find("Source", source_id);
  const ContractPlan& contract = plan.contracts[record.contract];
  Json fields = Json::array(), destinations = Json::array();
  for (const base::FieldId field : contract.fields)
    fields.push_back(
        FieldJson(world, source == nullptr ? nullptr : &source->root, plan.fields[field]));
  for (Json& field : fields) field["to"] = Json::object();
  for (const base::Verdict& verdict : record.verdicts) {
    if (verdict.destination >= plan.destinations.size()) continue;
    const std::string& id = plan.destinations[verdict.destination].id;
    destinations.push_back(DestinationJson(world, id, verdict.allowed));
    if (!verdict.allowed) continue;
    for (const auto& [field, form] : plan.pseudonymizer->LeavingOf(
             verdict.destination, record.contract, plan.ExtentOf(verdict.purposes))) {
      const auto at = std::ranges::find(contract.fields, field);
      if (at == contract.fields.end()) continue;
      fields[static_cast<std::size_t>(at - contract.fields.begin())]["to"][id] =
          ask::Name(ask::ShapeOf(form));
    }
  }
  return {{"source",
           {{"id", source_id}, {"title", TitleOf(source ? &source->root : nullptr, source_id)}}},
          {"contract", contract.name},
          {"fields", std::move(fields)},
          {"destinations", std::move(destinations)},
          {"purposes", PurposesOf(past.config)}};
}

Json PurposesOf(const ConfigFolder& config) {
  config::Findings ignored;
  const config::World world = config::World::Read(config.files, ignored);
  Json purposes = Json::object();
  for (const config::Document* one : world.Of("Purpose")) {
    const Node* const consent = one->root.Find("consent");
    purposes[one->id] = {{"title", TitleOf(&one->root, one->id)},
                         {"legal_basis", one->root.Text("legal_basis")},
                         {"notice", consent == nullptr ? "" : consent->Text("notice")}};
  }
  return purposes;
}

}  // namespace octroi::gateway::console
