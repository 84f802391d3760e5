// What the DPO's record shows: one decision with the way of its fields, and what the register says
// of one person, now and then. docs/FORMATS.md, "The console".
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "gateway/access/desk.h"
#include "gateway/explain.h"
#include "gateway/plan.h"
#include "store/store.h"

namespace octroi::gateway::console {

// In UTF-8. With "console NAME: " before it, it fits where reasons are recorded
// (change/statement.h).
inline constexpr std::size_t kReasonBytesMax = 400;

// The parts outlive it. Of one thread.
class RecordReader {
 public:
  struct Parts {
    store::Store* store = nullptr;
    const crypto::KeyRing* keys = nullptr;
    const base::Clock* clock = nullptr;
    access::AccessDesk* accesses = nullptr;
    std::function<PlanPtr()> plan;
    std::function<base::Result<PastConfig>(std::uint32_t plan)> past;
    std::function<std::string(std::string_view event_id)> explain;
    std::string origin;
  };
  explicit RecordReader(Parts parts) : parts_(std::move(parts)) {}

  // What `octroi explain` says, and "lineage": each field of its contract, where it came from and
  // in which form it left for whom. {"error"} where there is nothing to say.
  nlohmann::ordered_json Decision(std::string_view event_id) const;

  // {"person": {"email": ".."} | "event": id, "at"?: RFC 3339, "reason": ".."}: what the register
  // says today, and what it said at `at` (of an event: when it was received), as known then and as
  // known now. Recorded on the journal before it is read, under the name of the user; what cannot
  // be recorded is not read.
  nlohmann::ordered_json Person(const nlohmann::ordered_json& order, std::string_view user) const;

 private:
  struct Asked;
  std::string Read(const nlohmann::ordered_json& order, Asked& asked) const;
  std::string Recorded(const Asked& asked, std::string_view user) const;

  Parts parts_;
};

}  // namespace octroi::gateway::console
