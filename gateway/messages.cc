#include "gateway/messages.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace octroi::gateway {
namespace {

struct Said {
  std::string_view code, fr, en;
};

constexpr auto kSaid = std::to_array<Said>({
    {"accepted", "Accepté", "Accepted"},
    {"json.invalid", "Le contenu n'est pas du JSON valide.", "The body is not valid JSON."},
    {"json.duplicate_key", "Un membre apparaît deux fois dans le même objet.",
     "A member appears twice in one object."},
    {"json.limit", "Le contenu dépasse une limite (profondeur, nombre, taille).",
     "The body exceeds a limit (depth, count, size)."},
    {"event.type_missing", "L'événement ne dit pas ce qu'il est.",
     "The event does not say what it is."},
    {"event.unknown", "Cette source n'annonce pas cet événement.",
     "This source does not declare this event."},
    {"event.time_invalid", "L'heure de l'événement est illisible ou sans fuseau.",
     "The event's time is unreadable or has no zone."},
    {"duplicate.message_id", "Déjà reçu sous cet identifiant de message.",
     "Already received under this message id."},
    {"duplicate.idempotency_key", "Requête déjà reçue sous cette clé.",
     "Request already received under this key."},
    {"conflict.message_id", "Même identifiant de message, autre contenu.",
     "Same message id, other content."},
    {"conflict.idempotency_key", "Cette clé d'idempotence a servi pour un autre contenu.",
     "This idempotency key was used for another body."},
    {"conflict.consent_id", "Cet identifiant a servi pour un autre événement de consentement.",
     "This id was used for another consent event."},
    {"quality.unknown", "Une règle n'a pas pu être décidée : ce n'est pas une réussite.",
     "A rule could not be decided: that is no pass."},
    {"quality.required", "Un champ obligatoire du contrat manque.",
     "A required field of the contract is missing."},
    {"quality.extra_field", "Un champ n'est pas prévu au contrat.",
     "A field is not part of the contract."},
    {"subject.missing", "Aucun identifiant valide : aucun consentement ne peut être retrouvé.",
     "No valid identifier, so no consent can be found."},
    {"subject.restricted",
     "Le traitement de cette personne est limité (RGPD, art. 18) : rien n'est transmis sans un "
     "accord plus récent.",
     "This person's processing is restricted (GDPR, Art. 18): nothing leaves without a newer "
     "grant."},
    {"subject.suppressed",
     "Cette personne est sur la liste d'opposition (RGPD, art. 17 et 21) : rien n'est transmis "
     "sans un accord plus récent.",
     "This person is on the suppression list (GDPR, Art. 17 and 21): nothing leaves without a "
     "newer grant."},
    {"transfer.no_safeguard",
     "Hors de l'EEE sans garantie en vigueur (RGPD, art. 44) : rien n'est transmis.",
     "Outside the EEA without a safeguard in force (GDPR, Art. 44): nothing leaves."},
    {"transfer.suspended",
     "La garantie de ce transfert hors de l'EEE est suspendue : rien n'est transmis.",
     "The safeguard of this transfer outside the EEA is suspended: nothing leaves."},
    {"notice.changed", "Les termes ont changé depuis l'accord : il faut le redemander.",
     "The terms have changed since the grant: it has to be asked again."},
    {"age.parent_missing",
     "L'accord d'un enfant exige celui du titulaire de l'autorité parentale (RGPD, art. 8).",
     "A child's grant needs that of the holder of parental responsibility (GDPR, Art. 8)."},
    {"consent.not_explicit", "Ces données sensibles exigent un accord explicite (RGPD, art. 9).",
     "This data of special categories needs an explicit grant (GDPR, Art. 9)."},
    {"consent.controller_not_listed",
     "L'accord nomme les responsables du traitement, et celui-ci n'en est pas.",
     "The grant names the controllers, and this is none of them."},
    {"consent.vendor_not_listed", "L'accord nomme les destinataires, et celui-ci n'en est pas.",
     "The grant names the recipients, and this is none of them."},
    {"consent.category_not_listed",
     "L'accord nomme les catégories de données, et une de celles qui partiraient n'en est pas.",
     "The grant names the categories of data, and one that would leave is none of them."},
    {"age.transition",
     "L'accord venait de ses parents ; l'enfant a grandi depuis et doit répondre lui-même.",
     "The grant came from the parents; the child has come of age since and has to answer."},
    {"hold.consent_unknown",
     "En attente : la personne n'a pas encore répondu. Rien n'est transmis d'ici là.",
     "Held: the person has not answered yet. Nothing leaves until then."},
    {"hold.expired", "La personne n'a pas répondu à temps : rien n'a été transmis.",
     "The person did not answer in time: nothing left."},
    {"hold.full", "Trop d'événements sont déjà en attente : celui-ci n'est pas gardé pour l'envoi.",
     "Too many events are held already: this one is not kept for sending."},
    {"variant.counted", "Seul son nombre peut sortir, dans un total de plusieurs personnes.",
     "Only its number may leave, in a total of several people."},
    {"group.too_small",
     "Trop peu d'enregistrements de l'envoi se ressemblaient : celui-ci désignerait une personne.",
     "Too few records of the batch looked the same: this one would single somebody out."},
    {"tokens.unavailable", "La table des jetons ne répond pas ; nouvel essai prévu.",
     "The table of tokens does not answer; will be tried again."},
    {"consent.parent_missing",
     "Accord d'un enfant : `actor.kind` doit nommer le titulaire de l'autorité parentale (en "
     "France, avec l'enfant).",
     "A child's grant: `actor.kind` must name the holder of parental responsibility (in France, "
     "with the child)."},
    {"consent.age_band_invalid", "`age_band` n'est pas une tranche d'âge connue.",
     "`age_band` is not an age band that is known."},
    {"consent.actor_invalid", "`actor.kind` n'est pas connu.", "`actor.kind` is not known."},
    {"consent.explicit_invalid", "`explicit` est vrai ou faux.", "`explicit` is true or false."},
    {"cloudevents.attribute_missing", "Un attribut CloudEvents obligatoire manque.",
     "A required CloudEvents attribute is missing."},
    {"cloudevents.attribute_invalid",
     "Un attribut CloudEvents n'a pas le nom, le type ou la forme requis.",
     "A CloudEvents attribute does not have the name, type or form that it must have."},
    {"cloudevents.specversion_unsupported", "Seule la version 1.0 de CloudEvents est lue.",
     "Only version 1.0 of CloudEvents is read."},
    {"cloudevents.data_ambiguous", "`data` et `data_base64` sont présents tous les deux.",
     "Both `data` and `data_base64` are there."},
    {"cloudevents.data_unreadable",
     "Les données ne sont pas du JSON, ou pas ce qu'annonce leur type de contenu.",
     "The data is not JSON, or not what its content type says."},
    {"cloudevents.format_unsupported", "De CloudEvents, seuls le format JSON et ses lots sont lus.",
     "Of CloudEvents, only the JSON format and its batches are read."},
    {"cloudevents.header_invalid", "Un en-tête `ce-` n'est pas écrit comme CloudEvents le demande.",
     "A `ce-` header is not written as CloudEvents asks."},
    {"cloudevents.headers_unsigned",
     "La signature de cette source ne couvre pas les en-têtes : envoyez l'événement entier dans le "
     "corps.",
     "This source's signature does not cover headers: send the whole event in the body."},
    {"consent.granted", "Consentement accordé.", "Consent granted."},
    {"consent.denied", "La personne n'a pas donné son accord.", "The person declined."},
    {"consent.withdrawn", "La personne a retiré son accord.", "The person withdrew consent."},
    {"consent.objected", "La personne s'est opposée.", "The person objected."},
    {"consent.expired", "Le consentement a expiré.", "Consent has expired."},
    {"consent.unknown", "Aucun consentement connu : sans preuve, rien ne part.",
     "No consent is known: without proof nothing leaves."},
    {"consent.requested", "Consentement demandé, sans réponse.",
     "Consent was asked for, no answer yet."},
    {"consent.pending", "Consentement en attente de confirmation.",
     "Consent is awaiting confirmation."},
    {"consent.invalidated", "Consentement déclaré nul.", "Consent was found void."},
    {"consent.not_at_collection", "Accord donné après la collecte : il n'est pas rétroactif.",
     "Consent was given after collection; it is not retroactive."},
    {"consent.unreadable",
     "Le registre des consentements est illisible ; on n'envoie pas sans savoir.",
     "The consent register cannot be read; nothing is sent without knowing."},
    {"basis.contract", "Nécessaire au contrat.", "Necessary for the contract."},
    {"basis.legal_obligation", "Obligation légale.", "Legal obligation."},
    {"basis.vital_interests", "Intérêts vitaux.", "Vital interests."},
    {"basis.public_task", "Mission d'intérêt public.", "Public task."},
    {"basis.legitimate_interests", "Intérêt légitime, sans opposition.",
     "Legitimate interests, no objection."},
    {"basis.missing", "La finalité n'a pas de base légale.", "The purpose has no lawful basis."},
    {"purpose.unknown", "La finalité n'est pas en vigueur.", "The purpose is not in force."},
    {"destination.not_declared", "Cette destination ne reçoit pas ce contrat.",
     "This destination does not receive this contract."},
    {"destination.removed", "Destination retirée de la configuration.",
     "Destination removed from the config."},
    {"fields.none", "Aucun champ ne peut partir pour ces finalités.",
     "No field may leave for these purposes."},
    {"policy.not_met", "Les conditions de la politique ne sont pas remplies.",
     "The policy's conditions are not met."},
    {"signal.denied", "Un signal joint à l'événement dit non.",
     "A signal that came with the event says no."},
    {"signal.gpc", "Le navigateur demande à ne pas être suivi (GPC).",
     "The browser asks not to be tracked (GPC)."},
    {"tcf.vendor_not_disclosed",
     "La chaîne TCF jointe ne dit pas que ce destinataire a été montré à la personne.",
     "The TC string that came along does not say that this recipient was shown to the person."},
    {"tcf.vendor_not_consented",
     "Dans la chaîne TCF jointe, la personne n'accepte pas ce "
     "destinataire.",
     "In the TC string that came along, the person does not agree to this recipient."},
    {"tcf.purpose_not_consented",
     "Dans la chaîne TCF jointe, la personne n'accepte pas cette "
     "finalité.",
     "In the TC string that came along, the person does not agree to this purpose."},
    {"tcf.restricted_by_publisher",
     "Dans la chaîne TCF jointe, l'éditeur retire cette finalité à ce destinataire.",
     "In the TC string that came along, the publisher takes this purpose from this recipient."},
    {"age.unknown", "Âge inconnu.", "Age is not known."},
    {"consent.observed",
     "Pilote : parti sans accord connu, parce que le consentement n'est qu'observé.",
     "Pilot: sent without a known consent, because consent is only observed."},
    {"delivery.queued", "En file d'attente.", "Queued."},
    {"delivery.acknowledged", "Reçu par la destination.", "Acknowledged by the destination."},
    {"delivery.retrying", "Nouvel essai prévu.", "Will be tried again."},
    {"delivery.refused", "Refusé par la destination.", "Refused by the destination."},
    {"delivery.retries_exhausted", "Essais épuisés ; gardé, rejouable.",
     "Retries exhausted; kept, can be replayed."},
    {"delivery.protect_failed", "N'a pas pu être pseudonymisé.", "Could not be pseudonymised."},
    {"delivery.payload_gone", "Contenu effacé ou illisible.", "The payload is gone or unreadable."},
    {"auth.missing", "Clé absente.", "No key was presented."},
    {"auth.invalid", "Clé inconnue pour cette source.", "Unknown key for this source."},
    {"auth.signature_invalid", "La signature du contenu ne correspond pas.",
     "The body's signature does not match."},
    {"route.unknown", "Adresse inconnue.", "Unknown address."},
    {"route.method", "Méthode non admise ici.", "Method not allowed here."},
    {"body.empty", "Aucun événement dans la requête.", "No event in the request."},
    {"body.too_many_events", "Trop d'événements dans une requête.",
     "Too many events in one request."},
    {"body.not_array", "Le lot attendu n'est pas un tableau.",
     "The expected batch is not an array."},
    {"idempotency.invalid", "La clé d'idempotence est vide ou trop longue.",
     "The idempotency key is empty or too long."},
    {"overload.rate", "Débit de la source dépassé.", "The source's rate was exceeded."},
    {"canary.red", "Un canari est rouge, ou perdu ; « octroi status » dit lequel.",
     "A canary is red, or lost; \"octroi status\" says which."},
    {"keys.rotation_due", "La clé des pseudonymes a l'âge de rotate.every : « octroi keys show ».",
     "The pseudonym key has the age of rotate.every: \"octroi keys show\"."},
    {"overload.journal", "Le journal est plein pour le moment ; rien n'a été pris.",
     "The journal is full for now; nothing was taken."},
    {"overload.consents", "Trop de consentements en attente ; rien n'a été pris.",
     "Too many consents waiting; nothing was taken."},
    {"store.unavailable", "Le registre ne répond pas ; recommencez avec le même identifiant.",
     "The register does not answer; try again with the same id."},
    {"consent.subject_missing", "Aucun identifiant de la personne.",
     "No identifier of the person."},
    {"consent.subject_invalid", "Un identifiant de la personne n'est pas valide.",
     "An identifier of the person is not valid."},
    {"consent.purpose_unknown", "Cette finalité n'existe pas dans la configuration.",
     "This purpose is not in the config."},
    {"consent.state_invalid", "État de consentement inconnu.", "Unknown consent state."},
    {"consent.state_of_person",
     "Cet état vaut pour la personne entière : la finalité est alors \"*\", et seulement alors.",
     "This state is of the person as a whole: its purpose is \"*\", and no other state's is."},
    {"consent.validity_invalid",
     "La validité est une date (`until`) ou une durée ISO 8601 (`duration`, par exemple P13M), "
     "après la date d'effet.",
     "A validity is a time (`until`) or an ISO 8601 duration (`duration`, such as P13M), after the "
     "effective date."},
    {"consent.informed_at_missing",
     "La limitation n'est levée qu'après en avoir informé la personne (RGPD, art. 18-3) : "
     "`informed_at`, au plus tard à la date d'effet.",
     "A restriction is lifted once the person was informed (GDPR, Art. 18(3)): `informed_at`, not "
     "after the effective date."},
    {"consent.effective_at_invalid", "Date d'effet absente, illisible ou sans fuseau.",
     "The effective date is missing, unreadable or has no zone."},
    {"consent.notice_missing", "Un accord doit nommer la notice montrée.",
     "A grant must name the notice shown."},
    {"consent.evidence_missing", "Un accord doit porter sa preuve.",
     "A grant must carry its evidence."},
    {"consent.form_unknown",
     "Ce n'est pas un message que cette source sait lire : rien n'est enregistré.",
     "This is no message that this source can read: nothing is recorded."},
    {"consent.too_many", "Trop de choix dans un message.", "Too many choices in one message."},
    {"consent.id_invalid", "L'identifiant doit être un texte non vide.",
     "The id must be a text that is not empty."},
    {"consent.member_unknown",
     "Un membre n'est pas compris : il pourrait restreindre l'accord, rien n'est enregistré.",
     "A member is not understood: it might restrict the consent, so nothing is recorded."},
    {"consent.invalid", "L'événement de consentement n'est pas valide.",
     "The consent event is not valid."},
    {"overload.admin", "Trop de commandes à la fois ; recommencez.",
     "Too many commands at once; try again."},
    {"request.invalid", "Demande illisible.", "The request cannot be read."},
    {"source.unknown", "Cette source n'est pas dans la configuration.",
     "This source is not in the config."},
    {"destination.unknown", "Cette destination n'est pas dans la configuration.",
     "This destination is not in the config."},
    {"not_found", "Rien sous cet identifiant.", "Nothing under this id."},
    {"config.invalid", "La configuration est invalide ; l'ancienne reste en vigueur.",
     "The config is invalid; the old one stays in force."},
    {"term.unknown", "Ce terme n'est pas un parcours du dictionnaire (counts_when.journey).",
     "This term is no journey of the dictionary (counts_when.journey)."},
    {"journeys.too_many", "Trop d'événements à suivre : réduire --since et --until.",
     "Too many events to follow: narrow --since and --until."},
    {"export.unreadable",
     "L'export ne se lit pas : NDJSON, tableau JSON ou {\"batch\": […]}, 64 Mio au plus. Plus "
     "gros : "
     "un événement par ligne, puis `split -C 200m FICHIER`, et une partie à la fois.",
     "The export cannot be read: NDJSON, a JSON array or {\"batch\": [...]}, 64 MiB at most. "
     "Larger: "
     "one event a line, then `split -C 200m FILE`, and one part at a time."},
    {"change.ready", "Prête à être mise en vigueur.", "Ready to be brought into force."},
    {"change.none", "Rien ne change.", "Nothing changes."},
    {"change.proposed_already", "C'est déjà proposé : octroi proposals dit ce qui manque.",
     "That is proposed already: octroi proposals says what is missing."},
    {"change.order", "L'ordre n'est pas compris.", "The order is not understood."},
    {"change.malformed", "Ce n'est pas un lot de configuration entier.",
     "This is not a whole config bundle."},
    {"change.tampered", "Les fichiers ne sont pas ceux que la déclaration nomme.",
     "The files are not those that the statement names."},
    {"change.unsigned", "Le sceau de cette passerelle manque ou ne correspond pas.",
     "The seal of this gateway is missing or does not match."},
    {"change.tenant", "Ce lot est celui d'un autre locataire.",
     "This bundle belongs to another tenant."},
    {"change.binary", "Ce lot demande une version plus récente d'octroi.",
     "This bundle asks for a newer build of octroi."},
    {"change.stale",
     "Ce lot ne suit pas la version en vigueur : proposez de nouveau, sur celle d'aujourd'hui.",
     "This bundle does not follow the version in force: propose again, on today's."},
    {"change.expired", "Ce lot n'est plus dans les temps : proposez de nouveau.",
     "This bundle is past its time: propose again."},
    {"change.config", "La configuration est invalide ; l'ancienne reste en vigueur.",
     "The config is invalid; the old one stays in force."},
    {"change.approval_missing",
     "Un accord manque : octroi propose, puis octroi approve, puis octroi apply.",
     "An approval is missing: octroi propose, then octroi approve, then octroi apply."},
    {"change.approval_unknown", "Quelqu'un a signé que la configuration en vigueur ne connaît pas.",
     "Somebody signed whom the config in force does not know."},
    {"change.approval_invalid", "Une signature n'est pas celle de ce rôle.",
     "A signature is not that of its role."},
    {"change.approved_already", "Ce rôle a déjà approuvé.", "This role has approved already."},
    {"change.not_approved", "Rien n'a été signé. Sans terminal, ajoutez --yes.",
     "Nothing was signed. Without a terminal, add --yes."},
    {"change.not_a_proposal", "Ce lot ne dit pas ce qu'il remplace : rien à approuver.",
     "This bundle does not say what it replaces: there is nothing to approve."},
    {"change.not_written", "Le fichier n'a pas pu être écrit.", "The file could not be written."},
    {"change.removals", "Des fichiers seraient supprimés : ajoutez --allow-removals.",
     "Files would be removed: add --allow-removals."},
    {"change.version_unknown", "Cette version n'est pas dans les archives.",
     "This version is not in the archive."},
    {"change.archive", "L'archive des configurations n'est pas celle que la passerelle a écrite.",
     "The archive of configs is not what the gateway wrote."},
    {"migrate.not_configured",
     "`storage.postgres.connect` et `storage.postgres.owner` manquent dans gateway.yaml.",
     "`storage.postgres.connect` and `storage.postgres.owner` are missing in gateway.yaml."},
    {"internal", "Erreur interne ; rien n'a été pris.", "Internal error; nothing was taken."},
});

thread_local Language spoken = Language::kFrench;

Response WithRetryAfter(Response response, int seconds) {
  response.headers.emplace_back("Retry-After", std::to_string(seconds));
  return response;
}

}  // namespace

