// Keywords about members, and those that combine schemas: JSON Schema Core 2020-12, 10, and
// Validation 6.5.
#include <algorithm>
#include <array>

#include "gateway/config/scalar.h"
#include "gateway/contract/schema_keywords.h"
#include "rules/check_spec.h"

namespace octroi::gateway::contract {
namespace {

constexpr std::size_t kStepsMax = 8;  // base/path_map.h

// Where "/..." of a schema's member stands.
std::string Numbered(const std::string& pointer, std::size_t at) {
  return pointer + "/" + std::to_string(at);
}

}  // namespace

std::optional<Place> SchemaReader::Here::Below(const std::string& name, const Node& at,
                                               const std::string& where) {
  const bool said =
      !name.empty() && name.find('.') == std::string::npos && !config::HasControlCharacter(name);
  if (said && place.steps < kStepsMax)
    return Place{place.root() ? name : place.path + "." + name, place.steps + 1};
  reader.Lose(where, at, 1452, {name});
  exact = false;
  return std::nullopt;
}

Condition SchemaReader::Here::ThereIs(const Place& member) {
  Condition there =
      Condition::Value(reader.FieldAt(member), static_cast<std::uint8_t>(~rules::kAbsentBit));
  if (place.root()) return there;
  return Any({Condition::Value(FieldHere(), static_cast<std::uint8_t>(~rules::kObjectBit)),
              std::move(there)});
}

void SchemaReader::Here::ReadProperties(const Node& properties) {
  for (const Node::Member& member : properties.members) {
    const std::string where = PointerTo(At("properties"), member.key);
    if (IsTrueSchema(member.value)) continue;
    if (const auto below = Below(member.key, member.value, where))
      Add(reader.Read(member.value, *below, where, sure), "properties", member.value);
  }
}

// `unless`: not asked where that member is absent; "" for always.
void SchemaReader::Here::ReadRequired(const Node& list, const std::string& at,
                                      const std::string& unless) {
  std::optional<Place> first;
  if (!unless.empty()) {
    first = Below(unless, list, at);
    if (!first) return;
  }
  if (!reader.Spend(list.items.size())) {
    reader.Lose(at, list, 1450, {"required"});
    exact = false;
    return;
  }
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const auto below = Below(list.items[i].text, list.items[i], Numbered(at, i));
    if (!below) continue;
    Condition there = ThereIs(*below);
    if (first) {
      there = Any({Condition::Value(reader.FieldAt(*first), rules::kAbsentBit), std::move(there)});
    }
    parts.push_back(std::move(there));
  }
}

void SchemaReader::Here::ReadMembers() {
  if ((types & rules::kObjectBit) == 0) return;
  if (const Node* properties = schema.Find("properties")) ReadProperties(*properties);
  const Node* required = schema.Find("required");
  if (required != nullptr && required->IsList()) {
    ReadRequired(*required, At("required"), "");
  } else if (required != nullptr) {
    Lost("required", *required, 1457, {"required"});
  }
}

void SchemaReader::Here::ReadDependencies() {
  if ((types & rules::kObjectBit) == 0) return;
  for (const char* keyword : {"dependentRequired", "dependentSchemas", "dependencies"}) {
    for (const Node::Member& member : schema.Map(keyword)) {
      const std::string where = PointerTo(At(keyword), member.key);
      if (member.value.IsList()) {
        ReadRequired(member.value, where, member.key);
        continue;
      }
      const auto first = Below(member.key, member.value, where);
      if (!first) continue;
      Asks asks = reader.Read(member.value, place, where, false);
      Condition absent = Condition::Value(reader.FieldAt(*first), rules::kAbsentBit);
      Add({Any({std::move(absent), std::move(asks.condition)}), asks.exact}, keyword, member.value);
    }
  }
}

void SchemaReader::Here::ReadCombined() {
  const auto& all = schema.List("allOf");
  for (std::size_t i = 0; i < all.size(); ++i)
    Add(reader.Read(all[i], place, Numbered(At("allOf"), i), sure), "allOf", all[i]);
  ReadEither("anyOf", false);
  ReadEither("oneOf", true);
}

void SchemaReader::Here::ReadEither(const std::string& keyword, bool one) {
  const auto& list = schema.List(keyword);
  if (list.empty()) return;
  const Node& at = *schema.Find(keyword);
  std::vector<Condition> either;
  bool each = true;
  std::size_t more = 1;
  for (std::size_t i = 0; i < list.size(); ++i) {
    Asks asks = reader.Read(list[i], place, Numbered(At(keyword), i), false);
    each = each && asks.exact;
    more += SizeOf(asks.condition);
    if (more <= kConditionMax) either.push_back(std::move(asks.condition));
  }
  exact = exact && each;
  if (!HasRoom(more, keyword, at)) return;
  if (one && !each) Lost(keyword, at, 1449, {keyword});
  // Each stands beside each other one.
  if (!one || !each || !HasRoom(more * list.size(), keyword, at)) {
    parts.push_back(Any(std::move(either)));
    return;
  }
  Condition only = ExactlyOne(either);
  if (!place.root())
    only = Any({Condition::Value(FieldHere(), rules::kAbsentBit), std::move(only)});
  parts.push_back(std::move(only));
}

