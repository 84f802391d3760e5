#include "gateway/config/rotation.h"

#include <algorithm>

#include "gateway/config/world.h"

namespace octroi::gateway::config {

RotationFacts RotationFacts::Of(const ConfigFolder& folder) {
  Findings ignored;
  const World world = World::Read(folder.files, ignored);
  RotationFacts facts;
  for (const Document* pseudonym : world.Of("Pseudonym")) {
    const Node* rotate = pseudonym->root.Find("rotate");
    if (rotate)
      facts.keep_old_for = std::max(facts.keep_old_for, DurationOr(*rotate, "keep_old_for", 0));
  }
  for (const Document* destination : world.Of("Destination")) {
    const auto& receives = destination->root.List("receives");
    const bool tokens = std::ranges::any_of(receives, [](const Node& one) {
      return std::ranges::any_of(one.Map("fields"), [](const Node::Member& field) {
        return field.value.Find("pseudonym") != nullptr;
      });
    });
    if (!tokens) continue;
    (destination->root.True("previous_tokens") ? facts.told : facts.untold)
        .push_back(destination->id);
  }
  return facts;
}

}  // namespace octroi::gateway::config
