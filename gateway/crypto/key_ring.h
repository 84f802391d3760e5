// The key ring: root keys from files, their versions and states, and every key derived from them.
//
// Key material never leaves this module except as prepared HmacKey and Sealer objects. Roots are 32
// random bytes a file, mode 0400 or 0600, hex with a first line "octroi-key-v1 <purpose> kv=<n>
// <state>"; a file may hold several versions, one a line pair (key_file.h, docs/FORMATS.md).
// key_edit.h changes it.
// Exactly one version is active.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/hmac.h"
#include "crypto/note.h"
#include "crypto/seal.h"

namespace octroi::crypto {

enum class KeyState { kPreActive, kActive, kVerifyOnly, kRetired, kDestroyed, kCompromised };

struct KeyVersion {
  std::uint32_t version = 1;
  KeyState state = KeyState::kActive;
  // Of verify-only: what is received before that (UTC) leaves with its tokens, too, for who asks
  // for them. 0: nothing does.
  base::Millis until = 0;
  // The day (its midnight UTC) on which it became active, or the moment from which it was known to
  // be compromised. Where the file does not say, when it was last written. Of other states 0.
  base::Millis since = 0;
};

// Immutable after Open; safe from any thread. Secrets are wiped when it is destroyed.
class KeyRing {
 public:
  struct Files {
    std::string pseudonym_root;  // paths
    std::string storage_root;    // empty: K("octroi/storage/v1", 32) of the oldest pseudonym root
  };
  // kInvalid: not a key file; kUnavailable: unreadable, or readable by others (mode & 077): the
  // detail says which file and what to do.
  static base::Result<std::unique_ptr<KeyRing>> Open(std::string tenant, const Files& files);
  // For tests and vectors: one root, one version.
  static std::unique_ptr<KeyRing> FromRoot(std::string tenant, std::string_view root32,
                                           std::uint32_t version = 1);
  ~KeyRing();

  const std::string& tenant() const;
  std::uint32_t active_version() const;  // of the pseudonym root
  // The lowest version that may be used: what must not change with a rotation is derived from it.
  std::uint32_t oldest_version() const;
  std::vector<KeyVersion> versions() const;  // ascending
  // The newest version before the active one of which tokens may still leave beside it, until then
  // (KeyVersion::until); nothing: no rotation is under way.
  std::optional<KeyVersion> previous() const;

  // K(use, 32) of standards.md B2 as a prepared HMAC key. kInvalid if the version is not on the
  // ring or its state forbids use (only active makes new tokens; verify-only derives for
  // comparison).
  base::Result<HmacKey> DeriveHmac(std::string_view use, std::string_view domain,
                                   std::string_view id_type, std::string_view normaliser,
                                   std::uint32_t version) const;
  // Raw K(use, length): for vectors only; callers keep it short-lived.
  base::Result<std::string> DeriveBytes(std::string_view use, std::string_view domain,
                                        std::string_view id_type, std::string_view normaliser,
                                        std::uint32_t version, std::size_t length) const;

  // Keys of the store side, derived from storage_root by a fixed label: "fingerprint" (identifiers
  // of people), "dedup" (message ids, idempotency keys), "detail" (sealed details), "kek" (wraps
  // segment keys).
  HmacKey StorageHmac(std::string_view label) const;
  Sealer StorageSealer(std::string_view label) const;
  std::string WrapWithKek(std::string_view key32) const;
  std::optional<std::string> UnwrapWithKek(std::string_view wrapped) const;

  // Our own signature under notes, named after the tenant; the key is derived from the storage root
  // by a fixed label ("config"). Verifiers: of every version that may be used, so that what was
  // signed before a rotation still holds.
  NoteSigner Signer(std::string_view label) const;
  std::vector<NoteVerifier> Verifiers(std::string_view label) const;

  // 8 bytes in hex that tell which keys these are without revealing them: HMAC(root,
  // "octroi/kcv/v1") cut, pseudonym and storage root (their active versions) joined by '.'. Start
  // is refused when the stored one is not recognised.
  std::string CheckValue() const;
  // A value that CheckValue gave for these keys, now or before a rotation of which the old versions
  // are kept.
  bool Recognises(std::string_view check_value) const;

 private:
  KeyRing();
  struct State;
  std::unique_ptr<State> state_;
};

// What a key file is for, as its first line and CreateKeyFile say it.
inline constexpr std::string_view kPseudonymPurpose = "pseudonym";
inline constexpr std::string_view kStoragePurpose = "storage";

// Writes a new key file, mode 0400 and synced, with one active version of fresh random bytes.
// kInvalid if it exists or the purpose is neither of the above.
base::Status CreateKeyFile(const std::string& path, std::string_view purpose);

// Secrets of sources. A file holds either
//   "octroi-secret-sha256 <64 hex>"   for write keys and bearer keys: only the hash is kept; or
//   "octroi-secret-raw <text>"        for HMAC of the body and for what we present to destinations.
// A file others may read is refused (kUnavailable, with what to do); a newline at the end is not
// part of it. `from` in config is "file:/path" or "env:NAME"; a variable holds the same text as a
// file would.
struct Secret {
  bool hashed = false;
  std::string bytes;  // 32 hash bytes, or the raw secret; wiped by the owner's destructor
  Secret() = default;
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret();
  // Constant time; hashes `presented` first if hashed.
  bool Matches(std::string_view presented) const;
};
base::Result<Secret> ReadSecret(std::string_view from);
// What `octroi init` writes, without the newline.
std::string SecretFileText(std::string_view presented, bool hashed);

}  // namespace octroi::crypto
