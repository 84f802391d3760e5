// Changing a key file: a rotation, and how a version ends (SP 800-57; standards.md B3). The file is
// replaced whole; a gateway that runs obeys it at its next start. Who calls has asked whoever has
// to agree: a destroyed key does not come back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/key_ring.h"

namespace octroi::crypto {

std::string_view Name(KeyState state);  // "verify-only", as the file has it

// Ascending. Errors: KeyRing::Open.
base::Result<std::vector<KeyVersion>> KeyVersions(const std::string& path,
                                                  std::string_view purpose);

// A fresh active version after the highest; the one that was active becomes verify-only, its
// KeyVersion::until as given (a midnight UTC; 0: none). The new version's number. Errors:
// KeyRing::Open.
base::Result<std::uint32_t> RotateKey(const std::string& path, std::string_view purpose,
                                      base::Millis until);

// Ends a version: kRetired (from pre-active and verify-only), kCompromised (from any but
// destroyed; its KeyVersion::since is now), kDestroyed (from retired and compromised: its bytes are
// gone); or takes retiring it back: kVerifyOnly (from retired). kInvalid: the active one, which has
// to be rotated first; a state that this one does not follow; no such version.
base::Status EndKey(const std::string& path, std::string_view purpose, std::uint32_t version,
                    KeyState state);

}  // namespace octroi::crypto
