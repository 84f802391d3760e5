// `Test` files -> cases, each with the event as its source would send it.
#include "gateway/policy_cases.h"

#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "gateway/config/findings.h"
#include "gateway/config/node_json.h"
#include "gateway/config/world.h"

namespace octroi::gateway {
namespace {

using config::Document;
using config::JsonOf;
using config::Node;
using Json = nlohmann::ordered_json;

// "a.b.c" -> a member of a member; what stands in the way gives way.
void Put(Json& into, std::string_view path, Json value) {
  Json* at = &into;
  for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.')) {
    at = &(*at)[std::string(path.substr(0, dot))];
    if (!at->is_object()) *at = Json::object();
    path.remove_prefix(dot + 1);
  }
  (*at)[std::string(path)] = std::move(value);
}

// Where the source writes what the dictionary calls `field`.
std::string PathOf(const Document& source, const std::string& field) {
  for (const Node::Member& entry : source.root.Map("map")) {
    if (entry.value.text == field) return entry.key;
  }
  const Node* campaign = source.root.Find("campaign");
  if (campaign != nullptr && campaign->Text("dictionary") == field)
    return std::string(campaign->Text("field"));
  return field;
}

// As the source sends it: its own names and nesting.
std::string EventOf(const Document& source, const Node& given) {
  static const std::set<std::string_view> kSegmentTypes{"identify", "page", "screen", "group",
                                                        "alias"};
  const std::string name(given.Text("event"));
  Json event = Json::object();
  const Node* field = source.root.Find("event_name");
  const Node* receive = source.root.Find("receive");
  const bool segment = receive != nullptr && receive->Text("type") == "segment";
  if (segment) event["type"] = kSegmentTypes.contains(name) ? name : "track";
  Put(event, field != nullptr ? field->Text("field") : "event", name);
  for (const Node::Member& member : given.Map("data"))
    Put(event, PathOf(source, member.key), JsonOf(member.value));
  return event.dump();
}

// As the schema lets them be: names.
policies::SharedLimits LimitsOf(const Node& consent) {
  policies::GrantLimits limits;
  for (const auto& [key, list] : {std::pair("controllers", &limits.controllers),
                                  std::pair("data_categories", &limits.data_categories),
                                  std::pair("vendors", &limits.vendors)}) {
    for (const Node& name : consent.List(key)) list->push_back(name.text);
  }
  const auto limited = policies::Limited(std::move(limits));
  return limited ? *limited
                 : std::make_shared<const policies::GrantLimits>(policies::CoversNothing());
}

PolicyCase::Delivery DeliveryOf(const Node::Member& expected) {
  if (expected.value.IsString()) return {expected.key, expected.value.text, {}};
  const Node::Member& only = expected.value.members.front();
  return {expected.key, only.key, only.value.text};
}

}  // namespace

std::vector<PolicyCase> PolicyCases(const ConfigFolder& config) {
  config::Findings none;
  const auto world = config::World::Read(config.files, none);
  std::vector<PolicyCase> cases;
  for (const Document* test : world.Of("Test")) {
    const auto at = base::ParseRfc3339(test->root.Text("at"));
    for (const Node& node : test->root.List("cases")) {
      PolicyCase one;
      one.file = test->file;
      one.line = node.at.line;
      if (const Node* name = node.Find("name")) {
        one.name_fr = name->Text("fr");
        one.name_en = name->Text("en");
      }
      one.at = at.value_or(base::SystemClock().WallNow());
      const Node& given = *node.Find("given");
      one.source = given.Text("source");
      one.event = EventOf(*world.Find("Source", one.source), given);
      one.gpc = given.True("gpc");
      one.age = policies::AgeBandOf(given.Text("age_band")).value_or(policies::AgeBand::kUnknown);
      for (const Node::Member& consent : given.Map("consent")) {
        const auto since = base::ParseRfc3339(consent.value.Text("at"));
        one.consents.push_back({consent.key, std::string(consent.value.Text("state")),
                                since.value_or(one.at - 86'400'000),
                                consent.value.Text("by") == "parent",
                                consent.value.True("explicit"), LimitsOf(consent.value)});
      }
      for (const Node::Member& expected : node.Map("expect")) {
        if (expected.key == "outcome") {
          one.outcome = expected.value.text;
        } else if (expected.key == "failed_rules") {
          for (const Node& rule : expected.value.items) one.failed_rules.push_back(rule.text);
        } else if (expected.key == "score_at_least") {
          one.not_judged.push_back(expected.key);
        } else {
          one.deliveries.push_back(DeliveryOf(expected));
        }
      }
      cases.push_back(std::move(one));
    }
  }
  return cases;
}

}  // namespace octroi::gateway
