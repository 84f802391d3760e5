// The tasks in SQLite. Each half lives on the connection it was made with.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "store/tasks.h"
#include "store_sqlite/connection.h"

namespace octroi::store_sqlite {

class TaskWriter {
 public:
  base::Status Prepare(Connection& db);
  base::Status Apply(Connection& db,
                     const std::vector<store::TaskChange>& changes);  // inside a transaction

 private:
  Statement by_id_, put_;
};

class TaskReader {
 public:
  base::Status Prepare(Connection& db);
  base::Result<std::vector<store::Task>> Tasks(Connection& db, bool open_only, std::size_t limit);
  base::Result<std::optional<store::Task>> ById(Connection& db, std::string_view id);

 private:
  Statement by_id_, list_;
};

}  // namespace octroi::store_sqlite
