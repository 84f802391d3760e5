#include "store_postgres/flow_counters.h"

#include <array>
#include <charconv>

#include "store/store.h"
#include "store_postgres/archive_tables.h"
#include "store_postgres/arrays.h"

namespace octroi::store_postgres {
namespace {

// Not an upsert: CHECK (n >= 0) would judge the negative delta before the conflict is seen.
#define OCTROI_COUNT(table)                                                                       \
  "WITH d AS (SELECT * FROM unnest($1::bigint[], $2::int[], $3::smallint[], $4::int[], "          \
  "$5::bigint[]) AS d (plan, place, outcome, reason, n)), u AS (UPDATE octroi." table             \
  " c SET n = c.n + d.n FROM d WHERE c.origin = octroi.origin() AND c.plan = d.plan AND c.place " \
  "= d.place AND c.outcome = d.outcome AND c.reason = d.reason RETURNING c.plan, c.place, "       \
  "c.outcome, c.reason) INSERT INTO octroi." table                                                \
  " (plan, place, outcome, reason, n) SELECT * FROM d WHERE NOT EXISTS (SELECT 1 FROM u WHERE "   \
  "u.plan = d.plan AND u.place = d.place AND u.outcome = d.outcome AND u.reason = d.reason)"
constexpr Sql kEvents = {"count_events", OCTROI_COUNT("event_counts")};
constexpr Sql kDeliveries = {"count_deliveries", OCTROI_COUNT("delivery_counts")};
constexpr Sql kRules = {
    "count_rules",
    "INSERT INTO octroi.rule_counts AS r (hour, source, contract, rule, evaluated, failed, "
    "repaired) SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], "
    "$5::bigint[], $6::bigint[], $7::bigint[]) ON CONFLICT (tenant, origin, hour, source, "
    "contract, rule) DO UPDATE SET evaluated = r.evaluated + excluded.evaluated, failed = "
    "r.failed + excluded.failed, repaired = r.repaired + excluded.repaired"};

void Write(Tx& tx, const Sql& sql, const store::Fold::Deltas& deltas) {
  std::array<Array, 5> columns;
  for (const auto& [key, delta] : deltas) {
    if (delta == 0) continue;
    const auto& [plan, what] = key;
    const std::int64_t values[] = {plan, what.place, static_cast<std::int64_t>(what.outcome),
                                   static_cast<std::int64_t>(what.reason), delta};
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i].Add(values[i]);
  }
  if (columns[0].empty()) return;
  tx.Run(sql, columns[0].Literal(), columns[1].Literal(), columns[2].Literal(),
         columns[3].Literal(), columns[4].Literal());
}

void Write(Tx& tx, const std::map<store::RuleKey, store::RuleCount>& rules) {
  if (rules.empty()) return;
  Array hours, sources, contracts, names, evaluated, failed, repaired;
  for (const auto& [key, count] : rules) {
    hours.Add(key.hour);
    sources.AddText(key.source);
    contracts.AddText(key.contract);
    names.AddText(key.rule);
    evaluated.Add(static_cast<std::int64_t>(count.evaluated));
    failed.Add(static_cast<std::int64_t>(count.failed));
    repaired.Add(static_cast<std::int64_t>(count.repaired));
  }
  tx.Run(kRules, hours.Literal(), sources.Literal(), contracts.Literal(), names.Literal(),
         evaluated.Literal(), failed.Literal(), repaired.Literal());
}

void WriteOrphans(Tx& tx, std::uint64_t orphans) {
  if (orphans == 0) return;
  std::uint64_t before = 0;
  if (const auto text = GetMeta(tx, store::kMetaOrphanOutcomes)) {
    std::from_chars(text->data(), text->data() + text->size(), before);
  }
  SetMeta(tx, store::kMetaOrphanOutcomes, std::to_string(before + orphans));
}

}  // namespace

void WriteCounts(Tx& tx, const store::Fold& fold,
                 const std::map<store::RuleKey, store::RuleCount>& rules) {
  Write(tx, kEvents, fold.events());
  Write(tx, kDeliveries, fold.deliveries());
  Write(tx, rules);
  WriteOrphans(tx, fold.orphans());
}

}  // namespace octroi::store_postgres
