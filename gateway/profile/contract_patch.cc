#include "gateway/profile/contract_patch.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <map>
#include <set>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "gateway/config/world.h"
#include "gateway/profile/rule_text.h"
#include "scores/figures.h"

namespace octroi::gateway::profile {
namespace {

using config::Node;
using profiles::Ask;
using profiles::Proposal;

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

// Behind which line new rules go, and how deep their dash stands. Nothing: no list of blocks.
struct Place {
  std::size_t line = 0, indent = 0;
};
std::optional<Place> PlaceIn(const std::vector<std::string>& lines) {
  const auto found = std::ranges::find_if(lines, [](const std::string& line) {
    return line.starts_with("rules:") && line.find('[') == std::string::npos;
  });
  if (found == lines.end()) return std::nullopt;
  Place place;
  bool any = false;
  for (auto at = found + 1; at != lines.end(); ++at) {
    const std::size_t indent = at->find_first_not_of(' ');
    if (indent == std::string::npos || (*at)[indent] == '#') continue;
    const bool dash = (*at)[indent] == '-';
    if (indent == 0 && !dash) break;
    if (!any && !dash) return std::nullopt;
    if (!any) place.indent = indent;
    any = true;
    place.line = static_cast<std::size_t>(at - lines.begin()) + 1;
  }
  return any ? std::optional(place) : std::nullopt;
}

bool AsksPair(const Node& check, const RuleWords& words) {
  const Node* fields = check.FindPath({"pair_in", "fields"});
  if (fields == nullptr || fields->items.size() != 2) return false;
  const std::string &first = fields->items[0].text, &second = fields->items[1].text;
  return (first == words.field && second == words.other) ||
         (first == words.other && second == words.field);
}

bool Asks(const Node& check, std::string_view field, Ask ask) {
  if (ask == Ask::kPresent || ask == Ask::kUnique) {
    const auto& named = check.List(ask == Ask::kPresent ? "all_present" : "unique_on");
    if (ask == Ask::kUnique && named.size() != 1) return false;
    return std::ranges::any_of(named, [&](const Node& one) { return one.text == field; });
  }
  if (check.Text("field") != field) return false;
  const auto has = [&](std::initializer_list<std::string_view> keys) {
    return std::ranges::any_of(keys, [&](auto key) { return check.Find(key) != nullptr; });
  };
  if (ask == Ask::kRange) return has({"min", "max", "above", "below"});
  return ask == Ask::kIn ? has({"in", "in_list"}) : has({"format", "matches", "matches_any"});
}

class Writer {
 public:
  Writer(const config::World& world, const Node& contract, const profiles::Table& table)
      : world_(world), contract_(contract), table_(table) {
    for (const Node& rule : contract.List("rules")) ids_.insert(std::string(rule.Text("id")));
  }

  // The contract's field that a column is; "": none.
  std::string FieldOf(std::size_t column) const {
    const std::string& name = table_.columns[column].name;
    for (const std::string& called : {name, name.substr(name.rfind('.') + 1)}) {
      const config::DictionaryField* field = world_.Field(called);
      if (field == nullptr) field = world_.FieldWithSynonym(called);
      const Node* fields = contract_.Find("fields");
      if (field != nullptr && fields != nullptr && fields->Find(field->id) != nullptr)
        return field->id;
    }
    return "";
  }

  // "" if the contract has it, or may not.
  std::string RuleOf(const Proposal& proposal, std::size_t indent) {
    RuleWords words{FieldOf(proposal.column), ""};
    if (proposal.ask == Ask::kPairs) words.other = FieldOf(proposal.other);
    if (words.field.empty() || (proposal.ask == Ask::kPairs && words.other.empty())) return "";
    if (Has(words, proposal.ask) || (Spells(proposal.ask) && IsPersonal(words))) return "";
    words.id = words.field + (words.other.empty() ? "" : "-" + words.other) + "-" +
               std::string(NameOf(proposal.ask)) + "-seen";
    std::ranges::replace(words.id, '_', '-');
    if (words.id.size() > 63 || !ids_.insert(words.id).second) return "";
    return RuleText(proposal, words, indent);
  }

 private:
  static bool Spells(Ask ask) {
    return ask == Ask::kIn || ask == Ask::kPairs || ask == Ask::kRange;
  }
  bool IsPersonal(const RuleWords& words) const {
    return std::ranges::any_of(std::array{words.field, words.other}, [&](const std::string& id) {
      const config::DictionaryField* field = world_.Field(id);
      if (field == nullptr) return false;
      const std::string_view personal = field->node->Text("personal_data");
      return personal != "none" && personal != "indirect";
    });
  }
  bool Has(const RuleWords& words, Ask ask) const {
    const std::string& field = words.field;
    if (ask == Ask::kPresent && contract_.FindPath({"fields", field})->True("required"))
      return true;
    return std::ranges::any_of(contract_.List("rules"), [&](const Node& rule) {
      const Node* check = rule.Find("check");
      if (check == nullptr) return false;
      return ask == Ask::kPairs ? AsksPair(*check, words) : Asks(*check, field, ask);
    });
  }

