#include "policies/case_entries.h"

#include <algorithm>

namespace octroi::policies {
namespace {

bool OnlyExplicit(const Purposes& purposes) {
  return std::ranges::any_of(purposes, &PurposeSpec::explicit_only);
}

// As strong as it can be: what else matters is told apart in PurposeEntries.
ConsentEntry Grant(const Purposes& purposes, std::uint32_t since) {
  return {ConsentState::kGranted, since, 0, 0, true, OnlyExplicit(purposes)};
}

void AddOlderGrants(const PurposeSpec& purpose, const Purposes& all, const Times& times,
                    std::vector<ConsentEntry>& entries) {
  const base::Millis since = times.now - purpose.ask_again_after - kSecond;
  if (purpose.ask_again_after != 0 && since > 0) entries.push_back(Grant(all, Seconds(since)));
  if (purpose.refresh_from <= kSecond) return;
  entries.push_back(Grant(all, Seconds(purpose.refresh_from - 1)));
  const std::uint32_t changed = Seconds(purpose.refresh_from + kSecond - 1);
  if (changed <= Seconds(times.now)) entries.push_back(Grant(all, changed));
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

ConsentEntry EntryFor(ConsentState state, const Purposes& purposes, const Times& times) {
  if (state == ConsentState::kUnknown) return {};
  ConsentEntry entry{state, times.Back(kEarlyGrant), 0, 0};
  if (state == ConsentState::kGranted) return Grant(purposes, entry.since_seconds);
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

std::vector<ConsentEntry> PurposeEntries(const Purposes& purposes, const Times& times) {
  std::vector<ConsentEntry> entries;
  for (const ConsentState state :
       {ConsentState::kGranted, ConsentState::kUnknown, ConsentState::kWithdrawn,
        ConsentState::kExpired, ConsentState::kDenied, ConsentState::kObjected,
        ConsentState::kRequested, ConsentState::kPending, ConsentState::kInvalidated}) {
    entries.push_back(EntryFor(state, purposes, times));
  }
  entries.push_back(Grant(purposes, times.Back(kLateGrant)));
  for (const PurposeSpec* one : purposes) AddOlderGrants(*one, purposes, times, entries);
  ConsentEntry weaker = Grant(purposes, times.Back(kEarlyGrant));
  if (RestsOnConsent(purposes)) {
    weaker.by_parent = false;
    entries.push_back(weaker);
    weaker.by_parent = true;
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
