#include "gateway/names.h"

#include <nlohmann/json.hpp>

namespace octroi::gateway {
namespace {

using Json = nlohmann::json;

std::vector<std::string> Strings(const Json& list) {
  std::vector<std::string> strings;
  for (const Json& item : list) strings.push_back(item.is_string() ? item.get<std::string>() : "");
  return strings;
}

std::map<std::string, std::vector<std::string>> Table(const Json& object) {
  std::map<std::string, std::vector<std::string>> table;
  for (const auto& [name, list] : object.items()) table[name] = Strings(list);
  return table;
}

}  // namespace

Names Names::Read(std::string_view json) {
  Names names;
  const Json tables = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!tables.is_object()) return names;
  const auto list = [&](const char* key) { return Strings(tables.value(key, Json::array())); };
  names.sources = list("sources");
  names.contracts = list("contracts");
  names.destinations = list("destinations");
  names.purposes = list("purposes");
  names.reasons = list("reasons");
  names.rules = Table(tables.value("rules", Json::object()));
  names.events = Table(tables.value("events", Json::object()));
  return names;
}

std::string_view Names::ReasonName(base::Reason reason) const {
  const auto number = static_cast<std::size_t>(reason);
  constexpr auto kFirst = static_cast<std::size_t>(base::Reason::kFirstConfigured);
  if (number < kFirst) return base::Name(reason);
  return number - kFirst < reasons.size() ? std::string_view(reasons[number - kFirst])
                                          : std::string_view{};
}

std::string NameAt(const std::vector<std::string>& names, std::size_t place) {
  return place < names.size() ? names[place] : std::string{};
}

std::string EventId(const std::string& origin, std::uint64_t sequence) {
  return origin + "." + std::to_string(sequence);
}

}  // namespace octroi::gateway
