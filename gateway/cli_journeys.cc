// `octroi journeys`: how many people go on to the next step, and why the thread breaks.
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/cli_layout.h"
#include "gateway/cli_verbs.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDaySeconds = 86'400;

std::string People(const Json& number, bool fr) {
  if (number.is_null())
    return fr ? "(tu : moins de 10, ou à en déduire)" : "(not told: fewer than 10, or would tell)";
  return std::to_string(number.get<std::uint64_t>());
}

const char* Colon(bool fr) { return fr ? " : " : ": "; }

std::string CauseText(const std::string& cause, bool fr) {
  if (cause == "withheld")
    return fr ? "retenus : la finalité ne le permettait plus (rien à corriger)"
              : "withheld: the purpose did not allow it any more (nothing to mend)";
  if (cause == "quarantined")
    return fr ? "en quarantaine : l'étape est venue, ses données étaient inutilisables"
              : "quarantined: the step came, its data could not be used";
  if (cause == "late") return fr ? "venus après la fenêtre" : "came after the window";
  if (cause == "before")
    return fr ? "étape venue avant celle qu'elle devait suivre"
              : "the step came before the one that it should follow";
  if (cause == "open") return fr ? "pas encore : la fenêtre court" : "not yet: the window is open";
  return fr ? "ne sont pas revenus" : "did not come back";
}

std::string LinkText(const Json& link, bool fr) {
  const Language language = fr ? Language::kFrench : Language::kEnglish;
  std::string text =
      "    → " + link["to"].get<std::string>() + Colon(fr) + People(link["persons"], fr);
  if (!link["share"].is_null())
    text += "  (" + Decimal(100 * link["share"].get<double>(), 1, language) + (fr ? " %)" : "%)");
  if (!link["median_delay_s"].is_null())
    text += (fr ? "  délai médian " : "  median delay ") +
            Decimal(link["median_delay_s"].get<double>() / kDaySeconds, 1, language) +
            (fr ? " j" : " d");
  text += "\n";
  for (const Json& one : link["breaks"])
    text += "        " + People(one["persons"], fr) + "  " +
            CauseText(one["cause"].get<std::string>(), fr) + "\n";
  return text;
}

// What cannot be joined to anybody, where there is any.
std::string LooseText(const Json& step, bool fr) {
  const auto any = [&](const char* key) { return step[key].is_null() || step[key] != 0; };
  const std::string event = step["event"].get<std::string>();
  std::string text;
  if (any("without_identity"))
    text += "    " + event + Colon(fr) + People(step["without_identity"], fr) +
            (fr ? " enregistrements sans identité\n" : " records without an identity\n");
  if (any("not_measured"))
    text += "    " + event + Colon(fr) + People(step["not_measured"], fr) +
            (fr ? " enregistrements qu'aucune destination ne reçoit pour cette finalité\n"
                : " records that no destination gets for this purpose\n");
  if (any("orphans"))
    text += "    " + event + Colon(fr) + People(step["orphans"], fr) +
            (fr ? " personnes dont aucune première étape n'est connue\n"
                : " people of whom no first step is on file\n");
  return text;
}

std::string JourneyText(const Json& journey, bool fr) {
  std::string text = journey["term"].get<std::string>() + " — " +
                     journey["title"].get<std::string>() + "  (" +
                     std::to_string(journey["within_s"].get<std::int64_t>() / kDaySeconds) +
                     (fr ? " j)\n" : " d)\n");
  if (journey.contains("not_counted")) {
    const std::string place =
        journey["file"].get<std::string>() + ":" + std::to_string(journey["line"].get<int>());
    return text +
           (fr ? "    Personne n'est suivi : le terme ne nomme pas de finalité en vigueur ("
               : "    Nobody is followed: the term names no purpose in force (") +
           place + ")\n";
  }
  text += "    " + journey["steps"][0]["event"].get<std::string>() + Colon(fr) +
          People(journey["steps"][0]["persons"], fr) + (fr ? " personnes\n" : " people\n");
  for (const Json& link : journey["links"]) text += LinkText(link, fr);
  for (const Json& step : journey["steps"]) text += LooseText(step, fr);
  if (journey["excluded"].is_null() || journey["excluded"] != 0)
    text += "    " + People(journey["excluded"], fr) +
            (fr ? " autres personnes n'y figurent pas : la finalité "
                : " other people are not in it: not allowed for ") +
            journey["purpose"].get<std::string>() + (fr ? " ne leur est pas permise\n" : "\n");
  return text;
}

std::string JourneysText(const std::string& json, Language language) {
  const bool fr = language == Language::kFrench;
  const Json report = Json::parse(json);
  if (report.contains("error")) return ErrorText(report, language);
  if (report["journeys"].empty())
    return fr ? "Le dictionnaire ne définit aucun parcours (counts_when.journey)."
              : "The dictionary defines no journey (counts_when.journey).";
  std::string text;
  for (const Json& journey : report["journeys"]) text += JourneyText(journey, fr);
  text.pop_back();
  return text;
}

}  // namespace

int AskJourneys(const Arguments& args) {
  Json order = Json::object();
  if (args.words.size() > 2) return Misused(args);
  if (args.words.size() == 2) order["term"] = args.words[1];
  if (args.Has("--campaign")) order["campaign"] = args.Option("--campaign");
  if (!TakeInstant(args, "--since", "since", order) ||
      !TakeInstant(args, "--until", "until", order))
    return Misused(args);
  return Ask(args, "journeys " + order.dump(),
             [&](const std::string& json) { return JourneysText(json, args.language); });
}

}  // namespace octroi::gateway
