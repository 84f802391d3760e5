// The verbs of change control: what would change, who must agree, and bringing it into force.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/change/report.h"
#include "gateway/cli_text_change.h"
#include "gateway/cli_verbs.h"
#include "gateway/config_desk.h"
#include "gateway/messages.h"
#include "gateway/whole_file.h"

namespace octroi::gateway {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// The folder or bundle that is meant, or an earlier version.
std::string Order(const Arguments& args) {
  Json order{{"by", "uid " + std::to_string(geteuid())}};
  std::error_code error;
  const fs::path path = fs::absolute(args.words.size() > 1 ? args.words[1] : args.folder, error);
  if (const auto version = Number(args.Option("--version"), 0xffffffff)) {
    order["version"] = *version;
  } else {
    order["path"] = path.lexically_normal().string();
  }
  if (args.Has("--reason")) order["reason"] = args.Option("--reason");
  if (const auto span = base::ParseDuration(args.Option("--impact"))) order["impact"] = *span;
  if (args.Has("--allow-removals")) order["allow_removals"] = true;
  return order.dump();
}

// A mistyped version must not become "the folder".
bool BadVersion(const Arguments& args) {
  return args.Has("--version") && !Number(args.Option("--version"), 0xffffffff);
}

int AskChange(const Arguments& args, const std::string& line,
              std::string (*text)(const std::string&, Language)) {
  return Ask(args, line, [&](const std::string& json) {
    std::string said = text(json, args.language);
    if (said.ends_with('\n')) said.pop_back();
    return said;
  });
}

int Complain(const Arguments& args, std::string_view code) {
  std::fprintf(stderr, "%s\n", std::string(Sentence(code, args.language)).c_str());
  return kNo;
}

// Nobody is asked where nobody can answer.
bool Confirmed(const Arguments& args) {
  if (args.Has("--yes")) return true;
  if (isatty(0) == 0) return false;
  std::fputs(args.language == Language::kFrench ? "Approuver ? [o/N] " : "Approve? [y/N] ", stderr);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "o" || answer == "oui" || answer == "y" || answer == "yes";
}

ConfigFolder FolderOf(std::string_view archive) {
  auto files = ReadArchive(archive);
  return files ? LoadConfig(std::move(*files), ".") : ConfigFolder();
}

}  // namespace

int DiffConfig(const Arguments& args) {
  if (BadVersion(args)) return Misused(args);
  if (args.Has("--impact") && !base::ParseDuration(args.Option("--impact"))) return Misused(args);
  return AskChange(args, "diff " + Order(args), ChangeText);
}
int ReportPilot(const Arguments& args) {
  const auto span = base::ParseDuration(args.span);
  if (!span) return Misused(args);
  return AskChange(args, "pilot " + std::to_string(*span), PilotText);
}
int ApplyConfig(const Arguments& args) {
  if (BadVersion(args)) return Misused(args);
  return AskChange(args, "apply " + Order(args), AppliedText);
}
int ProposeConfig(const Arguments& args) {
  if (BadVersion(args)) return Misused(args);
  return AskChange(args, "propose " + Order(args), ProposedText);
}
int ListProposals(const Arguments& args) { return AskChange(args, "proposals", ProposalsText); }
int ListVersions(const Arguments& args) { return AskChange(args, "versions", VersionsText); }

// Needs no gateway: who approves may sit elsewhere. What is signed is what is shown.
int ApproveChange(const Arguments& args) {
  if (args.words.size() < 2 || !args.Has("--as") || !args.Has("--key")) return Misused(args);
  const std::string file = args.words[1], role = args.Option("--as");
  auto bundle = change::Bundle::Parse(ReadWholeFile(file, kBundleBytesMax).value_or(""));
  if (!bundle) return Complain(args, bundle.error().where);
  if (bundle->previous.empty()) return Complain(args, "change.not_a_proposal");
  const ConfigFolder before = FolderOf(bundle->previous), after = FolderOf(bundle->archive);
  const change::Difference difference = change::Compare(before, after);
  Json json = DifferenceJson(difference);
  if (before.ok() && after.ok()) {
    const auto cells = CellsOf(before, after, difference, base::SystemClock().WallNow());
    if (cells) json["cells"] = CellsJson(*cells);
  }
  json["statement"] = StatementJson(*bundle);
  std::fputs(ProposedText(json.dump(), args.language).c_str(), stderr);
  auto signer = crypto::NoteSigner::FromFile(role, args.Option("--key"));
  if (!signer) return Complain(signer.error(), kNo);
  for (const crypto::NoteSignature& signature : bundle->note.signatures) {
    if (signature.name == role) return Complain(args, "change.approved_already");
  }
  if (!Confirmed(args)) return Complain(args, "change.not_approved");
  bundle->note.signatures.push_back(signer->Sign(bundle->note.text));
  if (!WriteWholeFile(file, bundle->Render())) return Complain(args, "change.not_written");
  json["statement"] = StatementJson(*bundle);
  std::fputs((args.json ? json.dump() + "\n" : ApprovedText(role, args.language)).c_str(), stdout);
  return kOk;
}

int CreateApprover(const Arguments& args) {
  if (args.words.size() < 4) return Misused(args);
  const std::string &role = args.words[2], &file = args.words[3];
  if (auto made = crypto::CreateSignerFile(file); !made) return Complain(made.error(), kNo);
  const auto signer = crypto::NoteSigner::FromFile(role, file);
  if (!signer) return Complain(signer.error(), kNo);
  const std::string key = signer->verifier().Text();
  if (args.json) {
    std::printf("%s\n", Json{{"role", role}, {"key", key}}.dump().c_str());
  } else {
    std::printf("approvers:\n  %s: { name: \"…\", key: \"%s\" }\n", role.c_str(), key.c_str());
  }
  return kOk;
}

}  // namespace octroi::gateway
