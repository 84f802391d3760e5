#include "store_sqlite/task_table.h"

#include <algorithm>
#include <limits>

namespace octroi::store_sqlite {
namespace {

#define OCTROI_TASK_COLUMNS                                                                   \
  "id, consent, handle, purpose, state, effective_at, recorded_at, destination, deliveries, " \
  "perhaps, opened, due, closed, closed_by, note"

constexpr const char* kById = "SELECT " OCTROI_TASK_COLUMNS " FROM tasks WHERE id = ?1";

store::Task TaskOf(const Run& run) {
  store::Task task;
  task.id = run.String(0);
  task.consent = run.String(1);
  task.handle = run.String(2);
  task.purpose = run.String(3);
  task.state = static_cast<policies::ConsentState>(run.Int(4));
  task.effective_at = run.Int(5);
  task.recorded_at = run.Int(6);
  task.destination = static_cast<std::uint16_t>(run.Int(7));
  task.deliveries = static_cast<std::uint64_t>(run.Int(8));
  task.perhaps = static_cast<std::uint64_t>(run.Int(9));
  task.opened = run.Int(10);
  task.due = run.Int(11);
  task.closed = run.Int(12);
  task.closed_by = static_cast<std::uint32_t>(run.Int(13));
  task.note = run.String(14);
  return task;
}

base::Result<std::optional<store::Task>> OneTask(Connection& db, Statement& by_id,
                                                 std::string_view id, std::string_view where) {
  Run run(by_id);
  const int result = run.Text(1, id).Step();
  if (result == SQLITE_DONE) return std::optional<store::Task>();
  if (result != SQLITE_ROW) return db.Fail(result, where);
  return std::optional(TaskOf(run));
}

}  // namespace

base::Status TaskWriter::Prepare(Connection& db) {
  base::Status done = db.Prepare(by_id_, kById);
  if (done) {
    done = db.Prepare(put_, "INSERT OR REPLACE INTO tasks (" OCTROI_TASK_COLUMNS
                            ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
                            "?13, ?14, ?15)");
  }
  return done;
}

base::Status TaskWriter::Apply(Connection& db, const std::vector<store::TaskChange>& changes) {
  constexpr std::string_view kWhere = "store.apply";
  for (const store::TaskChange& change : changes) {
    const auto known = OneTask(db, by_id_, change.task.id, kWhere);
    if (!known) return known.error();
    const auto task = store::Changed(*known, change);
    if (!task) continue;
    Run run(put_);
    run.Text(1, task->id).Text(2, task->consent).Text(3, task->handle).Text(4, task->purpose);
    run.Int(5, static_cast<std::int64_t>(task->state)).Int(6, task->effective_at);
    run.Int(7, task->recorded_at).Int(8, task->destination);
    run.Int(9, static_cast<std::int64_t>(task->deliveries));
    run.Int(10, static_cast<std::int64_t>(task->perhaps)).Int(11, task->opened);
    run.Int(12, task->due).Int(13, task->closed).Int(14, task->closed_by).Bytes(15, task->note);
    if (const int result = run.Step(); result != SQLITE_DONE) return db.Fail(result, kWhere);
  }
  return base::Ok();
}

base::Status TaskReader::Prepare(Connection& db) {
  base::Status done = db.Prepare(by_id_, kById);
  if (done) {
    done = db.Prepare(list_, "SELECT " OCTROI_TASK_COLUMNS
                             " FROM tasks WHERE (closed <> 0) <= ?1 "
                             "ORDER BY closed <> 0, due, id LIMIT ?2");
  }
  return done;
}

base::Result<std::vector<store::Task>> TaskReader::Tasks(Connection& db, bool open_only,
                                                         std::size_t limit) {
  constexpr std::size_t kMax = std::numeric_limits<std::int64_t>::max();
  std::vector<store::Task> tasks;
  Run run(list_);
  run.Int(1, open_only ? 0 : 1).Int(2, static_cast<std::int64_t>(std::min(limit, kMax)));
  for (;;) {
    const int result = run.Step();
    if (result == SQLITE_DONE) return tasks;
    if (result != SQLITE_ROW) return db.Fail(result, "store.tasks");
    tasks.push_back(TaskOf(run));
  }
}

base::Result<std::optional<store::Task>> TaskReader::ById(Connection& db, std::string_view id) {
  return OneTask(db, by_id_, id, "store.task");
}

}  // namespace octroi::store_sqlite
