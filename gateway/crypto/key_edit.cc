#include "crypto/key_edit.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>

#include "crypto/key_file.h"

namespace octroi::crypto {

std::string_view Name(KeyState state) { return KeyStateName(state); }

namespace {

base::Error Refused(const char* where, const char* detail) {
  return {base::ErrorCode::kInvalid, where, detail};
}

bool MayFollow(KeyState from, KeyState to) {
  if (to == KeyState::kRetired)
    return from == KeyState::kPreActive || from == KeyState::kVerifyOnly;
  if (to == KeyState::kVerifyOnly) return from == KeyState::kRetired;
  if (to == KeyState::kCompromised)
    return from != KeyState::kDestroyed && from != KeyState::kCompromised;
  return to == KeyState::kDestroyed &&
         (from == KeyState::kRetired || from == KeyState::kCompromised);
}

}  // namespace

base::Result<std::vector<KeyVersion>> KeyVersions(const std::string& path,
                                                  std::string_view purpose) {
  const auto roots = ReadKeyFile(path, purpose);
  if (!roots) return roots.error();
  std::vector<KeyVersion> versions;
  versions.reserve(roots->size());
  for (const RootVersion& root : *roots) versions.push_back(root.version);
  return versions;
}

base::Result<std::uint32_t> RotateKey(const std::string& path, std::string_view purpose,
                                      base::Millis until) {
  auto roots = ReadKeyFile(path, purpose);
  if (!roots) return roots.error();
  for (RootVersion& root : *roots) {
    root.version.until = 0;  // there is one rotation at a time
    if (root.version.state != KeyState::kActive) continue;
    root.version.state = KeyState::kVerifyOnly;
    root.version.since = 0;
    root.version.until = until;
  }
  std::array<std::uint8_t, 32> fresh{};
  RandomBytes(fresh);
  const std::uint32_t next = roots->back().version.version + 1;
  roots->push_back({KeyVersion{next, KeyState::kActive, 0, 0},
                    RootKey({reinterpret_cast<const char*>(fresh.data()), fresh.size()})});
  OPENSSL_cleanse(fresh.data(), fresh.size());
  if (auto done = ReplaceSecretFile(path, KeyFileText(*roots, purpose).view()); !done)
    return done.error();
  return next;
}

base::Status EndKey(const std::string& path, std::string_view purpose, std::uint32_t version,
                    KeyState state) {
  auto roots = ReadKeyFile(path, purpose);
  if (!roots) return roots.error();
  const auto root = std::ranges::find_if(
      *roots, [&](const RootVersion& one) { return one.version.version == version; });
  if (root == roots->end()) return Refused("keys.version_unknown", "no such version");
  if (root->version.state == KeyState::kActive)
    return Refused("keys.active", "the active version has to be rotated first");
  if (!MayFollow(root->version.state, state))
    return Refused("keys.state", "this state does not follow that one");
  root->version.state = state;
  root->version.until = 0;
  root->version.since = state == KeyState::kCompromised ? base::SystemClock().WallNow() : 0;
  if (state == KeyState::kDestroyed) root->key = RootKey();
  return ReplaceSecretFile(path, KeyFileText(*roots, purpose).view());
}

}  // namespace octroi::crypto
