// The counters of a projection: written once per batch, in its transaction.
#include <charconv>

#include "store_sqlite/flow_writer.h"

namespace octroi::store_sqlite {
namespace {

constexpr std::string_view kWhere = "store.apply";

}  // namespace

base::Status FlowWriter::WriteCounts(Statement& update, Statement& insert,
                                     const store::Fold::Deltas& deltas) {
  for (const auto& [key, delta] : deltas) {
    if (delta == 0) continue;
    const auto& [plan, what] = key;
    // Not an upsert: CHECK (n >= 0) would judge the negative delta before the conflict is seen.
    for (Statement* statement : {&update, &insert}) {
      Run run(*statement);
      run.Int(1, plan).Int(2, what.place).Int(3, static_cast<std::int64_t>(what.outcome));
      const int result = run.Int(4, static_cast<std::int64_t>(what.reason)).Int(5, delta).Step();
      if (result != SQLITE_DONE) return db_->Fail(result, kWhere);
      if (db_->changes() > 0) break;
    }
  }
  return base::Ok();
}

base::Status FlowWriter::WriteRules(const std::map<store::RuleKey, store::RuleCount>& rules) {
  Run run(rules_);
  for (const auto& [key, count] : rules) {
    run.Int(1, key.hour).Text(2, key.source).Text(3, key.contract).Text(4, key.rule);
    run.Int(5, static_cast<std::int64_t>(count.evaluated))
        .Int(6, static_cast<std::int64_t>(count.failed));
    const int result = run.Int(7, static_cast<std::int64_t>(count.repaired)).Step();
    if (result != SQLITE_DONE) return db_->Fail(result, kWhere);
    run.Again();
  }
  return base::Ok();
}

base::Status FlowWriter::WriteOrphans() {
  if (fold_.orphans() == 0) return base::Ok();
  std::uint64_t before = 0;
  {
    Run run(orphans_);
    const int result = run.Step();
    if (result != SQLITE_ROW && result != SQLITE_DONE) return db_->Fail(result, kWhere);
    const std::string_view text = result == SQLITE_ROW ? run.View(0) : std::string_view();
    std::from_chars(text.data(), text.data() + text.size(), before);
  }
  const std::string now = std::to_string(before + fold_.orphans());
  Run run(set_orphans_);
  const int result = run.Bytes(1, now).Step();
  return result == SQLITE_DONE ? base::Ok() : base::Status(db_->Fail(result, kWhere));
}

}  // namespace octroi::store_sqlite
