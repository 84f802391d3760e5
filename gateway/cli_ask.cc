// `octroi ask`: a question about policy, answered on the code that decides. Needs no gateway and no
// key.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "gateway/ask/report.h"
#include "gateway/cli_text_ask.h"
#include "gateway/cli_verbs.h"
#include "gateway/whole_file.h"

namespace octroi::gateway {
namespace {

std::string SentenceOf(const Arguments& args) {
  std::string sentence;
  for (std::size_t i = 1; i < args.words.size(); ++i)
    sentence += (sentence.empty() ? "" : " ") + args.words[i];
  return sentence;
}

// Never over something: it may be somebody's own cases.
bool WriteNew(const std::string& file, const std::string& test, const Arguments& args) {
  std::error_code error;
  if (!std::filesystem::exists(file, error) && WriteWholeFile(file, test)) return true;
  std::fprintf(stderr,
               args.language == Language::kFrench
                   ? "« %s » existe déjà, ou ne s'écrit pas.\n"
                   : "\"%s\" is already there, or cannot be written.\n",
               file.c_str());
  return false;
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
  const ask::Effort all_cores{ask::kCasesMax, std::thread::hardware_concurrency()};
  const ask::Answer answer =
      AnswerTo(question, world, **plan, base::SystemClock().WallNow(), all_cores);
  const bool yes = answer.what == ask::Answer::What::kYes;
  std::optional<ask::Example> example;
  if (yes) example = ExampleOf(answer, question, sentence, config, world, **plan);
  const std::string json =
      AnswerJson(answer, question, sentence, **plan, example ? &*example : nullptr).dump();
  const std::string text = AnswerText(json, args.language);
  std::fputs((args.json ? json + "\n" : text).c_str(), stdout);
  const std::string file = args.Option("--as-test");
  if (example && !example->test.empty() && !file.empty() && !WriteNew(file, example->test, args))
    return kUsage;
  return yes ? kOk : answer.what == ask::Answer::What::kNo ? kNo : kUndecided;
}

}  // namespace octroi::gateway
