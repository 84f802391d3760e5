#include "gateway/cli_text_change.h"

#include <nlohmann/json.hpp>

#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

std::string Say(Language language, const char* fr, const char* en) {
  return language == Language::kFrench ? fr : en;
}

std::string Joined(const Json& list) {
  std::string text;
  for (const Json& item : list) text += (text.empty() ? "" : ", ") + item.get<std::string>();
  return text;
}

// "~ policies/x.yaml" with a line for each path; "+" what is new, "-" what goes.
std::string Changes(const Json& json, Language language) {
  std::string text;
  for (const Json& file : json["changes"]) {
    const std::string what = file["what"];
    const std::string kind = file["kind"], id = file["id"];
    text += (what == "added" ? "+ " : what == "removed" ? "- " : "~ ");
    text += file["file"].get<std::string>();
    if (!kind.empty()) text += "   " + kind + (id.empty() ? "" : " « " + id + " »");
    if (!file["approvals"].empty())
      text += "   " + Say(language, "accord : ", "approval: ") + Joined(file["approvals"]);
    text += "\n";
    for (const Json& item : file["items"]) {
      text += "    " + item["path"].get<std::string>();
      text += (item["path"].get<std::string>().empty() ? "" : " : ");
      text += item.contains("before") ? item["before"].get<std::string>() : "∅";
      text += " → ";
      text += item.contains("after") ? item["after"].get<std::string>() : "∅";
      text += "\n";
    }
  }
  if (json["changes"].empty())
    return Say(language, "Rien ne change : les fichiers sont la configuration en vigueur.\n",
               "Nothing changes: the files are the config in force.\n");
  if (json["removed"] == 0)
    text += Say(language, "Rien n'est supprimé.\n", "Nothing is removed.\n");
  return text;
}

// What data may leave that could not, and the other way round, each with a case.
std::string Cells(const Json& cells, Language language) {
  const bool fr = language == Language::kFrench;
  std::string text;
  for (const Json& cell : cells["changed"]) {
    const std::string to = cell["destination"].get<std::string>() +
                           Say(language, " pour ", " for ") + cell["purpose"].get<std::string>();
    if (cell["what"] == "undecided") {
      text += "? " + to +
              Say(language, " : non décidé, trop de cas. Tout est possible.\n",
                  ": not decided, too many cases. Anything is possible.\n");
      continue;
    }
    const bool gained = cell["what"] == "gained";
    text += (gained ? "+ " : "- ") + cell["category"].get<std::string>() + " → " + to;
    text += gained ? Say(language, " : peut désormais partir\n", ": newly may leave\n")
                   : Say(language, " : ne peut plus partir\n", ": no longer may leave\n");
    const Json& example = cell["example"];
    text += Say(language, "    ex. ", "    e.g. ") + example[fr ? "fr" : "en"].get<std::string>() +
            "\n";
    if (!example["event"].is_null())
      text += Say(language, "    événement : ", "    event: ") + example["event"].dump() + "\n";
    text += gained ? Say(language, "    avant : ", "    before: ")
                   : Say(language, "    après : ", "    after: ");
    text += cell["reason_otherwise"].is_null()
                ? Say(language, "part, sans ce champ ou sous une autre forme",
                      "leaves, without this field or in another form")
                : cell["reason_otherwise"].get<std::string>();
    text += "\n";
  }
  if (!text.empty()) return text;
  return Say(language, "Aucune donnée ne peut partir de plus ni de moins : ",
             "No data may leave that could not, or no longer: ") +
         std::to_string(cells["cases"].get<std::uint64_t>()) +
         Say(language, " cas décidés des deux côtés.\n", " cases decided under both.\n");
}

std::string Needed(const Json& roles, Language language) {
  if (roles.empty())
    return Say(language, "Aucun accord requis. Mettre en vigueur : octroi apply\n",
               "No approval needed. Bring into force: octroi apply\n");
  return Say(language, "Accords requis : ", "Approvals needed: ") + Joined(roles) +
         Say(language, ". Proposer : octroi propose --reason \"…\"\n",
             ". Propose: octroi propose --reason \"…\"\n");
}

