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
  if (json["removed"] == 0) text += Say(language, "Rien n'est supprimé.\n", "Nothing is removed.\n");
  return text;
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
    text += Say(language, "Approuvé par : ", "Approved by: ") + Joined(statement["approved"]) + "\n";
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

}  // namespace

std::string ChangeText(const std::string& text, Language language) {
  const Json json = Json::parse(text);
  if (json.contains("error")) return Refused(json, language);
  std::string out = Changes(json, language);
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
  std::string out = Changes(json, language) + Statement(json["statement"], language);
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

std::string ApprovedText(std::string_view role, Language language) {
  return Say(language, "Approuvé par ", "Approved by ") + std::string(role) +
         Say(language, ". Mettre en vigueur : octroi apply FICHIER\n",
             ". Bring into force: octroi apply FILE\n");
}

}  // namespace octroi::gateway
