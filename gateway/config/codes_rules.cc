// Codes of what a quality rule asks (14xx): its expressions, checks in each other, and what the
// contracts of others ask that has no equivalent (1440 to 1459: gateway/contract/note.h).
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
    {1411, "Avec counted, deduplicate_for vaut sept jours au moins.",
     "With counted, deduplicate_for is at least seven days.",
     "Sinon un nombre rendu une seconde fois partirait deux fois.",
     "Else a number that is handed in again would leave twice."},
    {1412, "« muted » nomme soit une règle, soit required: true.",
     "\"muted\" names either a rule, or required: true.",
     "muted: - { rule: email-valid, why: …, until: 2027-01-31 }",
     "muted: - { rule: email-valid, why: …, until: 2027-01-31 }"},
    {1413, "Le contrat « {1} » n'a pas de règle « {0} ».",
     "The contract \"{1}\" has no rule \"{0}\".", "", ""},
    {1414, "« {0} » n'est pas un motif de la passerelle.", "\"{0}\" is no reason of the gateway.",
     "octroi problems --json montre le motif de chaque refus.",
     "octroi problems --json shows the reason of each refusal."},
    {1420, "« pair_in » demande deux champs, et deux valeurs par couple.",
     "\"pair_in\" needs two fields, and two values in each pair.", "", ""},
    {1440,
     "« {0} » porte sur les éléments d'une liste : la passerelle lit les champs d'un événement, "
     "pas les éléments de ses listes. Ce n'est pas contrôlé.",
     "\"{0}\" is about the elements of an array: the gateway reads the fields of an event, not the "
     "elements of its arrays. It is not checked.",
     "", ""},
    {1441,
     "« {0} » porte sur des membres sans nom au contrat : la passerelle ne les lit ni ne les "
     "transmet jamais, mais n'en refuse pas l'événement.",
     "\"{0}\" is about members that the contract does not name: the gateway never reads or "
     "forwards them, but refuses no event for them.",
     "", ""},
    {1442, "Cette référence n'est pas suivie : {0}. Ce qu'elle demande n'est pas contrôlé.",
     "This reference is not followed: {0}. What it asks is not checked.", "L'écrire sur place.",
     "Write it out in place."},
    {1443, "Ce motif a besoin de ce que RE2 n'a pas ou lit autrement : {0}. Il n'est pas contrôlé.",
     "This pattern needs what RE2 does not have or reads otherwise: {0}. It is not checked.",
     "Le récrire, ou une expression « cel ».", "Rewrite it, or a \"cel\" expression."},
    {1444, "« {0} » nomme une liste ou un objet entier : seul son type est contrôlé.",
     "\"{0}\" names a whole array or object: only its type is checked.", "", ""},
    {1445, "Le format « {0} » n'a pas d'équivalent ici ; c'est une annotation, qui ne refuse rien.",
     "The format \"{0}\" has no equivalent here; it is an annotation and refuses nothing.", "", ""},
    {1446, "Le format « {0} », une annotation, devient une règle qui compte et ne refuse rien.",
     "The format \"{0}\", an annotation, becomes a rule that counts and refuses nothing.",
     "Changer on_fail pour refuser.", "Change on_fail to refuse."},
    {1447, "« {0} » est une annotation : elle n'est pas reprise et ne change aucun verdict.",
     "\"{0}\" is an annotation: it is not taken over and changes no verdict.", "", ""},
    {1448, "« {0} » n'est pas un mot de cette norme : il est laissé de côté.",
     "\"{0}\" is no word of that standard: it is left out.", "", ""},
    {1449,
     "« {0} » demande une réponse exacte, et une partie n'en a pas ici (voir ses notes) : pour ne "
     "rien refuser de trop, il est relâché.",
     "\"{0}\" needs an exact answer, and a part of it has none here (see its notes): so that "
     "nothing is refused wrongly, it is relaxed.",
     "", ""},
    {1450,
     "« {0} » emboîterait plus de contrôles qu'une règle n'en tient (quatre niveaux, 200 en tout) "
     ": rien n'en est contrôlé.",
     "\"{0}\" would nest more checks than a rule holds (four levels, 200 in all): none of it is "
     "checked.",
     "", ""},
    {1451, "Dialecte inconnu : « {0} ». Rien n'est importé.",
     "Unknown dialect: \"{0}\". Nothing is imported.",
     "2020-12, 2019-09, draft-07 ; ODCS v3.0 à v3.1.",
     "2020-12, 2019-09, draft-07; ODCS v3.0 to v3.1."},
    {1452,
     "Aucun chemin d'une source ne dit le membre « {0} » : vide, avec un point, ou plus de huit "
     "pas. Ce n'est pas contrôlé.",
     "No path of a source says the member \"{0}\": empty, with a dot, or over eight steps. It is "
     "not checked.",
     "", ""},
    {1453,
     "« {0} » dépasse ce qu'un contrat tient (256 champs, 64 règles) : ce n'est pas contrôlé.",
     "\"{0}\" exceeds what a contract holds (256 fields, 64 rules): it is not checked.", "", ""},
    {1454, "Rien n'y est demandé d'aucun champ : un contrat en a au moins un.",
     "Nothing is asked of any field in it: a contract has at least one.", "", ""},
    {1455, "« {0} » n'a pas d'équivalent dans un contrat : {1}.",
     "\"{0}\" has no equivalent in a contract: {1}.", "", ""},
    {1456, "Cette règle n'est pas contrôlée : {0}.", "This rule is not checked: {0}.", "", ""},
    {1457, "« {0} » n'a pas ici la forme que sa norme lui donne ; ce n'est pas contrôlé.",
     "\"{0}\" does not have the form here that its standard gives it; it is not checked.", "", ""},
    {1458, "Cette règle est jugée événement par événement : {0}.",
     "This rule is judged event by event: {0}.", "", ""},
    {1459, "« {0} » est à compléter : {1}.", "\"{0}\" is to be completed: {1}.", "", ""},
};

}  // namespace

std::span<const CodeText> RuleCodes() { return kCodes; }

}  // namespace octroi::gateway::config
