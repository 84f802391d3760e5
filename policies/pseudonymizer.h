// Pseudonymizer: journalled event -> what one destination may have. The only maker of a
// ProtectedBatch.
//
// Identifiers become tokens (standards.md B2), one pseudonymisation domain per destination, so that
// two destinations cannot join their data; event ids and idempotency keys are derived per
// destination for the same reason. A field that the destination does not list does not leave. A
// value that is missing or not valid for its identifier type is left out, never tokenised.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/event.h"
#include "base/identifier.h"
#include "base/result.h"
#include "crypto/key_ring.h"
#include "policies/protected_batch.h"
#include "policies/random_tokens.h"
#include "policies/template.h"

namespace octroi::policies {

// A field's token under the key before stands under its name and this (OutgoingForm).
inline constexpr std::string_view kPreviousSuffix = "_prev";

// What may leave of a record: the fields of those categories, and in clear only those of `clear`.
// Where a category is not in `clear`, what points at the person (OutgoingField::direct) leaves as a
// token or not at all.
struct Extent {
  std::uint32_t categories = 0, clear = 0;  // bits; of the purposes that allow
  bool operator==(const Extent&) const = default;
};

struct OutgoingField {
  base::FieldId field = 0;
  std::string name;  // dictionary id: the member's name in "data"
  enum class Form : std::uint8_t {
    kClear,
    kPseudonym,   // P1: the same token for the same value
    kReversible,  // P2: the same, and who has the key reads the value again
    kEpoch,       // P3: another token each month (UTC) in which events are received
    kRandom,      // P4: a random token, the same for the same value as long as the table has it
    // Not tokens: less precise (generalise.h)
    kYear,
    kHour,
    kDepartment,
    kIpPrefix,
    kFamily,
    kRedacted,  // free text, with the personal data found in it replaced (Redact)
    // Anyone can compute it, so it is a direct identifier in another form and no pseudonym.
    kPartnerHash,
  } form = Form::kPseudonym;
  base::IdentifierType type = base::IdentifierType::kOther;  // of a pseudonym
  std::uint32_t category = 0;  // its bit; leaves only if an allowing purpose has it
  // As it is listed, it points at the person: in clear, redacted (a name may be left), partner
  // hash.
  bool direct = false;
  bool identity = false;  // and is an identifier, of which a P1 token can stand instead
};

// Appends a text with the personal data found in it replaced. False: it cannot be judged, and
// nothing was appended: it does not leave. Called from any thread, by many at a time. The one who
// finds is elsewhere: policies know what leaves, not what a text holds.
using Redact = bool (*)(std::string_view text, std::string& out);

struct OutgoingForm {
  std::string domain;  // the destination's id
  struct ForContract {
    std::uint16_t contract = 0;  // place in the plan
    std::string name;            // "lead@2"
    std::vector<OutgoingField> fields;
  };
  std::vector<ForContract> contracts;
  Template body = Template::Standard();
  // During a rotation (KeyRing::previous) each token also as the key before made it, as
  // "<name>_prev".
  bool previous_tokens = false;
  bool lines = false;  // an event a line, as `body` has it or its `$each`, and nothing around
};

struct OutgoingEvent {  // views must live until Finish
  std::uint64_t sequence = 0;
  std::string_view event;  // its name, from config: "lead.created"
  std::uint16_t contract = 0;
  Extent may_leave;
  std::span<const std::string_view> purposes;  // ids that allow
  const base::FieldReader* fields = nullptr;
  base::Millis received = 0;  // when the event was: the epoch of P3
};

// Immutable after Make; safe from any thread. Copies of keys stay inside prepared HMAC states.
//
//   token            P1, P2 or P3 (standards.md B2), active key version; id_type is the dictionary
//                    field; "<field>_prev": the version before it, of what was received in time
//                    P4: of no key; whose it is stands in the table that Finish is given
//   outgoing id      HMAC(K("event-id"), LP(origin) || u64(sequence)), 16 bytes in base64url
//   idempotency key  HMAC(K("idempotency"), LP(origin) || u64(sequence) of each event), the same
//
// The last two use the oldest version that may be used, with empty id_type and normaliser: a
// rotation between two attempts must not make one event two.
class Pseudonymizer {
 public:
  // kInvalid: a domain that is not an id or that two destinations share (they could join their
  // data), a contract or a member named twice, an empty name. Without `redact`, kRedacted is left
  // out.
  static base::Result<std::unique_ptr<Pseudonymizer>> Make(const crypto::KeyRing& keys,
                                                           std::string origin,
                                                           std::vector<OutgoingForm> destinations,
                                                           Redact redact = nullptr);
  ~Pseudonymizer();

  void Begin(std::uint16_t destination, ProtectedBatch& batch) const;
  // Clear fields are spliced as they were judged; a field that is absent, or whose category is not
  // allowed, is left out. kInvalid: the destination does not receive this contract, the batch was
  // not begun for it, its template has room for one event only, or nobody said when an event of
  // which a token depends on that was received. The batch is unchanged then.
  base::Status Add(std::uint16_t destination, const OutgoingEvent& event,
                   ProtectedBatch& batch) const;
  // Runs the lanes, and has `tokens` give what is random, all of it at once. Call it until it is
  // ok: before that body and key read empty. kUnavailable: from `tokens`; the batch may be finished
  // later, or begun again. kInvalid: something random is wanted and nobody gives it.
  base::Status Finish(std::uint16_t destination, ProtectedBatch& batch,
                      RandomTokens* tokens = nullptr) const;

  // Which fields of a contract this destination gets to that extent, if they have a value,
  // and in which form: those that its template uses. Empty: it does not receive the contract.
  struct Leaving {
    base::FieldId field = 0;
    OutgoingField::Form form = OutgoingField::Form::kClear;
  };
  std::vector<Leaving> LeavingOf(std::uint16_t destination, std::uint16_t contract,
                                 const Extent& may_leave) const;

  // The id under which an event leaves for a destination, in every batch and attempt. Empty: there
  // is no such destination.
  std::string OutgoingId(std::uint16_t destination, std::uint64_t sequence) const;

  // The token of one normalised value, for the vectors. `received`: for P3. kInvalid: an empty
  // value, one longer than 65,535 bytes, a version that may not be used, or a form whose tokens are
  // not computed.
  static base::Result<std::string> Token(const crypto::KeyRing& keys, std::string_view domain,
                                         const OutgoingField& field, std::string_view normalised,
                                         std::uint32_t version, base::Millis received = 0);

 private:
  Pseudonymizer();
  class Writer;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace octroi::policies
