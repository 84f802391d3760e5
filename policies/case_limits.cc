#include "policies/case_limits.h"

#include <algorithm>
#include <set>

namespace octroi::policies {
namespace {

// The data categories that would leave with the contract for the purpose.
std::uint32_t Sent(const PolicySetSpec& set, const DestinationSpec& to, std::uint16_t contract,
                   std::uint16_t purpose) {
  std::uint32_t bits = 0;
  for (const DestinationSpec::Receives& one : to.receives) {
    if (one.contract != contract) continue;
    for (const ReceivedField& field : one.fields) bits |= field.category;
  }
  return purpose < set.purposes.size() ? bits & set.purposes[purpose].categories : 0;
}

std::vector<std::string> Names(const PolicySetSpec& set, std::uint32_t bits) {
  std::vector<std::string> names;
  for (std::size_t bit = 0; bit < set.categories.size(); ++bit) {
    if ((bits >> bit & 1) != 0) names.push_back(set.categories[bit]);
  }
  return names;
}

std::vector<std::uint16_t> Contracts(const CasesAsked& asked) {
  std::set<std::uint16_t> contracts;
  for (const CaseRoute& route : asked.routes) contracts.insert(route.contract);
  return {contracts.begin(), contracts.end()};
}

// Every list that can make a difference: each condition of Uncovered compares with what is named
// here, and one that is met in one set only is met, and the others with it, by one of these.
std::vector<GrantLimits> Candidates(const std::vector<const PolicySetSpec*>& sets,
                                    const CasesAsked& asked) {
  std::vector<GrantLimits> candidates{
      {{"nobody"}, {}, {}}, {{}, {}, {"nobody"}}, {{}, {"nothing"}, {}}};
  for (const PolicySetSpec* set : sets) {
    if (asked.destination >= set->destinations.size()) continue;
    const DestinationSpec& to = set->destinations[asked.destination];
    candidates.push_back({{set->controller}, {}, {}});
    candidates.push_back({{}, {}, {to.vendor}});
    candidates.push_back({{set->controller}, {}, {to.vendor}});
    for (const std::uint16_t contract : Contracts(asked))
      candidates.push_back({{}, Names(*set, Sent(*set, to, contract, asked.purpose)), {}});
  }
  return candidates;
}

// For each set and contract, whether it is covered.
std::vector<bool> Covered(const GrantLimits& limits, const std::vector<const PolicySetSpec*>& sets,
                          const CasesAsked& asked) {
  std::vector<bool> covered;
  for (const PolicySetSpec* set : sets) {
    if (asked.destination >= set->destinations.size()) continue;
    const DestinationSpec& to = set->destinations[asked.destination];
    for (const std::uint16_t contract : Contracts(asked)) {
      const Recipient recipient{set->controller, to.vendor, to.decides,
                                Sent(*set, to, contract, asked.purpose), set->categories};
      covered.push_back(Uncovered(limits, recipient) == base::Reason::kUndecided);
    }
  }
  return covered;
}

}  // namespace

std::vector<SharedLimits> LimitsToAsk(const std::vector<const PolicySetSpec*>& sets,
                                      const CasesAsked& asked) {
  std::vector<SharedLimits> kept;
  std::set<std::vector<bool>> known{Covered({}, sets, asked)};
  for (GrantLimits& candidate : Candidates(sets, asked)) {
    const auto limits = Limited(std::move(candidate));
    if (limits && *limits && known.insert(Covered(**limits, sets, asked)).second)
      kept.push_back(*limits);
  }
  return kept;
}

}  // namespace octroi::policies
