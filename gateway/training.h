// Training sets: which records went to a destination that trains a model, so that a later no can
// name them. What entered a model is not taken out by deleting a record, so who withdraws is owed
// the list of the sets that hold theirs (GDPR 7(3), 17, 19; 15 for who only asks).
//
// A set is what left for one destination in one month (UTC, of the moment it was sent) for
// `ai.training` or a purpose under it, by the purposes of its admission: a record that a lane sent
// for fewer is still in it, never one too few. What arrived for certain is in its digest; what may
// have arrived (it failed, or is under way, after an attempt) is counted beside it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "crypto/key_ring.h"
#include "gateway/config/register_facts.h"
#include "gateway/plan.h"
#include "policies/consent.h"
#include "store/store.h"

namespace octroi::gateway {

// Bits of the purposes under `ai.training`, those that the config no longer has included.
std::uint32_t TrainingPurposes(const Plan& plan);
// "modele.2026-11"
std::string TrainingSetOf(const Plan& plan, std::uint16_t destination, base::Millis sent);
// Its id, also where the config no longer has it.
std::string DestinationAt(const Plan& plan, std::uint16_t destination);

struct TrainingParts {
  store::Store* store = nullptr;  // attached to this journal
  const Plan* plan = nullptr;     // in force
  const config::RegisterFacts* facts = nullptr;
  const crypto::KeyRing* keys = nullptr;
  std::string origin;  // of the journal
  base::Millis now = 0;
};

// docs/FORMATS.md, *Training sets*; {"error": ...} if the store does not answer. Both walk every
// event of this journal that is on file: minutes for many millions. Any thread.
//
// The sets with their counts and digests, of one destination or of all (empty). The digest is the
// root (crypto/merkle.h) over what arrived, by ascending sequence, of each entry
//   LP("octroi/training/v1") LP(set) u64(sequence) commitment u64(sent, ms)
// where LP is crypto::AppendLp, numbers are little endian, and the commitment is the record's: 32
// bytes that tell nothing, and that its payload opens as long as it is kept.
std::string TrainingSets(const TrainingParts& parts, std::string_view destination);

// The sets that hold records of people who since said no to what they were sent for, with the ids
// of the records. Of one person, by all their identifiers: every set that holds any, and whether
// they said no.
std::string TrainingAffected(const TrainingParts& parts,
                             const std::optional<std::vector<policies::Fingerprint>>& person);

}  // namespace octroi::gateway
