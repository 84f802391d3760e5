// What `octroi explain` prints, of an event that came in and of one in a file alike.
#include <nlohmann/json.hpp>

#include "gateway/cli_layout.h"
#include "gateway/cli_text.h"
#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

std::string Str(const Json& json, const char* key) { return json.value(key, std::string{}); }

std::string Place(const Json& line) {
  return Str(line, "file") + ":" + std::to_string(line["line"].get<int>());
}

// One change that a person could make, in words.
std::string ChangeWords(const Json& change, bool fr) {
  const std::string what = Str(change, "do");
  if (what == "consent") return (fr ? "un accord pour " : "a grant for ") + Str(change, "purpose");
  if (what == "identify") return fr ? "un identifiant valide" : "a valid identifier";
  if (what == "signal")
    return fr ? "un événement que rien n'accompagne qui refuse"
              : "an event without a signal that denies";
  if (what == "lift") return fr ? "la limitation levée" : "the restriction lifted";
  if (what == "age")
    return fr ? "un âge connu et suffisant" : "an age that is known and sufficient";
  const std::string field = Str(change, "field");
  if (change.contains("not_in_list"))
    return field + (fr ? " hors de la liste" : " that is not on the list");
  if (!change.contains("in")) return field + (fr ? " présent" : " present");
  return field + (fr ? " parmi " : " in ") + Joined(change["in"]);
}

std::string WouldChange(const Json& sets, bool fr) {
  if (sets.empty()) {
    return fr ? "    Que changer pour qu'il parte ? Rien à cet événement : c'est la "
                "configuration.\n"
              : "    What would let it leave? Nothing about this event: it is the config.\n";
  }
  std::string text = fr ? "    Que changer pour qu'il parte ? " : "    What would let it leave? ";
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (i != 0) text += fr ? " ; ou " : "; or ";
    for (std::size_t k = 0; k < sets[i].size(); ++k) {
      if (k != 0) text += fr ? " et " : " and ";
      text += ChangeWords(sets[i][k], fr);
    }
  }
  return text + ".\n";
}

std::string Decided(const Json& delivery, bool fr) {
  std::string text;
  if (delivery.contains("decided_by")) {
    const Json& line = delivery["decided_by"];
    if (line.is_object()) {
      text += (fr ? "    Ligne décisive : " : "    Deciding line: ") + Place(line);
      if (line.contains("condition")) {
        text += (fr ? " ; condition non remplie : ligne " : "; condition not met: line ") +
                std::to_string(line["condition"].get<int>());
      }
      text += "\n";
    } else {
      text += fr ? "    Ligne décisive : inconnue, le contenu de l'événement n'est plus gardé.\n"
                 : "    Deciding line: not known, the event's content is no longer kept.\n";
    }
  }
  if (delivery.contains("would_change")) text += WouldChange(delivery["would_change"], fr);
  return text;
}

std::string DeliveryText(const Json& delivery, Language language) {
  const bool fr = language == Language::kFrench;
  std::string text = "\n  " + Left(Str(delivery, "destination"), 16) +
                     Left(OutcomeWord(Str(delivery, "outcome"), language), 14) +
                     Str(delivery, "reason") + "\n    " +
                     std::string(Sentence(Str(delivery, "reason"), language)) + "\n" +
                     Decided(delivery, fr);
  if (!delivery.contains("decided")) return text;
  const Json& decided = delivery["decided"];
  if (decided.contains("consent_event")) {
    text += (fr ? "    Décidé par l'événement de consentement " : "    Decided by consent event ") +
            Str(decided, "consent_event") + "\n";
  }
  if (!decided["purposes"].empty())
    text += (fr ? "    Finalités : " : "    Purposes: ") + Joined(decided["purposes"]) + "\n";
  return text;
}

}  // namespace

std::string ExplainText(const std::string& json, Language language) {
  const Json event = Json::parse(json);
  if (event.contains("error")) return ErrorText(event, language);
  const bool fr = language == Language::kFrench;
  std::string text = Str(event, "event") + " · " + Str(event, "source") + " · " +
                     Str(event, "received") + " · config " + Str(event, "config").substr(0, 12) +
                     "\n  " + OutcomeWord(Str(event, "outcome"), language) + "  " +
                     Str(event, "reason") + "\n  " +
                     std::string(Sentence(Str(event, "reason"), language)) + "\n";
  if (!event["failed_rules"].empty()) {
    text += (fr ? "  Règles enfreintes : " : "  Rules that failed: ") +
            Joined(event["failed_rules"]) + "\n";
  }
  if (event.contains("rules")) {
    for (const Json& rule : event["rules"])
      text += "    " + Place(rule) + "  " + Str(rule, "rule") + "\n";
  }
  if (!event["repaired_by"].empty()) {
    text += (fr ? "  Réparé par : " : "  Repaired by: ") + Joined(event["repaired_by"]) + "\n";
  }
  if (event.contains("merged_into")) {
    text += (fr ? "  Premier reçu : " : "  First one: ") + Str(event, "merged_into") + "\n";
  }
  for (const Json& delivery : event["deliveries"]) text += DeliveryText(delivery, language);
  if (!event.contains("commitment")) return text;
  return text + (fr ? "\n  Empreinte d'engagement " : "\n  Commitment ") +
         Str(event, "commitment") + "\n";
}

}  // namespace octroi::gateway