std::string_view Sentence(std::string_view code, Language language) {
  const auto said =
      std::find_if(kSaid.begin(), kSaid.end(), [&](const Said& s) { return s.code == code; });
  if (said == kSaid.end()) {
    const std::string_view consent = ConsentSentence(code, language);
    if (!consent.empty()) return consent;
    const std::string_view access = AccessSentence(code, language);
    if (!access.empty()) return access;
    const std::string_view console = ConsoleSentence(code, language);
    return console.empty() ? code : console;
  }
  return language == Language::kFrench ? said->fr : said->en;
}

std::string_view OutcomeName(base::Outcome outcome, Language language) {
  struct Named {
    base::Outcome outcome;
    std::string_view fr, en;
  };
  static constexpr Named kNames[] = {{base::Outcome::kRejected, "Refusé", "Rejected"},
                                     {base::Outcome::kQuarantined, "En quarantaine", "Quarantined"},
                                     {base::Outcome::kMerged, "Fusionné", "Merged"},
                                     {base::Outcome::kAccepted, "Accepté", "Accepted"},
                                     {base::Outcome::kSent, "Transmis", "Sent"},
                                     {base::Outcome::kInFlight, "En cours", "In flight"},
                                     {base::Outcome::kWithheld, "Retenu", "Withheld"},
                                     {base::Outcome::kFailed, "En échec", "Failed"},
                                     {base::Outcome::kErased, "Effacé", "Erased"}};
  for (const Named& named : kNames) {
    if (named.outcome == outcome) return language == Language::kFrench ? named.fr : named.en;
  }
  return base::Name(outcome);
}

Language LanguageOf(std::string_view accept_language, Language otherwise) {
  const auto french = accept_language.find("fr");
  const auto english = accept_language.find("en");
  if (french == english) return otherwise;  // neither
  return french < english ? Language::kFrench : Language::kEnglish;
}

void SpeakOnThisThread(Language language) { spoken = language; }

Response ProblemOf(int status, std::string_view code, std::string_view errors_json,
                   std::string_view detail) {
  Response response = Problem(status, code, Sentence(code, spoken), detail, errors_json);
  response.headers.emplace_back("Content-Language", spoken == Language::kFrench ? "fr" : "en");
  return response;
}

Response Busy(std::string_view code, int retry_after_seconds) {
  return WithRetryAfter(ProblemOf(503, code), retry_after_seconds);
}

Response TooMany(std::string_view code, int retry_after_seconds) {
  return WithRetryAfter(ProblemOf(429, code), retry_after_seconds);
}

}  // namespace octroi::gateway
