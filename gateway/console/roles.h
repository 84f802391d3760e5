// Who may see what on the console. The server enforces it; the screens only follow.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace octroi::gateway::console {

enum class Role : std::uint8_t { kNobody = 0, kMarketing, kIt, kDpo, kAuditor, kAdmin };

enum class Sight : std::uint8_t {
  kUndecided = 0,  // nobody may
  kScorecard,      // sums of records, by source and campaign
  kFlow,           // what comes, leaves and waits; single decisions, masked
  kDecision,       // one event: what was decided, by which line, which fields left in which form
  kPerson          // what the register says of one person; each reading is on the journal
};

bool May(Role role, Sight sight);
std::string_view Name(Role role);    // "marketing"; "": kNobody
std::string_view Name(Sight sight);  // "scorecard"; "": kUndecided
std::optional<Role> RoleNamed(std::string_view name);
std::vector<std::string_view> SightsOf(Role role);

}  // namespace octroi::gateway::console
