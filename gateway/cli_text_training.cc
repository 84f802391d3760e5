// What `octroi training` says, for whoever answers for the register.
#include <nlohmann/json.hpp>

#include "gateway/cli_layout.h"
#include "gateway/cli_text_register.h"
#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

std::string Text(const Json& json, const char* key) { return json.value(key, std::string()); }

std::string Count(const Json& json, const char* key) {
  return std::to_string(json[key].get<std::uint64_t>());
}

std::string To(const Json& set, bool fr) {
  return (fr ? " · destinataire : " : " · recipient: ") +
         (set.contains("recipient") ? Text(set, "recipient") : Text(set, "destination"));
}

}  // namespace

std::string TrainingSetsText(const std::string& json, Language language) {
  const bool fr = language == Language::kFrench;
  const Json report = Json::parse(json);
  if (report.contains("error")) return ErrorText(report, language);
  if (report["sets"].empty())
    return fr ? "Rien n'est parti pour entraîner un modèle (finalité ai.training)."
              : "Nothing left for the training of a model (purpose ai.training).";
  std::string text;
  for (const Json& set : report["sets"]) {
    text += Text(set, "set") + To(set, fr) + " · " + Joined(set["purposes"]) + "\n    " +
            Count(set, "records") + (fr ? " enregistrements" : " records");
    if (set["perhaps"] != 0)
      text += ", " + Count(set, "perhaps") + (fr ? " peut-être arrivés" : " perhaps arrived");
    text += (fr ? ", du " : ", from ") + Text(set, "first_sent") + (fr ? " au " : " to ") +
            Text(set, "last_sent");
    if (!set["closed"].get<bool>()) text += fr ? " (mois en cours)" : " (month under way)";
    text += "\n    sha256:" + Text(set, "digest") + "\n";
  }
  text.pop_back();
  return text;
}

std::string TrainingAffectedText(const std::string& json, Language language) {
  const bool fr = language == Language::kFrench;
  const Json report = Json::parse(json);
  if (report.contains("error")) return ErrorText(report, language);
  if (report["sets"].empty())
    return fr ? "✓ Aucun jeu d'entraînement n'est concerné." : "✓ No training set is affected.";
  std::string text;
  for (const Json& set : report["sets"]) {
    const std::size_t records = set["records"].size() + set.value("left_off", std::size_t{0});
    text += Text(set, "set") + To(set, fr) + " · " + std::to_string(records) +
            (fr ? " enregistrements de " : " records of ") + Count(set, "people") +
            (fr ? " personnes\n" : " people\n");
    bool no = false;
    for (const Json& one : set["records"]) {
      text += (one.contains("state") ? "  ▲ " : "    ") + Left(Text(one, "event"), 24) +
              Left(Text(one, "id"), 24) + Text(one, "at");
      if (Text(one, "arrived") == "perhaps") text += fr ? " (peut-être)" : " (perhaps)";
      if (one.contains("state")) {
        no = true;
        text += " · " + std::string(StateWord(Text(one, "state"), language)) +
                (fr ? " · RGPD, art. " : " · GDPR, Art. ") + Text(one, "article");
      }
      text += "\n";
    }
    if (set.contains("left_off")) text += "    + " + Count(set, "left_off") + "\n";
    if (no)
      text += fr ? "  → art. 19 : prévenir le destinataire ; retirer ces enregistrements du jeu\n"
                 : "  → Art. 19: tell the recipient; take these records out of the set\n";
  }
  text.pop_back();
  return text;
}

}  // namespace octroi::gateway
