// Consent as the register knows it: events, the states they fold to, and the index that decisions read.
//
// Law to behaviour: reference/standards.md C1-C3 (GDPR 4(11), 6(1)(a), 7; ISO/IEC TS 27560:2023).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace octroi::policies {

enum class ConsentState : std::uint8_t {
  kUnknown = 0,      // derived: no event
  kRequested = 1,
  kPending = 2,
  kGranted = 3,
  kDenied = 4,
  kWithdrawn = 5,
  kObjected = 6,
  kExpired = 7,      // derived: validity passed
  kInvalidated = 8,
};
std::string_view Name(ConsentState state);
std::optional<ConsentState> ConsentStateOf(std::string_view name);   // stored states only: not unknown, not expired

// 128 bits of a keyed fingerprint of one identifier of a person (crypto: storage key "fingerprint").
using Fingerprint = std::array<std::uint8_t, 16>;

// One append-only event of the register. Immutable once stored.
struct ConsentEvent {
  std::string id;                     // UUIDv7, ours
  std::string record_id;              // UUIDv4: one per (subject, purpose) record of TS 27560
  std::vector<Fingerprint> subject;   // every identifier given for the person; at least one
  std::string purpose;                // id: "marketing.email"
  ConsentState state = ConsentState::kUnknown;
  base::Millis effective_at = 0;      // when the person acted
  base::Millis recorded_at = 0;       // when we learnt it; monotonic
  base::Millis valid_until = 0;       // 0: as the purpose says
  std::string notice;                 // id of what was shown; may be empty for denials and withdrawals
  std::string source;                 // who told us
  std::string detail;                 // sealed evidence (method, language, proof), opaque here
  std::uint64_t sequence = 0;         // of its journal record
};

// The fold of one (subject, purpose): what the register says now, before expiry is derived.
struct ConsentEntry {
  ConsentState state = ConsentState::kUnknown;
  std::uint32_t since_seconds = 0;    // effective_at of the event that decided
  std::uint32_t until_seconds = 0;    // explicit validity; 0: none
  std::uint32_t reference = 0;        // its journal sequence (low 32 bits kept in the index)
};

// Folds events of one (subject, purpose) in the total order of standards.md C3: effective_at, then
// restrictiveness (withdrawn, objected > denied > invalidated > pending, requested > granted), then
// recorded_at, then id. The result does not depend on the order of arrival (property test). A grant dated
// more than 5 minutes after it was recorded counts as pending until `now` reaches it; a withdrawal at once.
ConsentEntry Fold(std::span<const ConsentEvent> events, base::Millis now);

// A withdrawal, objection or denial that comes with an earlier grant date etc. is all in Fold; Validate
// checks one event before it is stored. kInvalid: detail names the member.
base::Status Validate(const ConsentEvent& event);

// Subjects -> folded states, in memory; what every decision reads.
//
// One writer at a time (serialised inside), any number of readers without locks. A reader sees an entry
// whole, never half of one. Memory: at most 64 bytes a subject with one identifier and four purposes.
class ConsentIndex {
 public:
  explicit ConsentIndex(std::size_t purposes);   // kPurposesMax at most; index of a purpose = its place in the plan
  ~ConsentIndex();

  using Subject = std::uint32_t;
  static constexpr Subject kNobody = 0xffffffff;

  // Readers.
  Subject Find(const Fingerprint& fingerprint) const;
  void Prefetch(const Fingerprint& fingerprint) const;
  ConsentEntry Get(Subject subject, std::size_t purpose) const;   // kUnknown for nobody
  std::uint64_t generation() const;      // grows with every Set; read before and after to detect a change
  std::size_t subjects() const;
  std::size_t bytes() const;

  // Writer. Links all fingerprints to one subject (a new one, or the one that has any of them; if several
  // have, the entry is set on each of them) and sets the entry. Effective for readers when it returns.
  void Set(std::span<const Fingerprint> fingerprints, std::size_t purpose, const ConsentEntry& entry);
  std::vector<Subject> SubjectsOf(std::span<const Fingerprint> fingerprints) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace octroi::policies
