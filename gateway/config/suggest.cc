#include <algorithm>
#include <array>

#include "gateway/config/findings.h"

namespace octroi::gateway::config {
namespace {

constexpr std::size_t kLongestName = 64;  // beyond it nobody mistypes: the answer is "far"

// Optimal string alignment: insert, delete, replace, swap neighbours; over bytes, which is enough
// for ids.
std::size_t Distance(std::string_view a, std::string_view b) {
  if (a.size() > kLongestName || b.size() > kLongestName) return kLongestName;
  std::array<std::array<std::size_t, kLongestName + 1>, kLongestName + 1> cost{};
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string Nearest(std::string_view wrong, std::span<const std::string> known) {
  // Two letters of a name of three are not a typing mistake.
  std::size_t best = wrong.size() <= 3 ? 2 : 3;
  std::string nearest;
  for (const std::string& name : known) {
    const std::size_t distance = Distance(wrong, name);
    if (distance > 0 && distance < best) {
      best = distance;
      nearest = name;
    }
  }
  return nearest;
}

Say DidYouMean(std::string_view wrong, std::span<const std::string> known) {
  const std::string nearest = Nearest(wrong, known);
  if (nearest.empty()) return {};
  return {"Vouliez-vous dire « " + nearest + " » ?", "Did you mean \"" + nearest + "\"?"};
}

}  // namespace octroi::gateway::config
