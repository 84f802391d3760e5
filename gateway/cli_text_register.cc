#include "gateway/cli_text_register.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "gateway/cli_layout.h"
#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

struct Word {
  std::string_view key, fr, en;
};

constexpr Word kStates[] = {{"unknown", "inconnu", "unknown"},
                            {"requested", "demandé", "requested"},
                            {"pending", "en attente", "pending"},
                            {"granted", "accordé", "granted"},
                            {"denied", "refusé", "denied"},
                            {"withdrawn", "retiré", "withdrawn"},
                            {"objected", "opposé", "objected"},
                            {"expired", "expiré", "expired"},
                            {"invalidated", "invalidé", "invalidated"},
                            {"restricted", "limité", "restricted"},
                            {"lifted", "limitation levée", "restriction lifted"},
                            {"suppressed", "liste d'opposition", "suppressed"}};

constexpr Word kFields[] = {
    {"entity_id", "qui a parlé (actor)", "who spoke (actor)"},
    {"jurisdiction", "le pays du responsable (gateway.yaml : jurisdiction)",
     "the controller's country (gateway.yaml: jurisdiction)"},
    {"language", "la langue et le texte montrés (notice avec condensat)",
     "the language and text shown (notice with its digest)"},
    {"lawful_basis", "la base légale, faute de terme", "the lawful basis, for want of a term"},
    {"pii_controllers", "le responsable du traitement", "the controller"},
    {"pii_information", "les catégories de données", "the categories of data"},
    {"privacy_notice", "la notice montrée", "the notice shown"},
    {"retention_period", "la durée de conservation", "the retention period"},
    {"storage_locations", "le lieu de conservation", "where it is stored"},
    {"validity_duration", "la durée de validité", "how long it is valid"},
    {"withdrawal_method", "où retirer l'accord (consent.withdraw_at)",
     "where to withdraw (consent.withdraw_at)"}};

std::string WordOf(std::span<const Word> words, std::string_view key, bool fr) {
  const auto word = std::ranges::find(words, key, &Word::key);
  if (word == words.end()) return std::string(key);
  return std::string(fr ? word->fr : word->en);
}

std::string Text(const Json& json, const char* key) {
  return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : "";
}

std::string EventText(const Json& event, bool fr) {
  std::string text = "      " + Text(event, "id") + " · " +
                     WordOf(kStates, Text(event, "state"), fr) + " · " + Text(event, "source") +
                     "\n      " + (fr ? "en vigueur " : "effective ") +
                     Text(event, "effective_at") + (fr ? ", enregistré " : ", recorded ") +
                     Text(event, "recorded_at") + "\n";
  const Json detail = event.value("detail", Json::object());
  if (const std::string notice = Text(event, "notice"); !notice.empty()) {
    text += "      notice " + notice;
    if (detail.contains("notice")) {
      const Json& shown = detail["notice"];
      text += ", version " + Text(shown, "version") + ", " + Text(shown, "language") + ", " +
              Text(shown, "digest");
    }
    text += "\n";
  }
  if (detail.contains("collection")) {
    text += std::string("      ") + (fr ? "recueilli par " : "collected by ") +
            Text(detail["collection"], "method") + "\n";
  }
  for (const Json& one : detail.value("evidence", Json::array())) {
    text += std::string("      ") + (fr ? "preuve " : "evidence ") + Text(one, "kind") + " " +
            Text(one, "digest") + "\n";
  }
  if (detail.value("unreadable", false)) {
    text += fr ? "      ▲ les clés n'ouvrent pas la preuve de cet événement\n"
               : "      ▲ the keys do not open the evidence of this event\n";
  }
  return text;
}

std::string StateText(const Json& state, Language language) {
  const bool fr = language == Language::kFrench;
  const std::string name = Text(state, "state");
  const std::string reason = Text(state, "reason");
  const bool yes = name == "granted" || name == "lifted";
  std::string text = std::string(yes                 ? "✓ "
                                 : name == "unknown" ? "· "
                                                     : "✗ ") +
                     Left(Text(state, "purpose"), 28) + Left(WordOf(kStates, name, fr), 20);
  if (const std::string since = Text(state, "since"); !since.empty())
    text += (fr ? "depuis " : "since ") + since;
  if (const std::string until = Text(state, "until"); !until.empty() && name == "granted")
    text += (fr ? ", jusqu'au " : ", until ") + until;
  text += "\n";
  if (!reason.empty() && !yes && name != "unknown")
    text += "      " + reason + ": " + std::string(Sentence(reason, language)) + "\n";
  if (state["event"].is_object()) text += EventText(state["event"], fr);
  return text;
}

}  // namespace

