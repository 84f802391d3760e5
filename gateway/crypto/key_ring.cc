#include "crypto/key_ring.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "crypto/key_file.h"
#include "crypto/openssl.h"
#include "crypto/secret_file.h"

namespace octroi::crypto {
namespace {

constexpr std::string_view kPseudonymLabel = "cdg/psn/v1";
constexpr std::string_view kPseudonymSalt = "cdg/psn/v1/salt";
constexpr std::string_view kStorageLabel = "octroi/storage/v1";
constexpr std::string_view kStorageSalt = "octroi/storage/v1/salt";
constexpr std::string_view kCheckLabel = "octroi/kcv/v1";
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kCheckBytes = 8;

struct Purpose {
  std::string_view use, domain, id_type, normaliser;
};

// K(use, length) of standards.md B2.
std::string DerivePseudonym(const RootVersion& root, std::string_view tenant,
                            const Purpose& purpose, std::size_t length) {
  std::string info(kPseudonymLabel);
  AppendLp(purpose.use, info);
  AppendLp(tenant, info);
  AppendLp(purpose.domain, info);
  AppendLp(purpose.id_type, info);
  AppendLp(purpose.normaliser, info);
  const std::uint32_t kv = root.version.version;
  for (int shift = 24; shift >= 0; shift -= 8) info.push_back(static_cast<char>(kv >> shift));
  return Hkdf(root.key.bytes(), kPseudonymSalt, info, length);
}

WipedString DeriveStorage(const RootVersion& root, std::string_view tenant,
                          std::string_view label) {
  std::string info(kStorageLabel);
  AppendLp(label, info);
  AppendLp(tenant, info);
  return WipedString(Hkdf(root.key.bytes(), kStorageSalt, info, kKeyBytes));
}

NoteSigner SignerOf(const RootVersion& root, std::string_view tenant, std::string_view label) {
  return NoteSigner::FromSeed(std::string(tenant),
                              DeriveStorage(root, tenant, "sign/" + std::string(label)).view());
}

const RootVersion& Active(const std::vector<RootVersion>& roots) {
  return *std::find_if(roots.begin(), roots.end(), [](const RootVersion& root) {
    return root.version.state == KeyState::kActive;
  });
}

std::string CheckOf(const RootVersion& root) {
  const Digest digest = Hmac(HmacKey(root.key.bytes()), kCheckLabel);
  return base::Hex(AsBytes(digest).substr(0, kCheckBytes));
}

bool AnyHasCheck(const std::vector<RootVersion>& roots, std::string_view check) {
  return std::any_of(roots.begin(), roots.end(), [&](const RootVersion& root) {
    return root.version.state != KeyState::kDestroyed && CheckOf(root) == check;
  });
}

}  // namespace

struct KeyRing::State {
  std::string tenant;
  std::vector<RootVersion> pseudonym;
  std::vector<RootVersion> storage;

