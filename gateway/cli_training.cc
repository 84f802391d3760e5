// `octroi training show | affected`: what went into the training of models, and what of it is of
// people who since said no. The person's identifiers come from a file and leave this process as
// keyed fingerprints only.
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/cli_text_register.h"
#include "gateway/cli_tokens.h"
#include "gateway/cli_verbs.h"
#include "gateway/consent_state.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

int Usage(const Arguments& args) {
  const bool fr = args.language == Language::kFrench;
  std::fputs(fr ? "octroi training show     [--destination D]\n"
                  "octroi training affected [--subject FICHIER|-]\n"
                  "FICHIER : {\"email\": \"…\"} ou d'autres identifiants du dictionnaire.\n"
                : "octroi training show     [--destination D]\n"
                  "octroi training affected [--subject FILE|-]\n"
                  "FILE: {\"email\": \"...\"} or other identifiers of the dictionary.\n",
             stderr);
  return kUsage;
}

}  // namespace

int ReadSubject(const Arguments& args, const char* member, nlohmann::ordered_json& order) {
  const ConfigFolder config = LoadConfig(args.folder);
  if (!config.ok()) {
    std::fputs(Render(config, args.language, isatty(2)).c_str(), stderr);
    return kConfigInvalid;
  }
  const GatewaySettings& settings = config.settings;
  const auto keys =
      crypto::KeyRing::Open(settings.tenant, {settings.pseudonym_root, settings.storage_root});
  if (!keys) return Complain(keys.error(), kConfigInvalid);
  const auto plan =
      CompilePlan(config, **keys, "subject", 1, "", Observing::kAsConfigured, Secrets::kLeftOut);
  if (!plan) return Complain(plan.error(), kConfigInvalid);
  const auto text = ReadWholeInput(args.Option("--subject"));
  if (!text) return Complain(text.error(), kUnreachable);
  const auto person = ReadPersonFile(**plan, *text, **keys);
  if (!person) return Complain(person.error(), kUsage);
  order[member] = Json::array();
  for (const policies::Fingerprint& print : *person) {
    order[member].push_back(base::Hex({reinterpret_cast<const char*>(print.data()), print.size()}));
  }
  return kOk;
}

int AskTraining(const Arguments& args) {
  const std::string what = args.words.size() == 2 ? args.words[1] : "";
  const bool show = what == "show" && !args.Has("--subject");
  const bool affected = what == "affected" && !args.Has("--destination");
  if (!show && !affected) return Usage(args);
  Json order{{"what", what}};
  if (args.Has("--destination")) order["destination"] = args.Option("--destination");
  if (args.Has("--subject")) {
    if (const int code = ReadSubject(args, "person", order); code != kOk) return code;
  }
  return Ask(args, "training " + order.dump(), [&](const std::string& json) {
    return show ? TrainingSetsText(json, args.language) : TrainingAffectedText(json, args.language);
  });
}

}  // namespace octroi::gateway
