// Consent as the register knows it: events, the states they fold to, and the index that decisions
// read.
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
#include "policies/grant_limits.h"

namespace octroi::policies {

enum class ConsentState : std::uint8_t {
  kUnknown = 0,  // derived: no event
  kRequested = 1,
  kPending = 2,
  kGranted = 3,
  kDenied = 4,
  kWithdrawn = 5,
  kObjected = 6,
  kExpired = 7,  // derived: validity passed
  kInvalidated = 8,
  // Of the person as a whole (kWholePerson), never of one purpose:
  kRestricted = 9,   // GDPR 18
  kLifted = 10,      // the restriction is over; the person was informed first (18(3))
  kSuppressed = 11,  // erased (17), or never to be written to again (21)
  // Of who is whom, never of what anybody agreed to (people.h); no entry of the index has them:
  kMerged = 16,     // two accounts are one person's
  kSeparated = 17,  // they are not
};
std::string_view Name(ConsentState state);
std::optional<ConsentState> ConsentStateOf(
    std::string_view name);  // stored states only: not unknown, not expired

// The purpose of an event that is about the person and not about one purpose.
inline constexpr std::string_view kWholePerson = "*";
bool IsOfPerson(ConsentState state);
bool IsMerge(ConsentState state);  // kMerged or kSeparated
bool IsNo(ConsentState state);     // a stored word against something
// Which of several words about one purpose denies most: 0 says nothing, then granted.
int Strictness(ConsentState state);

// What an identifier is of, and so how far a word said with it reaches (people.h; CNIL 2025-131).
// The names are those of consent-record.schema.json.
enum class Scope : std::uint8_t { kAccount, kContactPoint, kDevice };
std::string_view Name(Scope scope);
std::optional<Scope> ScopeOf(std::string_view name);

// What is known of a person's age; the digital age is the one of GDPR 8(1). Youngest last.
enum class AgeBand : std::uint8_t { kUnknown, kAdult, kMinor, kChild };
std::string_view Name(AgeBand band);  // "minor_below_digital_age", as in consent-record.schema.json
std::optional<AgeBand> AgeBandOf(std::string_view name);

// 128 bits of a keyed fingerprint of one identifier of a person (crypto: storage key
// "fingerprint").
using Fingerprint = std::array<std::uint8_t, 16>;

// One append-only event of the register. Immutable once stored.
struct ConsentEvent {
  std::string id;                    // UUIDv7, ours
  std::string record_id;             // UUIDv4: one per (subject, purpose) record of TS 27560
  std::vector<Fingerprint> subject;  // every identifier given for the person; at least one
  // What they are of: the first `accounts` of an account, then `contact_points`, the rest of a
  // device. Not `scoped`: all of an account. Of a merge: the first `accounts` are one account's,
  // the rest the other's.
  bool scoped = false;
  std::uint8_t accounts = 0, contact_points = 0;
  std::string purpose;  // id: "marketing.email"; or kWholePerson
  ConsentState state = ConsentState::kUnknown;
  base::Millis effective_at = 0;  // when the person acted
  base::Millis recorded_at = 0;   // when we learnt it; monotonic
  base::Millis valid_until = 0;   // 0: as the purpose says
  std::string notice;             // id of what was shown; may be empty for denials and withdrawals
  std::string source;             // who told us
  std::string detail;             // sealed evidence (method, language, proof), opaque here
  std::uint64_t sequence = 0;     // of its journal record
  AgeBand age = AgeBand::kUnknown;  // of the person; said with any event
  bool by_parent = false;           // a grant: the holder of parental responsibility agreed (8)
  bool explicit_word = false;       // a grant: explicit (9(2)(a))
  SharedLimits limits;              // a grant: for whom and for what; nullptr: all of its purpose
};

Scope ScopeAt(const ConsentEvent& event, std::size_t place);  // of subject[place]

// Age, parent, explicitness and scopes as the journal and the stores keep them: two bits of age,
// one each, four bits for each count, one for `scoped`. Bits that are not known are ignored.
std::uint16_t MarksOf(const ConsentEvent& event);
void SetMarks(std::uint16_t marks, ConsentEvent& event);

// The fold of one (subject, purpose): what the register says now, before expiry is derived. Whole
// seconds: an event in the same second as a grant counts as covered by it; a validity is never
// rounded up.
struct ConsentEntry {
  ConsentState state = ConsentState::kUnknown;
  std::uint32_t since_seconds = 0;  // effective_at of the event that decided
  std::uint32_t until_seconds =
      0;                        // explicit validity; 0: none. It can only shorten the purpose's.
  std::uint32_t reference = 0;  // its journal sequence (low 32 bits kept in the index)
  bool by_parent = false, explicit_word = false;  // of a grant
  // Of a grant; nullptr: not limited. Lives as long as what the entry was asked of: the events of a
  // fold, the index.
  const GrantLimits* limits = nullptr;
  bool operator==(const ConsentEntry& other) const;  // of limits: what they say
};

// Folds events of one (subject, purpose): the last one in the total order of standards.md C3
// decides, which is effective_at, then restrictiveness (withdrawn, objected > denied > invalidated
// > pending, requested > granted), then recorded_at, then id. An objection stands (Art. 21) until a
// grant comes after it: what is asked, denied, withdrawn or invalidated later does not lift it. The
// result does not depend on the order of arrival (property test). A grant dated more than 5 minutes
// after it was recorded counts as pending until `now` reaches it, for the order too; everything
// else, a withdrawal above all, counts at once. An index that holds such a pending entry
// (since_seconds ahead of now) is denied by it until it is folded again at that time.
//
// Of the person as a whole: a restriction stands until it is lifted, a suppression for good; what
// counts against them is a grant that came later (Decide). Where both are in force the entry is
// kSuppressed since the later of the two. A lifting dated ahead restricts until then.
//
// Of merges of two accounts alone: the last one; a separation dated ahead waits.
ConsentEntry Fold(std::span<const ConsentEvent* const> events, base::Millis now);
ConsentEntry Fold(std::span<const ConsentEvent> events, base::Millis now);

// Checks one event, complete but for `sequence`, before it is stored. kInvalid: detail names the
// member. A notice is needed for what leads to a grant (requested, pending, granted), never for
// saying no.
base::Status Validate(const ConsentEvent& event);

// Subjects -> folded states, in memory; what every decision reads.
//
// One writer at a time (serialised inside), any number of readers without locks. A reader sees an
// entry whole, never half of one. Memory: at most 48 bytes an identifier with four purposes once
// there are a few million; up to 4 bytes a purpose more where subjects have an explicit validity, 2
// where their grants are limited, and the lists of these once each (at most 16 MiB, and 65,534 of
// them: a grant limited by one more covers nothing). At most 2^28 identifiers. Of a fingerprint 68
// bits are kept: two people who agree in them would share a state. That any two of ten million do:
// 2 x 10^-7; that somebody who is not on file is taken for one of them: 3 x 10^-14.
class ConsentIndex {
 public:
  explicit ConsentIndex(std::size_t purposes);  // by place in the plan; at most kPurposesMax
  ~ConsentIndex();

