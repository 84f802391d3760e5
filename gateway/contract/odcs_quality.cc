// `quality` of ODCS: its library of five metrics, judged event by event where that can be done.
#include <algorithm>

#include "gateway/config/node_json.h"
#include "gateway/contract/ecma_pattern.h"
#include "gateway/contract/odcs_object.h"
#include "gateway/contract/odcs_words.h"
#include "rules/check_spec.h"

namespace octroi::gateway::contract {
namespace {

using config::Node;
using config::Say;
using Json = nlohmann::ordered_json;

constexpr std::string_view kOperators[] = {
    "mustBe",         "mustNotBe",           "mustBeGreaterThan", "mustBeGreaterOrEqualTo",
    "mustBeLessThan", "mustBeLessOrEqualTo", "mustBeBetween",     "mustNotBeBetween"};

const Node::Member* OperatorOf(const Node& item) {
  for (const Node::Member& member : item.members) {
    if (std::ranges::find(kOperators, member.key) != std::end(kOperators)) return &member;
  }
  return nullptr;
}

// None may be wrong: an event can be judged by that.
bool MustBeNone(const Node::Member& operation) {
  const double number = operation.value.number;
  if (!operation.value.IsNumber()) return false;
  return ((operation.key == "mustBe" || operation.key == "mustBeLessOrEqualTo") && number == 0) ||
         (operation.key == "mustBeLessThan" && number > 0 && number <= 1);
}

bool MustBeFew(const Node::Member& operation) {
  return operation.value.IsNumber() &&
         (operation.key == "mustBeLessOrEqualTo" || operation.key == "mustBeLessThan");
}

std::string DimensionOf(std::string_view theirs) {
  for (const char* same : {"completeness", "uniqueness", "consistency", "timeliness"}) {
    if (theirs == same) return same;
  }
  return theirs == "coverage" ? "completeness" : "validity";
}

}  // namespace

void OdcsObject::ReadQuality(const Node& owner, const std::string& pointer,
                             const std::string& field) {
  const auto& list = owner.List("quality");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string at = PointerTo(pointer, "quality") + "/" + std::to_string(i);
    if (!TakeOurs(list[i], at)) ReadItem(list[i], at, field);
  }
}

// A rule that we have exported, as long as nobody has changed what the standard says of it.
bool OdcsObject::TakeOurs(const Node& item, const std::string& pointer) {
  const Node* rule = OursOf(item, "rule");
  const Node* place = OursOf(item, "place");
  const bool custom = item.Text("engine") == "octroi" && item.Find("implementation") != nullptr;
  if (custom) {
    rule = item.Find("implementation")->Find("rule");
    place = item.Find("implementation")->Find("place");
  }
  if (rule == nullptr || !rule->IsMap()) return false;
  const Json ours = config::JsonOf(*rule);
  if (!custom) {
    std::string field;
    Json theirs = config::JsonOf(item);
    theirs.erase("customProperties");
    if (nlohmann::json(LibraryItemOf(ours, field)) != nlohmann::json(theirs)) {
      Tell(pointer, item, 1458,
           {Say("elle a changé depuis son export ; ce que dit la norme compte",
                "it has changed since its export; what the standard says counts")});
      return false;
    }
  }
  ours_.emplace_back(place != nullptr ? place->number : 1e9, ours);
  return true;
}

void OdcsObject::ReadItem(const Node& item, const std::string& pointer, const std::string& field) {
  NoteTheRest(item, pointer,
              {"type", "metric", "arguments", "description", "dimension", "severity",
               "customProperties", "query", "engine", "implementation", "mustBe", "mustNotBe",
               "mustBeGreaterThan", "mustBeGreaterOrEqualTo", "mustBeLessThan",
               "mustBeLessOrEqualTo", "mustBeBetween", "mustNotBeBetween"},
              out_.notes);
  NoteCustom(item, pointer, out_.notes);
  const std::string_view type = item.Text("type");
  if (!type.empty() && type != "library") {
    const bool sql = type == "sql";
    return Lose(pointer, item, 1456,
                {sql ? Say("une requête SQL ne se juge pas sur un événement",
                           "an SQL query cannot be judged on an event")
                     : Say("elle est écrite pour des gens ou pour un autre moteur",
                           "it is written for people or for another engine")});
  }
  const Node::Member* operation = OperatorOf(item);
  const bool none = operation != nullptr && MustBeNone(*operation);
  if (operation == nullptr || (!none && !MustBeFew(*operation))) {
    return Lose(pointer, item, 1456,
                {Say("elle compte des lignes, et un événement n'en est qu'une",
                     "it counts rows, and an event is but one")});
  }
  const auto check = CheckOfItem(item, pointer, field);
  if (!check) return;
  if (!none) {
    Lose(PointerTo(pointer, operation->key), operation->value, 1458,
         {Say("chaque défaut est compté ; la part admise se lit dans les scores, aucune ne refuse",
              "each fault is counted; the share allowed is read in the scores, none refuses")});
  }
  const std::string severity(item.Text("severity"));
  const bool refuses = none && (severity == "error" || severity == "critical" ||
                                severity == "high" || severity == "blocking");
  const std::string id = field.empty() ? "quality" : IdOf(field, '-') + "-quality";
  rules_.push_back({{id, field, std::string(item.Text("description")),
                     DimensionOf(item.Text("dimension")), refuses},
                    *check});
}

