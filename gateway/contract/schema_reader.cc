#include "gateway/contract/schema_reader.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "gateway/contract/schema_keywords.h"
#include "rules/check_spec.h"

namespace octroi::gateway::contract {
namespace {

constexpr std::size_t kSchemasMax = 5000;  // that are read, each as often as it is referred to
constexpr std::size_t kOpenMax = 200;      // that stand in each other, references followed

// A step of a JSON Pointer (RFC 6901) in a URI fragment.
std::string StepOf(std::string_view escaped) {
  std::string step;
  for (std::size_t at = 0; at < escaped.size(); ++at) {
    unsigned byte = 0;
    if (escaped[at] == '%' && at + 2 < escaped.size()) {
      std::from_chars(escaped.data() + at + 1, escaped.data() + at + 3, byte, 16);
      step += static_cast<char>(byte);
      at += 2;
    } else {
      step += escaped[at];
    }
  }
  for (const auto& [code, plain] : {std::pair{"~1", "/"}, std::pair{"~0", "~"}}) {
    for (std::size_t at = 0; (at = step.find(code, at)) != std::string::npos; ++at)
      step.replace(at, 2, plain);
  }
  return step;
}

const Node* Child(const Node& node, const std::string& step) {
  if (node.IsMap()) return node.Find(step);
  std::size_t place = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), place);
  const bool number = error == std::errc{} && end == step.data() + step.size();
  return node.IsList() && number && place < node.items.size() ? &node.items[place] : nullptr;
}

bool IsResource(const Node& schema) {
  const std::string_view id = schema.Text("$id");
  return !id.empty() && !id.starts_with('#');
}

}  // namespace

bool IsTrueSchema(const Node& schema) {
  return (schema.kind == Node::Kind::kBool && schema.truth) ||
         (schema.IsMap() && schema.members.empty());
}

bool SchemaReader::IsOld() const {
  const std::string_view dialect = document_.Text("$schema");
  return dialect.find("draft-0") != std::string_view::npos;
}

void SchemaReader::Lose(const std::string& pointer, const Node& at, int code,
                        std::vector<config::Say> pieces) {
  out_.notes.push_back({pointer, at.at, code, std::move(pieces), true});
}
void SchemaReader::Tell(const std::string& pointer, const Node& at, int code,
                        std::vector<config::Say> pieces) {
  out_.notes.push_back({pointer, at.at, code, std::move(pieces), false});
}

std::string SchemaReader::FieldAt(const Place& place, std::string_view format) {
  std::string& id = ids_[place.path];
  if (id.empty()) {
    id = IdOf(place.path, '_');
    const auto taken = [&](const ImportedField& field) { return field.id == id; };
    for (int next = 2; std::ranges::any_of(out_.fields, taken); ++next)
      id = IdOf(place.path, '_') + "_" + std::to_string(next);
    out_.fields.push_back({id, place.path});
  }
  if (!format.empty()) {
    std::ranges::find(out_.fields, id, &ImportedField::id)->format = format;
  }
  return id;
}

Asks SchemaReader::Read(const Node& schema, const Place& place, const std::string& pointer,
                        bool sure) {
  const Asks unknown{Condition::True(), false};
  if (schema.kind == Node::Kind::kBool) {
    if (schema.truth) return {};
    if (place.root()) return {Condition::False(), true};
    return {Condition::Value(FieldAt(place), rules::kAbsentBit), true};
  }
  if (!schema.IsMap()) {
    Lose(pointer, schema, 1457, {"schema"});
    return unknown;
  }
  if (open_.size() >= kOpenMax || !Spend(1)) {
    Lose(pointer, schema, 1450, {"schema"});
    return unknown;
  }
  if (std::ranges::find(open_, &schema) != open_.end()) {
    Lose(pointer, schema, 1442,
         {config::Say("elle revient sur elle-même", "it comes back to itself")});
    return unknown;
  }
  const Node* const outer = resource_;
  if (resource_ == nullptr || IsResource(schema)) resource_ = &schema;
  open_.push_back(&schema);
  Asks asks;
  const Node* ref = schema.FindString("$ref");
  if (ref != nullptr) asks = ReadRef(*ref, place, pointer + "/$ref", sure);
  if (ref == nullptr || !IsOld()) {
    Asks rest = Here(*this, schema, place, pointer, sure).Read();
    asks = {All({std::move(asks.condition), std::move(rest.condition)}), asks.exact && rest.exact};
  }
  open_.pop_back();
  resource_ = outer;
  if (SizeOf(asks.condition) <= kConditionMax) return asks;
  Lose(pointer, schema, 1450, {"schema"});
  return unknown;
}

bool SchemaReader::Spend(std::size_t schemas) {
  if (schemas > kSchemasMax - read_) return false;
  read_ += schemas;
  return true;
}

Asks SchemaReader::ReadRef(const Node& ref, const Place& place, const std::string& pointer,
                           bool sure) {
  const Node* resource = resource_;
  const Node* target = Target(ref.text, resource);
  if (target == nullptr) {
    Lose(pointer, ref, 1442,
         {config::Say("elle n'est pas un chemin « #/… » de ce fichier",
                      "it is no path \"#/…\" of this file")});
    return {Condition::True(), false};
  }
  const Node* const outer = std::exchange(resource_, resource);
  const std::string at = resource == &document_ ? ref.text.substr(ref.text.find('#') + 1) : pointer;
  Asks asks = Read(*target, place, at, sure);
  resource_ = outer;
  return asks;
}

const Node* SchemaReader::Target(std::string_view reference, const Node*& resource) const {
  const std::string_view id = resource->Text("$id");
  if (!id.empty() && reference.starts_with(id.substr(0, id.find('#'))))
    reference.remove_prefix(id.substr(0, id.find('#')).size());
  if (!reference.empty() && reference[0] != '#') return nullptr;
  reference.remove_prefix(reference.empty() ? 0 : 1);
  if (!reference.empty() && reference[0] != '/') return nullptr;  // by name
  const Node* node = resource;
  while (!reference.empty()) {
    reference.remove_prefix(1);
    const std::size_t end = std::min(reference.find('/'), reference.size());
    node = Child(*node, StepOf(reference.substr(0, end)));
    if (node == nullptr) return nullptr;
    if (node->IsMap() && IsResource(*node)) resource = node;
    reference.remove_prefix(end);
  }
  return node;
}

}  // namespace octroi::gateway::contract
