// The bench's config (tests/bench/config), compiled in a folder of its own with keys, and the
// events it is made for: 15 rules, consent, three pseudonyms, one destination.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "crypto/key_ring.h"
#include "gateway/gate.h"
#include "gateway/plan.h"
#include "journal/journal.h"

namespace octroi::testing {

struct BenchConfig {
  std::filesystem::path folder;  // removed with it
  std::unique_ptr<crypto::KeyRing> keys = crypto::KeyRing::FromRoot("bench", std::string(32, 'k'));
  std::shared_ptr<gateway::Plan> plan;

  BenchConfig();
  ~BenchConfig();

  const gateway::SourcePlan& source() const { return *plan->SourceById("bench"); }
  std::unique_ptr<journal::Journal> OpenJournal(const char* name) const;  // started, on the disk
};

// An event of 955 bytes; of a number below 16^18, whose message id it becomes.
std::string BenchEvent(std::uint64_t number);

// A gate with all it needs, the person of BenchEvent having agreed.
class BenchGate {
 public:
  explicit BenchGate(const BenchConfig& config);

  // Admits `count` new events in one request and waits until they are durable. The last one's fate.
  gateway::Admitted Admit(std::size_t count);

 private:
  void MakeTexts(std::size_t count);

  const BenchConfig& config_;
  std::unique_ptr<journal::Journal> journal_;
  gateway::SeenIndex seen_;
  base::Metrics metrics_;
  policies::ConsentIndex index_{4};
  gateway::Gate gate_;
  std::uint64_t number_ = 0;
  std::vector<std::string> texts_;
  std::vector<std::string_view> events_;
  std::vector<gateway::Admitted> admitted_;
};

}  // namespace octroi::testing