std::optional<Json> OdcsObject::CheckOfItem(const Node& item, const std::string& pointer,
                                            const std::string& field) {
  const std::string_view metric = item.Text("metric");
  static const Node kNone;
  const Node* given = item.Find("arguments");
  const Node& arguments = given != nullptr ? *given : kNone;
  const std::string at = PointerTo(pointer, "arguments");
  if (metric == "duplicateValues") {
    Json fields = Json::array();
    for (const Node& name : arguments.List("properties")) {
      const auto known = by_name_.find(name.text);
      if (known != by_name_.end()) fields.push_back(known->second);
    }
    const bool all = fields.size() == arguments.List("properties").size();
    if (!field.empty() && fields.empty()) fields.push_back(field);
    NoteTheRest(arguments, at, {"properties"}, out_.notes);
    if (all && !fields.empty()) return Json{{"unique_on", fields}, {"within", kRemembered}};
  }
  if (!field.empty() && metric == "nullValues") {
    NoteTheRest(arguments, at, {}, out_.notes);
    constexpr auto kThere = static_cast<std::uint8_t>(~(rules::kAbsentBit | rules::kNullBit));
    return CheckOf(Condition::Value(field, kThere));
  }
  if (!field.empty() && metric == "missingValues") {
    Json values = Json::array();
    bool null = arguments.List("missingValues").empty();
    for (const Node& value : arguments.List("missingValues")) {
      null = null || value.kind == Node::Kind::kNull;
      if (value.kind != Node::Kind::kNull && value.IsScalar()) values.push_back(value.text);
    }
    NoteTheRest(arguments, at, {"missingValues"}, out_.notes);
    constexpr auto kThere = static_cast<std::uint8_t>(~(rules::kAbsentBit | rules::kNullBit));
    Json check = CheckOf(Condition::Value(field, kThere));
    if (!null) check.erase("json_type");
    if (!values.empty()) check["not_in"] = std::move(values);
    return check;
  }
  if (!field.empty() && metric == "invalidValues") return CheckOfInvalid(arguments, at, field);
  Lose(pointer, item, 1456,
       {Say("elle compte des lignes, et un événement n'en est qu'une",
            "it counts rows, and an event is but one")});
  return std::nullopt;
}

std::optional<Json> OdcsObject::CheckOfInvalid(const Node& arguments, const std::string& pointer,
                                               const std::string& field) {
  Json check = {{"field", field}};
  Json values = Json::array();
  bool null = arguments.Find("validValues") == nullptr;
  for (const Node& value : arguments.List("validValues")) {
    null = null || value.kind == Node::Kind::kNull;
    if (value.kind != Node::Kind::kNull && value.IsScalar()) values.push_back(value.text);
  }
  if (!null) check = CheckOf(Condition::Value(field, static_cast<std::uint8_t>(~rules::kNullBit)));
  if (!values.empty()) check["in"] = std::move(values);
  if (const Node* pattern = arguments.Find("pattern")) {
    Pattern made = WholeTextPattern(pattern->text);
    if (made.why.empty()) check["matches"] = made.re2;
    if (!made.why.empty()) Lose(PointerTo(pointer, "pattern"), *pattern, 1443, {made.why});
  }
  NoteTheRest(arguments, pointer, {"validValues", "pattern"}, out_.notes);
  if (check.size() < 2) {
    Lose(pointer, arguments, 1457, {"arguments"});
    return std::nullopt;
  }
  return check;
}

}  // namespace octroi::gateway::contract
