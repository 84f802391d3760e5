#include "gateway/contract/odcs_object.h"

#include <algorithm>

#include "base/limits.h"
#include "gateway/config/node_json.h"
#include "gateway/config/scalar.h"
#include "gateway/contract/odcs_words.h"
#include "rules/check_spec.h"

namespace octroi::gateway::contract {
namespace {

using config::Say;
using Json = nlohmann::ordered_json;

constexpr std::uint8_t kNumber = rules::kIntegerBit | rules::kFractionBit;
constexpr std::uint8_t kNothing = rules::kAbsentBit | rules::kNullBit;
constexpr std::size_t kStepsMax = 8;  // base/path_map.h

struct Logical {
  std::string_view word;
  std::uint8_t types;
  const char* format;  // of the dictionary
};
constexpr Logical kLogical[] = {{"string", rules::kStringBit, "text"},
                                {"date", rules::kStringBit, "date"},
                                {"timestamp", rules::kStringBit, "datetime"},
                                {"time", rules::kStringBit, "text"},
                                {"number", kNumber, "decimal"},
                                {"integer", rules::kIntegerBit, "integer"},
                                {"boolean", rules::kBooleanBit, "text"},
                                {"object", rules::kObjectBit, "text"},
                                {"array", rules::kArrayBit, "text"}};

}  // namespace

void OdcsObject::Lose(const std::string& pointer, const Node& at, int code,
                      std::vector<Say> pieces) {
  out_.notes.push_back({pointer, at.at, code, std::move(pieces), true});
}
void OdcsObject::Tell(const std::string& pointer, const Node& at, int code,
                      std::vector<Say> pieces) {
  out_.notes.push_back({pointer, at.at, code, std::move(pieces), false});
}

void OdcsObject::Read(Json head) {
  ReadProperties(object_, pointer_, "", 0);
  ReadQuality(object_, pointer_, "");
  NoteTheRest(object_, pointer_,
              {"name", "logicalType", "properties", "quality", "customProperties"}, out_.notes);
  NoteCustom(object_, pointer_, out_.notes);
  if (out_.fields.empty() || out_.fields.size() > base::kFieldsMax) {
    Lose(pointer_, object_, out_.fields.empty() ? 1454 : 1453, {"properties"});
    return;
  }
  ReadKeys();
  std::ranges::stable_sort(ours_, {}, &std::pair<double, Json>::first);
  for (auto& [place, rule] : ours_) maker_.Take(std::move(rule));
  maker_.Make(All(std::move(conditions_)), formats_);
  for (const auto& [rule, check] : rules_) maker_.Add(rule, check);
  out_.contract = std::move(head);
  maker_.Finish(out_.contract);
}

std::string OdcsObject::NewField(const std::string& path) {
  std::string id = IdOf(path, '_');
  const std::string plain = id;
  const auto taken = [&](const ImportedField& field) { return field.id == id; };
  for (int next = 2; std::ranges::any_of(out_.fields, taken); ++next)
    id = plain + "_" + std::to_string(next);
  out_.fields.push_back({id, path});
  return id;
}

void OdcsObject::ReadProperties(const Node& owner, const std::string& pointer,
                                const std::string& path, std::size_t steps) {
  const auto& list = owner.List("properties");
  for (std::size_t i = 0; i < list.size(); ++i)
    ReadProperty(list[i], PointerTo(pointer, "properties") + "/" + std::to_string(i), path, steps);
}

void OdcsObject::ReadProperty(const Node& property, const std::string& pointer,
                              const std::string& path, std::size_t steps) {
  const std::string name(property.Text("name"));
  if (name.empty() || name.find('.') != std::string::npos || steps >= kStepsMax ||
      config::HasControlCharacter(name)) {
    return Lose(pointer, property, 1452, {name});
  }
  const std::string below = path.empty() ? name : path + "." + name;
  const Property here{property, pointer, NewField(below), below};
  by_name_.emplace(name, here.field);
  ReadFlags(here);
  ReadType(here);
  ReadProperties(property, pointer, below, steps + 1);
  ReadQuality(property, pointer, here.field);
  NoteTheRest(property, pointer,
              {"name", "properties", "items", "quality", "customProperties", "required", "unique",
               "primaryKey", "primaryKeyPosition", "criticalDataElement", "logicalType",
               "logicalTypeOptions"},
              out_.notes);
  NoteCustom(property, pointer, out_.notes);
  if (const Node* items = property.Find("items"))
    Lose(PointerTo(pointer, "items"), *items, 1440, {"items"});
}

void OdcsObject::ReadFlags(const Property& property) {
  const Node& node = property.node;
  Json& more = out_.fields.back().more;
  if (const Node* ours = OursOf(node, "default")) more["default"] = config::JsonOf(*ours);
  if (OursOf(node, "required") != nullptr) more["required"] = false;
  if (node.True("required")) maker_.Require(property.field);
  if (const Node* critical = node.Find("criticalDataElement")) {
    // A contract says of a critical field only that a rule covers it.
    const bool covered = node.Find("logicalType") != nullptr || node.Find("quality") != nullptr;
    const std::string at = PointerTo(property.pointer, "criticalDataElement");
    const bool ours = node.Find("physicalType") == nullptr && node.Find("logicalType") == nullptr;
    if (critical->truth && (covered || ours)) more["critical"] = true;
    if (!critical->truth && ours) more["critical"] = false;
    if (critical->truth && !covered && !ours)
      Tell(at, *critical, 1459,
           {"critical", Say("aucune règle ne porte sur ce champ", "no rule is about this field")});
  }
  if (node.True("primaryKey")) {
    const Node* position = node.Find("primaryKeyPosition");
    primary_.emplace_back(position != nullptr ? position->number : 0, property.field);
  } else if (const Node* position = node.Find("primaryKeyPosition");
             position != nullptr && position->number != -1) {
    Tell(PointerTo(property.pointer, "primaryKeyPosition"), *position, 1447,
         {"primaryKeyPosition"});
  }
  if (!node.True("unique")) return;
  const Node& unique = *node.Find("unique");
  Lose(PointerTo(property.pointer, "unique"), unique, 1458,
       {Say("« unique » porte sur sept jours, à changer par « within »",
            "\"unique\" is about seven days, changed by \"within\"")});
  rules_.push_back(
      {{IdOf(property.field, '-') + "-unique", property.field, "", "uniqueness", false},
       {{"unique_on", Json::array({property.field})}, {"within", kRemembered}}});
}

void OdcsObject::ReadKeys() {
  if (primary_.empty()) return;
  std::ranges::stable_sort(primary_, {}, &std::pair<double, std::string>::first);
  Json fields = Json::array();
  for (const auto& [position, field] : primary_) fields.push_back(field);
  Lose(PointerTo(pointer_, "properties"), object_, 1458,
       {Say("la clé primaire est unique sur sept jours, à changer par « within »",
            "the primary key is unique within seven days, changed by \"within\"")});
  rules_.push_back({{"primary-key", "", "", "uniqueness", false},
                    {{"unique_on", std::move(fields)}, {"within", kRemembered}}});
}

void OdcsObject::ReadType(const Property& property) {
  const Node* type = property.node.Find("logicalType");
  const Node* options = property.node.Find("logicalTypeOptions");
  const std::string at = PointerTo(property.pointer, "logicalTypeOptions");
  if (type == nullptr) {
    if (options != nullptr) NoteTheRest(*options, at, {}, out_.notes);
    return;
  }
  const auto* known = std::ranges::find(kLogical, std::string_view(type->text), &Logical::word);
  if (known == std::end(kLogical))
    return Lose(PointerTo(property.pointer, "logicalType"), *type, 1457, {type->text});
  out_.fields.back().format = known->format;
  const auto types = static_cast<std::uint8_t>(known->types | kNothing);
  conditions_.push_back(Condition::Value(property.field, types));
  const bool timed = known->word == "date" || known->word == "timestamp" || known->word == "time";
  const Node* written = options == nullptr ? nullptr : options->Find("format");
  const bool iso = written == nullptr || (known->word == "date" && written->text == "yyyy-MM-dd");
  if (known->word == "time" || (timed && !iso)) {
    Lose(written != nullptr ? PointerTo(at, "format") : PointerTo(property.pointer, "logicalType"),
         written != nullptr ? *written : *type, 1455,
         {written != nullptr ? written->text : type->text,
          Say("les dates et heures se lisent selon RFC 3339",
              "dates and times are read by RFC 3339")});
    if (known->word != "time") out_.fields.back().format = "text";
  } else if (timed) {
    conditions_.push_back(Condition::Value(property.field, types, {{"format", known->format}}));
  }
  if (options == nullptr) return;
  if (timed) {
    ReadTimes(property, *options);
  } else {
    ReadOptions(property, *options, types);
  }
}

}  // namespace octroi::gateway::contract
