// What the console says to people.
#include <algorithm>
#include <array>

#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

struct Said {
  std::string_view code, fr, en;
};

constexpr auto kSaid = std::to_array<Said>({
    {"console.no_user",
     "Personne ne peut encore se connecter. À faire sur le serveur : octroi console user add NOM "
     "--role dpo",
     "Nobody can log in yet. On the server: octroi console user add NAME --role dpo"},
    {"console.left_out", "Cette passerelle est construite sans console.",
     "This gateway is built without the console."},
    {"console.login", "Connectez-vous.", "Log in."},
    {"console.password", "Nom ou mot de passe inconnu.", "Unknown name or password."},
    {"console.tries", "Trop d'essais. Attendez avant de recommencer.",
     "Too many attempts. Wait before trying again."},
    {"console.plain",
     "Le mot de passe passerait en clair sur le réseau : ouvrez la console par un mandataire TLS "
     "ou par un tunnel (docs/OPERATING.md).",
     "The password would cross the network in clear: open the console through a TLS proxy or a "
     "tunnel (docs/OPERATING.md)."},
    {"console.csrf", "Cette demande ne vient pas d'une page ouverte de la console. Rechargez-la.",
     "This request does not come from an open page of the console. Reload it."},
    {"console.role", "Votre rôle ne permet pas de voir cela.", "Your role may not see this."},
    {"console.users",
     "La liste des utilisateurs de la console est illisible : personne ne peut se connecter.",
     "The list of the console's users cannot be read: nobody can log in."},
    {"console.reason", "Dites en une ligne pourquoi vous regardez cette personne : c'est noté.",
     "Say in one line why you look at this person: it is recorded."},
    {"console.reason_long", "La raison est trop longue : 400 octets au plus.",
     "The reason is too long: 400 bytes at most."},
    {"console.person",
     "Ce n'est pas un identifiant que la passerelle connaît, ou il n'a pas la bonne forme.",
     "It is no identifier that the gateway knows people by, or it has the wrong form."},
    {"console.at", "Cette date est illisible. Exemple : 2026-09-12.",
     "This date cannot be read. Example: 2026-09-12."},
    {"console.range", "La période est 1d, 7d, 28d ou 90d.", "The range is 1d, 7d, 28d or 90d."},
});

}  // namespace

std::string_view ConsoleSentence(std::string_view code, Language language) {
  const auto* const said = std::ranges::find(kSaid, code, &Said::code);
  if (said == kSaid.end()) return "";
  return language == Language::kFrench ? said->fr : said->en;
}

}  // namespace octroi::gateway
