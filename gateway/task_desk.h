// TaskDesk: what is owed to recipients, opened, listed and closed (GDPR 19, 17(2); db/tasks.h).
// docs/decisions/0032-late-tasks.md.
//
// A task is opened and closed by a record of the journal (journal/task_record.h), durable before
// anything is answered; the store's rows are projected from those. The same task opened twice, or
// closed twice, is one.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "crypto/key_ring.h"
#include "gateway/consent_late.h"
#include "gateway/explain.h"
#include "gateway/plan.h"
#include "journal/journal.h"
#include "journal/task_record.h"
#include "store/store.h"

namespace octroi::gateway {

// Within the month of GDPR 12(3), whichever month it is.
inline constexpr base::Millis kTaskDueMs = 28 * 86'400'000LL;

// Safe from any thread; one thing at a time. The parts outlive it.
class TaskDesk {
 public:
  struct Parts {
    journal::Journal* journal = nullptr;
    store::TaskStore* store = nullptr;
    const crypto::KeyRing* keys = nullptr;
    const base::Clock* clock = nullptr;
    std::function<std::uint64_t()> projected;          // journal sequence that the store has
    std::function<base::Result<PastConfig>()> config;  // in force
    Language language = Language::kFrench;
  };
  explicit TaskDesk(Parts parts) : parts_(std::move(parts)) {}

  // A task for each destination of each; what is known with the same figures is left out. Durable
  // when it returns. Errors: the journal's or the store's; what came before may be open.
  base::Status Open(std::span<const Late> late, const Plan& plan);

  // {"what": "list", "all"?: true} | {"what": "show", "task"} | {"what": "close", "task",
  // "reason"}; `uid` is the peer's. JSON (docs/FORMATS.md, *Tasks*); a refusal is
  // {"error":"task.*"}.
  std::string Take(std::string_view order, std::uint32_t uid);

 private:
  struct InForce {
    const Plan& plan;
    config::RegisterFacts facts;
  };
  std::string List(const InForce& config, bool open_only) const;
  std::string Show(const InForce& config, std::string_view id) const;
  std::string Close(const InForce& config, std::string_view id, std::string_view reason,
                    std::uint32_t uid);
  nlohmann::ordered_json TaskJson(const InForce& config, const store::Task& task) const;
  base::Status Append(const journal::FramePtr& frame) const;

  const Parts parts_;
  std::mutex mutex_;
};

}  // namespace octroi::gateway
