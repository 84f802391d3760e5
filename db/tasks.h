// Tasks: what is owed to recipients who were sent what a person had already forbidden (GDPR 19,
// 17(2), 7(3)). A task is a projection of the journal's task records (journal/task_record.h), like
// the flow tables: rebuilt from it, row by row the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "policies/consent.h"

namespace octroi::store {

// "Tell this recipient of that no." No identifier of the person is in it.
struct Task {
  std::string id;       // "t_" and 26 characters, of the consent event and the destination
  std::string consent;  // id of the consent event that came late
  std::string handle;   // of the person
  std::string purpose;  // of the consent event
  policies::ConsentState state = policies::ConsentState::kUnknown;  // likewise
  base::Millis effective_at = 0, recorded_at = 0;                   // likewise
  std::uint16_t destination = 0;                                    // place in the plan
  std::uint64_t deliveries = 0;  // that the recipient was sent all the same
  std::uint64_t perhaps = 0;     // of them, those that may have arrived and may not
  base::Millis opened = 0, due = 0;
  base::Millis closed = 0;      // 0: open
  std::uint32_t closed_by = 0;  // uid of who closed it
  std::string note;             // what they said, sealed (journal::OpenNote)
  bool operator==(const Task&) const = default;
};
enum class TaskAct : std::uint8_t { kOpen = 1, kClose = 2 };
struct TaskChange {
  TaskAct act = TaskAct::kOpen;
  Task task;  // kClose: its id, closed, closed_by and note
};

// A task after a change; nothing: it stays as it was. Opened again it stays (closed, too) unless
// there are more deliveries or more that are certain: then it is open again, since what the
// recipient was told did not cover them. What closes a task that is not known, or not open, changes
// nothing.
std::optional<Task> Changed(const std::optional<Task>& known, const TaskChange& change);

class TaskStore {  // safe from any thread; every call may block on the disk
 public:
  virtual ~TaskStore() = default;
  // Of the attached journal. Open ones first, then by due date, then id; at most so many.
  virtual base::Result<std::vector<Task>> Tasks(bool open_only, std::size_t limit) = 0;
  virtual base::Result<std::optional<Task>> TaskById(std::string_view id) = 0;
};

}  // namespace octroi::store
