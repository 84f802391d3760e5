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
