// The text of a key file (docs/FORMATS.md): for each version two lines,
//   octroi-key-v1 <purpose> kv=<n> <state>
//   <64 hex digits>
// A destroyed version keeps its line, with 64 zeros for the key; behind "verify-only" may stand
// " until=2027-01-31", the last day (UTC) of a rotation, behind "active" " since=2026-11-23", the
// day on which it became so, and behind "compromised" " since=2026-11-23T09:15:00.000Z", the moment
// at which that was said. Internal to crypto.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/key_ring.h"
#include "crypto/secret_file.h"

namespace octroi::crypto {

// 32 secret bytes, wiped when they go.
class RootKey {
 public:
  RootKey() = default;
  explicit RootKey(std::string_view bytes32);
  RootKey(const RootKey&) = default;
  RootKey& operator=(const RootKey&) = default;
  ~RootKey();
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

 private:
  std::array<std::uint8_t, 32> bytes_{};
};

struct RootVersion {
  KeyVersion version;
  RootKey key;
  // May derive: active makes new tokens, verify-only compares with old ones.
  bool usable() const {
    return version.state == KeyState::kActive || version.state == KeyState::kVerifyOnly;
  }
};

// Sorted by version number; exactly one is active. Errors: KeyRing::Open.
base::Result<std::vector<RootVersion>> ReadKeyFile(const std::string& path,
                                                   std::string_view purpose);
std::string_view KeyStateName(KeyState state);  // as the file has it
// What ReadKeyFile reads again as these.
WipedString KeyFileText(const std::vector<RootVersion>& versions, std::string_view purpose);

}  // namespace octroi::crypto
