#include "crypto/seal.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "crypto/hmac.h"
#include "crypto/openssl.h"

namespace octroi::crypto {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kWrappedBytes = kKeyBytes + 8;
constexpr std::size_t kPartBytesMax = std::size_t{1} << 30;  // EVP counts in int

base::Error NotOurs() {
  return {base::ErrorCode::kInvalid, "crypto.open", "the box does not open"};
}

}  // namespace

struct Sealer::Context {
  CipherContext seal = NewContext();
  CipherContext open = NewContext();
};

Sealer::Sealer(std::string_view key32) : context_(std::make_unique<Context>()) {
  if (key32.size() != kKeyBytes) Fatal("a sealing key is not 32 bytes long");
  Must(EVP_EncryptInit_ex2(context_->seal.get(), EvpAes256Gcm(), Bytes(key32), nullptr, nullptr));
  Must(EVP_DecryptInit_ex2(context_->open.get(), EvpAes256Gcm(), Bytes(key32), nullptr, nullptr));
}

Sealer::~Sealer() = default;
Sealer::Sealer(Sealer&&) noexcept = default;
Sealer& Sealer::operator=(Sealer&&) noexcept = default;

void Sealer::Seal(std::string_view aad, std::string_view plain, std::string& box) {
  const std::size_t start = box.size();
  box.resize(start + plain.size() + kBoxOverheadBytes);
  Seal(aad, plain, box.data() + start);
}

void Sealer::Seal(std::string_view aad, std::string_view plain, char* box) {
  if (plain.size() > kPartBytesMax || aad.size() > kPartBytesMax) Fatal("a box is over 1 GiB");
  EVP_CIPHER_CTX* const context = context_->seal.get();
  std::uint8_t nonce[kNonceBytes];
  RandomBytes(nonce);
  char* at = std::copy(nonce, nonce + kNonceBytes, box);
  int written = 0;
  Must(EVP_EncryptInit_ex2(context, nullptr, nullptr, nonce, nullptr));
  Must(EVP_EncryptUpdate(context, nullptr, &written, Bytes(aad), static_cast<int>(aad.size())));
  Must(EVP_EncryptUpdate(context, Bytes(at), &written, Bytes(plain),
                         static_cast<int>(plain.size())));
  at += plain.size();
  Must(EVP_EncryptFinal_ex(context, Bytes(at), &written));
  Must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes, at));
}

base::Status Sealer::Open(std::string_view aad, std::string_view box, std::string& plain) {
  if (box.size() < kBoxOverheadBytes || box.size() > kPartBytesMax || aad.size() > kPartBytesMax) {
    return NotOurs();
  }
  EVP_CIPHER_CTX* const context = context_->open.get();
  const std::string_view nonce = box.substr(0, kNonceBytes);
  const std::string_view sealed = box.substr(kNonceBytes, box.size() - kBoxOverheadBytes);
  std::string_view tag = box.substr(box.size() - kTagBytes);
  const std::size_t start = plain.size();
  plain.resize(start + sealed.size());
  char* const at = plain.data() + start;
  int written = 0;
  Must(EVP_DecryptInit_ex2(context, nullptr, nullptr, Bytes(nonce), nullptr));
  Must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes,
                           const_cast<char*>(tag.data())));  // reads only
  Must(EVP_DecryptUpdate(context, nullptr, &written, Bytes(aad), static_cast<int>(aad.size())));
  Must(EVP_DecryptUpdate(context, Bytes(at), &written, Bytes(sealed),
                         static_cast<int>(sealed.size())));
  unsigned char nothing[kTagBytes];
  if (EVP_DecryptFinal_ex(context, nothing, &written) == 1) return base::Ok();
  OPENSSL_cleanse(at, sealed.size());  // nobody reads what was not authenticated
  plain.resize(start);
  return NotOurs();
}

std::string WrapKey(std::string_view kek32, std::string_view key32) {
  if (kek32.size() != kKeyBytes || key32.size() != kKeyBytes) {
    Fatal("a key to wrap, or to wrap with, is not 32 bytes long");
  }
  const CipherContext context = NewContext();
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  std::string wrapped(kWrappedBytes, '\0');
  int written = 0;
  Must(EVP_EncryptInit_ex2(context.get(), EvpAes256Wrap(), Bytes(kek32), nullptr, nullptr));
  Must(EVP_EncryptUpdate(context.get(), Bytes(wrapped.data()), &written, Bytes(key32), kKeyBytes));
  if (written != kWrappedBytes) Fatal("a wrapped key has the wrong size");
  return wrapped;
}

std::optional<std::string> UnwrapKey(std::string_view kek32, std::string_view wrapped) {
  if (kek32.size() != kKeyBytes) Fatal("a key to unwrap with is not 32 bytes long");
  if (wrapped.size() != kWrappedBytes) return std::nullopt;
  const CipherContext context = NewContext();
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  std::string key(kWrappedBytes, '\0');  // EVP may write a block more than the key
  int written = 0;
  Must(EVP_DecryptInit_ex2(context.get(), EvpAes256Wrap(), Bytes(kek32), nullptr, nullptr));
  const int opened = EVP_DecryptUpdate(context.get(), Bytes(key.data()), &written, Bytes(wrapped),
                                       static_cast<int>(wrapped.size()));
  if (opened != 1 || written != kKeyBytes) {
    OPENSSL_cleanse(key.data(), key.size());
    return std::nullopt;
  }
  key.resize(kKeyBytes);
  return key;
}

}  // namespace octroi::crypto
