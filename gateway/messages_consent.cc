// What the consent register refuses of the proof of a consent, and why a state is what it is.
#include <algorithm>
#include <array>

#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

struct Said {
  std::string_view code, fr, en;
};

constexpr auto kSaid = std::to_array<Said>({
    {"consent.notice_invalid",
     "La notice est un identifiant, ou {id, version, language, digest} (« sha256:… »), entiers.",
     "A notice is an id, or {id, version, language, digest} (\"sha256:...\"), complete."},
    {"consent.preference_unmapped",
     "Un oui accompagné d'une préférence sans nom dans la configuration : donner sous "
     "receive.purposes une ligne « finalité/préférence » à chacune, ou retirer la ligne de la "
     "finalité.",
     "A yes with a preference that the config does not name: give each a line "
     "\"purpose/preference\" under receive.purposes, or remove the line of the purpose."},
    {"consent.notice_unknown",
     "La configuration n'a pas cette notice, dans cette version et cette langue.",
     "The config has no such notice, in this version and language."},
    {"consent.notice_digest_unknown",
     "Ce condensat n'est pas celui du texte de cette notice : rien ne prouve ce qui a été montré.",
     "This digest is not that of the notice's text: nothing proves what was shown."},
    {"consent.notice_not_of_purpose", "Cette notice ne parle pas de cette finalité.",
     "This notice does not speak of this purpose."},
    {"consent.collection_invalid",
     "`collection` dit comment l'accord a été recueilli : method, indication, point.",
     "`collection` says how consent was collected: method, indication, point."},
    {"consent.evidence_invalid",
     "Chaque preuve d'une liste est {kind, digest, uri, captured_at}, avec un condensat sha256.",
     "Each item of a list of evidence is {kind, digest, uri, captured_at}, with a sha256 digest."},
    {"consent.source_invalid",
     "`source` est {kind, id, message_id} ; un signal GPC ne peut que refuser ou s'opposer.",
     "`source` is {kind, id, message_id}; a GPC signal can only deny or object."},
    {"consent.record_invalid", "`record_id` et `replaces` sont des UUID en minuscules.",
     "`record_id` and `replaces` are UUIDs in lower case."},
    {"consent.schema_unknown", "`schema_version` est 1-0-0.", "`schema_version` is 1-0-0."},
    {"consent.tenant_unknown", "Cet événement est celui d'un autre locataire (`tenant`).",
     "This event is another tenant's (`tenant`)."},
    {"consent.jurisdiction_invalid", "`jurisdiction` est un code ISO 3166-1 ou 3166-2.",
     "`jurisdiction` is an ISO 3166-1 or 3166-2 code."},
    {"consent.lawful_basis_invalid",
     "Un accord repose sur le consentement ; les autres bases légales viennent de la "
     "configuration.",
     "A grant rests on consent; other lawful bases come from the config."},
    {"consent.explicit_missing",
     "Cette base légale demande un accord explicite : `explicit: true`, s'il l'a été.",
     "This lawful basis takes an explicit grant: `explicit: true`, if it was."},
    {"consent.limits_invalid",
     "`vendors`, `controllers` et `data_categories` sont des listes de noms : minuscules, chiffres "
     "et tirets, 63 caractères au plus, 1 000 noms au plus.",
     "`vendors`, `controllers` and `data_categories` are lists of names: lower case, digits and "
     "hyphens, at most 63 characters, at most 1,000 names."},
    {"consent.category_unknown",
     "Cette catégorie de données n'est pas de celles du dictionnaire : l'accord ne porterait sur "
     "rien.",
     "This category of data is none of the dictionary's: the grant would be for nothing."},
    {"consent.scope_invalid",
     "`scope` est {kind, ref, cross_device_disclosed} ; kind : account, device ou contact_point.",
     "`scope` is {kind, ref, cross_device_disclosed}; kind: account, device or contact_point."},
    {"consent.scope_empty", "Aucun identifiant donné n'est de cette portée (dictionnaire : scope).",
     "None of the given identifiers is of this scope (dictionary: scope)."},
    {"consent.scope_not_disclosed",
     "Un accord pour tous les appareils d'un compte suppose que la personne en a été informée ; "
     "sinon, sa portée est l'appareil (device).",
     "A grant for every device of an account takes that the person was told so; else its scope is "
     "the device."},
    {"consent.with_missing",
     "Une fusion nomme l'autre compte dans `with`, par un identifiant de compte.",
     "A merge names the other account in `with`, by an identifier of an account."},
    {"consent.with_same", "`with` nomme le même compte.", "`with` names the same account."},
    {"consent.merge_without_account",
     "Une fusion nomme des comptes ; aucun identifiant donné n'en est un (dictionnaire : scope).",
     "A merge names accounts; none of the given identifiers is one (dictionary: scope)."},
    {"consent.withdrawal_method_invalid",
     "`withdrawal_method` est un texte : où la personne retire son accord.",
     "`withdrawal_method` is a text: where the person withdraws."},
});

}  // namespace

std::string_view ConsentSentence(std::string_view code, Language language) {
  const auto* const said = std::ranges::find(kSaid, code, &Said::code);
  if (said == kSaid.end()) return "";
  return language == Language::kFrench ? said->fr : said->en;
}

}  // namespace octroi::gateway
