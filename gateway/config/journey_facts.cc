#include "gateway/config/journey_facts.h"

#include "gateway/config/findings.h"
#include "gateway/config/world.h"

namespace octroi::gateway::config {

std::vector<JourneyFacts> JourneyFacts::Of(const ConfigFolder& config, Language language) {
  Findings ignored;
  const World world = World::Read(config.files, ignored);
  std::vector<JourneyFacts> all;
  for (const Document* document : world.Of("Dictionary")) {
    for (const Node& term : document->root.List("terms")) {
      const Node* counts = term.Find("counts_when");
      if (counts == nullptr || counts->List("journey").size() < 2) continue;
      JourneyFacts& one = all.emplace_back();
      one.term = term.Text("id");
      if (const Node* title = term.Find("title")) {
        one.title = title->Text(language == Language::kFrench ? "fr" : "en");
        if (one.title.empty()) one.title = title->Text("fr");
      }
      for (const Node& event : counts->List("journey")) one.events.push_back(event.text);
      one.within = DurationOr(*counts, "within", kJourneyWithin);
      one.purpose = counts->Text("purpose");
      one.file = document->file;
      one.line = counts->at.line;
    }
  }
  return all;
}

}  // namespace octroi::gateway::config
