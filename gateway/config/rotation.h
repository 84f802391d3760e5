// What a rotation of the pseudonym key means to a config: to whom tokens go, and for how long both.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "crypto/key_ring.h"
#include "gateway/config.h"

namespace octroi::gateway::config {

struct RotationFacts {
  base::Millis keep_old_for = 0;          // the longest of all Pseudonyms; 0: none says
  base::Millis every = 0;                 // the shortest of all, for they share the key; 0: none
  std::vector<std::string> told, untold;  // destinations that get pseudonyms; with previous_tokens

  static RotationFacts Of(const ConfigFolder& config);
};

class World;
// Destinations that get random tokens (P4), which no key makes and no rotation changes.
std::vector<std::string> RandomTokenDestinations(const ConfigFolder& config);
base::Millis RotateEvery(const World& world);  // RotationFacts::every

// Whether the active version has been in use for longer than `every`. Nothing rotates by itself
// (docs/decisions/0019): it is said wherever somebody looks.
struct RotationDue {
  base::Millis since = 0, by = 0;  // 0: not known; nobody says how often
  bool due = false;

  static RotationDue Of(const std::vector<crypto::KeyVersion>& versions, base::Millis every,
                        base::Millis now);
};

}  // namespace octroi::gateway::config
