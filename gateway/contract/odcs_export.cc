#include <map>

#include "gateway/contract/odcs.h"

namespace octroi::gateway::contract {
namespace {

using Json = nlohmann::ordered_json;

Json Custom(const std::string& key, Json value) {
  return {{"property", "octroi." + key}, {"value", std::move(value)}};
}

std::string DimensionOf(const Json& rule) {
  const std::string ours = rule.value("dimension", "validity");
  if (ours == "validity") return "conformity";
  return ours == "identity" ? "accuracy" : ours;
}

// Said of every item.
void Describe(const Json& rule, Json& item) {
  if (rule.contains("say") && rule["say"].contains("en")) {
    item["description"] = rule["say"]["en"];
  } else if (rule.contains("say")) {
    item["description"] = rule["say"]["fr"];
  }
  item["dimension"] = DimensionOf(rule);
  item["severity"] = rule.value("severity", "major");
}

// `place` keeps the order of rules: the first that fails gives the reason.
Json ItemOf(const Json& rule, std::size_t place, std::string& field) {
  Json item = LibraryItemOf(rule, field);
  if (!item.is_null()) {
    item["customProperties"] = Json::array({Custom("rule", rule), Custom("place", place)});
    return item;
  }
  if (rule.contains("check")) field = rule["check"].value("field", "");
  item = {{"type", "custom"}, {"engine", "octroi"}};
  Describe(rule, item);
  item["implementation"] = {{"rule", rule}, {"place", place}};
  return item;
}

Json PropertyOf(const std::string& id, const Json& field) {
  Json property = {{"name", id}, {"required", field.value("required", false)}};
  if (field.contains("critical")) property["criticalDataElement"] = field["critical"];
  // What the standard takes for granted is said where ours says it, so that it comes back.
  Json custom = Json::array();
  if (field.contains("default")) custom.push_back(Custom("default", field["default"]));
  if (field.contains("required") && !field["required"].get<bool>())
    custom.push_back(Custom("required", false));
  if (!custom.empty()) property["customProperties"] = std::move(custom);
  return property;
}

}  // namespace

Json LibraryItemOf(const Json& rule, std::string& field) {
  if (!rule.contains("check") || rule.contains("when") || rule.contains("repair")) return nullptr;
  const Json& check = rule["check"];
  Json item = {{"type", "library"}};
  if (check.size() == 2 && check.contains("field") && check.contains("in")) {
    field = check["field"];
    Json values = check["in"];
    values.push_back(nullptr);  // of a value that is there only
    item["metric"] = "invalidValues";
    item["arguments"] = {{"validValues", std::move(values)}};
  } else if (check.size() == 2 && check.contains("field") && check.contains("matches")) {
    field = check["field"];
    item["metric"] = "invalidValues";
    item["arguments"] = {{"pattern", "^(?:" + check["matches"].get<std::string>() + ")$"}};
  } else if (check.size() == 2 && check.contains("unique_on") && check["unique_on"].size() == 1 &&
             check["unique_on"][0] != "subject") {
    field = check["unique_on"][0];
    item["metric"] = "duplicateValues";
  } else {
    return nullptr;
  }
  item["mustBe"] = 0;
  item["unit"] = "rows";
  Describe(rule, item);
  return item;
}

Json ExportOdcs(const Json& contract) {
  Json properties = Json::array();
  std::map<std::string, std::size_t> places;
  for (const auto& [id, field] : contract["fields"].items()) {
    places[id] = properties.size();
    properties.push_back(PropertyOf(id, field));
  }
  Json quality = Json::array();
  std::size_t place = 0;
  for (const Json& rule : contract["rules"]) {
    std::string field;
    Json item = ItemOf(rule, place++, field);
    const auto known = places.find(field);
    (known == places.end() ? quality : properties[known->second]["quality"])
        .push_back(std::move(item));
  }
  const std::string id = contract["id"];
  Json object = {{"name", id}, {"logicalType", "object"}, {"properties", std::move(properties)}};
  if (!quality.empty()) object["quality"] = std::move(quality);
  Json custom = Json::array();
  for (const auto& [key, value] : contract.items()) {
    const bool said = key == "apiVersion" || key == "kind" || key == "id" || key == "version" ||
                      key == "status" || key == "fields" || key == "rules";
    if (!said) custom.push_back(Custom(key, value));
  }
  const Json& title = contract["title"];
  return {{"version", contract["version"].dump() + ".0.0"},
          {"kind", "DataContract"},
          {"apiVersion", "v3.1.0"},
          {"id", id},
          {"name", title.contains("en") ? title["en"] : title["fr"]},
          {"status", contract["status"]},
          {"schema", Json::array({std::move(object)})},
          {"customProperties", std::move(custom)}};
}

}  // namespace octroi::gateway::contract
