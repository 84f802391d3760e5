#include "gateway/counted.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>
#include <vector>

#include "base/text.h"
#include "gateway/names.h"
#include "gateway/people.h"
#include "gateway/training.h"
#include "journal/records.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

constexpr base::Millis kDayMs = 86'400'000;
constexpr std::size_t kDayBytes = 10;  // "2026-11-20"

using Key = std::tuple<base::Millis, std::uint16_t, std::size_t>;  // day, destination, purpose
struct Count {
  std::uint64_t records = 0;
  People people;
};
using Counts = std::map<Key, Count>;

bool IsCounted(const store::DeliveryState& state, const base::Verdict& verdict) {
  return verdict.destination == state.destination &&
         verdict.reason == base::Reason::kVariantCounted &&
         state.outcome == base::Outcome::kWithheld && state.reason == base::Reason::kVariantCounted;
}

void AddTo(Counts& counts, const store::EventRow& row, const journal::EventRecord& record) {
  for (const store::DeliveryState& state : row.deliveries) {
    for (const base::Verdict& verdict : record.verdicts) {
      if (!IsCounted(state, verdict)) continue;
      for (std::size_t place = 0; place < base::kPurposesMax; ++place) {
        if ((verdict.purposes >> place & 1U) == 0) continue;
        Count& count = counts[{row.received - row.received % kDayMs, state.destination, place}];
        ++count.records;
        count.people.Add(record.subject);
      }
    }
  }
}

// The first event that may have been received since then.
std::uint64_t FirstSince(const journal::Journal& journal, base::Millis since) {
  std::uint64_t first = 1;
  for (const journal::SegmentInfo& segment : journal.Segments()) {
    if (!segment.payload && segment.created <= since) first = segment.first_sequence;
  }
  return std::max<std::uint64_t>(first, 1);
}

base::Status Walk(const CountedParts& parts, base::Millis since, Counts& counts) {
  journal::EventRecord record;
  for (std::uint64_t next = FirstSince(*parts.journal, since);;) {
    const auto page = parts.store->Page(next);
    if (!page) return page.error();
    if (page->empty()) return base::Ok();
    for (const store::EventRow& row : *page) {
      const bool any = std::ranges::any_of(row.deliveries, [](const store::DeliveryState& state) {
        return state.reason == base::Reason::kVariantCounted;
      });
      if (!any || row.received < since) continue;
      if (auto good = journal::Decode(row.record, record); !good) return good;
      AddTo(counts, row, record);
    }
    next = page->back().sequence + 1;
  }
}

Json CountJson(const CountedParts& parts, const Names& names, const Key& key, const Count& count,
               const std::string& destination) {
  const base::Millis day = std::get<0>(key);
  const std::size_t purpose = std::get<2>(key);
  Json json{{"day", base::FormatRfc3339(day).substr(0, kDayBytes)},
            {"destination", destination},
            {"closed", day + kDayMs <= parts.now}};
  const auto known =
      std::ranges::find(parts.facts->recipients, destination, &config::RecipientFacts::destination);
  if (known != parts.facts->recipients.end()) json["recipient"] = known->name;
  const auto& now = parts.plan->purposes;
  const bool still = purpose < now.size() && !now[purpose].empty();
  json["purpose"] = still ? now[purpose] : NameAt(names.purposes, purpose);
  if (count.people.count() < kCountedFloor) {
    json["below_floor"] = true;
    return json;
  }
  json["records"] = count.records;
  json["people"] = count.people.count();
  return json;
}

}  // namespace

std::string CountsReport(const CountedParts& parts, std::string_view destination,
                         base::Millis since) {
  Counts counts;
  const base::Millis day = since - since % kDayMs;  // whole days only
  if (!Walk(parts, day, counts)) return R"({"error":"store.unavailable"})";
  const Names names = Names::Read(parts.plan->names);
  Json report{{"as_of", base::FormatRfc3339(parts.now)},
              {"origin", parts.journal->origin()},
              {"floor", kCountedFloor},
              {"counts", Json::array()}};
  for (const auto& [key, count] : counts) {
    const std::string to = DestinationAt(*parts.plan, std::get<1>(key));
    if (!destination.empty() && to != destination) continue;
    report["counts"].push_back(CountJson(parts, names, key, count, to));
  }
  return report.dump();
}

}  // namespace octroi::gateway
