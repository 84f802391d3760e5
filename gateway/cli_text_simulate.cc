#include <nlohmann/json.hpp>

#include "gateway/cli_layout.h"
#include "gateway/cli_text_flow.h"
#include "gateway/messages.h"

namespace octroi::gateway {

using Json = nlohmann::ordered_json;

std::string SimulatedHeadText(const std::string& json, Language language) {
  const bool fr = language == Language::kFrench;
  const Json head = Json::parse(json);
  const std::string kind = head["register"];
  const std::string events = std::to_string(head["consent_events"].get<std::uint64_t>());
  std::string consents;
  if (kind == "store") {
    consents = fr ? "registre enregistré, " + events + " événements"
                  : "stored register, " + events + " events";
  } else if (kind == "file") {
    consents = fr ? events + " événements du fichier" : events + " events of the file";
  } else {
    consents = fr ? "aucun registre : tout consentement est inconnu"
                  : "no register: every consent is unknown";
  }
  return (fr ? "Simulation au " : "Simulated at ") + head["at"].get<std::string>() + " · config " +
         head["config"].get<std::string>().substr(0, 8) + "… · " +
         (fr ? "consentements : " : "consents: ") + consents + "\n\n";
}

std::string SimulatedItemText(const std::string& json, Language language) {
  const bool fr = language == Language::kFrench;
  const Json item = Json::parse(json);
  const std::string event = item["event"];
  std::string text = Right(std::to_string(item["number"].get<std::uint64_t>()), 6) + "  " +
                     Left(event.empty() ? "—" : event, 24) + "  " +
                     Left(OutcomeWord(item["outcome"].get<std::string>(), language), 15);
  if (item["outcome"] != "accepted") text += "  " + item["reason"].get<std::string>();
  if (item.contains("rule")) {
    text += " (" + item["rule"].get<std::string>() + (fr ? ", octet " : ", byte ") +
            std::to_string(item["offset"].get<std::uint64_t>()) + ")";
  }
  if (item.contains("merged_into")) {
    text += (fr ? " (avec n° " : " (into no. ") +
            std::to_string(item["merged_into"].get<std::uint64_t>()) + ")";
  }
  text += "\n";
  const auto rules = [&](const char* key, const char* label) {
    if (!item[key].empty()) text += "          " + std::string(label) + Joined(item[key]) + "\n";
  };
  rules("failed_rules", fr ? "règles en échec : " : "failed rules: ");
  rules("repaired_by", fr ? "réparé par : " : "repaired by: ");
  for (const Json& delivery : item["deliveries"]) {
    const bool allowed = delivery["allowed"];
    const char* word = allowed            ? (fr ? "partirait" : "would leave")
                       : delivery["held"] ? (fr ? "en attente" : "held")
                                          : (fr ? "retenu" : "withheld");
    text += "        " + Left(delivery["destination"], 20) + "  " + Left(word, 12) + "  " +
            Left(delivery["reason"], 28);
    if (allowed) text += "  " + Joined(delivery["purposes"]);
    text += "\n";
  }
  return text;
}

std::string SimulatedSumsText(const std::string& json, Language language) {
  const bool fr = language == Language::kFrench;
  const Json sums = Json::parse(json);
  const auto number = [](const Json& value) { return std::to_string(value.get<std::uint64_t>()); };
  const auto reasons = [&](const Json& counts) {
    std::string list;
    for (const auto& [reason, count] : counts.items())
      list += (list.empty() ? "" : " · ") + reason + " " + number(count);
    return list;
  };
  std::string text = "\n" + number(sums["received"]) + (fr ? " lus" : " read");
  const char* sign = " = ";
  for (const char* outcome : {"rejected", "quarantined", "merged", "accepted"}) {
    text += sign + number(sums[outcome]) + " " + OutcomeWord(outcome, language);
    sign = " + ";
  }
  text += "\n";
  if (!sums["reasons"].empty()) text += "  " + reasons(sums["reasons"]) + "\n";
  for (const auto& [id, there] : sums["destinations"].items()) {
    text += "  " + Left(id, 20) + "  " + number(there["accepted"]) + " = " +
            number(there["would_send"]) + (fr ? " partiraient + " : " would leave + ") +
            number(there["held"]) + (fr ? " en attente + " : " held + ") +
            number(there["withheld"]) + (fr ? " retenus" : " withheld");
    if (!there["reasons"].empty()) text += "   (" + reasons(there["reasons"]) + ")";
    text += "\n";
  }
  return text + (fr ? "Rien n'a été écrit ni envoyé.\n" : "Nothing was written or sent.\n");
}

}  // namespace octroi::gateway
