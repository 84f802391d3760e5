#include "gateway/console/roles.h"

#include <array>

namespace octroi::gateway::console {
namespace {

constexpr std::array<std::string_view, 6> kRoles{"", "marketing", "it", "dpo", "auditor", "admin"};
constexpr std::array<std::string_view, 5> kSights{"", "scorecard", "flow", "decision", "person"};

}  // namespace

bool May(Role role, Sight sight) {
  const bool somebody = role != Role::kNobody;
  switch (sight) {
    case Sight::kScorecard:
      return somebody;
    case Sight::kFlow:
    case Sight::kDecision:
      return somebody && role != Role::kMarketing;  // no single event for who may see sums only
    case Sight::kPerson:
      return role == Role::kDpo;
    case Sight::kUndecided:
      return false;
  }
  return false;
}

std::string_view Name(Role role) { return kRoles[static_cast<std::size_t>(role)]; }
std::string_view Name(Sight sight) { return kSights[static_cast<std::size_t>(sight)]; }

std::optional<Role> RoleNamed(std::string_view name) {
  for (std::size_t i = 1; i < kRoles.size(); ++i) {
    if (kRoles[i] == name) return static_cast<Role>(i);
  }
  return std::nullopt;
}

std::vector<std::string_view> SightsOf(Role role) {
  std::vector<std::string_view> sights;
  sights.reserve(kSights.size());
  for (std::size_t i = 1; i < kSights.size(); ++i) {
    if (May(role, static_cast<Sight>(i))) sights.push_back(kSights[i]);
  }
  return sights;
}

}  // namespace octroi::gateway::console
