#include "gateway/config/places.h"

#include <nlohmann/json.hpp>
#include <set>

namespace octroi::gateway::config {
namespace {

using Json = nlohmann::json;

bool Read(const Json& object, const char* key, Places& places) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return false;
  for (const Json& name : *found) {
    if (!name.is_string()) return false;
    places.Of(name.get<std::string>());
  }
  return places.size() == found->size();  // no name twice
}

const std::map<std::string, base::Reason, std::less<>>& BuiltInReasons() {
  static const auto kReasons = [] {
    std::map<std::string, base::Reason, std::less<>> reasons;
    for (int i = 0; i < static_cast<int>(base::Reason::kFirstConfigured); ++i) {
      const auto reason = static_cast<base::Reason>(i);
      if (!base::Name(reason).empty()) reasons.emplace(base::Name(reason), reason);
    }
    return reasons;
  }();
  return kReasons;
}

}  // namespace

bool IsBuiltInReason(std::string_view name) { return BuiltInReasons().contains(name); }

std::uint16_t Places::Of(std::string_view name) {
  const auto found = places_.find(name);
  if (found != places_.end()) return found->second;
  const auto place = static_cast<std::uint16_t>(names_.size());
  names_.emplace_back(name);
  places_.emplace(name, place);
  return place;
}

base::Result<NameTables> NameTables::Parse(std::string_view json) {
  NameTables tables;
  if (json.empty()) return tables;
  const base::Error wrong{base::ErrorCode::kInvalid, "config.names",
                          "the names of the previous plan are damaged"};
  const Json root = Json::parse(json, nullptr, false);
  if (!root.is_object()) return wrong;
  const bool read =
      Read(root, "sources", tables.sources) && Read(root, "contracts", tables.contracts) &&
      Read(root, "destinations", tables.destinations) && Read(root, "purposes", tables.purposes) &&
      Read(root, "fields", tables.fields) && Read(root, "reasons", tables.reasons);
  const auto events = root.find("events");
  if (!read || events == root.end() || !events->is_object()) return wrong;
  for (const auto& [source, unused] : events->items()) {
    if (!Read(*events, source.c_str(), tables.events[source])) return wrong;
  }
  return tables;
}

std::string NameTables::ToJson() const {
  Json root;
  root["sources"] = sources.names();
  root["contracts"] = contracts.names();
  root["destinations"] = destinations.names();
  root["purposes"] = purposes.names();
  root["fields"] = fields.names();
  root["reasons"] = reasons.names();
  root["rules"] = Json::object();
  root["events"] = Json::object();
  for (const auto& [contract, ids] : rules) root["rules"][contract] = ids;
  for (const auto& [source, places] : events) root["events"][source] = places.names();
  return root.dump(-1, ' ', false, Json::error_handler_t::replace);
}

base::Reason NameTables::ReasonNamed(std::string_view name) {
  const auto& built_in = BuiltInReasons();
  if (const auto found = built_in.find(name); found != built_in.end()) return found->second;
  return static_cast<base::Reason>(static_cast<std::uint16_t>(base::Reason::kFirstConfigured) +
                                   reasons.Of(name));
}

}  // namespace octroi::gateway::config
