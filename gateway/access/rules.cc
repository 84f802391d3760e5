#include "gateway/access/rules.h"

#include <algorithm>

#include "gateway/change/difference.h"
#include "gateway/config/compile.h"
#include "gateway/config/world.h"

namespace octroi::gateway::access {
namespace {

bool Lists(const config::Node* roles, std::string_view key, std::string_view role) {
  if (roles == nullptr) return false;
  const auto& list = roles->List(key);
  return std::ranges::any_of(list, [&](const config::Node& one) { return one.text == role; });
}

}  // namespace

Rules Rules::Of(const ConfigFolder& folder, std::uint32_t plan) {
  Rules rules;
  rules.plan = plan;
  rules.tenant = folder.settings.tenant;
  config::Findings ignored;
  const config::World world = config::World::Read(folder.files, ignored);
  const config::Node* roles =
      world.gateway() ? world.gateway()->root.FindPath({"access", "reidentify"}) : nullptr;
  for (change::Approver& one : change::ApproversOf(folder)) {
    auto key = crypto::NoteVerifier::Parse(one.key);
    if (!key) continue;  // of a config that is ok() there is none
    const bool asks = Lists(roles, "ask", one.role), approves = Lists(roles, "approve", one.role);
    rules.people.push_back(
        {std::move(one.role), std::move(one.name), std::move(*key), asks, approves});
  }
  rules.spaces.reserve(world.fields().size());
  for (const config::DictionaryField& field : world.fields())
    rules.spaces.push_back({field.id, config::IdentifierOf(field.format)});
  return rules;
}

const Person* Rules::Find(std::string_view role) const {
  const auto found = std::ranges::find(people, role, &Person::role);
  return found == people.end() ? nullptr : &*found;
}

bool Rules::configured() const { return std::ranges::any_of(people, &Person::may_ask); }

}  // namespace octroi::gateway::access
