#include "gateway/counted.h"

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>
#include <vector>

#include "base/text.h"
#include "gateway/left_walk.h"
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

Json CountJson(const CountedParts& parts, const Counted& one) {
  Json json{{"day", base::FormatRfc3339(one.day).substr(0, kDayBytes)},
            {"destination", one.destination},
            {"closed", one.day + kDayMs <= parts.now}};
  const auto known = std::ranges::find(parts.facts->recipients, one.destination,
                                       &config::RecipientFacts::destination);
  if (known != parts.facts->recipients.end()) json["recipient"] = known->name;
  json["purpose"] = one.purpose;
  if (one.people == 0) {
    json["below_floor"] = true;
    return json;
  }
  json["records"] = one.records;
  json["people"] = one.people;
  return json;
}

}  // namespace

base::Result<std::vector<Counted>> CountedSince(const journal::Journal& journal,
                                                store::FlowStore& store, const Plan& plan,
                                                base::Millis since, base::Millis until,
                                                const std::atomic<bool>& stopping) {
  Counts counts;
  journal::EventRecord record;
  const base::Millis day = since - since % kDayMs;  // whole days only
  const auto walked = EachReceived(journal, store, day, until, [&](const store::EventRow& row) {
    const bool any = std::ranges::any_of(row.deliveries, [](const store::DeliveryState& state) {
      return state.reason == base::Reason::kVariantCounted;
    });
    if (stopping)
      return base::Status(base::Error{base::ErrorCode::kUnavailable, "counts.stopping", ""});
    if (!any) return base::Ok();
    if (auto good = journal::Decode(row.record, record); !good) return good;
    AddTo(counts, row, record);
    return base::Ok();
  });
  if (!walked) return walked.error();
  const Names names = Names::Read(plan.names);
  std::vector<Counted> all;
  all.reserve(counts.size());
  for (const auto& [key, count] : counts) {
    const auto& [received, destination, purpose] = key;
    const bool still = purpose < plan.purposes.size() && !plan.purposes[purpose].empty();
    Counted& one = all.emplace_back();
    one.day = received;
    one.destination = DestinationAt(plan, destination);
    one.purpose = still ? plan.purposes[purpose] : NameAt(names.purposes, purpose);
    if (count.people.count() < kCountedFloor) continue;
    one.records = count.records;
    one.people = count.people.count();
  }
  return all;
}

std::string CountsReport(const CountedParts& parts, std::string_view destination,
                         base::Millis since) {
  static constinit const std::atomic<bool> kNever{false};
  const auto counted = CountedSince(*parts.journal, *parts.store, *parts.plan, since,
                                    std::numeric_limits<base::Millis>::max(), kNever);
  if (!counted) return R"({"error":"store.unavailable"})";
  Json report{{"as_of", base::FormatRfc3339(parts.now)},
              {"origin", parts.journal->origin()},
              {"floor", kCountedFloor},
              {"counts", Json::array()}};
  for (const Counted& one : *counted) {
    if (!destination.empty() && one.destination != destination) continue;
    report["counts"].push_back(CountJson(parts, one));
  }
  return report.dump();
}

}  // namespace octroi::gateway
