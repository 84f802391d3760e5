// Codes of what this build refuses because it would be unsafe to ignore (19xx), and warnings
// (2xxx).
#include "gateway/config/findings.h"

namespace octroi::gateway::config {
namespace {

constexpr CodeText kCodes[] = {
    {1902, "do: hold n'est pas encore pris en charge.", "do: hold is not supported yet.",
     "Mettre « withhold », et if_unknown: hold à la finalité.",
     "Use \"withhold\", and if_unknown: hold in the purpose."},
    {1904,
     "Une liste d'empreintes (hashed: true) répond à des politiques, pas à des règles de qualité.",
     "A list of digests (hashed: true) answers policies, not quality rules.",
     "Employer une liste de valeurs.", "Use a list of values."},
    {1908, "« {0} » n'est pas encore pris en charge pour un pseudonyme.",
     "\"{0}\" is not supported yet for a pseudonym.", "Séparé par destination.",
     "Separated by destination."},
    {1912, "Livrer par « {0} » n'est pas encore pris en charge.",
     "Delivering by \"{0}\" is not supported yet.", "« http », « file » ou « sql ».",
     "\"http\", \"file\" or \"sql\"."},
    {1913, "Recevoir par « {0} » n'est pas encore pris en charge.",
     "Receiving by \"{0}\" is not supported yet.", "« http » ou « segment ».",
     "\"http\" or \"segment\"."},
    {1914, "Le format « {0} » n'est pas encore pris en charge.",
     "The format \"{0}\" is not supported yet.", "« json » ou « ndjson ».",
     "\"json\" or \"ndjson\"."},
    {1915, "L'authentification « {0} » n'est pas encore prise en charge ici.",
     "Authentication by \"{0}\" is not supported yet here.", "{1}", "{1}"},
    {1916, "mode: observe n'est pas pris en charge ici : {0}.",
     "mode: observe is not supported here: {0}.", "Le mettre au contrat ou à la source.",
     "Put it on the contract or the source."},
    {1918, "« {0} » dans une règle de contrat n'est pas pris en charge.",
     "\"{0}\" in a contract rule is not supported.", "Le mettre dans une politique.",
     "Put it in a policy."},
    {1919, "Une clé lue dans l'environnement (env:) n'est pas encore prise en charge ici.",
     "A key read from the environment (env:) is not supported yet here.", "Mettre file:.",
     "Use file:."},

    {2101, "Le secret « {0} » manque encore.", "The secret \"{0}\" is not there yet.",
     "La passerelle ne démarrera pas sans lui.", "The gateway will not start without it."},
    {2102, "Le fichier « {0} » de la liste manque encore.",
     "The list's file \"{0}\" is not there yet.", "La passerelle ne démarrera pas sans lui.",
     "The gateway will not start without it."},
    {2107,
     "« {0} » ne partira jamais : aucune finalité servie ne déclare la catégorie « {1} » au "
     "registre.",
     "\"{0}\" will never leave: no purpose served declares the category \"{1}\" in the register.",
     "Ajouter la catégorie à register.categories, ou retirer le champ.",
     "Add the category to register.categories, or remove the field."},
    {2108,
     "L'âge minimal de « {0} » n'est pas appliqué : aucune politique de cette finalité n'a « "
     "subject_age ».",
     "The minimum age of \"{0}\" is not applied: no policy of this purpose has \"subject_age\".",
     "", ""},
    {2109, "Le contrat « {0} » n'est pas actif.", "The contract \"{0}\" is not active.", "", ""},
    {2120, "k_anonymity: at_least {0} : en dessous de 5, un groupe désigne encore des personnes.",
     "k_anonymity: at_least {0}: below 5 a group still singles people out.", "", ""},
    {2121, "« {0} » part aussi, et n'est pas parmi les quasi-identifiants de k_anonymity.",
     "\"{0}\" leaves, too, and is not among the quasi-identifiers of k_anonymity.",
     "L'ajouter à « of », s'il peut aider à reconnaître quelqu'un.",
     "Add it to \"of\", if it can help to recognise somebody."},
    {2122, "Ce parcours ne comptera personne : il ne nomme pas de finalité.",
     "This journey will count nobody: it names no purpose.",
     "purpose: la finalité pour laquelle les personnes peuvent être suivies.",
     "purpose: the purpose for which people may be followed."},
    {2123, "Aucune source n'attend « {0} » : cette étape restera vide.",
     "No source accepts \"{0}\": this step will stay empty.", "", ""},
    {2110, "« default » n'est pas encore appliqué : le champ restera absent.",
     "\"default\" is not applied yet: the field will stay absent.", "", ""},
    {2111, "« {0} » est aussi le nom d'un autre champ.",
     "\"{0}\" is also the name of another field.", "", ""},
    {2112, "« {0} » est reçu, mais le gabarit « {1} » ne l'emploie pas : il ne partira pas.",
     "\"{0}\" is received, but the template \"{1}\" does not use it: it will not leave.",
     "L'employer, ou le retirer de « receives ».", "Use it, or remove it from \"receives\"."},
    {2113, "Pilote : jusqu'au {0}, ce qui n'a pas d'accord connu part quand même.",
     "Pilot: until {0}, what has no known consent is sent all the same.",
     "« octroi pilot » dit ce que l'application changerait.",
     "\"octroi pilot\" says what enforcing would change."},
    {2114, "Le pilote a pris fin le {0} : le consentement est appliqué.",
     "The pilot ended on {0}: consent is enforced.", "Retirer observe.consent.",
     "Remove observe.consent."},

    {2115,
     "« {0} » est sensible (Art. 9) et ne partira jamais : aucune finalité servie n'a à la fois la "
     "catégorie « {1} » et special_categories.",
     "\"{0}\" is sensitive (Art. 9) and will never leave: no purpose served has both the category "
     "\"{1}\" and special_categories.",
     "", ""},
    {2117, "La garantie « {0} » de ce transfert a pris fin : rien ne part.",
     "The safeguard \"{0}\" of this transfer is over: nothing leaves.", "", ""},
    {2118, "La garantie « {0} » est suspendue par gateway.yaml : rien ne part.",
     "The safeguard \"{0}\" is suspended by gateway.yaml: nothing leaves.", "", ""},
    {2119,
     "« {0} » couvre la collecte : seul un accord donné avant l'événement, mais arrivé après, peut "
     "le libérer.",
     "\"{0}\" covers collection: only a grant that was given before the event, and came later, can "
     "release it.",
     "« consent_covers: send » libère aussi par un accord donné ensuite.",
     "\"consent_covers: send\" is released by a later grant, too."},

    {3001, "Aucun accord n'est demandé : gateway.yaml ne dit pas qui approuve.",
     "No approval is asked for: gateway.yaml does not say who approves.",
     "Y mettre approvers, avec les clés que « octroi keys approver » affiche.",
     "Put approvers there, with the keys that \"octroi keys approver\" prints."},
};

}  // namespace

std::span<const CodeText> LaterCodes() { return kCodes; }

}  // namespace octroi::gateway::config
