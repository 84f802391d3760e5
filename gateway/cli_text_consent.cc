#include "gateway/cli_text_consent.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

struct Said {
  std::string_view reason, fr, en;
};

constexpr auto kSaid = std::to_array<Said>({
    {"tcf.consented", "La chaîne dit oui à tout ce qui est demandé.",
     "The string says yes to all that is asked."},
    {"tcf.string_invalid", "La chaîne ne vaut rien : elle est tenue pour absente.",
     "The string is worth nothing: it counts as absent."},
    {"tcf.purpose_none", "Aucune finalité n'est demandée.", "No purpose is asked for."},
    {"tcf.purpose_not_consented", "La personne n'a pas consenti à cette finalité.",
     "The person did not consent to this purpose."},
    {"tcf.vendor_not_consented", "La personne n'a pas consenti à ce fournisseur.",
     "The person did not consent to this vendor."},
    {"tcf.vendor_not_disclosed", "Ce fournisseur n'a pas été présenté à la personne.",
     "This vendor was not disclosed to the person."},
    {"tcf.restricted_by_publisher", "L'éditeur ne permet pas cette finalité à ce fournisseur.",
     "The publisher does not permit this purpose to this vendor."},
    {"tcf.policy_too_old", "Écrite sous une politique TCF antérieure à 4, qui ne vaut plus.",
     "Written under a TCF policy before 4, which is no longer valid."},
    {"tcf.policy_unknown", "Écrite sous une politique TCF que cette version ne connaît pas.",
     "Written under a TCF policy that this version does not know."},
    {"tcf.not_service_specific",
     "De portée globale : seules les chaînes propres au service valent.",
     "Of global scope: only service-specific strings are valid."},
    {"tcf.disclosed_vendors_missing",
     "Sans liste des fournisseurs présentés, exigée depuis le 28 février 2026.",
     "Without the list of disclosed vendors, required since 28 February 2026."},
    {"tcf.interest_not_permitted",
     "Invoque l'intérêt légitime pour une finalité (1, 3 à 6) qui exige un consentement.",
     "Claims legitimate interest for a purpose (1, 3 to 6) that needs consent."},
    {"tcf.restriction_undefined", "Porte une restriction d'éditeur qui n'est pas définie.",
     "Carries a publisher restriction that is not defined."},
    {"tcf.cmp_unknown", "Le numéro de CMP n'est celui d'aucune plateforme.",
     "The CMP id is that of no platform."},
    {"tcf.trailing_garbage", "Quelque chose suit la fin d'un segment.",
     "Something follows the end of a segment."},
    {"tcf.dates_inconsistent", "Mise à jour avant d'avoir été créée.",
     "Updated before it was created."},
    {"tcf.from_the_future", "Mise à jour dans l'avenir.", "Updated in the future."},
    {"tcf.expired", "Pas mise à jour depuis plus de 13 mois.",
     "Not updated for more than 13 months."},
    {"tcf.empty", "Un segment est vide.", "A segment is empty."},
    {"tcf.too_long", "Plus longue que toute chaîne TC.", "Longer than any TC string."},
    {"tcf.character", "Un caractère n'est pas de base64url.", "A character is not base64url."},
    {"tcf.version", "Seule la version 2 des chaînes TC est lue.",
     "Only version 2 of TC strings is read."},
    {"tcf.core_missing", "Le segment principal doit venir en premier.",
     "The core segment must come first."},
    {"tcf.segment_unknown", "Un segment est d'un type inconnu.", "A segment is of unknown type."},
    {"tcf.segment_repeated", "Un segment est répété.", "A segment is repeated."},
    {"tcf.truncated", "La chaîne s'arrête avant la fin.", "The string ends too early."},
    {"tcf.letters", "Un code de langue ou de pays n'est pas fait de lettres.",
     "A language or country code is not made of letters."},
    {"tcf.vendor_range", "Une plage de fournisseurs est impossible.",
     "A range of vendors is impossible."},
    {"gpp.empty", "La chaîne est vide.", "The string is empty."},
    {"gpp.too_long", "Plus longue que toute chaîne GPP.", "Longer than any GPP string."},
    {"gpp.character", "Un caractère de l'en-tête n'est pas de base64url.",
     "A character of the header is not base64url."},
    {"gpp.type", "Ce n'est pas une chaîne GPP.", "This is no GPP string."},
    {"gpp.version", "Seule la version 1 des chaînes GPP est lue.",
     "Only version 1 of GPP strings is read."},
    {"gpp.truncated", "L'en-tête s'arrête avant la fin.", "The header ends too early."},
    {"gpp.section_id", "L'en-tête nomme une section impossible.",
     "The header names an impossible section."},
    {"gpp.trailing_garbage", "Quelque chose suit la fin de l'en-tête.",
     "Something follows the end of the header."},
    {"gpp.sections_mismatch", "L'en-tête ne nomme pas autant de sections qu'il y en a.",
     "The header does not name as many sections as there are."},
    {"gpp.section_empty", "Une section est vide.", "A section is empty."},
});

