#include "store/tasks.h"

namespace octroi::store {

std::optional<Task> Changed(const std::optional<Task>& known, const TaskChange& change) {
  if (change.act == TaskAct::kOpen) {
    const bool same = known && known->deliveries == change.task.deliveries &&
                      known->perhaps == change.task.perhaps;
    if (same) return std::nullopt;
    Task task = change.task;
    task.closed = 0;
    task.closed_by = 0;
    task.note.clear();
    if (known) task.opened = known->opened;
    if (known) task.due = known->due;
    return task;
  }
  if (!known || known->closed != 0) return std::nullopt;
  Task task = *known;
  task.closed = change.task.closed;
  task.closed_by = change.task.closed_by;
  task.note = change.task.note;
  return task;
}

}  // namespace octroi::store
