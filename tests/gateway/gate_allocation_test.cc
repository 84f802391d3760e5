// The whole way of an event on its thread (parse, identify, judge, decide, record, append)
// allocates nothing once warm: operator new is counted over 10,000 events.
#include <gtest/gtest.h>

#include "bench/bench_config.h"
#include "support/allocations.h"

namespace octroi::gateway {
namespace {

// What may grow now and then: the table of seen messages, a frame more when the writer is late.
constexpr long kGrowth = 30;

class GateAllocation : public ::testing::TestWithParam<std::size_t> {};

TEST_P(GateAllocation, NonePerEvent) {
  constexpr std::size_t kEvents = 10'000;
  const testing::BenchConfig config;
  testing::BenchGate gate(config);
  for (std::size_t n = 0; n < kEvents; n += GetParam()) gate.Admit(GetParam());  // warms up
  long counted = 0;
  for (std::size_t n = 0; n < kEvents; n += GetParam()) {
    const long before = testing::Allocations();
    const Admitted last = gate.Admit(GetParam());
    counted += testing::Allocations() - before;
    ASSERT_EQ(last.outcome, base::Outcome::kAccepted);
  }
  EXPECT_LE(counted, kGrowth) << "for " << kEvents << " events";
}

INSTANTIATE_TEST_SUITE_P(EventsPerRequest, GateAllocation, ::testing::Values(1, 100),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace octroi::gateway