  using Subject = std::uint32_t;
  static constexpr Subject kNobody = 0xffffffff;

  // Readers.
  Subject Find(const Fingerprint& fingerprint) const;
  void Prefetch(const Fingerprint& fingerprint) const;
  ConsentEntry Get(Subject subject, std::size_t purpose) const;  // nobody, no place: kUnknown
  // What is in force for the person as a whole; kUnknown: nothing. Few have it, so it is kept
  // apart.
  static constexpr std::size_t kPerson = ~std::size_t{0};  // its place in Get and Set
  AgeBand AgeOf(Subject subject) const;                    // kept likewise
  // Grows with every Set, after its change and before it returns. So: read it, read entries, and as
  // long as it reads the same, no Set has returned that those entries lack.
  std::uint64_t generation() const;
  std::size_t subjects() const;
  std::size_t bytes() const;

  // Writer. Each fingerprint is a subject of its own: who is whom is settled before (people.h).
  // Effective for readers when it returns. Nothing happens for a purpose out of range. May throw
  // bad_alloc.
  void Set(const Fingerprint& fingerprint, std::size_t purpose, const ConsentEntry& entry);
  void SetAge(const Fingerprint& fingerprint, AgeBand age);
  std::vector<Subject> SubjectsOf(std::span<const Fingerprint> fingerprints) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace octroi::policies
