#include "store/tasks.h"

namespace octroi::store {
namespace {

// Fewer than before: of some the records are gone; what is owed is not.
bool HasGrown(const Task& known, const Task& found) {
  return found.deliveries > known.deliveries ||
         found.deliveries - found.perhaps > known.deliveries - known.perhaps;
}

}  // namespace

std::optional<Task> Changed(const std::optional<Task>& known, const TaskChange& change) {
  if (change.act == TaskAct::kOpen) {
    if (known && !HasGrown(*known, change.task)) return std::nullopt;
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
