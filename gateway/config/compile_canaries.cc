// `Canary` files: people who do not exist.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "gateway/config/compile.h"
#include "gateway/config/node_json.h"

namespace octroi::gateway::config {
namespace {

constexpr base::Millis kEvery = 10'000;

std::string TextOf(const Node& map, std::string_view key) {
  const Node* value = map.Find(key);
  return value == nullptr ? std::string() : JsonOf(*value).dump();
}

CanaryPlan::Topic TopicOf(const Node::Member& member, NameTables& names) {
  CanaryPlan::Topic topic;
  topic.id = member.key;
  for (const Node& purpose : member.value.List("purposes"))
    topic.purposes.push_back(names.purposes.Of(purpose.text));
  if (const Node* told = member.value.Find("told")) {
    topic.told = names.sources.Of(told->Text("source"));
    topic.told_yes = TextOf(*told, "yes");
    topic.told_no = TextOf(*told, "no");
  }
  if (const Node* says = member.value.Find("accompanied_by")) {
    topic.accompanied = true;
    topic.says_yes = TextOf(*says, "yes");
    topic.says_no = TextOf(*says, "no");
  }
  return topic;
}

CanaryForm FormOf(std::string_view name) {
  for (const CanaryForm form : {CanaryForm::kToken, CanaryForm::kHash, CanaryForm::kLessPrecise}) {
    if (Name(form) == name) return form;
  }
  return CanaryForm::kClear;
}

}  // namespace

CanaryPlan CanaryPlanOf(const Document& canary, NameTables& names) {
  CanaryPlan plan;
  const Node& root = canary.root;
  plan.id = canary.id;
  plan.source = names.sources.Of(root.Text("source"));
  plan.every = DurationOr(root, "every", kEvery);
  plan.event = TextOf(root, "event");
  for (const Node::Member& topic : root.Map("topics")) plan.topics.push_back(TopicOf(topic, names));
  for (const Node::Member& destination : root.Map("gets")) {
    for (const Node& line : destination.value.items) {
      CanaryPlan::Gets& gets = plan.gets.emplace_back();
      gets.destination = names.destinations.Of(destination.key);
      if (const Node* when = line.Find("when")) {
        const auto topic = std::ranges::find(plan.topics, when->text, &CanaryPlan::Topic::id);
        gets.when = static_cast<std::size_t>(topic - plan.topics.begin());
      }
      for (const Node::Member& field : line.Map("fields")) {
        gets.fields.push_back(
            {field.key, std::string(field.value.Text("from")), FormOf(field.value.Text("as"))});
      }
    }
  }
  return plan;
}

}  // namespace octroi::gateway::config
