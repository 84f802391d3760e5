// Quality counters: what the rules found, as plain sums (ux.md C.7). One row for each combination
// of findings, so that any figure of any range can be recomputed, also under other rules: which
// records would be usable if one rule held. No personal data; people are counted by a sketch.
#pragma once

#include <compare>
#include <cstdint>
#include <map>

#include "base/clock.h"
#include "base/words.h"
#include "store/people_sketch.h"

namespace octroi::store {

inline constexpr base::Millis kQualityHour = 3'600'000;
inline constexpr base::Millis kQualityDay = 86'400'000;
inline constexpr std::uint16_t kNoContract = 0xffff;
inline constexpr std::uint64_t kNoCampaign = 0;
// Beyond what an hour of a source keeps apart: one campaign, one combination for the rest.
inline constexpr std::uint64_t kOtherCampaigns = UINT64_MAX;
inline constexpr std::uint8_t kRequiredMissing = 64;  // PeopleKey::rule, after the 64 rules

enum : std::uint8_t {
  kMarkUsable = 1,
  kMarkRequiredMissing = 2,  // a required field of the contract
  kMarkFolded = 4            // one combination too many: `evaluated` and `failed` are not known
};

// Records alike. Places and bits are those of the plan.
struct QualityKey {
  base::Millis hour = 0;  // start of the hour of reception, UTC
  std::uint32_t plan = 0;
  std::uint16_t source = 0, contract = kNoContract;
  std::uint64_t campaign = kNoCampaign;  // keyed hash of its name
  base::Outcome outcome = base::Outcome::kUndecided;
  base::Reason reason = base::Reason::kUndecided;  // only of what no rule judged
  std::uint8_t marks = 0;
  std::uint64_t evaluated = 0, failed = 0;
  auto operator<=>(const QualityKey&) const = default;
};
struct QualityCount {
  std::uint64_t records = 0, repaired = 0;  // repaired: records of which a rule repaired something
  bool operator==(const QualityCount&) const = default;
};

struct PeopleKey {
  base::Millis day = 0;  // start of the day of reception, UTC
  std::uint32_t plan = 0;
  std::uint16_t source = 0, contract = kNoContract;
  std::uint64_t campaign = kNoCampaign;
  std::uint8_t rule = 0;  // bit of the rule that failed, or kRequiredMissing
  auto operator<=>(const PeopleKey&) const = default;
};

struct QualityCounts {
  std::map<QualityKey, QualityCount> records;
  std::map<PeopleKey, PeopleSketch> people;
  bool operator==(const QualityCounts&) const = default;

  void Add(const QualityCounts& other);
};

}  // namespace octroi::store
