// Why nobody is shown who is behind a token (gateway/access/), why a key stays as it is
// (gateway/cli_keys.cc), and why a task does (gateway/task_desk.h).
#include <algorithm>
#include <array>

#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

struct Said {
  std::string_view code, fr, en;
};

constexpr auto kSaid = std::to_array<Said>({
    {"access.not_configured",
     "Personne ne peut ré-identifier ici : gateway.yaml n'a pas d'access.reidentify.",
     "Nobody may re-identify here: gateway.yaml has no access.reidentify."},
    {"access.malformed", "Ce n'est pas une demande signée, telle que octroi reidentify l'écrit.",
     "This is no signed statement as octroi reidentify writes it."},
    {"access.tenant", "Cette demande est signée pour une autre passerelle.",
     "This statement was signed for another gateway."},
    {"access.unknown_person", "Aucun rôle de ce nom dans approvers de gateway.yaml.",
     "No role of that name in approvers of gateway.yaml."},
    {"access.signature", "La signature n'est pas celle de ce rôle.",
     "The signature is not that of this role."},
    {"access.stale", "Signé il y a plus de cinq minutes, ou l'horloge est fausse : recommencer.",
     "Signed more than five minutes ago, or a clock is wrong: do it again."},
    {"access.role", "Ce rôle ne peut pas faire cela : voir access.reidentify de gateway.yaml.",
     "This role may not do that: see access.reidentify of gateway.yaml."},
    {"access.rate", "Trop de demandes depuis une heure. Une ré-identification est une exception.",
     "Too many requests within an hour. Re-identifying is an exception."},
    {"access.full", "Trop de demandes attendent déjà : en approuver ou en refuser d'abord.",
     "Too many requests wait already: approve or refuse some first."},
    {"access.reason_missing", "Il faut un motif : --reason.", "A reason is needed: --reason."},
    {"access.token_unknown",
     "Aucune de nos clés n'a fait ce jeton : il est incomplet, changé, ou vient d'ailleurs. Un "
     "jeton P4 : la table ne le connaît pas, ou plus.",
     "No key of ours made this token: it is incomplete, changed, or from elsewhere. A P4 token: "
     "the table does not know it, or not any more."},
    {"access.table_unavailable",
     "La table des jetons aléatoires ne répond pas, ou sa ligne a été changée : rien n'est donné. "
     "Réessayer ; le journal du service dit pourquoi.",
     "The table of random tokens does not answer, or its row was changed: nothing is given. Try "
     "again; the service log says why."},
    {"breach.unknown", "Aucune violation de ce nom : voir octroi breaches.",
     "No breach of that name: see octroi breaches."},
    {"breach.closed", "Cette violation est close.", "This breach is closed."},
    {"breach.reference", "Il faut un numéro de dossier : lettres, chiffres et -._/ ; 64 au plus.",
     "A file number is needed: letters, digits and -._/ ; 64 at most."},
    {"breach.unrecorded", "La base n'a pas pu le noter : rien n'est changé. Réessayer.",
     "The store could not record it: nothing is changed. Try again."},
    {"access.one_way",
     "Un jeton P1 ou P3 est une empreinte : il ne contient pas la valeur, personne ne peut la "
     "lire.",
     "A P1 or P3 token is a digest: the value is not in it, and nobody can read it."},
    {"access.key_unknown", "La version de clé de ce jeton n'est pas dans le fichier de clés.",
     "The key version of this token is not in the key file."},
    {"access.key_retired", "La clé de ce jeton est retirée : elle ne sert plus.",
     "The key of this token is retired: it is not used any more."},
    {"access.key_destroyed", "La clé de ce jeton est détruite : sa valeur ne se lira plus jamais.",
     "The key of this token is destroyed: its value can never be read again."},
    {"access.key_compromised", "La clé de ce jeton est compromise : elle ne sert plus.",
     "The key of this token is compromised: it is not used any more."},
    {"access.request_unknown",
     "Aucune demande de ce numéro : déjà servie, refusée, ou perdue à un redémarrage.",
     "No request of that number: served already, refused, or lost at a restart."},
    {"access.expired", "Cette demande a expiré : la refaire.",
     "This request has expired: make it again."},
    {"access.other_request", "Ce qui est signé n'est pas cette demande.",
     "What was signed is not this request."},
    {"access.same_person", "Qui demande n'approuve pas : il faut une autre personne.",
     "Who asks does not approve: it takes another person."},
    {"access.approved_already", "Cette demande est déjà approuvée.",
     "This request is approved already."},
    {"access.declined", "La demande a été refusée par qui pouvait l'approuver.",
     "The request was refused by who could have approved it."},
    {"access.not_theirs", "Seul le rôle qui a demandé reçoit la valeur.",
     "Only the role that asked gets the value."},
    {"access.not_approved", "Personne n'a encore approuvé cette demande.",
     "Nobody has approved this request yet."},
    {"access.approver_gone", "Qui a approuvé n'en a plus le droit : redemander.",
     "Who approved may not do so any more: ask again."},
    {"keys.version_unknown", "Le fichier de clés n'a pas cette version.",
     "The key file has no such version."},
    {"keys.active", "C'est la clé active : octroi keys rotate d'abord.",
     "This is the active key: octroi keys rotate first."},
    {"keys.state", "Une clé dans cet état ne peut pas passer à celui-là : octroi keys show.",
     "A key in this state cannot go to that one: octroi keys show."},
    {"keys.store_root",
     "Les clés de la base viennent de celle-ci : sans keys.storage_root, la détruire la perdrait.",
     "The store's keys come from this one: without keys.storage_root, destroying it loses the "
     "store."},
    {"keys.not_obeyed",
     "Détruire demande une passerelle démarrée sans cette clé : retirer, redémarrer, puis "
     "détruire.",
     "Destroying needs a gateway that has started without this key: retire it, restart, then "
     "destroy."},
    {"keys.not_confirmed", "Rien n'a été changé.", "Nothing was changed."},
    {"task.unknown", "Aucune tâche de ce numéro : octroi tasks list --all.",
     "No task of that number: octroi tasks list --all."},
    {"task.closed", "Cette tâche est déjà faite.", "This task is done already."},
    {"task.reason_missing", "Dire en une ligne comment le destinataire a été prévenu : --reason.",
     "Say in one line how the recipient was told: --reason."},
    {"task.unrecorded", "Le journal n'a pas pu le noter : la tâche reste ouverte.",
     "The journal could not record it: the task stays open."},
    {"access.unrecorded", "Le journal n'a pas pu le noter : rien n'est donné.",
     "The journal could not record it: nothing is given."},
});

}  // namespace

std::string_view AccessSentence(std::string_view code, Language language) {
  const auto* const said = std::ranges::find(kSaid, code, &Said::code);
  if (said == kSaid.end()) return "";
  return language == Language::kFrench ? said->fr : said->en;
}

}  // namespace octroi::gateway
