// Reach: to which purposes at which destinations a change can matter at all. Internal to change.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "gateway/change/difference.h"
#include "gateway/plan.h"

namespace octroi::gateway::change {

// When in doubt, it can.
class Reach {
 public:
  // Both plans mean the same by a place.
  Reach(const Difference& difference, const Plan& before, const Plan& after);
  bool Concerns(std::uint16_t purpose, std::uint16_t destination) const;

 private:
  void AddPolicies(const Plan& plan, const std::set<std::string>& ids);

  bool everything_ = false;
  std::set<std::uint16_t> purposes_, destinations_;
  struct Target {
    std::vector<std::uint16_t> purposes, destinations;  // empty: all
  };
  std::vector<Target> policies_;
};

}  // namespace octroi::gateway::change
