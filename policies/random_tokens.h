// P4 of standards.md B2: random tokens, which no key computes. Which token is whose stands in a
// table and nowhere else.
//
//   token   "p4." domain "." base64url(16 random bytes)
//   row     (domain, subject) -> token, and the sealed value; the same person in the same domain
//           has the same token until the row goes, and then never again
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "policies/consent.h"

namespace octroi::policies {

using RandomToken = std::array<std::uint8_t, 16>;

// One identifier of an event on its way out. `message` is LP(field) || LP(value), normalised: what
// its keyed fingerprint `subject` was made of. A view; in clear, so it is never kept as it is.
struct WantedToken {
  Fingerprint subject{};
  std::string_view message;
  RandomToken token{};  // filled in
};

// Who keeps the table. Any thread; may block on a disk where a token is new. Outlives its users.
class RandomTokens {
 public:
  virtual ~RandomTokens() = default;
  // All of them, or none: on return every token is in the table, durable. The same subject twice
  // gets one token. Allocates nothing for what it knows. kUnavailable: the table could not be
  // asked; nothing may leave, and the same call later gives what it would have given now.
  virtual base::Status Resolve(std::string_view domain, std::span<WantedToken> wanted) = 0;
};

}  // namespace octroi::policies
