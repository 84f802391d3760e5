// BreachDesk: the documentation of personal data breaches (GDPR 33(5)), which a compromised key
// opens by itself (standards.md B1). docs/decisions/0031-random-tokens.md.
//
//   opened     when `octroi keys compromised` told a running gateway, else at the next start; what
//              left under that key, where to, since when, counted in the journal
//   notified   the supervisory authority was told (33(1)), with its reference
//   closed     with the reference of what was decided
//
// A breach is "key-<version>". Entries are only ever added; none holds personal data: numbers, ids
// of the config, references in a form that holds no sentence.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "crypto/key_ring.h"
#include "gateway/plan.h"
#include "journal/journal.h"
#include "store/breaches.h"

namespace octroi::gateway {

// From when it was known until the authority has to be told, where it has to be (33(1)).
inline constexpr base::Millis kNotifyWithinMs = 72 * 3'600'000LL;

// Letters, digits and -._/ ; 1 to 64 of them: a file number, no sentence.
bool IsReference(std::string_view text);

// Safe from any thread. The parts outlive it.
class BreachDesk {
 public:
  struct Parts {
    store::BreachStore* store = nullptr;
    const journal::Journal* journal = nullptr;
    const base::Clock* clock = nullptr;
    std::function<PlanPtr()> plan;
    // How many people the register knows: nobody else's tokens can have left.
    std::function<std::size_t()> people;
    bool storage_apart = false;  // the storage root is a file of its own
    bool shared = false;  // other gateways send under the same keys: their journals are not here
  };
  explicit BreachDesk(Parts parts) : parts_(std::move(parts)) {}

  // At the start: a breach of every version that the key file calls compromised and that has none,
  // known since KeyVersion::since.
  base::Status Begin(const std::vector<crypto::KeyVersion>& versions, std::uint32_t uid);
  // {"key_version": 2}. {"breach":"key-2","notify_by":"..."}; open already: the same.
  std::string Open(std::string_view order, std::uint32_t uid);
  // {"breach":"key-2","what":"notified"|"closed","reference":"..."}
  std::string Add(std::string_view order, std::uint32_t uid);
  std::string List();  // {"breaches":[...]}: docs/FORMATS.md

  // Of what this gateway has heard: open ones, and those of which the 72 hours are over unnotified.
  struct Light {
    std::int64_t open = 0, overdue = 0;
  };
  Light Look();

 private:
  base::Status OpenOne(std::uint32_t version, base::Millis known_at, std::uint32_t uid);
  nlohmann::ordered_json FactsOf(std::uint32_t version, base::Millis known_at) const;
  base::Result<std::vector<store::BreachEntry>> Read();

  Parts parts_;
  base::Guarded<std::vector<store::BreachEntry>> known_;
};

}  // namespace octroi::gateway
