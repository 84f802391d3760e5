#include <algorithm>
#include <array>

#include "rules/detect/detect.h"

namespace octroi::rules {
namespace {

constexpr std::array<PersonalDataName, kPersonalDataTypes> kNames = {{
    {"email", "adresse e-mail", "e-mail address", false},
    {"phone", "numéro de téléphone", "phone number", false},
    {"iban", "IBAN", "IBAN", true},
    {"bic", "BIC", "BIC", false},
    {"payment-card", "carte de paiement", "payment card", true},
    {"ip", "adresse IP", "IP address", false},
    {"mac", "adresse MAC", "MAC address", false},
    {"url", "adresse web qui nomme quelqu’un", "web address that names somebody", false},
    {"birth-date", "date de naissance", "date of birth", false},
    {"plate", "plaque d’immatriculation", "number plate", false},
    {"nir", "numéro de sécurité sociale (NIR)", "French social security number (NIR)", true},
    {"siren", "SIREN", "SIREN", true},
    {"siret", "SIRET", "SIRET", true},
    {"avs", "numéro AVS", "Swiss social security number (AVS)", true},
    {"swiss-uid", "IDE suisse", "Swiss UID", true},
    {"vat", "numéro de TVA", "VAT number", true},
    {"us-ssn", "numéro de sécurité sociale américain", "US social security number", false},
    {"us-itin", "numéro de contribuable américain", "US taxpayer number", false},
    {"us-npi", "numéro de soignant américain", "US health provider number", true},
    {"us-mbi", "numéro Medicare américain", "US Medicare number", false},
    {"de-tax-id", "numéro fiscal allemand", "German tax number", true},
    {"de-pension", "numéro de retraite allemand", "German pension insurance number", true},
    {"de-health", "numéro d’assuré allemand", "German health insurance number", true},
    {"de-document", "pièce d’identité allemande", "German identity document", true},
}};

}  // namespace

const PersonalDataName& NameOf(PersonalData type) { return kNames[static_cast<std::size_t>(type)]; }

std::optional<PersonalData> PersonalDataOf(std::string_view id) {
  const auto* const found = std::ranges::find(kNames, id, &PersonalDataName::id);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<PersonalData>(found - kNames.begin());
}

std::string_view NameOf(Confidence confidence) {
  switch (confidence) {
    case Confidence::kNone:
      break;
    case Confidence::kPossible:
      return "possible";
    case Confidence::kLikely:
      return "likely";
    case Confidence::kCertain:
      return "certain";
  }
  return "none";
}

}  // namespace octroi::rules