std::string Statement(const Json& statement, Language language) {
  std::string text = Say(language, "Version ", "Version ") +
                     std::to_string(statement["version"].get<std::uint32_t>()) + "   " +
                     statement["config"].get<std::string>().substr(0, 12) +
                     Say(language, "   par ", "   by ") + statement["by"].get<std::string>() +
                     Say(language, "   jusqu'au ", "   until ") +
                     statement["expires"].get<std::string>() + "\n";
  if (statement["reason"] != "-")
    text += Say(language, "Motif : ", "Reason: ") + statement["reason"].get<std::string>() + "\n";
  if (!statement["approved"].empty())
    text +=
        Say(language, "Approuvé par : ", "Approved by: ") + Joined(statement["approved"]) + "\n";
  return text;
}

// Why not, and what to do.
std::string Refused(const Json& json, Language language) {
  std::string text = std::string(Sentence(json["error"].get<std::string>(), language));
  if (json.contains("roles") && !json["roles"].empty()) text += " (" + Joined(json["roles"]) + ")";
  text += "\n";
  if (json.contains("findings")) {
    for (const Json& finding : json["findings"]) {
      text += finding.value("file", "") + ":" + std::to_string(finding.value("line", 0)) + ":" +
              std::to_string(finding.value("column", 0)) + "  " + finding.value("code", "") + "  " +
              finding.value(language == Language::kFrench ? "fr" : "en", "") + "\n";
    }
  }
  return text;
}

std::string Stand(const Json& outcome, const Json& reason, Language language) {
  std::string word = outcome.get<std::string>();
  for (int o = 1; o <= 9; ++o) {
    const auto one = static_cast<base::Outcome>(o);
    if (base::Name(one) == word)
      return std::string(OutcomeName(one, language)) + " (" + reason.get<std::string>() + ")";
  }
  return word;
}

// "emailing   12 → 10", then each shift with how many events and people, and an example.
std::string ImpactLines(const Json& impact, Language language) {
  std::string text = Say(language, "Rejoué : ", "Replayed: ") +
                     std::to_string(impact["replayed"].get<std::uint64_t>()) +
                     Say(language, " événements sur ", " events of ") +
                     std::to_string(impact["events"].get<std::uint64_t>());
  if (const auto gone = impact["payload_gone"].get<std::uint64_t>(); gone != 0)
    text += Say(language, " ; contenu non gardé : ", "; payload not kept: ") + std::to_string(gone);
  if (const auto bad = impact["unreadable"].get<std::uint64_t>(); bad != 0)
    text += Say(language, " ; illisibles : ", "; unreadable: ") + std::to_string(bad);
  text += "\n";
  for (const auto& [name, sums] : impact["destinations"].items()) {
    text += "  " + name + "   " + std::to_string(sums["before"].get<std::uint64_t>()) + " → " +
            std::to_string(sums["after"].get<std::uint64_t>()) + "\n";
  }
  for (const Json& shift : impact["shifts"]) {
    text += "  " + std::to_string(shift["events"].get<std::uint64_t>()) + "   " +
            (shift["destination"].is_null() ? Say(language, "(événement)", "(event)")
                                            : shift["destination"].get<std::string>()) +
            "   " + Stand(shift["from"], shift["from_reason"], language) + " → " +
            Stand(shift["to"], shift["to_reason"], language) + "   " +
            std::to_string(shift["people"].get<std::uint64_t>()) +
            Say(language, " personnes   ex. ", " people   e.g. ") + Joined(shift["examples"]) +
            "\n";
  }
  if (impact["shifts"].empty())
    text += Say(language, "  Aucune décision ne change.\n", "  No decision changes.\n");
  return text;
}

}  // namespace

std::string ChangeText(const std::string& text, Language language) {
  const Json json = Json::parse(text);
  if (json.contains("error")) return Refused(json, language);
  std::string out = Changes(json, language);
  if (json.contains("cells") && !json["changes"].empty()) out += Cells(json["cells"], language);
  if (json.contains("impact")) out += ImpactLines(json["impact"], language);
  if (!json["changes"].empty()) out += Needed(json["missing"], language);
  return out;
}