// Ids (or ranges of them) as people write them, the first dozen: "1–3, 7, 9 …".
std::string Ids(const Json& list, bool fr) {
  if (list.is_null()) return fr ? "segment absent" : "no such segment";
  constexpr int kShown = 12;
  std::vector<std::pair<unsigned, unsigned>> ranges;
  for (const Json& item : list) {
    const unsigned first = item.is_array() ? item[0].get<unsigned>() : item.get<unsigned>();
    const unsigned last = item.is_array() ? item[1].get<unsigned>() : first;
    if (!ranges.empty() && first == ranges.back().second + 1) {
      ranges.back().second = last;
    } else {
      ranges.emplace_back(first, last);
    }
  }
  if (ranges.empty()) return "—";
  std::string text;
  for (std::size_t i = 0; i < ranges.size() && i < kShown; ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(ranges[i].first);
    if (ranges[i].second > ranges[i].first) text += "–" + std::to_string(ranges[i].second);
  }
  if (ranges.size() > kShown) text += " …";
  if (list.size() > kShown) text += " (" + std::to_string(list.size()) + ")";
  return text;
}

std::string Why(std::string_view reason, Language language) {
  return "  " + std::string(reason) + ": " + std::string(SignalSentence(reason, language)) + "\n";
}

std::string FaultText(const Json& fault, Language language) {
  const bool fr = language == Language::kFrench;
  const std::string field = fault["field"];
  std::string text = fr ? "✗ Illisible.\n" : "✗ Cannot be read.\n";
  text += Why(fault["error"].get<std::string>(), language);
  text += fr ? "  Au caractère " : "  At character ";
  text += std::to_string(fault["character"].get<std::size_t>() + 1) + ", bit " +
          std::to_string(fault["bit"].get<std::size_t>()) +
          (fr ? " du segment qui commence au caractère " : " of the segment that begins at ") +
          (fr ? "" : "character ") + std::to_string(fault["segment"].get<std::size_t>() + 1);
  if (!field.empty()) text += (fr ? ", champ " : ", field ") + field;
  return text + "\n";
}

std::string FieldsText(const Json& fields, bool fr) {
  std::string text;
  const auto put = [&](const char* in_french, const char* in_english, const std::string& value) {
    text += std::string("  ") + (fr ? in_french : in_english) + (fr ? " : " : ": ") + value + "\n";
  };
  const auto number = [&](const char* name) {
    return std::to_string(fields[name].get<std::uint64_t>());
  };
  const auto day = [&](const char* name) { return fields[name].get<std::string>().substr(0, 10); };
  const auto yes = [&](const char* name) {
    return fields[name].get<bool>() ? std::string(fr ? "oui" : "yes")
                                    : std::string(fr ? "non" : "no");
  };
  put("Créée, mise à jour", "Created, updated", day("created") + ", " + day("lastUpdated"));
  put("CMP, version, écran", "CMP, version, screen",
      number("cmpId") + ", " + number("cmpVersion") + ", " + number("consentScreen"));
  put("Langue, pays de l'éditeur", "Language, publisher's country",
      fields["consentLanguage"].get<std::string>() + ", " +
          fields["publisherCC"].get<std::string>());
  put("Liste de fournisseurs, politique TCF", "Vendor list, TCF policy",
      number("vendorListVersion") + ", " + number("tcfPolicyVersion"));
  put("Propre au service", "Service specific", yes("isServiceSpecific"));
  put("Textes non standard", "Non-standard texts", yes("useNonStandardTexts"));
  put("Finalité 1 non présentée", "Purpose 1 not disclosed", yes("purposeOneTreatment"));
  put("Finalités consenties", "Purposes consented to", Ids(fields["purposesConsent"], fr));
  put("Finalités en intérêt légitime", "Purposes by legitimate interest",
      Ids(fields["purposesLITransparency"], fr));
  put("Fonctions spéciales acceptées", "Special features opted in",
      Ids(fields["specialFeatureOptins"], fr));
  put("Fournisseurs consentis", "Vendors consented to", Ids(fields["vendorConsents"], fr));
  put("Fournisseurs en intérêt légitime", "Vendors by legitimate interest",
      Ids(fields["vendorLegitimateInterests"], fr));
  put("Fournisseurs présentés", "Vendors disclosed", Ids(fields["disclosedVendors"], fr));
  constexpr const char* kTypes[][2] = {{"interdite", "not allowed"},
                                       {"consentement exigé", "consent required"},
                                       {"intérêt légitime exigé", "legitimate interest required"},
                                       {"indéfinie", "undefined"}};
  for (const Json& one : fields["publisherRestrictions"]) {
    put("Restriction de l'éditeur", "Publisher restriction",
        (fr ? "finalité " : "purpose ") + std::to_string(one["purpose"].get<unsigned>()) + ", " +
            kTypes[one["type"].get<unsigned>()][fr ? 0 : 1] + ", " +
            (fr ? "fournisseurs " : "vendors ") + Ids(one["vendors"], fr));
  }
  return text;
}

