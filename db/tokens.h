// The port of random tokens (P4, policies/random_tokens.h): the only place that says whose a token
// is. Errors as store.h has them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policies/random_tokens.h"

namespace octroi::store {

struct TokenRow {
  policies::Fingerprint subject{};  // keyed
  policies::RandomToken token{};
  std::string sealed;  // the value; who has the table and not the key learns nothing from it
  bool operator==(const TokenRow&) const = default;
};

class TokenStore {
 public:
  virtual ~TokenStore() = default;
  // All of them, or none; durable when it returns. Of who has a row in that domain, token and box
  // become those of that row, in place; the others get theirs. The same subject twice gets one row.
  // kInvalid: no domain, or no box.
  virtual base::Status Mint(std::string_view domain, std::span<TokenRow> rows) = 0;
  virtual base::Result<std::optional<TokenRow>> ByToken(std::string_view domain,
                                                        const policies::RandomToken& token) = 0;
  // The rows of these people, in every domain, are gone for good when it returns; how many.
  virtual base::Result<std::uint64_t> Forget(std::span<const policies::Fingerprint> subjects) = 0;
  // For moving to another store: at most a page, in order, after that place. Empty: the end.
  struct Place {
    std::string domain;
    policies::Fingerprint subject{};
  };
  virtual base::Result<std::vector<std::pair<std::string, TokenRow>>> TokensAfter(
      const Place& place) = 0;
};

}  // namespace octroi::store
