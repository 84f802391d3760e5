// The port of the register of personal data breaches (GDPR 33(5)): facts, effects, measures, in
// entries that are only ever added. No personal data in any of them. Errors as store.h has them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace octroi::store {

struct BreachEntry {
  std::string breach;         // id: "key-3"
  std::uint32_t place = 1;    // of the entry within its breach, from 1 on
  base::Millis at = 0;        // when it was said
  std::uint32_t uid = 0;      // of the process that said it (SO_PEERCRED, or our own)
  std::string what;           // "opened", "noted", "notified", "closed"
  std::string detail = "{}";  // JSON
  bool operator==(const BreachEntry&) const = default;
};

class BreachStore {
 public:
  virtual ~BreachStore() = default;
  // Durable when it returns. The same entry again: ok, no second row. kInvalid: that place is
  // another entry's, an empty id, or a place of 0.
  virtual base::Status AddBreach(const BreachEntry& entry) = 0;
  virtual base::Result<std::vector<BreachEntry>> Breaches() = 0;  // by id, then by place
};

}  // namespace octroi::store
