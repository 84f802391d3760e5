#include "gateway/config/rule_faults.h"

#include <algorithm>
#include <charconv>

namespace octroi::gateway::config {
namespace {

struct Sentence {
  std::string_view en, fr;
};
constexpr Sentence kSentences[] = {
    {"a check on a value needs `field`", "un contrôle d'une valeur demande « field »"},
    {"a field is compared with itself", "un champ est comparé à lui-même"},
    {"a field that the contract does not list", "ce champ n'est pas au contrat"},
    {"a tolerance is a number of 0 or more", "une tolérance est un nombre, 0 ou plus"},
    {"an earlier rule has the same id", "une règle plus haut a le même id"},
    {"an earlier rule has the same reason key", "une règle plus haut a le même motif"},
    {"checks stand in each other too deep", "les contrôles s'emboîtent trop : quatre au plus"},
    {"it belongs to the format `postal-code`", "cette clé va avec le format « postal-code »"},
    {"it checks nothing", "rien n'est contrôlé"},
    {"it needs two fields or more, each once", "il faut deux champs ou plus, chacun une fois"},
    {"`drop-field` needs `check.field`", "« drop-field » demande « check.field »"},
    {"`lowercase` and `uppercase` undo each other", "« lowercase » et « uppercase » se défont"},
    {"`max` and `below` say the same side twice", "« max » et « below » bornent le même côté"},
    {"`merge` needs `unique_on`: into what else would it be merged",
     "« merge » demande « unique_on » : avec quoi fusionner ?"},
    {"`min` and `above` say the same side twice", "« min » et « above » bornent le même côté"},
    {"more than 200 parts", "plus de 200 contrôles en une règle"},
    {"no number is in this range", "aucun nombre n'est dans cet intervalle"},
    {"no pair holds", "aucun couple n'est donné"},
    {"no text has such a length", "aucun texte n'a une telle longueur"},
    {"not a country of ISO 3166-1", "ce n'est pas un pays d'ISO 3166-1"},
    {"not a finite number", "ce n'est pas un nombre fini"},
    {"not a number above 0", "ce n'est pas un nombre plus grand que 0"},
    {"not a time span", "ce n'est pas une durée"},
    {"nothing has such an age", "rien n'a un tel âge"},
    {"nothing is asked of `field`", "rien n'est demandé à « field »"},
    {"`postal-code` needs one of `country` and `country_field`",
     "« postal-code » demande « country » ou « country_field », l'un des deux"},
    {"`repair` needs `check.field`", "« repair » demande « check.field »"},
    {"the contract has no id", "le contrat n'a pas d'id"},
    {"the rule has no id", "la règle n'a pas d'id"},
    {"the rule has no reason key", "la règle n'a pas de motif"},
    {"the same field twice", "deux fois le même champ"},
    {"the same repair twice", "deux fois la même réparation"},
    {"the total is one of those added up", "le total est parmi ce qui s'additionne"},
    {"too many dictionary fields", "trop de champs au dictionnaire"},
    {"`unique_on` needs `within`, a time span", "« unique_on » demande « within », une durée"},
    {"`unique_on` stands alone in its check", "« unique_on » est seul dans son contrôle"},
    {"`unique_on` stands in the check of a rule itself",
     "« unique_on » se met dans le contrôle d'une règle, pas plus bas ni dans « when »"},
    {"`within` belongs to `unique_on`", "« within » va avec « unique_on »"},
};

// The part of a node that `step` of a key names: a member, or an item by its number.
const Node* Part(const Node& node, std::string_view step, Position& at) {
  if (const Node::Member* member = node.FindMember(step)) {
    at = member->value.IsScalar() ? member->value.at : member->key_at;
    return &member->value;
  }
  std::size_t place = 0;
  std::from_chars(step.data(), step.data() + step.size(), place);
  if (place >= node.items.size()) return nullptr;
  at = node.items[place].at;
  return &node.items[place];
}

// "check.any_of.1.min" of rule 2 -> where it stands.
Position WhereIs(const Document& contract, const rules::SpecFault& fault) {
  const auto& rules = contract.root.List("rules");
  const Node* node = fault.rule < rules.size() ? &rules[fault.rule] : &contract.root;
  Position at = node->at;
  for (std::string_view key = fault.key; node != nullptr && !key.empty();) {
    const std::size_t dot = std::min(key.find('.'), key.size());
    node = Part(*node, key.substr(0, dot), at);
    key.remove_prefix(std::min(dot + 1, key.size()));
  }
  return at;
}

}  // namespace

Say RuleFault(const std::string& what) {
  constexpr std::string_view kRe2 = "RE2 refuses it: ";
  if (what.starts_with(kRe2)) return {"RE2 le refuse : " + what.substr(kRe2.size()), what};
  constexpr std::string_view kLonger = "longer than ";
  if (what.starts_with(kLonger)) {
    const std::string bytes = what.substr(kLonger.size(), what.find(" bytes") - kLonger.size());
    return {"plus long que " + bytes + " octets", what};
  }
  const auto* const known = std::ranges::find(kSentences, what, &Sentence::en);
  if (known == std::end(kSentences)) return {what};
  return {std::string(known->fr), what};
}

void ReportFault(const Document& contract, const rules::SpecFault& fault, Findings& findings) {
  const Position at = WhereIs(contract, fault);
  if (fault.code == 0) return findings.Add(1312, contract.file, at, {RuleFault(fault.what)});
  findings.Add(fault.code, contract.file, at, {fault.pieces.begin(), fault.pieces.end()});
}

}  // namespace octroi::gateway::config
