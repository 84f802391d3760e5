#include "gateway/config/rotation.h"

#include <algorithm>

#include "gateway/config/world.h"

namespace octroi::gateway::config {
namespace {

// Tokens of a key, or random ones.
bool GetsTokens(const World& world, const Document& destination, bool random) {
  return std::ranges::any_of(destination.root.List("receives"), [&](const Node& one) {
    return std::ranges::any_of(one.Map("fields"), [&](const Node::Member& field) {
      const Document* used = world.Find("Pseudonym", field.value.Text("pseudonym"));
      return used != nullptr && (used->root.Text("method") == "p4-random") == random;
    });
  });
}

}  // namespace

base::Millis RotateEvery(const World& world) {
  base::Millis shortest = 0;
  for (const Document* pseudonym : world.Of("Pseudonym")) {
    const Node* rotate = pseudonym->root.Find("rotate");
    const base::Millis every = rotate ? DurationOr(*rotate, "every", 0) : 0;
    if (every != 0 && (shortest == 0 || every < shortest)) shortest = every;
  }
  return shortest;
}

RotationDue RotationDue::Of(const std::vector<crypto::KeyVersion>& versions, base::Millis every,
                            base::Millis now) {
  RotationDue due;
  const auto active =
      std::ranges::find(versions, crypto::KeyState::kActive, &crypto::KeyVersion::state);
  if (active == versions.end()) return due;
  due.since = active->since;
  if (every == 0 || due.since == 0) return due;
  due.by = due.since + every;
  due.due = now >= due.by;
  return due;
}

RotationFacts RotationFacts::Of(const ConfigFolder& folder) {
  Findings ignored;
  const World world = World::Read(folder.files, ignored);
  RotationFacts facts;
  facts.every = RotateEvery(world);
  for (const Document* pseudonym : world.Of("Pseudonym")) {
    const Node* rotate = pseudonym->root.Find("rotate");
    if (rotate)
      facts.keep_old_for = std::max(facts.keep_old_for, DurationOr(*rotate, "keep_old_for", 0));
  }
  for (const Document* destination : world.Of("Destination")) {
    if (!GetsTokens(world, *destination, /*random=*/false)) continue;
    (destination->root.True("previous_tokens") ? facts.told : facts.untold)
        .push_back(destination->id);
  }
  return facts;
}

std::vector<std::string> RandomTokenDestinations(const ConfigFolder& folder) {
  Findings ignored;
  const World world = World::Read(folder.files, ignored);
  std::vector<std::string> ids;
  for (const Document* destination : world.Of("Destination")) {
    if (GetsTokens(world, *destination, /*random=*/true)) ids.push_back(destination->id);
  }
  return ids;
}

}  // namespace octroi::gateway::config
