#include "gateway/cli_text_access.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "crypto/hmac.h"
#include "gateway/access/requests.h"
#include "gateway/cli_layout.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::string_view ReidentifyUsage(Language language) {
  if (language == Language::kFrench) {
    return "octroi reidentify ask --token JETON --reason TEXTE --as RÔLE --key FICHIER\n"
           "octroi reidentify show\n"
           "octroi reidentify approve|refuse DEMANDE --as RÔLE --key FICHIER [--reason TEXTE] "
           "[--yes]\n"
           "octroi reidentify open DEMANDE --as RÔLE --key FICHIER\n"
           "Les rôles sont ceux d'access.reidentify, leurs clés celles d'approvers "
           "(gateway.yaml).\n";
  }
  return "octroi reidentify ask --token TOKEN --reason TEXT --as ROLE --key FILE\n"
         "octroi reidentify show\n"
         "octroi reidentify approve|refuse REQUEST --as ROLE --key FILE [--reason TEXT] [--yes]\n"
         "octroi reidentify open REQUEST --as ROLE --key FILE\n"
         "Roles are those of access.reidentify, their keys those of approvers (gateway.yaml).\n";
}

std::string AccessText(const std::string& text, Language language) {
  const Json json = Json::parse(text);
  if (json.contains("error")) return ErrorText(json, language);
  const bool fr = language == Language::kFrench;
  const std::string request = json["request"], state = json["state"];
  if (state == "opened") {
    return json["field"].get<std::string>() + ": " + json["value"].get<std::string>() +
           (fr ? "\nDonné une seule fois ; c'est noté au journal."
               : "\nGiven once only; the journal says so.");
  }
  if (state == "refused")
    return fr ? "Demande " + request + " refusée." : "Request " + request + " refused.";
  const std::string until = json["until"];
  if (state == "approved") {
    return fr ? "Approuvée. Qui a demandé peut l'ouvrir jusqu'à " + until +
                    " : octroi reidentify open " + request
              : "Approved. Who asked may open it until " + until + ": octroi reidentify open " +
                    request;
  }
  return fr ? "Demande " + request + ". Une autre personne l'approuve d'ici " + until +
                  " : octroi reidentify approve " + request
            : "Request " + request + ". Another person approves it by " + until +
                  ": octroi reidentify approve " + request;
}

std::string RequestText(const Json& request, Language language) {
  const bool fr = language == Language::kFrench;
  const auto text = [&](const char* key) { return request[key].get<std::string>(); };
  const bool asked = text("state") == "asked";
  return text("request") + "  " +
         (asked ? (fr ? "à approuver" : "to be approved") : (fr ? "approuvée" : "approved")) +
         (fr ? ", jusqu'à " : ", until ") + text("until") + "\n" +
         (fr ? "  qui      " : "  who      ") + text("name") + " (" + text("role") + ")\n" +
         (fr ? "  motif    " : "  reason   ") + text("reason") + "\n" +
         (fr ? "  champ    " : "  field    ") + text("field") + " → " + text("destination") + "\n";
}

std::string WaitingText(const std::string& text, Language language) {
  const Json json = Json::parse(text);
  if (json.contains("error")) return ErrorText(json, language);
  std::string out;
  for (const Json& request : json["requests"]) out += RequestText(request, language);
  if (out.empty()) return language == Language::kFrench ? "Rien n'attend." : "Nothing waits.";
  out.pop_back();
  return out;
}

std::string AccessRecordJson(std::uint64_t sequence, const journal::AccessRecord& record,
                             const crypto::KeyRing& keys) {
  Json line{{"sequence", sequence},        {"kind", "access"},
            {"what", Name(record.access)}, {"at", base::FormatRfc3339(record.at)},
            {"plan", record.plan},         {"uid", record.uid}};
  if (!record.role.empty()) line["role"] = record.role;
  if (record.request != 0) line["request"] = access::IdText(record.request);
  if (!record.domain.empty()) line["destination"] = record.domain;
  if (!record.field.empty()) line["field"] = record.field;
  if (!record.refusal.empty()) line["refusal"] = record.refusal;
  line["subject"] = Json::array();
  for (const journal::Fingerprint& one : record.subject)
    line["subject"].push_back(base::Hex({reinterpret_cast<const char*>(one.data()), one.size()}));
  if (const auto reason = OpenReason(keys, record)) line["reason"] = *reason;
  return line.dump();
}

}  // namespace octroi::gateway