std::string Tcf(const Json& report, Language language) {
  if (report.contains("error")) return FaultText(report, language);
  const bool fr = language == Language::kFrench;
  const std::string at = report["at"];
  std::string text;
  if (report["valid"]) {
    text = (fr ? "✓ Chaîne TC valable au " : "✓ TC string, valid at ") + at + "\n";
  } else {
    text = (fr ? "✗ Chaîne TC lisible, mais sans valeur au "
               : "✗ TC string that can be read, but is not valid at ") +
           at + "\n";
  }
  for (const Json& flaw : report["flaws"]) text += Why(flaw.get<std::string>(), language);
  text += FieldsText(report["fields"], fr);
  if (report.contains("answer")) {
    const Json& answer = report["answer"];
    text += std::string(answer["allowed"] ? "✓ " : "✗ ") + (fr ? "Finalités " : "Purposes ") +
            Ids(answer["purposes"], fr);
    if (!answer["vendor"].is_null()) {
      text +=
          (fr ? ", fournisseur " : ", vendor ") + std::to_string(answer["vendor"].get<unsigned>());
    }
    text += "\n" + Why(answer["reason"].get<std::string>(), language);
    if (!answer["in_the_way"].empty()) {
      text += (fr ? "  Finalités en cause : " : "  Purposes in the way: ") +
              Ids(answer["in_the_way"], fr) + "\n";
    }
  }
  return text;
}

}  // namespace

std::string_view SignalSentence(std::string_view reason, Language language) {
  const auto* const said = std::ranges::find(kSaid, reason, &Said::reason);
  if (said == kSaid.end()) return "";
  return language == Language::kFrench ? said->fr : said->en;
}

std::string TcfText(const std::string& json, Language language) {
  return Tcf(Json::parse(json), language);
}

std::string GppText(const std::string& json, Language language) {
  const bool fr = language == Language::kFrench;
  const Json report = Json::parse(json);
  if (report.contains("error")) return FaultText(report, language);
  const auto gpc = [&](const Json& state) {
    const std::string name = state;
    if (name == "on") return fr ? "opposition" : "opted out";
    if (name == "off") return fr ? "pas d'opposition" : "not opted out";
    if (name == "unreadable")
      return fr ? "illisible, tenu pour une opposition" : "unreadable, taken for an opt-out";
    return fr ? "ne dit rien" : "says nothing";
  };
  std::string text =
      (fr ? "Chaîne GPP · GPC : " : "GPP string · GPC: ") + std::string(gpc(report["gpc"])) + "\n";
  for (const Json& section : report["sections"]) {
    text += std::string("Section ") + std::to_string(section["id"].get<unsigned>()) + " · " +
            std::to_string(section["characters"].get<std::size_t>()) +
            (fr ? " caractères" : " characters");
    if (section.contains("gpc"))
      text += " · GPC" + std::string(fr ? " : " : ": ") + gpc(section["gpc"]);
    if (!section.contains("gpc") && !section.contains("tcf"))
      text += fr ? " · non lue" : " · not read";
    text += "\n";
    if (section.contains("tcf")) text += Tcf(section["tcf"], language);
  }
  return text;
}

}  // namespace octroi::gateway
