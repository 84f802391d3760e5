#include "gateway/import/import_plan.h"

#include "gateway/config/compile.h"
#include "gateway/config/findings.h"
#include "gateway/config/world.h"

namespace octroi::gateway::import {
namespace {

using base::Error;
using base::ErrorCode;
using config::Node;

Error Refused(std::string_view code) {
  return {ErrorCode::kInvalid, "import.source", std::string(code)};
}

std::string FieldOf(const Node& root, std::string_view key) {
  const Node* node = root.Find(key);
  return node == nullptr ? std::string() : std::string(node->Text("field"));
}

// The path first; a name that is one already keeps its meaning.
void EnterColumns(const config::World& world, const config::Document& source,
                  config::NameTables& names, ImportPlan& plan) {
  const auto entries = config::EventPathsOf(world, source, names);
  std::map<base::FieldId, std::string> first;  // path of each field
  for (const auto& entry : entries) {
    plan.columns.try_emplace(entry.path, Column{entry.path});
    first.try_emplace(entry.slot, entry.path);
  }
  const auto numeric = [](const config::DictionaryField& field) {
    return field.format == "integer" || field.format == "decimal";
  };
  for (const config::DictionaryField& field : world.fields()) {
    const base::FieldId slot = names.fields.Of(field.id);
    if (!first.contains(slot)) continue;
    const Column column{first[slot], numeric(field)};
    for (const auto& entry : entries) {
      if (entry.slot == slot) plan.columns[entry.path].number = column.number;
    }
    plan.columns.try_emplace(field.id, column);
  }
  for (const config::DictionaryField& field : world.fields()) {
    const base::FieldId slot = names.fields.Of(field.id);
    if (!first.contains(slot)) continue;
    for (const Node& synonym : field.node->List("synonyms"))
      plan.columns.try_emplace(synonym.text, Column{first[slot], numeric(field)});
  }
}

}  // namespace

base::Result<ImportPlan> ImportPlanOf(const ConfigFolder& folder, std::string_view source_id) {
  config::Findings again;
  const config::World world = config::World::Read(folder.files, again);
  const config::Document* source = world.Find("Source", source_id);
  if (source == nullptr) return Refused("import.source_unknown");
  config::NameTables names;
  config::EnterNames(world, names);
  auto compiled = config::SourcePlanOf(world, *source, names);
  if (!compiled) return compiled.error();
  if (compiled->dialect != Dialect::kEvents) return Refused("import.source_dialect");
  const Node& root = source->root;
  ImportPlan plan;
  plan.source = source->id;
  plan.auth = compiled->auth;
  if (const Node* from = root.FindPath({"authenticate", "secret", "from"}))
    plan.secret_from = config::ResolveSecret(folder.folder, from->text);
  plan.rate_per_second = compiled->rate_per_second;
  plan.body_bytes = compiled->body_bytes;
  plan.event_path = FieldOf(root, "event_name");
  if (plan.event_path.empty()) plan.event_path = "event";
  if (compiled->accepts.size() == 1) plan.only_event = compiled->accepts.front().event;
  plan.event_id_path = FieldOf(root, "event_id");
  EnterColumns(world, *source, names, plan);
  return plan;
}

}  // namespace octroi::gateway::import
