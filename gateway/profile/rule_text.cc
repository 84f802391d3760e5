#include "gateway/profile/rule_text.h"

#include <array>
#include <cstdio>

#include "base/text.h"
#include "gateway/config/compile.h"
#include "gateway/profile/contract_patch.h"

namespace octroi::gateway::profile {
namespace {

using profiles::Ask;
using profiles::Proposal;

std::string Quoted(std::string_view text) {
  std::string out;
  base::AppendJsonString(text, out);
  return out;
}

std::string Number(double value) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.12g", value);
  return text.data();
}

std::string CheckText(const Proposal& proposal, const RuleWords& words) {
  const std::string field = "field: " + words.field + ", ";
  switch (proposal.ask) {
    case Ask::kPresent:
      return "all_present: [" + words.field + "]";
    case Ask::kFormat:
      return field + "format: " + std::string(config::FormatName(proposal.format));
    case Ask::kPattern:
      return field + "matches: " + Quoted(PatternOf(proposal));
    case Ask::kRange:
      return field + "min: " + Number(proposal.min) + ", max: " + Number(proposal.max);
    case Ask::kUnique:
      return "unique_on: [" + words.field + "], within: \"24 h\"";
    case Ask::kIn:
    case Ask::kPairs:
      break;
  }
  std::string list;
  for (const std::string& value : proposal.values)
    list += (list.empty() ? "" : ", ") + Quoted(value);
  if (proposal.ask == Ask::kIn) return field + "in: [" + list + "]";
  for (const auto& [first, second] : proposal.pairs)
    list += (list.empty() ? "[" : ", [") + Quoted(first) + ", " + Quoted(second) + "]";
  return "pair_in: { fields: [" + words.field + ", " + words.other + "], pairs: [" + list + "] }";
}

struct Said {
  const char *dimension, *fr, *en;
};
// By Ask; %s is the field.
constexpr auto kSaid = std::to_array<Said>({
    {"completeness", "%s est rempli.", "%s is filled in."},
    {"validity", "%s a le format attendu.", "%s has the expected format."},
    {"validity", "%s s'écrit comme d'habitude.", "%s is written as usual."},
    {"validity", "%s est une des valeurs connues.", "%s is one of the known values."},
    {"validity", "%s est dans l'intervalle habituel.", "%s is in the usual range."},
    {"uniqueness", "%s ne revient pas en 24 h.", "%s does not come twice within 24 h."},
    {"consistency", "%s va avec l'autre champ.", "%s goes with the other field."},
});

std::string Sentence(const char* said, const std::string& field) {
  std::string text(said);
  return Quoted(text.replace(0, 2, field));
}

}  // namespace

std::string RuleText(const Proposal& proposal, const RuleWords& words, std::size_t indent) {
  const Said& said = kSaid[static_cast<std::size_t>(proposal.ask)];
  const std::string head(indent, ' '), in = head + "  ";
  return head + "# octroi profile: refuses " + std::to_string(proposal.refused) +
         " of the rows looked at; wrongly " + WronglyText(proposal, Language::kEnglish) + " % (" +
         std::to_string(proposal.wrongly) + " of " + std::to_string(proposal.tested) + " rows)\n" +
         head + "- id: " + words.id + "\n" + in + "say: { fr: " + Sentence(said.fr, words.field) +
         ", en: " + Sentence(said.en, words.field) + " }\n" + in + "dimension: " + said.dimension +
         "\n" + in + "severity: minor\n" + in + "check: { " + CheckText(proposal, words) + " }\n" +
         in + "on_fail: keep\n";
}

}  // namespace octroi::gateway::profile
