#include <openssl/crypto.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "base/text.h"
#include "crypto/key_ring.h"
#include "crypto/secret_file.h"

namespace octroi::crypto {
namespace {

constexpr std::string_view kHashedForm = "octroi-secret-sha256 ";
constexpr std::string_view kRawForm = "octroi-secret-raw ";

base::Error Wrong(std::string_view from, std::string_view why,
                  base::ErrorCode code = base::ErrorCode::kInvalid) {
  std::string detail("`");
  detail.append(from).append("` ").append(why);
  return {code, "crypto.secret", std::move(detail)};
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

base::Result<Secret> Parse(std::string_view from, std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  Secret secret;
  if (text.starts_with(kHashedForm)) {
    auto hash = base::FromHex(text.substr(kHashedForm.size()));
    if (!hash || hash->size() != sizeof(Digest)) {
      return Wrong(from, "needs 64 hex digits after `octroi-secret-sha256 `");
    }
    secret.hashed = true;
    secret.bytes = std::move(*hash);
    return secret;
  }
  if (!text.starts_with(kRawForm)) {
    return Wrong(from, "must read `octroi-secret-sha256 <64 hex>` or `octroi-secret-raw <text>`");
  }
  text.remove_prefix(kRawForm.size());
  if (text.empty()) return Wrong(from, "holds an empty secret");
  if (std::any_of(text.begin(), text.end(), IsControl)) {
    return Wrong(from, "holds a secret of several lines or with control characters");
  }
  secret.bytes = text;
  return secret;
}

}  // namespace

Secret::~Secret() { OPENSSL_cleanse(bytes.data(), bytes.size()); }

bool Secret::Matches(std::string_view presented) const {
  if (bytes.empty()) return false;  // nobody set a secret
  if (!hashed) return Equal(bytes, presented);
  const Digest hash = Sha256(presented);
  return Equal(bytes, AsBytes(hash));
}

base::Result<Secret> ReadSecret(std::string_view from) {
  constexpr std::string_view kFile = "file:";
  constexpr std::string_view kEnv = "env:";
  if (from.starts_with(kFile)) {
    const auto text = ReadSecretFile(std::string(from.substr(kFile.size())));
    if (!text) return text.error();
    return Parse(from, text->view());
  }
  if (from.starts_with(kEnv)) {
    const char* const text = std::getenv(std::string(from.substr(kEnv.size())).c_str());
    if (text == nullptr) {
      return Wrong(from, "is not set in the environment", base::ErrorCode::kUnavailable);
    }
    return Parse(from, text);
  }
  return Wrong(from, "must be `file:/path` or `env:NAME`");
}

std::string SecretFileText(std::string_view presented, bool hashed) {
  std::string text(hashed ? kHashedForm : kRawForm);
  if (hashed) {
    text += base::Hex(AsBytes(Sha256(presented)));
  } else {
    text += presented;
  }
  return text;
}

}  // namespace octroi::crypto
