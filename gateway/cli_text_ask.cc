#include "gateway/cli_text_ask.h"

#include <nlohmann/json.hpp>

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

std::string Say(Language language, const char* fr, const char* en) {
  return language == Language::kFrench ? fr : en;
}

std::string NotAsTest(const std::string& why, Language language) {
  if (why == "list")
    return Say(language, "Pas de cas de test : il y faut une valeur d'une liste.\n",
               "No test case: it needs a value of a list.\n");
  if (why == "linked")
    return Say(language, "Pas de cas de test : il y faut deux fiches liées.\n",
               "No test case: it needs two linked subjects.\n");
  return Say(language, "Pas de cas de test : cette source ne lit aucun signal.\n",
             "No test case: this source reads no signal.\n");
}

std::string ExampleText(const Json& example, Language language) {
  const bool fr = language == Language::kFrench;
  std::string text = "  " + example[fr ? "fr" : "en"].get<std::string>() + "\n";
  if (!example["event"].is_null())
    text += Say(language, "  événement : ", "  event: ") + example["event"].dump() + "\n";
  for (const Json& consent : example["consents"]) {
    text += Say(language, "  registre : ", "  register: ") + consent["purpose"].get<std::string>() +
            " " + consent["state"].get<std::string>() + " " + consent["at"].get<std::string>();
    if (consent.contains("valid_until")) text += " → " + consent["valid_until"].get<std::string>();
    text += "\n";
  }
  for (const Json& line : example["policies"])
    text += Say(language, "  politique : ", "  policy: ") + line.get<std::string>() + "\n";
  if (example["confirmed"].get<bool>()) {
    text += Say(language, "  Rejoué de bout en bout : confirmé.\n",
                "  Played through the whole walk: confirmed.\n");
  } else {
    text +=
        Say(language, "  Rejoué de bout en bout : ", "  Played through the whole walk: ") +
        example["not_confirmed"].get<std::string>() +
        Say(language, ". La décision laisse passer ; le contrat arrête l'événement d'exemple.\n",
            ". The decision lets it through; the contract stops the example event.\n");
  }
  const std::string why = example["not_as_test"];
  return why.empty() ? text : text + "  " + NotAsTest(why, language);
}

constexpr std::string_view kHelpFr =
    R"(octroi ask "QUESTION" [--as-test FICHIER] [--json] [-c DOSSIER]

  [QUOI] peut(-il) atteindre | atteint [OÙ] {[et] CONDITION} [?]

  QUOI       un champ | tout champ | catégorie C
             puis, si l'on veut : en clair | pseudonymisé | haché | généralisé | expurgé
  OÙ         une destination | toute destination [hors EEE]
  CONDITION  sans consentement FINALITÉ
             quand le consentement FINALITÉ est inconnu | demandé | en attente | donné | refusé |
               retiré | opposé | expiré | invalidé
             après retrait de FINALITÉ
             avec identifiant | sans identifiant
             avec gpc | sans gpc
             quand le signal refuse FINALITÉ
             quand la personne est restreinte | supprimée
             depuis SOURCE
             pour FINALITÉ
             hors pilote

  octroi ask "email peut-il atteindre publicite sans consentement advertising.personalised"

Oui : un contre-exemple, à rejouer (--as-test écrit le cas pour « octroi test »). Non : le nombre de
cas décidés. « Sans consentement » : le registre, au moment de décider, dit autre chose que donné.
Les règles des contrats ne comptent pas : tout événement est pris pour accepté.
Codes de sortie : 0 oui, 1 non, 2 question illisible, 3 configuration invalide, 5 non décidé (trop
de cas : dire la question plus étroite).
)";
constexpr std::string_view kHelpEn =
    R"(octroi ask "QUESTION" [--as-test FILE] [--json] [-c FOLDER]

  [can] [WHAT] reach | reaches [WHERE] {[and] CONDITION} [?]

  WHAT       a field's name | any field | category C
             then, if wanted: as clear | as pseudonym | hashed | generalised | redacted
  WHERE      a destination's name | any destination [outside the EEA]
  CONDITION  without consent PURPOSE
             when consent PURPOSE is unknown | requested | pending | granted | denied | withdrawn |
               objected | expired | invalidated
             after withdrawal of PURPOSE
             with identifier | without identifier
             with gpc | without gpc
             when the signal denies PURPOSE
             when the person is restricted | suppressed
             from SOURCE
             for PURPOSE
             outside the pilot

  octroi ask "can email reach publicite without consent advertising.personalised"

Yes: a counter-example to play again (--as-test writes the case for "octroi test"). No: how many
cases were decided. "Without consent": the register, when deciding, says anything but granted.
Contract rules do not count: every event is taken as accepted.
Exit codes: 0 yes, 1 no, 2 the question cannot be read, 3 config invalid, 5 not decided (too many
cases: ask more narrowly).
)";

}  // namespace

std::string_view AskHelp(Language language) {
  return language == Language::kFrench ? kHelpFr : kHelpEn;
}

std::string AnswerText(const std::string& text, Language language) {
  const Json json = Json::parse(text);
  const std::string cases = std::to_string(json["cases"].get<std::uint64_t>());
  if (json["answer"] == "yes")
    return Say(language, "Oui.\n", "Yes.\n") + ExampleText(json["example"], language);
  if (json["answer"] == "no") {
    return Say(language, "Non : ", "No: ") + cases +
           Say(language,
               " cas décidés, aucun ne laisse passer.\n"
               "Tenu constant : les listes telles qu'elles sont ; tout événement pris pour "
               "accepté par son contrat.\n",
               " cases decided, none lets it through.\n"
               "Held constant: the lists as they are; every event taken as accepted by its "
               "contract.\n");
  }
  return Say(language, "Non décidé : trop de cas à « ", "Not decided: too many cases at \"") +
         json["destination"].get<std::string>() +
         Say(language, " ». Dire la question plus étroite.\n", "\". Ask more narrowly.\n");
}

std::string QuestionFaultText(const std::string& text, Language language) {
  const Json json = Json::parse(text);
  const bool fr = language == Language::kFrench;
  std::string out = json["question"].get<std::string>() + "\n" +
                    std::string(json["column"].get<std::size_t>() - 1, ' ') + "^\n" +
                    json[fr ? "fr" : "en"].get<std::string>() + ".";
  if (const std::string hint = json[fr ? "hint_fr" : "hint_en"]; !hint.empty()) out += " " + hint;
  return out + "\n";
}

}  // namespace octroi::gateway
