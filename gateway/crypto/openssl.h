// OpenSSL's algorithms, fetched once, and what to do when they fail. Internal to crypto.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string_view>

#include "crypto/hmac.h"

namespace octroi::crypto {

// Logs the literal and aborts: for what only a broken machine, a broken build or a bug can bring
// about.
[[noreturn]] void Fatal(std::string_view what);

// Never null: the process aborts if the provider lacks one.
const EVP_MD* EvpSha256();
const EVP_CIPHER* EvpAes256Gcm();
const EVP_CIPHER* EvpAes256Wrap();
const EVP_CIPHER* EvpAes256Siv();

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }  // wipes the key
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;
CipherContext NewContext();  // never null
void Must(int result);       // of a call that cannot fail but by a bug

// The oracle of the self-test.
Digest OpensslSha256(std::string_view message);
Digest OpensslHmac(std::string_view key, std::string_view message);

inline const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
inline unsigned char* Bytes(char* text) { return reinterpret_cast<unsigned char*>(text); }

}  // namespace octroi::crypto
