#include "rules/email_kinds.h"

#include <algorithm>
#include <array>

#include "rules/value_list.h"

namespace octroi::rules {
namespace {

using Word = std::string_view;

constexpr Word kPlaceholderDomains[] = {
    "domain.com",  "domaine.com", "domaine.fr", "example", "example.com", "example.net",
    "example.org", "exemple.com", "exemple.fr", "invalid", "localhost",   "localhost.localdomain",
    "noemail.com", "nomail.com",  "none.com",   "test",    "test.com",    "test.fr"};
constexpr Word kPlaceholderNames[] = {
    "anonyme",   "anonymous", "asdf",     "aucun",  "azerty", "example", "exemple",   "inconnu",
    "no-email",  "no-mail",   "noemail",  "nomail", "none",   "null",    "pasdemail", "qwerty",
    "sans-mail", "sansemail", "sansmail", "test",   "tester", "testing", "undefined", "unknown"};
constexpr Word kRoles[] = {"abuse",
                           "accounting",
                           "accounts",
                           "accueil",
                           "achats",
                           "admin",
                           "administration",
                           "administrator",
                           "advertising",
                           "billing",
                           "bonjour",
                           "booking",
                           "bureau",
                           "careers",
                           "commande",
                           "commandes",
                           "commercial",
                           "communication",
                           "compta",
                           "comptabilite",
                           "contact",
                           "customerservice",
                           "direction",
                           "do-not-reply",
                           "donotreply",
                           "dpo",
                           "emploi",
                           "enquiries",
                           "equipe",
                           "facturation",
                           "feedback",
                           "finance",
                           "ftp",
                           "hello",
                           "help",
                           "helpdesk",
                           "hostmaster",
                           "hr",
                           "info",
                           "infos",
                           "jobs",
                           "juridique",
                           "legal",
                           "mailer-daemon",
                           "marketing",
                           "media",
                           "ne-pas-repondre",
                           "nepasrepondre",
                           "news",
                           "newsletter",
                           "no-reply",
                           "noc",
                           "noreply",
                           "office",
                           "orders",
                           "postmaster",
                           "press",
                           "presse",
                           "privacy",
                           "reception",
                           "recrutement",
                           "reservation",
                           "reservations",
                           "rgpd",
                           "rh",
                           "root",
                           "sales",
                           "sav",
                           "secretariat",
                           "security",
                           "service-client",
                           "serviceclient",
                           "spam",
                           "support",
                           "team",
                           "technique",
                           "usenet",
                           "uucp",
                           "ventes",
                           "webmaster",
                           "www"};
constexpr Word kDisposable[] = {"10minutemail.com",
                                "20minutemail.com",
                                "burnermail.io",
                                "byom.de",
                                "discard.email",
                                "dispostable.com",
                                "dropmail.me",
                                "emailondeck.com",
                                "fakeinbox.com",
                                "fakemail.net",
                                "getairmail.com",
                                "getnada.com",
                                "grr.la",
                                "guerrillamail.com",
                                "guerrillamail.net",
                                "guerrillamail.org",
                                "inboxkitten.com",
                                "jetable.org",
                                "mail-temporaire.fr",
                                "mailcatch.com",
                                "maildrop.cc",
                                "mailinator.com",
                                "mailnesia.com",
                                "mailsac.com",
                                "minutemail.com",
                                "mohmal.com",
                                "mytemp.email",
                                "nada.email",
                                "sharklasers.com",
                                "spam4.me",
                                "spamgourmet.com",
                                "temp-mail.io",
                                "temp-mail.org",
                                "tempmail.com",
                                "tempmail.net",
                                "tempr.email",
                                "throwawaymail.com",
                                "trash-mail.com",
                                "trashmail.com",
                                "trashmail.de",
                                "wegwerfmail.de",
                                "yopmail.com",
                                "yopmail.fr",
                                "yopmail.net"};
static_assert(std::ranges::is_sorted(kPlaceholderDomains));
static_assert(std::ranges::is_sorted(kPlaceholderNames));
static_assert(std::ranges::is_sorted(kRoles));
static_assert(std::ranges::is_sorted(kDisposable));

constexpr std::size_t kAddressBytesMax = 320;  // 64, '@', 255; a longer one is no address

// An address in lower case (ASCII), in two.
class Parts {
 public:
  explicit Parts(std::string_view address) {
    const std::size_t at = address.rfind('@');
    if (address.size() > text_.size() || at == std::string_view::npos) return;
    std::ranges::transform(address, text_.begin(), [](char byte) {
      return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 0x20) : byte;
    });
    local = Word(text_.data(), at);
    local = local.substr(0, local.find('+'));
    domain = Word(text_.data() + at + 1, address.size() - at - 1);
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  Word local, domain;

 private:
  std::array<char, kAddressBytesMax> text_{};
};

// Does `has` know the domain, or one that it is below?
template <class Has>
bool AnyAbove(Word domain, Has has) {
  while (!domain.empty()) {
    if (has(domain)) return true;
    domain.remove_prefix(std::min(domain.find('.'), domain.size() - 1) + 1);
  }
  return false;
}

bool IsOneCharacter(Word word) {
  return word.size() >= 3 && word.find_first_not_of(word[0]) == Word::npos;
}

}  // namespace

std::uint8_t KindsOfEmail(std::string_view address) {
  const Parts parts(address);
  if (parts.local.empty() || parts.domain.empty()) return 0;
  const auto above = [&](const auto& words) {
    return AnyAbove(parts.domain,
                    [&](Word domain) { return std::ranges::binary_search(words, domain); });
  };
  const Word first = parts.domain.substr(0, parts.domain.find('.'));
  unsigned kinds = 0;
  if (parts.local == first || IsOneCharacter(parts.local) || above(kPlaceholderDomains) ||
      std::ranges::binary_search(kPlaceholderNames, parts.local)) {
    kinds |= kPlaceholderEmail;
  }
  if (std::ranges::binary_search(kRoles, parts.local)) kinds |= kRoleEmail;
  if (above(kDisposable)) kinds |= kDisposableEmail;
  return static_cast<std::uint8_t>(kinds);
}

bool IsDomainListed(std::string_view address, const ValueList& list) {
  const Parts parts(address);
  return AnyAbove(parts.domain, [&](Word domain) { return list.Has(domain); });
}

}  // namespace octroi::rules
