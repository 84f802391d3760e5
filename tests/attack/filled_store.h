// A store and a journal of a real gateway, filled with people who do not exist: the service in this
// process, on a disk, with SQLite, spoken to over HTTP as anybody would.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bench/bench_config.h"
#include "gateway/config.h"

namespace octroi::testing {

struct Identifier {
  std::string type, value;  // dictionary id; in normal form
};

struct Person {
  Identifier email, phone, customer;
};
// The numbers are of the range that no operator gives out.
Person PersonOf(std::size_t number);
inline constexpr std::size_t kPeopleMax = 10'000;

// Removed with it. Each person has an event and a consent, and every tenth withdrew it again.
class FilledStore {
 public:
  explicit FilledStore(std::size_t people);

  std::filesystem::path storage() const { return config_.folder / "data"; }
  std::string tenant() const { return tenant_; }
  // What only the operator has: the key of the fingerprints.
  crypto::HmacKey FingerprintKey() const;

 private:
  BenchConfig config_;
  std::string tenant_;
  gateway::GatewaySettings settings_;
};

}  // namespace octroi::testing
