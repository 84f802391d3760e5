// `octroi keys forget`: the rows of one person in the table of random tokens (P4) go, in every
// domain, for good. The person's identifiers come from a file and leave this process as keyed
// fingerprints only; the journal says who asked, and why.
#include "gateway/cli_tokens.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "gateway/change/statement.h"
#include "gateway/cli_text_keys.h"
#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

int Usage(const Arguments& args) {
  std::fputs(args.language == Language::kFrench
                 ? "octroi keys forget --subject FICHIER|- --reason TEXTE [--yes]\n"
                   "FICHIER : {\"email\": \"…\"} ou d'autres identifiants du dictionnaire.\n"
                 : "octroi keys forget --subject FILE|- --reason TEXT [--yes]\n"
                   "FILE: {\"email\": \"...\"} or other identifiers of the dictionary.\n",
             stderr);
  return kUsage;
}

}  // namespace

int ForgetTokens(const Arguments& args) {
  const bool whole = args.words.size() == 2 && args.Has("--subject") && args.Has("--reason");
  if (!whole || args.Has("--until") || !change::IsReason(args.Option("--reason")))
    return Usage(args);
  if (!Confirmed(args, ForgettingText(args.language))) {
    std::fprintf(stderr, "%s\n",
                 std::string(Sentence("keys.not_confirmed", args.language)).c_str());
    return kNo;
  }
  Json order{{"reason", args.Option("--reason")}};
  if (const int code = ReadSubject(args, "subject", order); code != kOk) return code;
  return Ask(args, "tokens-forget " + order.dump(),
             [&](const std::string& json) { return ForgottenText(json, args.language); });
}

}  // namespace octroi::gateway
