// AccessRecord: that somebody asked to see who is behind a token, or read the register of one
// person, and what came of it. Durable before anything is answered. Holds no value: keyed
// fingerprints of the person's identifiers, and the reason sealed, since people write names into
// it. docs/FORMATS.md, docs/decisions/0027-reidentification.md; standards.md B3.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/key_ring.h"
#include "journal/records.h"

namespace octroi::journal {

inline constexpr auto kAccessRecord = static_cast<RecordKind>(7);

enum class Access : std::uint8_t {
  kUndecided = 0,
  kAsked = 1,     // to see the value of a token
  kApproved = 2,  // by a second person
  kRefused = 3,   // by the gateway, or by who might have approved; `refusal` says why
  kOpened = 4,    // the value is given
  kRegisterRead = 5,
  kTokensForgotten = 6  // the person's rows of the table of random tokens go, for good
};
std::string_view Name(Access access);  // "reidentify.asked", "register.read"; "": kUndecided

struct AccessRecord {
  std::uint32_t plan = 0;  // whose gateway.yaml says who has the role
  base::Millis at = 0;
  Access access = Access::kUndecided;
  std::uint32_t uid = 0;             // of the process that asked (SO_PEERCRED)
  std::string role;                  // whose key signed; empty: nobody's, or nothing is signed
  std::uint64_t request = 0;         // the same of one re-identification; 0: none
  std::string domain, field;         // of a token that could be read: destination, dictionary field
  std::string refusal;               // "access.same_person"; empty: not refused
  std::vector<Fingerprint> subject;  // empty: nobody knows
  std::string detail;                // the reason, sealed (SealReason); empty: none given
};

void Encode(const AccessRecord& record, std::string& out);
base::Status Decode(std::string_view record, AccessRecord& into);  // kInvalid: not exactly one

// The reason, bound to the request, the moment and who asked. Any thread.
std::string SealReason(const crypto::KeyRing& keys, const AccessRecord& record,
                       std::string_view reason);
// Nothing: there is none, or other keys sealed it.
std::optional<std::string> OpenReason(const crypto::KeyRing& keys, const AccessRecord& record);

}  // namespace octroi::journal
