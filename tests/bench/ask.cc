// A question that no case answers with yes, over a realistic config: all of them are decided. The
// line to hold is five seconds (issue 4).
#include <benchmark/benchmark.h>

#include <thread>

#include "bench/realistic.h"
#include "gateway/ask/answer.h"

namespace octroi {
namespace {

void AskAnyFieldAnywhere(benchmark::State& state) {
  const gateway::ConfigFolder config = gateway::LoadConfig(testing::RealisticFolder(), "/nowhere");
  const auto plan = gateway::ask::PlanToAsk(config);
  gateway::config::Findings none;
  const auto world = gateway::config::World::Read(config.files, none);
  const auto read = gateway::ask::ReadQuestion("can any field reach any destination", world);
  if (!plan || !std::holds_alternative<gateway::ask::Question>(read))
    return state.SkipWithError("not the config it was");
  gateway::ask::Question question = std::get<gateway::ask::Question>(read);
  // Without consent to any of them: as all rest on consent, no case may say yes.
  constexpr auto kGranted = static_cast<int>(policies::ConsentState::kGranted);
  for (const std::string& purpose : (*plan)->purposes)
    question.states[purpose] = 0x1ff & ~(1 << kGranted);
  // As `octroi ask` asks.
  const gateway::ask::Effort effort{gateway::ask::kCasesMax, std::thread::hardware_concurrency()};
  for (auto _ : state) {
    const auto answer = AnswerTo(question, world, **plan, base::SystemClock().WallNow(), effort);
    if (answer.what != gateway::ask::Answer::What::kNo) return state.SkipWithError("not a no");
    state.counters["cases"] = static_cast<double>(answer.cases);
  }
}
BENCHMARK(AskAnyFieldAnywhere)->Iterations(1)->UseRealTime();

}  // namespace
}  // namespace octroi
