// AES-256-GCM boxes (SP 800-38D) and AES-256 key wrap (RFC 3394).
//
// A box is nonce (12 random bytes) || ciphertext || tag (16). At most 2^32 boxes a key: segment
// keys seal far fewer. `aad` binds a box to its place; opening it elsewhere fails.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace octroi::crypto {

inline constexpr std::size_t kBoxOverheadBytes = 12 + 16;

// One key, prepared once. Not thread-safe (holds a cipher context): one per thread or under a lock.
class Sealer {
 public:
  explicit Sealer(std::string_view key32);
  ~Sealer();
  Sealer(Sealer&&) noexcept;
  Sealer& operator=(Sealer&&) noexcept;

  void Seal(std::string_view aad, std::string_view plain, std::string& box);  // appends the box
  // Into plain.size() + kBoxOverheadBytes bytes.
  void Seal(std::string_view aad, std::string_view plain, char* box);
  // kInvalid when the box was not made by this key for this aad, or was changed.
  base::Status Open(std::string_view aad, std::string_view box,
                    std::string& plain);  // appends the plain text

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string WrapKey(std::string_view kek32, std::string_view key32);  // 40 bytes
std::optional<std::string> UnwrapKey(std::string_view kek32,
                                     std::string_view wrapped);  // nullopt: wrong KEK or changed

}  // namespace octroi::crypto