std::string AppliedText(const std::string& text, Language language) {
  const Json json = Json::parse(text);
  std::string out;
  if (json.contains("changes") && !json["changes"].empty()) out += Changes(json, language);
  if (json.contains("error")) return out + Refused(json, language);
  if (json["changes"].empty()) return Changes(json, language);
  return out + Say(language, "En vigueur : version ", "In force: version ") +
         std::to_string(json["version"].get<std::uint32_t>()) + "\n";
}

std::string ProposedText(const std::string& text, Language language) {
  const Json json = Json::parse(text);
  if (json.contains("error")) return Refused(json, language);
  std::string out = Changes(json, language);
  if (json.contains("cells")) out += Cells(json["cells"], language);
  out += Statement(json["statement"], language);
  if (json.contains("file"))
    out += Say(language, "Écrit dans ", "Written to ") + json["file"].get<std::string>() + "\n";
  if (json.contains("missing") && !json["missing"].empty())
    out += Say(language, "Manque l'accord de : ", "Still needs the approval of: ") +
           Joined(json["missing"]) + "\n";
  return out;
}

std::string ProposalsText(const std::string& text, Language language) {
  const Json json = Json::parse(text);
  if (json.contains("error")) return Refused(json, language);
  std::string out;
  for (const Json& one : json["proposals"]) {
    out += one["file"].get<std::string>() + "\n";
    if (one.contains("statement")) out += Statement(one["statement"], language);
    out += std::string(Sentence(one["state"].get<std::string>(), language));
    out += (one["missing"].empty() ? "" : " (" + Joined(one["missing"]) + ")") + std::string("\n");
  }
  return out.empty() ? Say(language, "Aucune proposition.\n", "No proposals.\n") : out;
}

std::string VersionsText(const std::string& text, Language language) {
  const Json json = Json::parse(text);
  if (json.contains("error")) return Refused(json, language);
  std::string out;
  for (const Json& one : json["versions"]) {
    out += std::to_string(one["version"].get<std::uint32_t>()) + "   " +
           one["since"].get<std::string>();
    if (one.contains("config")) {
      out += "   " + one["config"].get<std::string>().substr(0, 12) + "   " +
             one["by"].get<std::string>();
      if (!one["approved"].empty())
        out += Say(language, "   approuvé par ", "   approved by ") + Joined(one["approved"]);
      if (one["reason"] != "-") out += "   « " + one["reason"].get<std::string>() + " »";
    }
    out += "\n";
  }
  return out;
}

std::string PilotText(const std::string& text, Language language) {
  const Json json = Json::parse(text);
  if (json.contains("error")) return Refused(json, language);
  const Json& observed = json["observed"];
  std::string out;
  if (!observed["consent"].is_null()) {
    out += Say(language, "Consentement observé jusqu'au ", "Consent observed until ") +
           observed["consent"]["until"].get<std::string>() +
           Say(language, ", approuvé par ", ", approved by ") +
           observed["consent"]["approved_by"].get<std::string>() + "\n";
  }
  for (const char* kind : {"sources", "contracts"}) {
    if (observed[kind].empty()) continue;
    const bool sources = std::string_view(kind) == "sources";
    out += (sources ? Say(language, "Sources observées : ", "Sources observed: ")
                    : Say(language, "Contrats observés : ", "Contracts observed: ")) +
           Joined(observed[kind]) + "\n";
  }
  if (out.empty())
    return Say(language, "Aucun pilote : tout est appliqué.\n",
               "No pilot: everything is enforced.\n");
  out += Say(language, "Si tout était appliqué :\n", "If everything were enforced:\n");
  out += ImpactLines(json["impact"], language);
  if (json["safe_since"].is_null()) {
    return out +
           Say(language,
               "Pas encore sûr : plus d'un événement sur cent serait arrêté, ou moins de "
               "trente ont été vus. Commencer par la première ligne.\n",
               "Not safe yet: more than one event in a hundred would be stopped, or fewer than "
               "thirty were seen. Begin with the first line.\n");
  }
  return out + Say(language, "Sûr depuis le ", "Safe since ") +
         json["safe_since"].get<std::string>() + "\n";
}

std::string ApprovedText(std::string_view role, Language language) {
  return Say(language, "Approuvé par ", "Approved by ") + std::string(role) +
         Say(language, ". Mettre en vigueur : octroi apply FICHIER\n",
             ". Bring into force: octroi apply FILE\n");
}

}  // namespace octroi::gateway
