// `octroi ask`: a question about policy, answered on the code that decides. Needs no gateway and no
// key.
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "gateway/ask/report.h"
#include "gateway/cli_text_ask.h"
#include "gateway/cli_verbs.h"

namespace octroi::gateway {
namespace {

std::string SentenceOf(const Arguments& args) {
  std::string sentence;
  for (std::size_t i = 1; i < args.words.size(); ++i)
    sentence += (sentence.empty() ? "" : " ") + args.words[i];
  return sentence;
}

}  // namespace

int AskPolicy(const Arguments& args) {
  if (args.Has("--help")) {
    std::fputs(std::string(AskHelp(args.language)).c_str(), stdout);
    return kOk;
  }
  const std::string sentence = SentenceOf(args);
  if (sentence.empty()) {
    std::fputs(std::string(AskHelp(args.language)).c_str(), stderr);
    return kUsage;
  }
  const ConfigFolder config = LoadConfig(args.folder);
  if (!config.ok()) {
    std::fputs(Render(config, args.language, isatty(2)).c_str(), stderr);
    return kConfigInvalid;
  }
  config::Findings none;
  const auto world = config::World::Read(config.files, none);
  const auto read = ask::ReadQuestion(sentence, world);
  if (const auto* fault = std::get_if<ask::QuestionFault>(&read)) {
    const std::string json = FaultJson(*fault, sentence).dump();
    if (args.json) std::printf("%s\n", json.c_str());
    std::fputs(QuestionFaultText(json, args.language).c_str(), stderr);
    return kUsage;
  }
  const auto plan = ask::PlanToAsk(config);
  if (!plan) return Complain(plan.error(), kConfigInvalid);
  const auto& question = std::get<ask::Question>(read);
  const ask::Answer answer = AnswerTo(question, world, **plan, base::SystemClock().WallNow());
  const bool yes = answer.what == ask::Answer::What::kYes;
  std::optional<ask::Example> example;
  if (yes) example = ExampleOf(answer, question, sentence, config, world, **plan);
  const std::string json =
      AnswerJson(answer, question, sentence, **plan, example ? &*example : nullptr).dump();
  const std::string text = AnswerText(json, args.language);
  if (args.Has("--as-test") && !args.json) {
    std::fputs(text.c_str(), stderr);
    if (example) std::fputs(example->test.c_str(), stdout);
  } else {
    std::fputs((args.json ? json + "\n" : text).c_str(), stdout);
  }
  return yes ? kOk : answer.what == ask::Answer::What::kNo ? kNo : kUndecided;
}

}  // namespace octroi::gateway