void SchemaReader::Here::ReadNot() {
  const Node* negated = schema.Find("not");
  if (negated == nullptr) return;
  Asks asks = reader.Read(*negated, place, At("not"), false);
  if (!asks.exact) {
    Lost("not", *negated, 1449, {"not"});
    return;
  }
  Condition contrary = Not(std::move(asks.condition));
  if (!place.root())
    contrary = Any({Condition::Value(FieldHere(), rules::kAbsentBit), std::move(contrary)});
  Add({std::move(contrary), true}, "not", *negated);
}

void SchemaReader::Here::ReadIf() {
  const Node* condition = schema.Find("if");
  const Node* then = schema.Find("then");
  const Node* otherwise = schema.Find("else");
  if (condition == nullptr || (then == nullptr && otherwise == nullptr)) return;
  const Asks asked = reader.Read(*condition, place, At("if"), false);
  if (!asked.exact) {
    Lost("if", *condition, 1449, {"if"});
    return;
  }
  if (then != nullptr) {
    Asks asks = reader.Read(*then, place, At("then"), false);
    Add({Any({Not(asked.condition), std::move(asks.condition)}), asks.exact}, "then", *then);
  }
  if (otherwise != nullptr) {
    Asks asks = reader.Read(*otherwise, place, At("else"), false);
    Add({Any({asked.condition, std::move(asks.condition)}), asks.exact}, "else", *otherwise);
  }
}

// What is about elements, or about members that no field names.
void SchemaReader::Here::ReadBeyond() {
  const auto idle = [](std::string_view keyword, const Node& value) {
    if (value.kind == Node::Kind::kBool) return value.truth == (keyword != "uniqueItems");
    if (value.IsNumber()) return keyword.starts_with("min") && value.number == 0;
    return std::ranges::all_of(value.items, IsTrueSchema) &&
           (keyword == "patternProperties"
                ? std::ranges::all_of(value.members,
                                      [](const auto& member) { return IsTrueSchema(member.value); })
                : value.members.empty());
  };
  constexpr std::array<std::string_view, 10> kOfElements = {
      "items",       "prefixItems", "additionalItems", "contains",    "minContains",
      "maxContains", "minItems",    "maxItems",        "uniqueItems", "unevaluatedItems"};
  constexpr std::array<std::string_view, 6> kOfMembers = {
      "patternProperties", "additionalProperties", "propertyNames",
      "minProperties",     "maxProperties",        "unevaluatedProperties"};
  for (const Node::Member& member : schema.members) {
    const bool elements = std::ranges::find(kOfElements, member.key) != kOfElements.end() &&
                          (types & rules::kArrayBit) != 0 && !place.root();
    const bool members = std::ranges::find(kOfMembers, member.key) != kOfMembers.end() &&
                         (types & rules::kObjectBit) != 0;
    // "contains" asks for one element, whatever it is.
    const bool nothing = idle(member.key, member.value) && member.key != "contains";
    if ((!elements && !members) || nothing) continue;
    Lost(member.key, member.value, elements ? 1440 : 1441, {member.key});
  }
  for (const char* keyword : {"$dynamicRef", "$recursiveRef"}) {
    const Node* reference = schema.Find(keyword);
    if (reference == nullptr) continue;
    Lost(keyword, *reference, 1442,
         {config::Say("elle dépend de qui l'appelle", "it depends on who refers to it")});
  }
}

void SchemaReader::Here::ReadRest() {
  constexpr std::array<std::string_view, 51> kRead = {"$schema",
                                                      "$id",
                                                      "id",
                                                      "$ref",
                                                      "$dynamicRef",
                                                      "$recursiveRef",
                                                      "$defs",
                                                      "definitions",
                                                      "type",
                                                      "const",
                                                      "enum",
                                                      "minLength",
                                                      "maxLength",
                                                      "pattern",
                                                      "minimum",
                                                      "maximum",
                                                      "exclusiveMinimum",
                                                      "exclusiveMaximum",
                                                      "multipleOf",
                                                      "properties",
                                                      "required",
                                                      "dependentRequired",
                                                      "dependentSchemas",
                                                      "dependencies",
                                                      "allOf",
                                                      "anyOf",
                                                      "oneOf",
                                                      "not",
                                                      "if",
                                                      "then",
                                                      "else",
                                                      "items",
                                                      "prefixItems",
                                                      "additionalItems",
                                                      "contains",
                                                      "minContains",
                                                      "maxContains",
                                                      "minItems",
                                                      "maxItems",
                                                      "uniqueItems",
                                                      "unevaluatedItems",
                                                      "patternProperties",
                                                      "additionalProperties",
                                                      "propertyNames",
                                                      "minProperties",
                                                      "maxProperties",
                                                      "unevaluatedProperties",
                                                      "format",
                                                      "$anchor",
                                                      "$dynamicAnchor",
                                                      "$recursiveAnchor"};
  constexpr std::array<std::string_view, 13> kSaid = {
      "title",    "description", "default",         "examples",         "deprecated",
      "readOnly", "writeOnly",   "contentEncoding", "contentMediaType", "contentSchema",
      "$comment", "$vocabulary", "example"};
  for (const Node::Member& member : schema.members) {
    if (std::ranges::find(kRead, member.key) != kRead.end()) continue;
    const bool said = std::ranges::find(kSaid, member.key) != kSaid.end();
    reader.Tell(At(member.key), member.value, said ? 1447 : 1448, {member.key});
  }
}

}  // namespace octroi::gateway::contract