  const config::World& world_;
  const Node& contract_;
  const profiles::Table& table_;
  std::set<std::string> ids_;
};

// A unified diff that only adds, with three lines around.
std::string DiffOf(const std::string& file, const std::vector<std::string>& lines,
                   std::size_t behind, const std::vector<std::string>& added) {
  const std::size_t from = behind < 3 ? 0 : behind - 3, to = std::min(behind + 3, lines.size());
  const auto range = [&](std::size_t more) {
    return std::to_string(from + 1) + "," + std::to_string(to - from + more);
  };
  std::string diff = "--- a/" + file + "\n+++ b/" + file + "\n@@ -" + range(0) + " +" +
                     range(added.size()) + " @@\n";
  for (std::size_t i = from; i < behind; ++i) diff += " " + lines[i] + "\n";
  for (const std::string& line : added) diff += "+" + line + "\n";
  for (std::size_t i = behind; i < to; ++i) diff += " " + lines[i] + "\n";
  return diff;
}

struct Rule {
  const Proposal* of;
  std::string text;
  std::size_t place;  // among the proposals
};

// The most valuable ones that there is room for, in the order of the proposals.
std::string TextOf(std::vector<Rule> rules, std::size_t room) {
  const auto value = [](const Rule& rule) {
    const Proposal& of = *rule.of;
    return std::pair(of.refused - std::min(of.refused, of.wrongly), of.tested - of.wrongly);
  };
  std::ranges::stable_sort(rules, std::ranges::greater(), value);
  if (rules.size() > room)
    rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(room), rules.end());
  std::ranges::sort(rules, {}, &Rule::place);
  std::string text;
  for (const Rule& rule : rules) text += rule.text;
  return text;
}

base::Error Refused(std::string_view code) {
  return {base::ErrorCode::kInvalid, "profile.patch", std::string(code)};
}

}  // namespace

base::Result<ContractPatch> PatchOf(const ConfigFolder& folder, std::string_view contract,
                                    const profiles::Table& table,
                                    const std::vector<Proposal>& proposals) {
  config::Findings again;
  const config::World world = config::World::Read(folder.files, again);
  const config::Document* document = nullptr;
  for (const config::Document* one : world.Of("Contract"))
    if (one->id == contract || one->root.Text("id") == contract) document = one;
  if (document == nullptr) return Refused("profile.contract_unknown");
  const std::string& text = folder.files.at(document->file);
  auto lines = LinesOf(text);
  const auto place = PlaceIn(lines);
  if (!place || text.find('\r') != std::string::npos || !text.ends_with('\n'))
    return Refused("profile.rules_form");
  Writer writer(world, document->root, table);
  ContractPatch patch;
  patch.file = document->file;
  for (std::size_t column = 0; column < table.columns.size(); ++column)
    if (writer.FieldOf(column).empty()) patch.no_field.push_back(column);
  std::vector<Rule> rules;
  for (const Proposal& proposal : proposals)
    if (auto rule = writer.RuleOf(proposal, place->indent); !rule.empty())
      rules.push_back({&proposal, std::move(rule), rules.size()});
  const std::size_t present = document->root.List("rules").size(),
                    room =
                        base::kRulesPerContractMax - std::min(present, base::kRulesPerContractMax);
  patch.rules = std::min(rules.size(), room);
  patch.left_out = rules.size() - patch.rules;
  const auto more = LinesOf(TextOf(std::move(rules), room));
  if (patch.rules != 0) patch.text = DiffOf(patch.file, lines, place->line, more);
  lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(place->line), more.begin(), more.end());
  for (const std::string& line : lines) patch.patched += line + "\n";
  return patch;
}

std::string_view PatchSentence(std::string_view code, Language language) {
  const bool fr = language == Language::kFrench;
  if (code == "profile.contract_unknown")
    return fr ? "Ce contrat n'est pas dans la configuration."
              : "This contract is not in the config.";
  return fr ? "Les règles de ce contrat ne sont pas écrites en liste, une règle par bloc : rien "
              "n'y "
              "est ajouté."
            : "The rules of this contract are not written as a list of blocks: nothing is added.";
}

std::string WronglyText(const Proposal& proposal, Language language) {
  const auto interval = scores::Wilson({proposal.tested, proposal.tested - proposal.wrongly});
  const auto percent = [](scores::Micro micro) {
    return static_cast<double>(micro) / static_cast<double>(scores::kPoint);
  };
  std::array<char, 64> text{};
  const bool fr = language == Language::kFrench;
  std::snprintf(text.data(), text.size(), fr ? "%.2f à %.2f" : "%.2f to %.2f",
                100 - percent(interval.high), 100 - percent(interval.low));
  std::string said(text.data());
  if (fr) std::ranges::replace(said, '.', ',');
  return said;
}

}  // namespace octroi::gateway::profile
