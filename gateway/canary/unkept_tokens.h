// Random tokens that nobody keeps: for people who do not exist, and of whom nothing is sent.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "crypto/hmac.h"
#include "policies/random_tokens.h"

namespace octroi::gateway {

// One thread. The same person has the same token as long as it lives.
class UnkeptTokens final : public policies::RandomTokens {
 public:
  base::Status Resolve(std::string_view domain, std::span<policies::WantedToken> wanted) override {
    for (policies::WantedToken& one : wanted) {
      const auto [at, fresh] = known_.try_emplace({std::string(domain), one.subject});
      if (fresh) crypto::RandomBytes(at->second);
      one.token = at->second;
    }
    return base::Ok();
  }

 private:
  std::map<std::pair<std::string, policies::Fingerprint>, policies::RandomToken> known_;
};

}  // namespace octroi::gateway
