// `octroi consent state | export | late`: what the register knows, for people who answer for it.
// State and export read the config folder and the store, beside a running gateway too, and write
// nothing; the person's identifiers come from a file, so that they stand in no process list and in
// no shell history.
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/admin_socket.h"
#include "gateway/change/statement.h"
#include "gateway/cli_text_register.h"
#include "gateway/cli_verbs.h"
#include "gateway/consent_report.h"
#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

int Usage(const Arguments& args) {
  const bool fr = args.language == Language::kFrench;
  std::fputs(
      fr ? "octroi consent state  --subject FICHIER|- [--at INSTANT] [--known-at INSTANT] "
           "[--reason TEXTE]\n"
           "octroi consent export --subject FICHIER|- [--receipt] [--reason TEXTE]\n"
           "octroi consent late\n"
           "FICHIER : {\"email\": \"…\"} ou d'autres identifiants du dictionnaire. INSTANT : "
           "2026-11-21T09:00:00Z\n"
         : "octroi consent state  --subject FILE|- [--at INSTANT] [--known-at INSTANT] "
           "[--reason TEXT]\n"
           "octroi consent export --subject FILE|- [--receipt] [--reason TEXT]\n"
           "octroi consent late\n"
           "FILE: {\"email\": \"...\"} or other identifiers of the dictionary. INSTANT: "
           "2026-11-21T09:00:00Z\n",
      stderr);
  return kUsage;
}

// One person of the register of this folder.
struct Opened {
  ConfigFolder config;
  std::unique_ptr<crypto::KeyRing> keys;
  std::shared_ptr<Plan> plan;
  std::optional<PersonHistory> history;
};

// A running gateway records first who is looked at, and by whom; without one nothing can be
// recorded, and that is said. kOk, or the exit code of what it has complained about.
int RecordRead(const Arguments& args, const std::string& storage_path,
               const std::vector<policies::Fingerprint>& person) {
  nlohmann::json order{{"subject", nlohmann::json::array()}};
  for (const policies::Fingerprint& one : person)
    order["subject"].push_back(base::Hex({reinterpret_cast<const char*>(one.data()), one.size()}));
  if (args.Has("--reason")) order["reason"] = args.Option("--reason");
  const auto answer = AskGateway(storage_path, "access-register " + order.dump());
  const bool fr = args.language == Language::kFrench;
  if (!answer && !GatewayMayRun(storage_path)) {
    std::fputs(fr ? "Aucune passerelle ne tourne : cette lecture n'est pas notée au journal.\n"
                  : "No gateway is running: the journal does not record this reading.\n",
               stderr);
    return kOk;
  }
  const auto json =
      nlohmann::json::parse(answer ? *answer : "", nullptr, /*allow_exceptions=*/false);
  if (json.is_object() && json.value("recorded", false)) return kOk;
  std::fprintf(stderr, "%s\n", std::string(Sentence("access.unrecorded", args.language)).c_str());
  return kNo;
}

// kOk, or the exit code of what it has complained about.
int Open(const Arguments& args, const Stores& stores, Opened& into) {
  into.config = LoadConfig(args.folder);
  if (!into.config.ok()) {
    std::fputs(Render(into.config, args.language, isatty(2)).c_str(), stderr);
    return kConfigInvalid;
  }
  const GatewaySettings& settings = into.config.settings;
  auto keys =
      crypto::KeyRing::Open(settings.tenant, {settings.pseudonym_root, settings.storage_root});
  if (!keys) return Complain(keys.error(), kConfigInvalid);
  into.keys = *std::move(keys);
  auto plan = CompilePlan(into.config, *into.keys, "register", 1, "", Observing::kAsConfigured,
                          Secrets::kLeftOut);
  if (!plan) return Complain(plan.error(), kConfigInvalid);
  into.plan = *std::move(plan);
  const auto text = ReadWholeInput(args.Option("--subject"));
  if (!text) return Complain(text.error(), kUnreachable);
  auto person = ReadPersonFile(*into.plan, *text, *into.keys);
  if (!person) return Complain(person.error(), kUsage);
  if (const int code = RecordRead(args, settings.storage_path, *person); code != kOk) return code;
  auto store = OpenToRead(stores, settings, *into.keys);
  if (!store) return Complain(store.error(), kUnreachable);
  auto history = PersonHistory::Read(**store, *std::move(person));
  if (!history) return Complain(history.error(), kUnreachable);
  into.history = *std::move(history);
  return kOk;
}

// `otherwise` if it was not given; nothing: it is no time.
std::optional<base::Millis> TimeOf(const Arguments& args, const char* option,
                                   base::Millis otherwise) {
  if (!args.Has(option)) return otherwise;
  return base::ParseRfc3339(args.Option(option), /*date_allowed=*/true);
}

int State(const Arguments& args, const Stores& stores) {
  const base::Millis now = base::SystemClock().WallNow();
  const auto at = TimeOf(args, "--at", now), known_at = TimeOf(args, "--known-at", now);
  if (!at || !known_at || args.Has("--receipt")) return Usage(args);
  Opened opened;
  if (const int code = Open(args, stores, opened); code != kOk) return code;
  const auto report = StateReport(*opened.plan, *opened.keys, *opened.history, *at, *known_at);
  const std::string text = args.json ? report.dump() : ConsentStateText(report, args.language);
  std::printf("%s\n", text.c_str());
  return report["known"] ? kOk : kNo;
}

int Export(const Arguments& args, const Stores& stores) {
  if (args.Has("--at") || args.Has("--known-at")) return Usage(args);
  Opened opened;
  if (const int code = Open(args, stores, opened); code != kOk) return code;
  const auto facts = config::RegisterFacts::Of(opened.config, args.language);
  const auto made = ConsentRecords(*opened.plan, facts, *opened.keys, *opened.history,
                                   base::SystemClock().WallNow(), args.Has("--receipt"));
  std::printf("%s\n", made["document"].dump(args.json ? -1 : 1).c_str());
  std::fputs(MissingText(made["missing"], args.language).c_str(), stderr);
  return made["missing"].empty() ? kNo : kOk;
}

}  // namespace

int AskRegister(const Arguments& args, const Stores& stores) {
  const std::string what = args.words.size() == 2 ? args.words[1] : "";
  const bool person = args.Has("--subject");
  if (args.Has("--reason") && (!person || !change::IsReason(args.Option("--reason"))))
    return Usage(args);
  if (what == "state" && person) return State(args, stores);
  if (what == "export" && person) return Export(args, stores);
  if (what == "late" && args.options.empty()) {
    return Ask(args, "late",
               [&](const std::string& json) { return LateText(json, args.language); });
  }
  return Usage(args);
}

}  // namespace octroi::gateway