  // Without a storage root of its own: from the oldest pseudonym root, so that a rotation of
  // pseudonyms does not lock the store.
  void DeriveStorageRoot() {
    const WipedString root(DerivePseudonym(
        pseudonym.front(), tenant,
        {.use = kStorageLabel, .domain = {}, .id_type = {}, .normaliser = {}}, kKeyBytes));
    storage.push_back({KeyVersion{1, KeyState::kActive}, RootKey(root.view())});
  }
};

KeyRing::KeyRing() : state_(std::make_unique<State>()) {}
KeyRing::~KeyRing() = default;

base::Result<std::unique_ptr<KeyRing>> KeyRing::Open(std::string tenant, const Files& files) {
  if (tenant.empty() || tenant.size() > 0xffff) {
    return base::Error{base::ErrorCode::kInvalid, "crypto.key_ring", "the tenant has no name"};
  }
  std::unique_ptr<KeyRing> ring(new KeyRing);
  ring->state_->tenant = std::move(tenant);
  auto pseudonym = ReadKeyFile(files.pseudonym_root, kPseudonymPurpose);
  if (!pseudonym) return pseudonym.error();
  ring->state_->pseudonym = std::move(*pseudonym);
  if (!files.storage_root.empty()) {
    auto storage = ReadKeyFile(files.storage_root, kStoragePurpose);
    if (!storage) return storage.error();
    ring->state_->storage = std::move(*storage);
    return ring;
  }
  if (ring->state_->pseudonym.front().version.state == KeyState::kDestroyed) {
    return base::Error{base::ErrorCode::kInvalid, "crypto.key_ring",
                       "the oldest key of `" + files.pseudonym_root +
                           "` is destroyed and the store's keys came from it; give a storage root"};
  }
  ring->state_->DeriveStorageRoot();
  return ring;
}

std::unique_ptr<KeyRing> KeyRing::FromRoot(std::string tenant, std::string_view root32,
                                           std::uint32_t version) {
  std::unique_ptr<KeyRing> ring(new KeyRing);
  ring->state_->tenant = std::move(tenant);
  ring->state_->pseudonym.push_back({KeyVersion{version, KeyState::kActive}, RootKey(root32)});
  ring->state_->DeriveStorageRoot();
  return ring;
}

const std::string& KeyRing::tenant() const { return state_->tenant; }

std::uint32_t KeyRing::active_version() const { return Active(state_->pseudonym).version.version; }

std::uint32_t KeyRing::oldest_version() const {
  const auto& roots = state_->pseudonym;
  return std::find_if(roots.begin(), roots.end(), [](const auto& root) { return root.usable(); })
      ->version.version;
}

std::vector<KeyVersion> KeyRing::versions() const {
  std::vector<KeyVersion> found;
  for (const RootVersion& root : state_->pseudonym) found.push_back(root.version);
  return found;
}

std::optional<KeyVersion> KeyRing::previous() const {
  std::optional<KeyVersion> newest;
  for (const RootVersion& root : state_->pseudonym) {
    if (root.version.until != 0 && root.version.version < active_version()) newest = root.version;
  }
  return newest;
}

base::Result<std::string> KeyRing::DeriveBytes(std::string_view use, std::string_view domain,
                                               std::string_view id_type,
                                               std::string_view normaliser, std::uint32_t version,
                                               std::size_t length) const {
  for (const RootVersion& root : state_->pseudonym) {
    if (root.version.version != version) continue;
    if (!root.usable()) break;
    return DerivePseudonym(root, state_->tenant, {use, domain, id_type, normaliser}, length);
  }
  return base::Error{
      base::ErrorCode::kInvalid, "crypto.key_ring",
      std::string("kv=") + std::to_string(version) + " is not on the ring or may not be used"};
}

base::Result<HmacKey> KeyRing::DeriveHmac(std::string_view use, std::string_view domain,
                                          std::string_view id_type, std::string_view normaliser,
                                          std::uint32_t version) const {
  auto bytes = DeriveBytes(use, domain, id_type, normaliser, version, kKeyBytes);
  if (!bytes) return bytes.error();
  const WipedString wiped(std::move(*bytes));
  return HmacKey(wiped.view());
}

HmacKey KeyRing::StorageHmac(std::string_view label) const {
  return HmacKey(DeriveStorage(Active(state_->storage), state_->tenant, label).view());
}

Sealer KeyRing::StorageSealer(std::string_view label) const {
  return Sealer(DeriveStorage(Active(state_->storage), state_->tenant, label).view());
}

std::string KeyRing::WrapWithKek(std::string_view key32) const {
  return WrapKey(DeriveStorage(Active(state_->storage), state_->tenant, "kek").view(), key32);
}

std::optional<std::string> KeyRing::UnwrapWithKek(std::string_view wrapped) const {
  for (const RootVersion& root :
       state_->storage) {  // what was wrapped before a rotation still opens
    if (!root.usable()) continue;
    if (auto key = UnwrapKey(DeriveStorage(root, state_->tenant, "kek").view(), wrapped))
      return key;
  }
  return std::nullopt;
}

NoteSigner KeyRing::Signer(std::string_view label) const {
  return SignerOf(Active(state_->storage), state_->tenant, label);
}

std::vector<NoteVerifier> KeyRing::Verifiers(std::string_view label) const {
  std::vector<NoteVerifier> verifiers;
  for (const RootVersion& root : state_->storage) {
    if (root.usable()) verifiers.push_back(SignerOf(root, state_->tenant, label).verifier());
  }
  return verifiers;
}

std::string KeyRing::CheckValue() const {
  return CheckOf(Active(state_->pseudonym)) + "." + CheckOf(Active(state_->storage));
}

bool KeyRing::Recognises(std::string_view check_value) const {
  const std::size_t dot = check_value.find('.');
  return dot != std::string_view::npos &&
         AnyHasCheck(state_->pseudonym, check_value.substr(0, dot)) &&
         AnyHasCheck(state_->storage, check_value.substr(dot + 1));
}

}  // namespace octroi::crypto
