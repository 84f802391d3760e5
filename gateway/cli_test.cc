// `octroi test`: the cases of the config folder, on the code that decides.
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "gateway/canary/light.h"
#include "gateway/cli_layout.h"
#include "gateway/cli_verbs.h"
#include "gateway/policy_tests.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

std::string CaseText(const Json& one, bool fr) {
  const bool passed = one["passed"];
  std::string text = std::string(passed ? "ok     " : (fr ? "ÉCHEC  " : "FAILED ")) +
                     one["file"].get<std::string>() + ":" + std::to_string(one["line"].get<int>()) +
                     "  " + one["name"][fr ? "fr" : "en"].get<std::string>() + "\n";
  for (const Json& mismatch : one["mismatches"]) {
    const std::string found = mismatch["found"];
    text += "         " + mismatch["what"].get<std::string>() +
            (fr ? " : attendu " : ": expected ") + mismatch["expected"].get<std::string>() +
            (fr ? ", trouvé " : ", found ") + (found.empty() ? (fr ? "rien" : "nothing") : found) +
            "\n";
  }
  for (const Json& member : one["not_judged"]) {
    text += "         " + member.get<std::string>() +
            (fr ? " : pas encore jugé\n" : ": not judged yet\n");
  }
  return text;
}

std::string TestsText(const std::string& report, Language language) {
  const bool fr = language == Language::kFrench;
  const Json json = Json::parse(report);
  std::string text;
  for (const Json& one : json["cases"]) text += CaseText(one, fr);
  if (json["cases"].empty())
    text += fr ? "Aucun cas : écrivez un fichier `kind: Test` sous tests/.\n"
               : "No case: write a file of `kind: Test` under tests/.\n";
  text += "\n" + std::to_string(json["passed"].get<int>()) + (fr ? " réussis, " : " passed, ") +
          std::to_string(json["failed"].get<int>()) + (fr ? " en échec\n" : " failed\n");
  for (const Json& canary : json["canaries"]) {
    const bool good = canary["mismatches"].empty();
    text += std::string(good ? "ok     " : (fr ? "ÉCHEC  " : "FAILED ")) +
            (fr ? "canari " : "canary ") + canary["canary"].get<std::string>() +
            (fr ? ", personnes fictives : " : ", fictitious people: ") +
            std::to_string(canary["people"].get<std::uint64_t>()) + "\n";
    for (const Json& one : canary["mismatches"]) text += "         " + MismatchText(one, language);
  }
  if (!json.contains("coverage")) return text;
  text += fr ? "\nLignes des politiques, et combien de fois elles ont décidé :\n"
             : "\nLines of the policies, and how often they decided:\n";
  for (const Json& line : json["coverage"]) {
    const auto times = line["decisive"].get<std::uint64_t>();
    text += Right(times == 0 ? (fr ? "jamais" : "never") : std::to_string(times), 8) + "  " +
            line["file"].get<std::string>() + ":" + std::to_string(line["line"].get<int>()) + "  " +
            line["kind"].get<std::string>() + "\n";
  }
  return text;
}

}  // namespace

int TestPolicies(const Arguments& args) {
  const ConfigFolder config = LoadConfig(args.folder);
  if (!config.ok()) {
    std::fputs(Render(config, args.language, isatty(2)).c_str(), stderr);
    return kConfigInvalid;
  }
  const auto report = RunPolicyTests(config);
  if (!report) return Complain(report.error(), kConfigInvalid);
  const std::string json = PolicyTestsJson(*report, args.Has("--coverage"));
  std::fputs((args.json ? json + "\n" : TestsText(json, args.language)).c_str(), stdout);
  return report->passed() ? kOk : kNo;
}

}  // namespace octroi::gateway
