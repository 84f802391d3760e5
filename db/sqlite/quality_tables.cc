#include "store_sqlite/quality_tables.h"

#include <string>

namespace octroi::store_sqlite {
namespace {

constexpr std::string_view kWhere = "store.apply";
constexpr std::string_view kRead = "store.quality";

std::int64_t Bits(std::uint64_t number) { return static_cast<std::int64_t>(number); }

void BindPeople(Run& run, const store::PeopleKey& key) {
  run.Int(1, key.day).Int(2, key.plan).Int(3, key.source).Int(4, key.contract);
  run.Int(5, Bits(key.campaign)).Int(6, key.rule);
}

}  // namespace

base::Status QualityWriter::Prepare(Connection& db) {
  base::Status done = db.Prepare(
      count_,
      "INSERT INTO quality_counts (hour, plan, source, contract, campaign, outcome, reason, marks, "
      "evaluated, failed, records, repaired) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
      "?12) ON CONFLICT DO UPDATE SET records = records + excluded.records, repaired = repaired + "
      "excluded.repaired");
  if (done)
    done = db.Prepare(people_,
                      "SELECT sketch FROM quality_people WHERE day = ?1 AND plan = ?2 AND source = "
                      "?3 AND contract = ?4 AND campaign = ?5 AND rule = ?6");
  if (done)
    done = db.Prepare(set_people_,
                      "INSERT OR REPLACE INTO quality_people (day, plan, source, contract, "
                      "campaign, rule, sketch) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  return done;
}

base::Status QualityWriter::Add(Connection& db, const store::QualityCounts& counts) {
  {
    Run run(count_);
    for (const auto& [key, count] : counts.records) {
      run.Int(1, key.hour).Int(2, key.plan).Int(3, key.source).Int(4, key.contract);
      run.Int(5, Bits(key.campaign)).Int(6, static_cast<std::int64_t>(key.outcome));
      run.Int(7, static_cast<std::int64_t>(key.reason)).Int(8, key.marks);
      run.Int(9, Bits(key.evaluated)).Int(10, Bits(key.failed));
      const int result = run.Int(11, Bits(count.records)).Int(12, Bits(count.repaired)).Step();
      if (result != SQLITE_DONE) return db.Fail(result, kWhere);
      run.Again();
    }
  }
  for (const auto& [key, people] : counts.people) {
    if (base::Status added = AddPeople(db, key, people); !added) return added;
  }
  return base::Ok();
}

base::Status QualityWriter::AddPeople(Connection& db, const store::PeopleKey& key,
                                      const store::PeopleSketch& people) {
  store::PeopleSketch all = people;
  {
    Run run(people_);
    BindPeople(run, key);
    const int result = run.Step();
    if (result != SQLITE_ROW && result != SQLITE_DONE) return db.Fail(result, kWhere);
    if (result == SQLITE_ROW) {
      const auto known = store::PeopleSketch::Read(run.View(0));
      if (!known) return known.error();
      all.Merge(*known);
    }
  }
  const std::string bytes = all.Bytes();
  Run run(set_people_);
  BindPeople(run, key);
  const int result = run.Bytes(7, bytes).Step();
  return result == SQLITE_DONE ? base::Ok() : base::Status(db.Fail(result, kWhere));
}

base::Status QualityWriter::Clear(Connection& db) {
  return db.Execute("DELETE FROM quality_counts; DELETE FROM quality_people", "store.clear");
}

base::Status QualityReader::Prepare(Connection& db) {
  base::Status done = db.Prepare(
      counts_,
      "SELECT hour, plan, source, contract, campaign, outcome, reason, marks, evaluated, failed, "
      "records, repaired FROM quality_counts WHERE hour >= ?1 AND hour < ?2");
  if (done)
    done = db.Prepare(people_,
                      "SELECT day, plan, source, contract, campaign, rule, sketch FROM "
                      "quality_people WHERE day >= ?1 AND day < ?2");
  return done;
}

base::Status QualityReader::Read(Connection& db, base::Millis since, base::Millis until,
                                 store::QualityCounts& into) {
  const auto number = []<class T>(const Run& run, int column, T) {
    return static_cast<T>(run.Int(column));
  };
  Run counts(counts_);
  counts.Int(1, since).Int(2, until);
  int result = SQLITE_ROW;
  while ((result = counts.Step()) == SQLITE_ROW) {
    into.records[{.hour = counts.Int(0),
                  .plan = number(counts, 1, std::uint32_t{}),
                  .source = number(counts, 2, std::uint16_t{}),
                  .contract = number(counts, 3, std::uint16_t{}),
                  .campaign = number(counts, 4, std::uint64_t{}),
                  .outcome = number(counts, 5, base::Outcome{}),
                  .reason = number(counts, 6, base::Reason{}),
                  .marks = number(counts, 7, std::uint8_t{}),
                  .evaluated = number(counts, 8, std::uint64_t{}),
                  .failed = number(counts, 9, std::uint64_t{})}] = {
        number(counts, 10, std::uint64_t{}), number(counts, 11, std::uint64_t{})};
  }
  if (result != SQLITE_DONE) return db.Fail(result, kRead);
  Run people(people_);
  people.Int(1, since - since % store::kQualityDay).Int(2, until);
  while ((result = people.Step()) == SQLITE_ROW) {
    const auto sketch = store::PeopleSketch::Read(people.View(6));
    if (!sketch) return sketch.error();
    into.people[{people.Int(0), number(people, 1, std::uint32_t{}),
                 number(people, 2, std::uint16_t{}), number(people, 3, std::uint16_t{}),
                 number(people, 4, std::uint64_t{}), number(people, 5, std::uint8_t{})}] = *sketch;
  }
  return result == SQLITE_DONE ? base::Ok() : base::Status(db.Fail(result, kRead));
}

}  // namespace octroi::store_sqlite
