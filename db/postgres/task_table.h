// The tasks of one origin.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "store/tasks.h"
#include "store_postgres/session.h"

namespace octroi::store_postgres {

void ApplyTasks(Tx& tx, const std::vector<store::TaskChange>& changes);
std::vector<store::Task> TaskList(Tx& tx, bool open_only, std::size_t limit);
std::optional<store::Task> OneTask(Tx& tx, std::string_view id);

}  // namespace octroi::store_postgres