std::string_view StateWord(std::string_view state, Language language) {
  const auto word = std::ranges::find(kStates, state, &Word::key);
  if (word == std::end(kStates)) return state;
  return language == Language::kFrench ? word->fr : word->en;
}

std::string ConsentStateText(const Json& report, Language language) {
  const bool fr = language == Language::kFrench;
  std::string text = (fr ? "Au " : "At ") + Text(report, "at") +
                     (fr ? ", tel que connu le " : ", as known on ") + Text(report, "known_at") +
                     "\n";
  if (!report["known"].get<bool>()) {
    return text + (fr ? "Le registre n'a rien sous ces identifiants."
                      : "The register has nothing under these identifiers.");
  }
  text += (fr ? "Personne " : "Person ") + Text(report, "handle");
  if (const auto subjects = report["subjects"].get<std::size_t>(); subjects > 1) {
    text += fr ? " · plusieurs personnes sous ces identifiants : le plus strict compte"
               : " · several persons under these identifiers: the strictest counts";
  }
  text += "\n";
  if (Text(report["person"], "state") != "unknown") text += StateText(report["person"], language);
  for (const Json& one : report["purposes"]) text += StateText(one, language);
  text.pop_back();
  return text;
}

std::string MissingText(const Json& missing, Language language) {
  const bool fr = language == Language::kFrench;
  if (missing.empty()) {
    return fr ? "Le registre n'a aucun consentement sous ces identifiants.\n"
              : "The register has no consent under these identifiers.\n";
  }
  std::string text;
  for (const auto& [record, fields] : missing.items()) {
    if (fields.empty()) continue;
    text += (fr ? "Fiche " : "Record ") + record +
            (fr ? " : n'est pas connu et manque\n" : ": not known, and left out\n");
    for (const Json& field : fields) {
      const auto name = field.get<std::string>();
      text += "  " + Left(name, 20) + WordOf(kFields, name, fr) + "\n";
    }
  }
  return text;
}

std::string LateText(const std::string& json, Language language) {
  const bool fr = language == Language::kFrench;
  const Json report = Json::parse(json);
  if (report.contains("error")) return ErrorText(report, language);
  if (report["late"].empty())
    return fr ? "✓ Rien n'est parti avant qu'un refus antérieur ne soit connu."
              : "✓ Nothing left before an earlier no was known.";
  std::string text;
  for (const Json& late : report["late"]) {
    const Json& consent = late["consent"];
    text += "▲ " + Text(late, "handle") + " · " + Text(consent, "purpose") + " · " +
            WordOf(kStates, Text(consent, "state"), fr) + " " + Text(consent, "effective_at") +
            (fr ? ", connu " : ", known ") + Text(consent, "recorded_at") +
            (fr ? " · RGPD, art. " : " · GDPR, Art. ") + Text(late, "article") + "\n";
    for (const Json& one : late["deliveries"]) {
      text += "    " + Left(Text(one, "event"), 24) + Left(Text(one, "destination"), 18) +
              Text(one, "at");
      if (Text(one, "arrived") == "perhaps") text += fr ? " (peut-être)" : " (perhaps)";
      if (one.contains("still_allowed_for"))
        text +=
            (fr ? " · reste permis : " : " · still allowed: ") + Joined(one["still_allowed_for"]);
      text += "\n";
    }
    if (late.contains("left_off"))
      text += "    + " + std::to_string(late["left_off"].get<std::size_t>()) + "\n";
    for (const Json& set : late.value("training_sets", Json::array())) {
      text += (fr ? "  ▲ jeu d'entraînement " : "  ▲ training set ") + Text(set, "set") + " (" +
              std::to_string(set["records"].get<std::size_t>()) + ")\n";
    }
    for (const Json& task : late["tasks"]) {
      text += (fr ? "  → art. 19 : prévenir " : "  → Art. 19: tell ") +
              (task.contains("recipient") ? Text(task, "recipient") : Text(task, "destination")) +
              " (" + std::to_string(task["deliveries"].get<std::size_t>()) +
              (fr ? " envois)\n" : " deliveries)\n");
    }
  }
  text.pop_back();
  return text;
}

}  // namespace octroi::gateway
