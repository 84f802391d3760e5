#include "crypto/siv.h"

#include <openssl/crypto.h>

#include <array>

#include "crypto/key_ring.h"
#include "crypto/openssl.h"
#include "crypto/secret_file.h"

namespace octroi::crypto {
namespace {

constexpr std::size_t kKeyBytes = 64;
constexpr std::size_t kPartBytesMax = std::size_t{1} << 30;  // EVP counts in int

CipherContext Prepared(bool encrypt, std::string_view key,
                       std::span<const std::string> associated) {
  CipherContext context = NewContext();
  Must(EVP_CipherInit_ex2(context.get(), EvpAes256Siv(), Bytes(key), nullptr, encrypt ? 1 : 0,
                          nullptr));
  int taken = 0;
  for (const std::string& part : associated) {
    if (part.empty() || part.size() > kPartBytesMax) Fatal("associated data of a wrong size");
    Must(EVP_CipherUpdate(context.get(), nullptr, &taken, Bytes(part),
                          static_cast<int>(part.size())));
  }
  return context;
}

// A prepared context is good for one text.
CipherContext CopyOf(const CipherContext& prepared) {
  CipherContext context = NewContext();
  Must(EVP_CIPHER_CTX_copy(context.get(), prepared.get()));
  return context;
}

}  // namespace

struct SivKey::Context {
  CipherContext seal, open;
};

SivKey::SivKey(std::string_view key64, std::span<const std::string> associated) {
  if (key64.size() != kKeyBytes) Fatal("a siv key is not 64 bytes long");
  context_ = std::make_unique<Context>(
      Context{Prepared(true, key64, associated), Prepared(false, key64, associated)});
}

SivKey::~SivKey() = default;
SivKey::SivKey(SivKey&&) noexcept = default;
SivKey& SivKey::operator=(SivKey&&) noexcept = default;

void SivKey::Seal(std::string_view plain, std::string& box) const {
  if (plain.empty() || plain.size() > kPartBytesMax) Fatal("plain text of a wrong size for siv");
  const CipherContext context = CopyOf(context_->seal);
  const std::size_t start = box.size();
  box.resize(start + kSivOverheadBytes + plain.size());
  char* const at = box.data() + start;
  int written = 0;
  Must(EVP_EncryptUpdate(context.get(), Bytes(at + kSivOverheadBytes), &written, Bytes(plain),
                         static_cast<int>(plain.size())));
  Must(EVP_EncryptFinal_ex(context.get(), Bytes(at), &written));  // writes nothing
  Must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kSivOverheadBytes, at));
}

std::optional<std::string> SivKey::Open(std::string_view box) const {
  if (box.size() <= kSivOverheadBytes || box.size() > kPartBytesMax) return std::nullopt;
  const CipherContext context = CopyOf(context_->open);
  std::string tag(box.substr(0, kSivOverheadBytes));
  const std::string_view sealed = box.substr(kSivOverheadBytes);
  std::string plain(sealed.size(), '\0');
  int written = 0;
  Must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kSivOverheadBytes, tag.data()));
  if (EVP_DecryptUpdate(context.get(), Bytes(plain.data()), &written, Bytes(sealed),
                        static_cast<int>(sealed.size())) == 1 &&
      written == static_cast<int>(sealed.size())) {
    return plain;
  }
  OPENSSL_cleanse(plain.data(), plain.size());  // nobody reads what was not authenticated
  return std::nullopt;
}

base::Result<SivKey> DeriveSiv(const KeyRing& keys, std::string_view domain,
                               std::string_view id_type, std::string_view normaliser,
                               std::uint32_t version) {
  auto bytes = keys.DeriveBytes("siv", domain, id_type, normaliser, version, kKeyBytes);
  if (!bytes) return bytes.error();
  const WipedString wiped(std::move(*bytes));
  std::array<std::string, 3> associated;
  AppendLp(keys.tenant(), associated[0]);
  AppendLp(domain, associated[1]);
  AppendLp(id_type, associated[2]);
  AppendLp(normaliser, associated[2]);
  for (int shift = 24; shift >= 0; shift -= 8) {
    associated[2].push_back(static_cast<char>(version >> shift));
  }
  return SivKey(wiped.view(), associated);
}

}  // namespace octroi::crypto
