// What left before it was known that it should not have (standards.md C4 2): deliveries decided
// after a person withdrew, objected or denied, and before the register learnt of it. Decisions stay
// as they were; what is owed to the person and to the recipients is listed (GDPR 17, 18, 19).
#pragma once

#include <string>

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

// {"late": [...], "deliveries": n}, or {"error": ...}: docs/FORMATS.md, *The register*. A delivery
// counts if the register, as known once the late event was recorded, denied it at the moment of
// delivery. Sent ones are certain; those that failed or are under way after an attempt may have
// arrived. Walks the register and every event of this journal that is on file: minutes for many
// millions. Any thread.
std::string LateReport(const LateParts& parts);

}  // namespace octroi::gateway
