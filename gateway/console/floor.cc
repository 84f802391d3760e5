#include "gateway/console/floor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace octroi::gateway::console {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kFewForTenths = 1'000;

// Of the configuration, not of records.
constexpr auto kExact =
    std::to_array<std::string_view>({"line", "dimensions", "critical_fields", "critical_covered",
                                     "best", "rules_too_few", "window_days", "target"});

constexpr auto kCounts = std::to_array<std::string_view>(
    {"received", "usable", "failed", "gain", "applicable", "people", "rejected", "quarantined",
     "merged", "repaired", "not_scored", "repeats", "not_measured", "folded"});

bool Among(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

double Number(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

// A share of few records would say exactly how many they are.
double Rounded(double points, double records) {
  const double steps = records < kFewForTenths ? 1 : 10;
  return std::round(points * steps) / steps;
}

// "1", "2.5"
std::string Tenths(double tenths) {
  const auto n = static_cast<std::int64_t>(tenths);
  const std::string whole = std::to_string(n / 10);
  return n % 10 == 0 ? whole : whole + "." + std::to_string(n % 10);
}

// Of `records`, of which the reader knows the tens.
Json ShareOf(double points, double records) {
  if (points == 0 || points == 100) return points;
  const double ten = std::floor(records / kFewestShown) * kFewestShown;
  if (ten == 0) return nullptr;
  const double part = std::round(points * records / 100), rest = std::round(records) - part;
  const double bound = std::min(1'000.0, std::ceil(kFewestShown * 1'000.0 / ten));  // tenths
  if (part < kFewestShown) return "<" + Tenths(bound);
  if (rest < kFewestShown) return ">" + Tenths(1'000 - bound);
  return Rounded(points, records);
}

Json CountOf(const Json& value) {
  if (!value.is_number_unsigned()) return nullptr;
  const auto n = value.get<std::uint64_t>();
  if (n == 0) return 0U;
  if (n < kFewestShown) return "<" + std::to_string(kFewestShown);
  return n / kFewestShown * kFewestShown;
}

// By how many points a share moved; null where the share before or after is of a few.
Json Moved(const Json& delta, double records, bool few) {
  if (few || !delta.is_object() || !delta.contains("parts")) return nullptr;
  const double before = Number(delta, "received");
  if (!ShareOf(Number(delta, "usable_share"), before).is_number()) return nullptr;
  const auto part = [&](const Json& of, const char* key) {
    return Rounded(Number(of, key), std::min(records, before));
  };
  const double points = part(delta, "points"), rules = part(delta["parts"], "rules"),
               mix = part(delta["parts"], "mix");
  return {{"points", points},
          {"parts", {{"data", points - rules - mix}, {"rules", rules}, {"mix", mix}}},
          {"significant", delta.value("significant", false)}};
}

void Floor(Json& json, double received);

// Shares are of counts that stand beside them, or of all that was received (`received`).
void FloorObject(Json& object, double received) {
  const double own = object.contains("received") ? Number(object, "received") : received;
  const double applicable = Number(object, "applicable");
  const Json usable = ShareOf(Number(object, "usable_share"), own);
  const bool few = !usable.is_number();
  for (auto& [key, value] : object.items()) {
    if (value.is_boolean() || value.is_string() || value.is_null() || Among(kExact, key)) continue;
    if (key == "delta") {
      value = Moved(value, own, few);
    } else if (key == "ci95") {
      value = few ? Json()
                  : Json{std::floor(value[0].get<double>()), std::ceil(value[1].get<double>())};
    } else if (value.is_structured()) {
      Floor(value, own);
    } else if (Among(kCounts, key)) {
      value = CountOf(value);
    } else if (key == "usable_share") {
      value = usable;
    } else if (key == "score") {
      value = ShareOf(value, own - Number(object, "not_scored"));
    } else if (key == "failed_share") {
      value = ShareOf(value, applicable);
    } else if (key == "gain_points" || key == "score_gain_points") {
      value = ShareOf(value, own);
    } else if (key == "budget_used" && !few) {
      value = Rounded(value, own);
    } else {
      value = nullptr;
    }
  }
  if (const auto end = object.find("runs_out"); end != object.end() && end->is_string()) {
    const std::string day = end->get<std::string>().substr(0, 10);  // to the second it is a pace
    *end = few ? Json() : Json(day + "T00:00:00.000Z");
  }
}

void Floor(Json& json, double received) {
  if (json.is_object()) return FloorObject(json, received);
  if (!json.is_array()) return;
  for (Json& one : json) {
    if (one.is_number()) one = nullptr;
    Floor(one, received);
  }
}

}  // namespace

void FloorCounts(Json& json) { Floor(json, 0); }

}  // namespace octroi::gateway::console
