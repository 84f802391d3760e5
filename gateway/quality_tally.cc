#include "gateway/quality_tally.h"

#include <bit>
#include <utility>

namespace octroi::gateway {
namespace {

constexpr std::size_t kHoursKept = 8;

// False, and nothing changed: `value` would be one too many.
template <class T>
bool Keep(std::set<T>& known, const T& value, std::size_t most) {
  if (known.contains(value)) return true;
  if (known.size() >= most) return false;
  known.insert(value);
  return true;
}

base::Millis StartOf(base::Millis at, base::Millis span) {
  const base::Millis rest = at % span;
  return at - (rest < 0 ? rest + span : rest);
}

}  // namespace

void QualityTally::Add(const journal::EventRecord& record) {
  store::QualityKey key;
  key.hour = StartOf(record.received, store::kQualityHour);
  key.plan = record.plan;
  key.source = record.source;
  key.contract = record.contract;
  key.campaign = record.campaign;
  key.outcome = record.outcome;
  const bool judged = record.evaluated != 0 || record.usable || record.required_missing;
  if (!judged) key.reason = record.reason;
  key.marks =
      static_cast<std::uint8_t>((record.usable ? store::kMarkUsable : 0) |
                                (record.required_missing ? store::kMarkRequiredMissing : 0));
  key.evaluated = record.evaluated;
  key.failed = record.evaluated & record.failed;
  Bound(key);
  store::QualityCount& count = counts_.records[key];
  ++count.records;
  count.repaired += record.repaired != 0 ? 1 : 0;
  AddPeople(record, key);
}

void QualityTally::Bound(store::QualityKey& key) {
  Hour& hour = HourOf(key.hour);
  if (key.campaign != store::kNoCampaign &&
      !Keep(hour.campaigns[key.source], key.campaign, kCampaigns)) {
    key.campaign = store::kOtherCampaigns;
  }
  if (key.evaluated == 0) return;
  auto& findings = hour.findings[{key.plan, key.source, key.contract}];
  if (Keep(findings, {key.evaluated, key.failed}, kCombinations)) return;
  key.marks |= store::kMarkFolded;
  key.evaluated = key.failed = 0;
}

QualityTally::Hour& QualityTally::HourOf(base::Millis hour) {
  const auto found = hours_.find(hour);
  if (found != hours_.end()) return found->second;
  if (hours_.size() >= kHoursKept) hours_.erase(hours_.begin());
  Hour& made = hours_[hour];
  store::QualityCounts known = known_ ? known_(hour) : store::QualityCounts{};
  known.Add(counts_);  // of an hour that was forgotten while its counts still wait
  for (const auto& [key, count] : known.records) {
    if (key.hour != hour) continue;
    if (key.campaign != store::kNoCampaign && key.campaign != store::kOtherCampaigns)
      made.campaigns[key.source].insert(key.campaign);
    if (key.evaluated != 0)
      made.findings[{key.plan, key.source, key.contract}].insert({key.evaluated, key.failed});
  }
  return made;
}

// By the first identifier that the event carries; who carries none is not counted.
void QualityTally::AddPeople(const journal::EventRecord& record, const store::QualityKey& key) {
  if (record.subject.empty()) return;
  store::PeopleKey people{StartOf(record.received, store::kQualityDay),
                          key.plan,
                          key.source,
                          key.contract,
                          key.campaign,
                          0};
  for (std::uint64_t failed = record.evaluated & record.failed; failed != 0; failed &= failed - 1) {
    people.rule = static_cast<std::uint8_t>(std::countr_zero(failed));
    counts_.people[people].Add(record.subject.front());
  }
  if (!record.required_missing) return;
  people.rule = store::kRequiredMissing;
  counts_.people[people].Add(record.subject.front());
}

store::QualityCounts QualityTally::Take() { return std::exchange(counts_, {}); }

}  // namespace octroi::gateway
