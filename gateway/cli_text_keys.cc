#include "gateway/cli_text_keys.h"

#include <nlohmann/json.hpp>

#include "gateway/cli_layout.h"

namespace octroi::gateway {
namespace {

std::string Names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "—" : text;
}

}  // namespace

std::string KeysText(const nlohmann::ordered_json& json, Language language) {
  std::string text = json["file"].get<std::string>();
  for (const auto& one : json["versions"]) {
    text += "\n  " + Right(std::to_string(one["version"].get<std::uint32_t>()), 4) + "  " +
            one["state"].get<std::string>();
    if (one.contains("until")) {
      text +=
          (language == Language::kFrench ? ", les deux jetons jusqu'au " : ", both tokens until ") +
          one["until"].get<std::string>();
    }
  }
  const bool fr = language == Language::kFrench;
  if (const auto& rotation = json["rotation"]; rotation.contains("rotate_by")) {
    const std::string by = rotation["rotate_by"];
    text +=
        rotation["due"].get<bool>()
            ? (fr ? "\nROTATION À FAIRE depuis le " : "\nROTATION DUE since ") + by +
                  (fr ? " (rotate.every) : octroi keys rotate. Rien ne tourne tout seul : chaque "
                        "personne change de jeton chez qui n'a pas previous_tokens."
                      : " (rotate.every): octroi keys rotate. Nothing rotates by itself: every "
                        "person gets another token where there is no previous_tokens.")
            : (fr ? "\nà tourner le " : "\nto be rotated on ") + by + " (rotate.every)";
  }
  if (!json["random_tokens"].empty()) {
    text += (fr ? "\nJetons aléatoires (P4), d'aucune clé, de la table seule : "
                : "\nRandom tokens (P4), of no key, of the table alone: ") +
            Names(json["random_tokens"].get<std::vector<std::string>>());
  }
  return text;
}

std::string RotationText(const config::RotationFacts& facts, const std::string& day,
                         Language language) {
  if (language == Language::kFrench) {
    return "Une nouvelle clé fera tous les jetons, au prochain démarrage. Chaque personne change "
           "de "
           "jeton chez : " +
           Names(facts.untold) + ".\nReçoivent aussi l'ancien (<champ>_prev)" +
           (day.empty() ? std::string(", si --until donne un jour : ")
                        : " jusqu'au " + day + " : ") +
           Names(facts.told) + ".\n";
  }
  return "A new key will make all tokens, from the next start on. Every person gets another token "
         "at: " +
         Names(facts.untold) + ".\nGet the old one, too (<field>_prev)" +
         (day.empty() ? std::string(", if --until gives a day: ") : " until " + day + ": ") +
         Names(facts.told) + ".\n";
}

std::string ForgettingText(Language language) {
  return language == Language::kFrench
             ? "Irréversible : chez aucune destination, les jetons aléatoires (P4) de cette "
               "personne ne seront plus à personne ; elle en aura d'autres.\n"
             : "Irreversible: at no destination the random tokens (P4) of this person will be "
               "anybody's any more; she gets others.\n";
}

std::string ForgottenText(const std::string& text, Language language) {
  const auto json = nlohmann::ordered_json::parse(text);
  if (json.contains("error")) return ErrorText(json, language);
  const std::string count = std::to_string(json["forgotten"].get<std::uint64_t>());
  return language == Language::kFrench ? count + " jetons ne sont plus à personne."
                                       : count + " tokens are nobody's any more.";
}

std::string EndingText(std::string_view state, std::uint32_t version, Language language) {
  const bool fr = language == Language::kFrench;
  const std::string key = "kv=" + std::to_string(version) + " → " + std::string(state) + "\n";
  if (state == "destroyed") {
    return key +
           (fr ? "Irréversible : plus aucun jeton de cette clé ne pourra être calculé ni lu.\n"
               : "Irreversible: no token of this key can be computed or read any more.\n");
  }
  if (state == "verify-only") {
    return key + (fr ? "La clé relit et recalcule ses jetons de nouveau, au prochain démarrage.\n"
                     : "The key reads and derives its tokens again, from the next start on.\n");
  }
  return key +
         (fr ? "La clé ne sert plus à rien au prochain démarrage, qui est refusé tant que ce qui "
               "a été envoyé sous elle peut l'être encore.\n"
             : "The key is of no use from the next start on, which is refused as long as what "
               "was sent under it may be sent again.\n");
}

}  // namespace octroi::gateway
