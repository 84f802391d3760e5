// The words around what may be personal data: without accents, in lower case, French, English and
// some German.
#include <algorithm>
#include <array>

#include "rules/detect/scan.h"
#include "rules/latin.h"

namespace octroi::rules {
namespace {

constexpr std::size_t kBytesBefore = 56;
constexpr std::size_t kBytesAfter = 16;

// Numbers that are nobody's, or not what they look like.
constexpr std::string_view kOtherNumbers =
    "commande|commandes|cde|order|orders|bestellung|facture|invoice|rechnung|devis|quote|reference|"
    "ref|ticket|dossier|suivi|tracking|colis|parcel|lot|batch|serie|serial|sku|ean|isbn|article|"
    "produit|product|transaction|montant|amount|total|prix|price|hash|sha|commit|version|versions|"
    "release|build|firmware|horodatage|timestamp|epoch|eur|chf|usd|euros|visite|session";

constexpr std::array<std::string_view, kPersonalDataTypes> kWords = {
    /* email */ "",
    /* phone */
    "tel|telephone|telephones|phone|phones|mobile|mobiles|portable|gsm|natel|fax|cell|call|appeler|"
    "appelez|appelle|rappeler|rappelez|rappelle|joindre|joignable|whatsapp|sms|telefon|handy|"
    "us number|cn number|dial",
    /* iban */ "iban|rib|compte|account|virement|konto",
    /* bic */ "bic|swift",
    /* payment card */
    "carte|cb|cvv|expire|debit|debite|debitee|paye|payer|paid|carte bancaire|carte "
    "bleue|card|visa|mastercard|maestro|amex|kreditkarte|pan",
    /* ip */ "ip|ipv4|ipv6|adresse ip|serveur|server|host|hote",
    /* mac */ "mac",
    /* url */ "",
    /* birth date */
    "ne le|nee le|ne e le|naissance|birth|born|born on|dob|ddn|birthday|birthdate|anniversaire|"
    "geboren|geburtsdatum",
    /* plate */
    "plaque|plaques|immatriculation|immatricule|immatriculee|vehicule|voiture|plate|plates|"
    "registration|kennzeichen|fahrzeug|kontrollschild|numero d immatriculation",
    /* nir */ "nir|secu|securite sociale|numero de securite|carte vitale|insee|nss|social security",
    /* siren */ "siren|rcs|entreprise|societe|company",
    /* siret */ "siret|etablissement|entreprise|societe|company",
    /* avs */ "avs|ahv|navs|navs13|securite sociale|social security|assure",
    /* swiss uid */ "ide|uid|tva|mwst|iva|vat",
    /* vat */ "tva|vat|intracommunautaire|ust|ustid|idnr|mwst|steuernummer",
    /* us security */ "ssn|social security|securite sociale",
    /* us taxpayer */ "itin|taxpayer|tax id|tin",
    /* us provider */ "npi|provider",
    /* us beneficiary */ "mbi|medicare|beneficiary",
    /* german tax id */ "steuer|steuer id|steueridentifikationsnummer|idnr|tin|tax id",
    /* german pension */ "rvnr|rentenversicherung|rentenversicherungsnummer|sozialversicherung|sv",
    /* german health */ "kvnr|krankenkasse|krankenversicherung|versichertennummer|egk",
    /* german document */
    "ausweis|personalausweis|reisepass|pass|passeport|passport|carte d identite|identity card|"
    "id card|piece d identite"};

// Everything but letters and digits becomes one space; "Né(e) le" is "ne e le".
void Fold(std::string_view text, std::string& out) {
  out.assign(" ");
  AppendUnaccented(text, out);
  for (char& byte : out) {
    if (IsUpper(byte)) byte = static_cast<char>(byte + 0x20);
    if (!IsDigit(byte) && !IsAlpha(byte)) byte = ' ';
  }
  out.push_back(' ');
  out.erase(
      std::unique(out.begin(), out.end(), [](char a, char b) { return a == ' ' && b == ' '; }),
      out.end());
}

bool AnyStarts(std::string_view folded, std::string_view words) {
  while (!words.empty()) {
    const std::size_t bar = std::min(words.find('|'), words.size());
    const std::string_view word = words.substr(0, bar);
    words.remove_prefix(std::min(bar + 1, words.size()));
    if (folded.starts_with(word) && folded[word.size()] == ' ') return true;
  }
  return false;
}

// Where the last of these words begins, from 1 on; 0: none is there.
std::size_t LastOf(std::string_view folded, std::string_view words) {
  if (words.empty()) return 0;
  for (std::size_t space = folded.rfind(' ', folded.size() - 2); space != std::string_view::npos;
       space = space == 0 ? std::string_view::npos : folded.rfind(' ', space - 1)) {
    if (AnyStarts(folded.substr(space + 1), words)) return space + 1;
  }
  return 0;
}

}  // namespace

// Of the words before, the nearest counts; those behind only where none is before.
Around WordsAround::Of(std::string_view text, std::size_t begin, std::size_t end,
                       PersonalData type) {
  const std::string_view words = kWords[static_cast<std::size_t>(type)];
  if (begin != begin_) {
    begin_ = begin;
    const std::size_t from = begin - std::min(begin, kBytesBefore);
    Fold(text.substr(from, begin - from), before_);
    other_ = LastOf(before_, kOtherNumbers);
  }
  const std::size_t own = LastOf(before_, words);
  if (own != 0 && own >= other_) return Around::kItsWords;
  if (other_ != 0) return Around::kOtherNumbers;
  Fold(text.substr(end, kBytesAfter), after_);
  if (LastOf(after_, words) != 0) return Around::kItsWords;
  return LastOf(after_, kOtherNumbers) != 0 ? Around::kOtherNumbers : Around::kNothing;
}

}  // namespace octroi::rules
