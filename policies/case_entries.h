// What the register can hold of a subject, as entries that stand for all others. Internal to
// policies.
#pragma once

#include <span>
#include <vector>

#include "policies/decision_cases.h"

namespace octroi::policies {

inline constexpr base::Millis kSecond = 1'000;
inline constexpr base::Millis kLongestUnit = 60 * kSecond;
inline std::uint32_t Seconds(base::Millis time) {
  return static_cast<std::uint32_t>(time / kSecond);
}

// Times of a case: `now`, and some units before it.
struct Times {
  base::Millis now = 0;   // a whole second
  base::Millis unit = 0;  // whole seconds
  std::uint32_t Back(int units) const { return Seconds(now - units * unit); }
};
inline constexpr int kBeforeGrants = 4, kEarlyGrant = 3, kLateGrant = 1;

// A purpose as each of the sets that are asked has it: at least one.
using Purposes = std::vector<const PurposeSpec*>;

base::Millis UnitOf(const Purposes& purposes);  // 0: too short for what is told apart
bool RestsOnConsent(const Purposes& purposes);

// One entry of a state; each state and what else decisions tell apart; of the person as a whole.
// `by_parent`: whether a grant is stronger if the parents gave it, as a child's is, or if they did
// not, as one is that was outgrown.
// `limits`: what grants are limited to, besides those that are not; outlive the entries.
ConsentEntry EntryFor(ConsentState state, const Purposes& purposes, bool by_parent,
                      const Times& times);
std::vector<ConsentEntry> PurposeEntries(const Purposes& purposes, bool by_parent,
                                         const Times& times, std::span<const SharedLimits> limits);
std::vector<ConsentEntry> PersonEntries(const Times& times);

}  // namespace octroi::policies
