#include "policies/case_entries.h"

#include <algorithm>

namespace octroi::policies {
namespace {

bool OnlyExplicit(const Purposes& purposes) {
  return std::ranges::any_of(purposes, &PurposeSpec::explicit_only);
}

// As strong as it can be: what else matters is told apart in PurposeEntries.
ConsentEntry Grant(const Purposes& purposes, bool by_parent, std::uint32_t since) {
  return {ConsentState::kGranted, since, 0, 0, by_parent, OnlyExplicit(purposes)};
}

void AddOlderGrants(const PurposeSpec& purpose, const Purposes& all, bool by_parent,
                    const Times& times, std::vector<ConsentEntry>& entries) {
  const base::Millis since = times.now - purpose.ask_again_after - kSecond;
  if (purpose.ask_again_after != 0 && since > 0)
    entries.push_back(Grant(all, by_parent, Seconds(since)));
  if (purpose.refresh_from <= kSecond) return;
  entries.push_back(Grant(all, by_parent, Seconds(purpose.refresh_from - 1)));
  const std::uint32_t changed = Seconds(purpose.refresh_from + kSecond - 1);
  if (changed <= Seconds(times.now)) entries.push_back(Grant(all, by_parent, changed));
}

}  // namespace

base::Millis UnitOf(const Purposes& purposes) {
  base::Millis unit = kLongestUnit;
  for (const PurposeSpec* one : purposes) {
    if (one->ask_again_after == 0) continue;
    unit = std::min(unit, one->ask_again_after / 10 / kSecond * kSecond);
  }
  return unit;
}

ConsentEntry EntryFor(ConsentState state, const Purposes& purposes, bool by_parent,
                      const Times& times) {
  if (state == ConsentState::kUnknown) return {};
  ConsentEntry entry{state, times.Back(kEarlyGrant), 0, 0};
  if (state == ConsentState::kGranted) return Grant(purposes, by_parent, entry.since_seconds);
  if (state != ConsentState::kExpired) return entry;
  entry.state = ConsentState::kGranted;
  entry.until_seconds = Seconds(times.now) - 1;
  return entry;
}

bool RestsOnConsent(const Purposes& purposes) {
  return std::ranges::any_of(purposes, [](const PurposeSpec* one) {
    return one->basis == Basis::kConsent ||
           std::ranges::any_of(one->bases, [](const JurisdictionBasis& law) {
             return law.basis == Basis::kConsent;
           });
  });
}

std::vector<ConsentEntry> PurposeEntries(const Purposes& purposes, bool by_parent,
                                         const Times& times, std::span<const SharedLimits> limits) {
  std::vector<ConsentEntry> entries;
  for (const ConsentState state :
       {ConsentState::kGranted, ConsentState::kUnknown, ConsentState::kWithdrawn,
        ConsentState::kExpired, ConsentState::kDenied, ConsentState::kObjected,
        ConsentState::kRequested, ConsentState::kPending, ConsentState::kInvalidated}) {
    entries.push_back(EntryFor(state, purposes, by_parent, times));
  }
  entries.push_back(Grant(purposes, by_parent, times.Back(kLateGrant)));
  for (const PurposeSpec* one : purposes) AddOlderGrants(*one, purposes, by_parent, times, entries);
  ConsentEntry weaker = Grant(purposes, by_parent, times.Back(kEarlyGrant));
  if (RestsOnConsent(purposes)) {
    weaker.by_parent = !by_parent;
    entries.push_back(weaker);
    weaker.by_parent = by_parent;
  }
  for (const SharedLimits& one : limits) {
    entries.push_back(weaker);
    entries.back().limits = one.get();
  }
  if (OnlyExplicit(purposes)) {
    weaker.explicit_word = false;
    entries.push_back(weaker);
  }
  return entries;
}

std::vector<ConsentEntry> PersonEntries(const Times& times) {
  using enum ConsentState;
  return {{},
          {kRestricted, times.Back(kBeforeGrants), 0, 0},
          {kRestricted, times.Back(kEarlyGrant), 0, 0},
          {kSuppressed, times.Back(kBeforeGrants), 0, 0},
          {kSuppressed, times.Back(kEarlyGrant), 0, 0},
          {kLifted, times.Back(kEarlyGrant), 0, 0}};
}

}  // namespace octroi::policies
