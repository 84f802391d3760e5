#include "gateway/cli_breaches.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "gateway/admin_socket.h"
#include "gateway/breach_desk.h"
#include "gateway/cli_layout.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

int Usage(const Arguments& args) {
  std::fputs(args.language == Language::kFrench
                 ? "octroi breaches\n"
                   "octroi breaches notified|closed VIOLATION --reference N°\n"
                   "N° : lettres, chiffres et -._/ ; celui du dossier, pas une phrase.\n"
                 : "octroi breaches\n"
                   "octroi breaches notified|closed BREACH --reference NUMBER\n"
                   "NUMBER: letters, digits and -._/ ; of the file, not a sentence.\n",
             stderr);
  return kUsage;
}

std::string DestinationLine(const Json& to, bool fr) {
  return "\n    " + to["id"].get<std::string>() + "  " +
         std::to_string(to["records"].get<std::uint64_t>()) +
         (fr ? " enregistrements, du " : " records, from ") + to["first"].get<std::string>() +
         (fr ? " au " : " to ") + to["last"].get<std::string>();
}

std::string BreachText(const Json& one, bool fr) {
  const std::string state = one["state"];
  std::string text = one["breach"].get<std::string>() + "  " +
                     (state == "open"       ? fr ? "ouverte" : "open"
                      : state == "notified" ? fr ? "notifiée" : "notified"
                      : fr                  ? "close"
                                            : "closed");
  text += (fr ? "\n  clé des pseudonymes compromise : kv=" : "\n  pseudonym key compromised: kv=") +
          std::to_string(one["key_version"].get<std::uint32_t>());
  text += (fr ? "\n  connue le " : "\n  known at ") + one["known_at"].get<std::string>();
  text += (fr ? "\n  à notifier avant le " : "\n  to be notified by ") +
          one["notify_by"].get<std::string>() + " (RGPD/GDPR 33(1))";
  if (one["overdue"].get<bool>()) text += fr ? " : DÉPASSÉ" : ": OVERDUE";
  text += fr ? "\n  qui a la clé recalcule les jetons P1 et P3 de qui il connaît, et lit les P2 ; "
               "les P4 n'en viennent pas"
             : "\n  who has the key computes P1 and P3 tokens of people whom they know, and reads "
               "P2; P4 are not of it";
  if (one["store_key_too"].get<bool>())
    text += fr ? "\n  les clés de la base en viennent aussi (pas de storage_root)"
               : "\n  the store's keys come from it, too (no storage_root)";
  text += (fr ? "\n  personnes, au plus : " : "\n  people, at most: ") +
          std::to_string(one["people_at_most"].get<std::uint64_t>());
  text += fr ? "\n  partis sous cette clé, de ce que le journal garde :"
             : "\n  left under this key, of what the journal keeps:";
  if (one["destinations"].empty()) text += fr ? " rien" : " nothing";
  for (const Json& to : one["destinations"]) text += DestinationLine(to, fr);
  if (!one["counted"].get<bool>())
    text +=
        fr ? "\n    (incomplet : une partie du journal, ou celui d'une autre passerelle, n'a pas "
             "été lue)"
           : "\n    (incomplete: a part of the journal, or that of another gateway, was not read)";
  for (const Json& entry : one["entries"]) {
    text += "\n  " + entry["at"].get<std::string>() + "  " + entry["what"].get<std::string>() +
            "  uid " + std::to_string(entry["uid"].get<std::uint32_t>()) + "  " +
            entry.value("reference", "");
  }
  return text;
}

std::string Text(const std::string& answer, Language language) {
  const Json json = Json::parse(answer);
  if (json.contains("error")) return ErrorText(json, language);
  const bool fr = language == Language::kFrench;
  if (!json.contains("breaches"))
    return json["breach"].get<std::string>() + ": " + json["state"].get<std::string>();
  std::string text;
  for (const Json& one : json["breaches"])
    text += (text.empty() ? "" : "\n\n") + BreachText(one, fr);
  return text.empty() ? fr ? "Aucune violation." : "No breach." : text;
}

}  // namespace

int AskBreaches(const Arguments& args) {
  const auto text = [&](const std::string& json) { return Text(json, args.language); };
  if (args.words.size() == 1 && args.options.empty()) return Ask(args, "breaches", text);
  const std::string what = args.words.size() == 3 ? args.words[1] : "";
  const bool known = what == "notified" || what == "closed";
  if (!known || !args.Has("--reference") || !IsReference(args.Option("--reference")))
    return Usage(args);
  const Json order{
      {"breach", args.words[2]}, {"what", what}, {"reference", args.Option("--reference")}};
  return Ask(args, "breach-add " + order.dump(), text);
}

void ReportCompromise(const Arguments& args, const std::string& storage_path,
                      std::uint32_t version) {
  const bool fr = args.language == Language::kFrench;
  const auto answer =
      AskGateway(storage_path, "breach-open " + Json{{"key_version", version}}.dump());
  const auto json = Json::parse(answer ? *answer : "", nullptr, /*allow_exceptions=*/false);
  std::string said;
  if (json.is_object() && json.contains("notify_by")) {
    said = (fr ? "Violation ouverte : " : "Breach opened: ") + json["breach"].get<std::string>() +
           (fr ? ". À notifier avant le " : ". To be notified by ") +
           json["notify_by"].get<std::string>() + " (RGPD/GDPR 33(1)) : octroi breaches\n";
  } else {
    said = fr ? "Aucune passerelle ne l'a notée : le prochain démarrage ouvre la violation. Les 72 "
                "heures (RGPD 33(1)) courent dès maintenant.\n"
              : "No gateway has recorded it: the next start opens the breach. The 72 hours (GDPR "
                "33(1)) run from now on.\n";
  }
  std::fputs(said.c_str(), stderr);
}

}  // namespace octroi::gateway
