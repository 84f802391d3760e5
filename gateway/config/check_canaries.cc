// Canaries: that they name what there is, are few enough, and quick enough.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "gateway/canary/bytes.h"
#include "gateway/canary/people.h"
#include "gateway/config/checks.h"
#include "gateway/config/compile.h"
#include "gateway/config/node_json.h"

namespace octroi::gateway::config {
namespace {

constexpr base::Millis kEveryMin = 1'000;

}  // namespace

void Checker::CanaryTopics(const Document& canary) const {
  for (const Node::Member& topic : canary.root.Map("topics")) {
    RefersAll(canary, topic.value.List("purposes"), "Purpose", 1205);
    const Node* told = topic.value.Find("told");
    if ((told != nullptr) == (topic.value.Find("purposes") != nullptr))
      Add(1390, canary, topic.key_at, {topic.key});
    if (told == nullptr || !Refers(canary, told->Find("source"), "Source", 1210)) continue;
    const Node* purposes =
        world_.Find("Source", told->Text("source"))->root.FindPath({"receive", "purposes"});
    if (purposes == nullptr)
      Add(1391, canary, told->Find("source")->at, {std::string(told->Text("source"))});
  }
}

void Checker::CanaryLine(const Document& canary, const Node& line) const {
  const Node* when = line.FindString("when");
  const Node* topics = canary.root.Find("topics");
  if (when != nullptr && (topics == nullptr || !topics->Find(when->text))) {
    std::vector<std::string> known;
    for (const Node::Member& topic : canary.root.Map("topics")) known.push_back(topic.key);
    Add(1392, canary, when->at, {when->text}, DidYouMean(when->text, known));
  }
  const Node* event = canary.root.Find("event");
  if (event == nullptr) return;
  const std::string text = JsonOf(*event).dump();
  for (const Node::Member& field : line.Map("fields")) {
    const Node* from = field.value.FindString("from");
    if (from != nullptr && CanaryValueAt(text, from->text).empty())
      Add(1393, canary, from->at, {from->text});
  }
}

void Checker::Canaries() const {
  for (const Document* canary : world_.Of("Canary")) {
    const std::size_t before = findings_.errors();
    const Node& root = canary->root;
    Refers(*canary, root.Find("source"), "Source", 1210);
    const base::Millis every = DurationOr(root, "every", kEveryMin);
    if (every < kEveryMin || every > kCanaryEveryMax) Add(1394, *canary, root.Find("every")->at);
    CanaryTopics(*canary);
    for (const Node::Member& destination : root.Map("gets")) {
      if (!world_.Find("Destination", destination.key))
        Add(1209, *canary, destination.key_at, {destination.key},
            DidYouMean(destination.key, world_.Ids("Destination")));
      for (const Node& line : destination.value.items) CanaryLine(*canary, line);
    }
    if (findings_.errors() != before || findings_.errors_in(canary->file) != 0) continue;
    NameTables names;
    if (PeopleAtMost(CanaryPlanOf(*canary, names)) > kCanaryPeopleMax)
      Limit(canary->file, root.KeyAt("topics"), kCanaryPeopleMax + 1, kCanaryPeopleMax,
            {"combinaisons", "combinations"});
  }
}

}  // namespace octroi::gateway::config
