#include "store_postgres/task_table.h"

#include <algorithm>
#include <limits>
#include <string>

namespace octroi::store_postgres {
namespace {

#define OCTROI_TASK_COLUMNS                                                                   \
  "id, consent, handle, purpose, state, effective_at, recorded_at, destination, deliveries, " \
  "perhaps, opened, due, closed, closed_by, note"

constexpr Sql kById = {"task_by_id", "SELECT " OCTROI_TASK_COLUMNS
                                     " FROM octroi.tasks WHERE origin = octroi.origin() AND "
                                     "id = $1"};
constexpr Sql kList = {"task_list", "SELECT " OCTROI_TASK_COLUMNS
                                    " FROM octroi.tasks WHERE origin = octroi.origin() AND "
                                    "(closed = 0 OR NOT $1::boolean) "
                                    "ORDER BY (closed <> 0), due, id COLLATE \"C\" LIMIT $2"};
constexpr Sql kPut = {
    "task_put",
    "INSERT INTO octroi.tasks (" OCTROI_TASK_COLUMNS
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) "
    "ON CONFLICT (tenant, origin, id) DO UPDATE SET consent = excluded.consent, handle = "
    "excluded.handle, purpose = excluded.purpose, state = excluded.state, effective_at = "
    "excluded.effective_at, recorded_at = excluded.recorded_at, destination = "
    "excluded.destination, deliveries = excluded.deliveries, perhaps = excluded.perhaps, opened = "
    "excluded.opened, due = excluded.due, closed = excluded.closed, closed_by = "
    "excluded.closed_by, note = excluded.note"};

store::Task TaskOf(const pqxx::row& row) {
  store::Task task;
  task.id = row[0].as<std::string>();
  task.consent = row[1].as<std::string>();
  task.handle = row[2].as<std::string>();
  task.purpose = row[3].as<std::string>();
  task.state = static_cast<policies::ConsentState>(row[4].as<int>());
  task.effective_at = row[5].as<std::int64_t>();
  task.recorded_at = row[6].as<std::int64_t>();
  task.destination = static_cast<std::uint16_t>(row[7].as<int>());
  task.deliveries = static_cast<std::uint64_t>(row[8].as<std::int64_t>());
  task.perhaps = static_cast<std::uint64_t>(row[9].as<std::int64_t>());
  task.opened = row[10].as<std::int64_t>();
  task.due = row[11].as<std::int64_t>();
  task.closed = row[12].as<std::int64_t>();
  task.closed_by = static_cast<std::uint32_t>(row[13].as<std::int64_t>());
  task.note = pqxx::binarystring(row[14]).str();
  return task;
}

void Put(Tx& tx, const store::Task& task) {
  tx.Run(kPut, task.id, task.consent, task.handle, task.purpose, static_cast<int>(task.state),
         task.effective_at, task.recorded_at, static_cast<int>(task.destination),
         static_cast<std::int64_t>(task.deliveries), static_cast<std::int64_t>(task.perhaps),
         task.opened, task.due, task.closed, static_cast<std::int64_t>(task.closed_by),
         pqxx::binarystring(task.note.data(), task.note.size()));
}

}  // namespace

void ApplyTasks(Tx& tx, const std::vector<store::TaskChange>& changes) {
  for (const store::TaskChange& change : changes) {
    if (const auto task = store::Changed(OneTask(tx, change.task.id), change)) Put(tx, *task);
  }
}

std::vector<store::Task> TaskList(Tx& tx, bool open_only, std::size_t limit) {
  constexpr std::size_t kMax = std::numeric_limits<std::int64_t>::max();
  const pqxx::result rows =
      tx.Run(kList, open_only, static_cast<std::int64_t>(std::min(limit, kMax)));
  std::vector<store::Task> tasks;
  tasks.reserve(rows.size());
  for (const pqxx::row& row : rows) tasks.push_back(TaskOf(row));
  return tasks;
}

std::optional<store::Task> OneTask(Tx& tx, std::string_view id) {
  const pqxx::result rows = tx.Run(kById, std::string(id));
  if (rows.empty()) return {};
  return TaskOf(rows[0]);
}

}  // namespace octroi::store_postgres
