// `octroi profile FILE`: what is in a table, which of its cells are suspect, and which rules it
// suggests. Needs no gateway, and a config only to write a patch for one of its contracts. Prints
// no value of a cell unless it is asked to.
#include <cstdio>

#include "base/limits.h"
#include "gateway/cli_text_import.h"
#include "gateway/cli_text_profile.h"
#include "gateway/cli_verbs.h"
#include "gateway/import/words.h"
#include "gateway/profile/contract_patch.h"
#include "gateway/profile/report.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

// A cell may hold any bytes that the file did.
std::string Dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

int Refuse(const Arguments& args, const std::string& code, std::string_view sentence) {
  if (args.json)
    std::printf("%s\n", Dumped({{"error", code}}).c_str());
  else
    std::fprintf(stderr, "%s\n", std::string(sentence).c_str());
  return kNo;
}

int PrintPatch(const Arguments& args, const profile::FileSample& sample,
               const profile::Shown& shown, const std::vector<profiles::Proposal>& proposals) {
  const ConfigFolder config = LoadConfig(args.folder);
  if (!config.ok()) {
    std::fputs(Render(config, args.language, false).c_str(), stderr);
    return kConfigInvalid;
  }
  const auto patch = profile::PatchOf(config, args.Option("--contract"), sample.table, proposals);
  if (!patch) {
    return Refuse(args, patch.error().detail,
                  profile::PatchSentence(patch.error().detail, args.language));
  }
  const bool fr = args.language == Language::kFrench;
  if (args.json) {
    const auto names = profile::ShownNames(sample, shown);
    Json no_field = Json::array();
    for (const std::size_t column : patch->no_field) no_field.push_back(names[column]);
    const Json json{{"file", patch->file},
                    {"rules", patch->rules},
                    {"left_out", patch->left_out},
                    {"no_field", no_field},
                    {"patch", patch->text}};
    std::printf("%s\n", Dumped(json).c_str());
    return kOk;
  }
  std::fputs(patch->text.c_str(), stdout);
  std::fprintf(stderr,
               fr ? "%zu règles pour %s ; %zu colonnes ne sont pas de ses champs\n"
                  : "%zu rules for %s; %zu columns are none of its fields\n",
               patch->rules, patch->file.c_str(), patch->no_field.size());
  if (patch->left_out != 0)
    std::fprintf(stderr,
                 fr ? "%zu règles laissées de côté : un contrat en tient %zu\n"
                    : "%zu rules left out: a contract holds %zu\n",
                 patch->left_out, base::kRulesPerContractMax);
  return kOk;
}

}  // namespace

int ProfileFile(const Arguments& args) {
  import::Said said;
  if (args.words.size() != 2 || !ReadSaid(args, said)) return Misused(args);
  base::SystemDisk disk;
  import::Fault fault;
  const auto sample = profile::SampleOf(disk, args.words[1], said, fault);
  if (!sample) {
    const base::Error& error = sample.error();
    if (error.code == base::ErrorCode::kUnavailable) return Complain(error, kUnreachable);
    return Refuse(args, error.detail, import::ImportSentence(error.detail, args.language));
  }
  const auto findings = profiles::SuspectsOf(sample->table);
  const auto proposals = profiles::ProposalsOf(sample->table, findings);
  profile::Shown shown;
  shown.values = args.Has("--show-values");
  if (!args.json && args.language == Language::kFrench) shown.place = "colonne ";
  if (args.Has("--contract")) return PrintPatch(args, *sample, shown, proposals);
  const Json report = profile::ReportJson(*sample, findings, proposals, shown);
  const std::string text =
      args.json ? Dumped(report) + "\n" : ProfileText(report, args.limit, args.language);
  std::fputs(text.c_str(), stdout);
  return findings.suspects.empty() ? kOk : kNo;
}

}  // namespace octroi::gateway
