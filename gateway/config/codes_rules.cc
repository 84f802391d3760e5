// Codes of what a quality rule asks (14xx): its expressions, and checks in each other.
#include "gateway/config/findings.h"

namespace octroi::gateway::config {
namespace {

constexpr CodeText kCodes[] = {
    {1400, "Expression, ligne {0}, colonne {1} : « {2} » n'est pas attendu ici.",
     "Expression, line {0}, column {1}: \"{2}\" is not expected here.", "", ""},
    {1401, "Expression, ligne {0}, colonne {1} : il manque « {2} ».",
     "Expression, line {0}, column {1}: \"{2}\" is missing.", "", ""},
    {1402, "Expression, ligne {0}, colonne {1} : le contrat n'a pas de champ « {2} ».",
     "Expression, line {0}, column {1}: the contract has no field \"{2}\".",
     "Ajouter le champ au contrat.", "Add the field to the contract."},
    {1403, "Expression, ligne {0}, colonne {1} : « {2} » n'est pas du sous-ensemble de CEL.",
     "Expression, line {0}, column {1}: \"{2}\" is not part of the subset of CEL.",
     "docs/FORMATS.md, « Expressions », dit ce qui en est.",
     "docs/FORMATS.md, \"Expressions\", says what is."},
    {1404, "Expression, ligne {0}, colonne {1} : « {2} » ne prend pas {3}.",
     "Expression, line {0}, column {1}: \"{2}\" does not take {3}.",
     "Convertir : int(…), double(…), timestamp(…).", "Convert: int(…), double(…), timestamp(…)."},
    {1405, "Expression, ligne {0}, colonne {1} : le tout est un {2}, pas un bool.",
     "Expression, line {0}, column {1}: the whole is a {2}, not a bool.", "", ""},
    {1406, "Expression, ligne {0}, colonne {1} : valeur littérale invalide : {2}.",
     "Expression, line {0}, column {1}: invalid literal: {2}.", "", ""},
    {1407, "Expression, ligne {0}, colonne {1} : plus grande que la limite, {2}.",
     "Expression, line {0}, column {1}: larger than the limit, {2}.", "En faire plusieurs règles.",
     "Make several rules of it."},
    {1408, "Expression, ligne {0}, colonne {1} : « {2} » demande une valeur littérale.",
     "Expression, line {0}, column {1}: \"{2}\" needs a literal.", "", ""},
    {1409, "« {0} » n'attend aucun événement counted.<destination>.",
     "\"{0}\" accepts no event counted.<destination>.",
     "accepts: - { event: counted.crm, contract: … }, avec une destination d'ici.",
     "accepts: - { event: counted.crm, contract: … }, with a destination of this config."},
    {1410, "same: {0} n'est pas pris en charge : un parcours suit une personne.",
     "same: {0} is not supported: a journey follows a person.", "same: subject", "same: subject"},
    {1420, "« pair_in » demande deux champs, et deux valeurs par couple.",
     "\"pair_in\" needs two fields, and two values in each pair.", "", ""},
};

}  // namespace

std::span<const CodeText> RuleCodes() { return kCodes; }

}  // namespace octroi::gateway::config
