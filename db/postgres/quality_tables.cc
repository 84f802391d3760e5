#include "store_postgres/quality_tables.h"

#include <array>

#include "store_postgres/arrays.h"

namespace octroi::store_postgres {
namespace {

constexpr Sql kCount = {
    "quality_count",
    "INSERT INTO octroi.quality_counts AS q (hour, plan, source, contract, campaign, outcome, "
    "reason, marks, evaluated, failed, records, repaired) SELECT * FROM unnest($1::bigint[], "
    "$2::bigint[], $3::int[], $4::int[], $5::bigint[], $6::smallint[], $7::int[], $8::smallint[], "
    "$9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[]) ON CONFLICT (tenant, origin, hour, "
    "plan, source, contract, campaign, outcome, reason, marks, evaluated, failed) DO UPDATE SET "
    "records = q.records + excluded.records, repaired = q.repaired + excluded.repaired"};
constexpr Sql kKnownPeople = {
    "quality_known_people",
    "SELECT p.day, p.plan, p.source, p.contract, p.campaign, p.rule, p.sketch FROM "
    "octroi.quality_people p JOIN unnest($1::bigint[], $2::bigint[], $3::int[], $4::int[], "
    "$5::bigint[], $6::smallint[]) AS k (day, plan, source, contract, campaign, rule) ON p.day = "
    "k.day AND p.plan = k.plan AND p.source = k.source AND p.contract = k.contract AND p.campaign "
    "= k.campaign AND p.rule = k.rule WHERE p.origin = octroi.origin()"};
constexpr Sql kSetPeople = {
    "quality_set_people",
    "INSERT INTO octroi.quality_people (day, plan, source, contract, campaign, rule, sketch) "
    "SELECT "
    "d, p, s, c, m, r, decode(b, 'hex') FROM unnest($1::bigint[], $2::bigint[], $3::int[], "
    "$4::int[], $5::bigint[], $6::smallint[], $7::text[]) AS k (d, p, s, c, m, r, b) ON CONFLICT "
    "(tenant, origin, day, plan, source, contract, campaign, rule) DO UPDATE SET sketch = "
    "excluded.sketch"};
constexpr Sql kCounts = {
    "quality_counts",
    "SELECT hour, plan, source, contract, campaign, outcome, reason, marks, evaluated, failed, "
    "records, repaired FROM octroi.quality_counts WHERE origin = octroi.origin() AND hour >= $1 "
    "AND hour < $2"};
constexpr Sql kPeople = {
    "quality_people",
    "SELECT day, plan, source, contract, campaign, rule, sketch FROM octroi.quality_people WHERE "
    "origin = octroi.origin() AND day >= $1 AND day < $2"};

std::int64_t Bits(std::uint64_t number) { return static_cast<std::int64_t>(number); }

template <class T>
T Num(const pqxx::row& row, int column) {
  return static_cast<T>(row[column].as<std::int64_t>());
}

base::Status TakePeople(const pqxx::result& rows,
                        std::map<store::PeopleKey, store::PeopleSketch>& into) {
  for (const pqxx::row& row : rows) {
    const auto sketch = store::PeopleSketch::Read(pqxx::binarystring(row[6]).str());
    if (!sketch) return sketch.error();
    into[{Num<base::Millis>(row, 0), Num<std::uint32_t>(row, 1), Num<std::uint16_t>(row, 2),
          Num<std::uint16_t>(row, 3), Num<std::uint64_t>(row, 4), Num<std::uint8_t>(row, 5)}]
        .Merge(*sketch);
  }
  return base::Ok();
}

void AddKey(const store::PeopleKey& key, std::array<Array, 6>& columns) {
  const std::int64_t values[] = {key.day,      key.plan,           key.source,
                                 key.contract, Bits(key.campaign), key.rule};
  for (std::size_t i = 0; i < columns.size(); ++i) columns[i].Add(values[i]);
}

base::Status AddPeople(Tx& tx, std::map<store::PeopleKey, store::PeopleSketch> people) {
  std::array<Array, 6> keys;
  for (const auto& [key, sketch] : people) AddKey(key, keys);
  const auto& [days, plans, sources, contracts, campaigns, rules] = keys;
  const pqxx::result known =
      tx.Run(kKnownPeople, days.Literal(), plans.Literal(), sources.Literal(), contracts.Literal(),
             campaigns.Literal(), rules.Literal());
  if (base::Status taken = TakePeople(known, people); !taken) return taken;
  Array sketches;
  for (const auto& [key, sketch] : people) sketches.AddHex(sketch.Bytes());
  tx.Run(kSetPeople, days.Literal(), plans.Literal(), sources.Literal(), contracts.Literal(),
         campaigns.Literal(), rules.Literal(), sketches.Literal());
  return base::Ok();
}

}  // namespace

base::Status AddQuality(Tx& tx, const store::QualityCounts& counts) {
  std::array<Array, 12> columns;
  for (const auto& [key, count] : counts.records) {
    const std::int64_t values[] = {key.hour,
                                   key.plan,
                                   key.source,
                                   key.contract,
                                   Bits(key.campaign),
                                   static_cast<std::int64_t>(key.outcome),
                                   static_cast<std::int64_t>(key.reason),
                                   key.marks,
                                   Bits(key.evaluated),
                                   Bits(key.failed),
                                   Bits(count.records),
                                   Bits(count.repaired)};
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i].Add(values[i]);
  }
  if (!columns[0].empty()) {
    std::apply([&](const auto&... column) { tx.Run(kCount, column.Literal()...); }, columns);
  }
  return counts.people.empty() ? base::Ok() : AddPeople(tx, counts.people);
}

base::Status ReadQuality(Tx& tx, base::Millis since, base::Millis until,
                         store::QualityCounts& into) {
  into = {};  // the work may run twice
  for (const pqxx::row& row : tx.Run(kCounts, since, until)) {
    into.records[{.hour = Num<base::Millis>(row, 0),
                  .plan = Num<std::uint32_t>(row, 1),
                  .source = Num<std::uint16_t>(row, 2),
                  .contract = Num<std::uint16_t>(row, 3),
                  .campaign = Num<std::uint64_t>(row, 4),
                  .outcome = Num<base::Outcome>(row, 5),
                  .reason = Num<base::Reason>(row, 6),
                  .marks = Num<std::uint8_t>(row, 7),
                  .evaluated = Num<std::uint64_t>(row, 8),
                  .failed = Num<std::uint64_t>(row, 9)}] = {Num<std::uint64_t>(row, 10),
                                                            Num<std::uint64_t>(row, 11)};
  }
  return TakePeople(tx.Run(kPeople, since - since % store::kQualityDay, until), into.people);
}

}  // namespace octroi::store_postgres
