// TokenDesk: the random tokens of P4 (policies/random_tokens.h), between the lanes and the table of
// the store. docs/decisions/0031-random-tokens.md.
//
//   known     in memory: a look under a lock, nothing allocated
//   new       all of a batch in one transaction, durable before Resolve returns, hence before the
//             batch has a body; a kill in between leaves a row, and the next attempt finds it
//   no table  nothing leaves: the lane waits and asks again
//
// A row that is forgotten makes its token nobody's, for good. Other gateways on the same store
// may go on sending it for up to kTrustedFor.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/metrics.h"
#include "crypto/key_ring.h"
#include "policies/random_tokens.h"
#include "policies/token_reader.h"
#include "store/tokens.h"

namespace octroi::gateway {

inline constexpr std::size_t kTokensKnownMax = 200'000;  // some 64 bytes each; beyond, anew
// How long what is in memory holds where other gateways may forget people in the same table.
inline constexpr base::Millis kTrustedForMs = 30'000;

// Safe from any thread. The parts outlive it.
class TokenDesk final : public policies::RandomTokens {
 public:
  struct Parts {
    store::TokenStore* store = nullptr;
    const crypto::KeyRing* keys = nullptr;
    base::Clock* clock = nullptr;
    base::Metrics* metrics = nullptr;
    bool shared = false;  // others may use the same table
    std::size_t known_max = kTokensKnownMax;
  };
  explicit TokenDesk(Parts parts);

  base::Status Resolve(std::string_view domain, std::span<policies::WantedToken> wanted) override;
  // Who is behind a P4 token. kInvalid access.token_unknown: nobody, or nobody any more.
  // kUnavailable access.table_unavailable: the table could not be asked, or its row was changed.
  base::Result<policies::OpenedToken> Open(const policies::TokenParts& token);
  // The rows of these people go, in every domain; how many. When it returns no token of theirs is
  // given any more. kUnavailable: some may still be there; ask again.
  base::Result<std::uint64_t> Forget(std::span<const policies::Fingerprint> subjects);

 private:
  struct Hash {  // of a keyed hash: any eight bytes of it
    std::size_t operator()(const policies::Fingerprint& print) const;
  };
  using OfDomain = std::unordered_map<policies::Fingerprint, policies::RandomToken, Hash>;
  struct Known {
    std::map<std::string, OfDomain, std::less<>> domains;
    std::size_t count = 0;
    std::uint64_t forgettings = 0;  // what was read before one may be of somebody forgotten
    std::int64_t since_nanos = 0;
  };

  // Fills in what is known; places of the others go to `missing`. How many forgettings there were.
  std::uint64_t FromMemory(std::string_view domain, std::span<policies::WantedToken> wanted,
                           std::vector<std::size_t>& missing);
  base::Status FromTable(std::string_view domain, std::span<policies::WantedToken> wanted,
                         std::span<const std::size_t> missing);
  void Remember(std::string_view domain, std::span<const policies::WantedToken> wanted,
                std::span<const std::size_t> missing, std::uint64_t forgettings);
  void Drop(std::span<const policies::Fingerprint> subjects);

  Parts parts_;
  base::Guarded<Known> known_;
  base::Counter& minted_;
  base::Counter& in_vain_;
};

}  // namespace octroi::gateway
