// `octroi reidentify ask | show | approve | refuse | open`: who is behind a token, with a reason, a
// second person and a record of it. What is signed is what is shown.
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "gateway/access/statement.h"
#include "gateway/admin_socket.h"
#include "gateway/change/statement.h"
#include "gateway/cli_layout.h"
#include "gateway/cli_text_access.h"
#include "gateway/cli_verbs.h"
#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

using access::Act;
using Json = nlohmann::ordered_json;

int Usage(const Arguments& args) {
  std::fputs(std::string(ReidentifyUsage(args.language)).c_str(), stderr);
  return kUsage;
}

int Refused(const Arguments& args, std::string_view code) {
  std::fprintf(stderr, "%s\n", std::string(Sentence(code, args.language)).c_str());
  return kNo;
}

// Nobody is asked where nobody can answer.
bool Confirmed(const Arguments& args) {
  if (args.Has("--yes")) return true;
  if (isatty(0) == 0) return false;
  std::fputs(args.language == Language::kFrench ? "Signer ? [o/N] " : "Sign? [y/N] ", stderr);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "o" || answer == "oui" || answer == "y" || answer == "yes";
}

// Signs the statement and hands it in.
int HandIn(const Arguments& args, access::Statement statement) {
  statement.at = base::SystemClock().WallNow();
  if (args.Has("--reason")) statement.reason = args.Option("--reason");
  if (statement.reason.empty()) statement.reason = "-";
  if (!change::IsReason(statement.reason)) return Usage(args);
  auto signer = crypto::NoteSigner::FromFile(args.Option("--as"), args.Option("--key"));
  if (!signer) return Complain(signer.error(), kNo);
  crypto::Note note{statement.Text(), {}};
  note.signatures.push_back(signer->Sign(note.text));
  return Ask(args, "access " + Json{{"note", note.Render()}}.dump(),
             [&](const std::string& json) { return AccessText(json, args.language); });
}

int AskFor(const Arguments& args, const std::string& tenant) {
  if (!args.Has("--token") || !args.Has("--reason")) return Usage(args);
  return HandIn(
      args, {.tenant = tenant, .act = Act::kAsk, .request = "-", .about = args.Option("--token")});
}

int ActOn(const Arguments& args, const std::string& storage_path, Act act) {
  const auto answer = AskGateway(storage_path, "access-waiting");
  if (!answer) return Complain(answer.error(), kUnreachable);
  const auto waiting = Json::parse(*answer, nullptr, /*allow_exceptions=*/false);
  if (!waiting.is_object() || waiting.contains("error")) return Refused(args, "access.unrecorded");
  access::Statement statement{
      .tenant = waiting["tenant"], .act = act, .request = args.words[2], .about = "-"};
  for (const Json& one : waiting["requests"]) {
    if (one["request"] != statement.request) continue;
    statement.about = access::DigestOf(one["statement"].get<std::string>());
    if (act == Act::kOpen) continue;
    std::fputs(RequestText(one, args.language).c_str(), stderr);
    if (!Confirmed(args)) return Refused(args, "change.not_approved");
  }
  return HandIn(args, std::move(statement));  // of one that is not there: the gateway says so
}

}  // namespace

int Reidentify(const Arguments& args) {
  const std::string what = args.words.size() > 1 ? args.words[1] : "";
  const bool one = args.words.size() == 3, signs = args.Has("--as") && args.Has("--key");
  const ConfigFolder config = LoadConfig(args.folder);
  if (config.settings.storage_path.empty()) return CheckConfig(args);
  const std::string& storage_path = config.settings.storage_path;
  if (what == "show" && args.words.size() == 2) {
    return Ask(args, "access-waiting",
               [&](const std::string& json) { return WaitingText(json, args.language); });
  }
  if (what == "ask" && args.words.size() == 2 && signs) return AskFor(args, config.settings.tenant);
  if (what == "approve" && one && signs) return ActOn(args, storage_path, Act::kApprove);
  if (what == "refuse" && one && signs) return ActOn(args, storage_path, Act::kRefuse);
  if (what == "open" && one && signs) return ActOn(args, storage_path, Act::kOpen);
  return Usage(args);
}

}  // namespace octroi::gateway
