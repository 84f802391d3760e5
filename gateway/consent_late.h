// What left before it was known that it should not have (standards.md C4 2): deliveries decided
// after a person withdrew, objected or denied, and before the register learnt of it. Decisions stay
// as they were; what is owed to the person and to the recipients is listed (GDPR 17, 18, 19).
#pragma once

#include <atomic>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/register_facts.h"
#include "gateway/plan.h"
#include "store/store.h"

namespace octroi::gateway {

struct LateParts {
  store::Store* store = nullptr;  // attached to this journal
  const Plan* plan = nullptr;     // in force: its places, purposes and their terms
  const config::RegisterFacts* facts = nullptr;
  const crypto::KeyRing* keys = nullptr;
  std::string origin;  // of the journal
};

// A no that was recorded after the moment from which it counts.
bool IsLate(policies::ConsentState state, base::Millis effective_at, base::Millis recorded_at);

// One late event, and what left in spite of it. A delivery is the first one's that came late for
// it.
struct Late {
  struct Delivery {
    std::uint64_t sequence = 0;
    std::uint16_t destination = 0;
    base::Millis at = 0;
    bool certain = false;                    // else it may have arrived
    std::uint32_t purposes = 0, others = 0;  // denied; still allowed at that moment
  };
  policies::ConsentEvent event;  // without its detail
  std::vector<Delivery> deliveries;
  std::string handle;  // of the person; "" where nothing left
};

// Of the whole register, those that something left in spite of; by when they were recorded. A
// delivery counts if the register, as known once the late event was recorded, denied it at the
// moment of delivery. Sent ones are certain; those that failed or are under way after an attempt
// may have arrived. Walks the register and every event of this journal that is on file: minutes for
// many millions. Errors: the store's. Any thread.
base::Result<std::vector<Late>> FindLate(const LateParts& parts);
// The same of these events alone, in deliveries of events from `from` on. kUnavailable if it is to
// stop.
base::Result<std::vector<Late>> FindLateOf(const LateParts& parts,
                                           std::span<const policies::ConsentEvent> events,
                                           std::uint64_t from, const std::atomic<bool>& stop);

// "t_" and 26 characters: the task of telling one destination of one consent event.
std::string TaskIdOf(const crypto::KeyRing& keys, std::string_view consent,
                     std::string_view destination);

// What the config says of the recipient behind a destination, into the JSON of a task.
void AddRecipient(const config::RegisterFacts& facts, std::string_view destination,
                  nlohmann::ordered_json& task);

// {"late": [...], "deliveries": n}, or {"error": ...}: docs/FORMATS.md, *The register*. Of
// FindLate, with what each recipient is owed and whether it was told.
std::string LateReport(const LateParts& parts);

}  // namespace octroi::gateway
