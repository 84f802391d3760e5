#include "crypto/openssl.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <cstdlib>

#include "base/log.h"

namespace octroi::crypto {

void Fatal(std::string_view what) {
  base::Log::Error("crypto.fatal", {{"what", base::Id::OfConfig(what)}});
  std::abort();
}

// The fetched objects live as long as the process.
const EVP_MD* EvpSha256() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  if (fetched == nullptr) Fatal("openssl has no sha-256");
  return fetched;
}

const EVP_CIPHER* EvpAes256Gcm() {
  static const EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  if (fetched == nullptr) Fatal("openssl has no aes-256-gcm");
  return fetched;
}

const EVP_CIPHER* EvpAes256Wrap() {
  static const EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-WRAP", nullptr);
  if (fetched == nullptr) Fatal("openssl has no aes-256-wrap");
  return fetched;
}

const EVP_CIPHER* EvpAes256Siv() {
  static const EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-SIV", nullptr);
  if (fetched == nullptr) Fatal("openssl has no aes-256-siv");
  return fetched;
}

CipherContext NewContext() {
  CipherContext context(EVP_CIPHER_CTX_new());
  if (context == nullptr) Fatal("openssl has no memory for a cipher context");
  return context;
}

void Must(int result) {
  if (result != 1) Fatal("an openssl cipher call failed that cannot fail");
}

Digest OpensslSha256(std::string_view message) {
  Digest digest;
  if (EVP_Digest(message.data(), message.size(), digest.data(), nullptr, EvpSha256(), nullptr) !=
      1) {
    Fatal("openssl sha-256 failed");
  }
  return digest;
}

Digest OpensslHmac(std::string_view key, std::string_view message) {
  Digest digest;
  std::size_t size = 0;
  if (EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA2-256", nullptr, key.data(), key.size(),
                Bytes(message), message.size(), digest.data(), digest.size(), &size) == nullptr ||
      size != digest.size()) {
    Fatal("openssl hmac failed");
  }
  return digest;
}

}  // namespace octroi::crypto
