// Policy tests: the `Test` files of a config folder, run on the code that judges and decides; its
// canaries, walked once, so that what would turn the light red is known before it is in force; and
// which lines of the policies decided in one of them. No store, no network; needs no gateway.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "gateway/canary/walk.h"
#include "gateway/policy_cases.h"

namespace octroi::gateway {

struct PolicyCaseResult {
  struct Mismatch {
    std::string what, expected, found;  // `what`: "outcome", "failed_rules" or a destination
  };
  std::vector<Mismatch> mismatches;  // none: it passed
};

// A line of a policy that can decide: a condition, or a line that gives the reason.
struct PolicyLine {
  std::string file, policy;
  int line = 0;
  bool condition = false;      // of allow_when; else of otherwise
  std::uint64_t decisive = 0;  // how often it did
};

struct PolicyTestReport {
  std::vector<PolicyCase> cases;
  std::vector<PolicyCaseResult> results;  // one for each case
  std::vector<PolicyLine> lines;          // in file order
  std::vector<CanaryResult> canaries;     // each walked once, now
  bool passed() const;
};

// Needs no key and no secret of the folder. Errors: those of CompilePlan.
base::Result<PolicyTestReport> RunPolicyTests(const ConfigFolder& config);

// {"passed": n, "failed": n, "cases": [...], "canaries": [...], "coverage": [...]}; coverage where
// it was asked for.
std::string PolicyTestsJson(const PolicyTestReport& report, bool coverage);

}  // namespace octroi::gateway
