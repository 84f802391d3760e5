#include "gateway/change/reach.h"

#include <algorithm>
#include <string_view>

namespace octroi::gateway::change {
namespace {

// Parts of gateway.yaml that no decision reads.
constexpr std::string_view kApart[] = {"listen",    "storage",         "keys",       "invariants",
                                       "approvers", "title",           "controller", "owner",
                                       "time_zone", "default_language"};

bool Apart(const Item& item) {
  const std::string part = item.path.substr(0, item.path.find_first_of(".["));
  return std::ranges::find(kApart, part) != std::end(kApart);
}

bool Names(const std::vector<std::uint16_t>& places, std::uint16_t place) {
  return places.empty() || std::ranges::find(places, place) != places.end();
}

}  // namespace

Reach::Reach(const Difference& difference, const Plan& before, const Plan& after) {
  std::set<std::string> policies;
  for (const FileChange& file : difference.files) {
    if (file.kind == "Test" || file.kind == "Canary") continue;
    if (file.kind == "Gateway" && std::ranges::all_of(file.items, Apart)) continue;
    if (file.kind == "Policy") {
      policies.insert(file.id);
      continue;
    }
    if (file.kind != "Purpose" && file.kind != "Destination") {
      everything_ = true;
      continue;
    }
    for (const Plan* plan : {&before, &after}) {
      const policies::PolicySetSpec& spec = plan->policies->spec();
      for (std::size_t place = 0; place < spec.purposes.size(); ++place) {
        if (file.kind == "Purpose" && spec.purposes[place].id == file.id)
          purposes_.insert(static_cast<std::uint16_t>(place));
      }
      for (std::size_t place = 0; place < spec.destinations.size(); ++place) {
        if (file.kind == "Destination" && spec.destinations[place].id == file.id)
          destinations_.insert(static_cast<std::uint16_t>(place));
      }
    }
  }
  AddPolicies(before, policies);
  AddPolicies(after, policies);
}

void Reach::AddPolicies(const Plan& plan, const std::set<std::string>& ids) {
  for (const policies::PolicySpec& policy : plan.policies->spec().policies) {
    if (ids.contains(policy.id)) policies_.push_back({policy.purposes, policy.destinations});
  }
}

bool Reach::Concerns(std::uint16_t purpose, std::uint16_t destination) const {
  return everything_ || purposes_.contains(purpose) || destinations_.contains(destination) ||
         std::ranges::any_of(policies_, [&](const Target& one) {
           return Names(one.purposes, purpose) && Names(one.destinations, destination);
         });
}

}  // namespace octroi::gateway::change
