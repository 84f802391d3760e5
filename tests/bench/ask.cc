// A question that no case answers with yes, over a realistic config: all of them are decided. The
// line to hold is five seconds (issue 4).
#include <benchmark/benchmark.h>

#include "bench/realistic.h"
#include "gateway/ask/answer.h"

namespace octroi {
namespace {

void AskAnyFieldAnywhere(benchmark::State& state) {
  const gateway::ConfigFolder config = gateway::LoadConfig(testing::RealisticFolder(), "/nowhere");
  const auto plan = gateway::ask::PlanToAsk(config);
  gateway::config::Findings none;
  const auto world = gateway::config::World::Read(config.files, none);
  const auto read = gateway::ask::ReadQuestion(
      "can any field reach any destination as hashed "
      "when the signal denies marketing.p01",
      world);
  if (!plan || !std::holds_alternative<gateway::ask::Question>(read))
    return state.SkipWithError("not the config it was");
  gateway::ask::Question question = std::get<gateway::ask::Question>(read);
  question.shape.reset();
  question.denied.clear();
  // Nothing leaves for a purpose while each says no: every case is looked at, and none fits.
  for (const std::string& purpose : (*plan)->purposes) question.denied.insert(purpose);
  for (auto _ : state) {
    const auto answer = AnswerTo(question, world, **plan, base::SystemClock().WallNow());
    if (answer.what != gateway::ask::Answer::What::kNo) return state.SkipWithError("not a no");
    state.counters["cases"] = static_cast<double>(answer.cases);
  }
}
BENCHMARK(AskAnyFieldAnywhere)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace octroi
