// Reading a token back (standards.md B2): what it says of itself, and the value of a P2 token. Who
// may do so is not said here (gateway/access/).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/identifier.h"
#include "base/result.h"
#include "crypto/key_ring.h"
#include "policies/pseudonymizer.h"

namespace octroi::policies {

struct TokenParts {
  OutgoingField::Form form = OutgoingField::Form::kPseudonym;  // P1, P2, P3 or P4
  std::string domain;                                          // the destination's id
  std::uint32_t version = 0;                                   // of the key; of P4 none
  std::string body;  // digest, box or random bytes, decoded
};

// Nothing: no token of ours. Only what we would have written ourselves is one.
std::optional<TokenParts> ReadToken(std::string_view token);

struct IdentifierSpace {
  std::string field;  // dictionary id: id_type of the derivation
  base::IdentifierType type = base::IdentifierType::kOther;
};

struct OpenedToken {
  IdentifierSpace of;
  std::string value;  // normalised
};

// The value behind a P2 token; `spaces` are the fields that it may be of, tried one by one, and the
// synthetic IV tells which. kInvalid, with one of these as `where`:
//   access.one_way          P1 or P3: there is nothing to decrypt (nor is in a P4 token: its table
//                           is asked, gateway/token_desk.h)
//   access.key_unknown      its key version is not in the key file, or was not active yet
//   access.key_retired, access.key_destroyed, access.key_compromised
//   access.token_unknown    the key did not make it for any of these fields
base::Result<OpenedToken> OpenToken(const crypto::KeyRing& keys, const TokenParts& token,
                                    std::span<const IdentifierSpace> spaces);

}  // namespace octroi::policies
