#include "gateway/profile/report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "gateway/config/compile.h"
#include "gateway/profile/names.h"
#include "scores/figures.h"

namespace octroi::gateway::profile {
namespace {

using Json = nlohmann::ordered_json;
using profiles::ColumnFacts;
using profiles::Table;

Json Counts(const std::vector<profiles::Counted>& counted, const char* what, std::size_t least) {
  Json list = Json::array();
  for (const auto& one : counted)
    if (one.rows >= least) list.push_back({{what, one.what}, {"rows", one.rows}});
  return list;
}

// To two digits: a number near it, and nobody's.
double Rounded(double number) {
  if (number == 0) return 0;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1e", number);
  return std::strtod(text.data(), nullptr);
}

// A quartile is the cell of somebody, so it says only what many share: of 20 rows or more, where at
// least half of what is said is said twice, and rounded.
bool Shared(const ColumnFacts& facts) {
  return facts.measures >= profiles::kSpelledMin && facts.once * 2 <= facts.told();
}

Json NumbersJson(const profiles::NumberFacts& numbers, const Shown& shown) {
  const auto said = [&](double number) { return shown.values ? number : Rounded(number); };
  Json json{{"lower_quartile", said(numbers.lower_quartile)},
            {"median", said(numbers.median)},
            {"upper_quartile", said(numbers.upper_quartile)},
            {"mean", said(numbers.mean)}};
  // Those of one person each.
  if (shown.values) json.update(Json{{"min", numbers.min}, {"max", numbers.max}});
  return json;
}

using NameList = std::vector<std::string>;  // what each column is called

Json ColumnJson(const NameList& names, std::size_t at, const profiles::Findings& findings,
                const Shown& shown) {
  const ColumnFacts& facts = findings.facts[at];
  Json json{{"name", names[at]},
            {"kind", profiles::NameOf(facts.kind)},
            {"empty", facts.rows - facts.filled},
            {"placeholders", facts.placeholders},
            {"distinct", facts.distinct},
            {"once", facts.once},
            {"key", facts.rows > 1 && facts.once == facts.rows},
            {"shortest", facts.shortest},
            {"longest", facts.longest}};
  if (facts.format != rules::Format::kNone)
    json["format"] = {{"name", config::FormatName(facts.format)}, {"rows", facts.formatted}};
  json["shapes"] = Counts(facts.shapes, "shape", 1);
  // What stands behind a number is a unit only where many have it.
  if (facts.Numeric())
    json["units"] = Counts(facts.units, "unit", shown.values ? 1 : profiles::kSpelledMin);
  if (facts.numbers && (shown.values || Shared(facts)))
    json["numbers"] = NumbersJson(*facts.numbers, shown);
  Json on = Json::array();
  for (const profiles::Dependency& one : findings.related.columns[at].on)
    on.push_back({{"column", names[one.from]},
                  {"lambda", one.lambda},
                  {"agreeing", one.agreeing},
                  {"rows", one.rows}});
  json["determined_by"] = std::move(on);
  return json;
}

Json SuspectJson(const Table& table, const NameList& names, const profiles::Suspect& cell,
                 const Shown& shown) {
  const profiles::Column& column = table.columns[cell.column];
  Json signals = Json::array();
  for (std::size_t i = 0; i < profiles::kSignals; ++i)
    if (cell.Has(static_cast<profiles::Signal>(i)))
      signals.push_back(profiles::NameOf(static_cast<profiles::Signal>(i)));
  Json json{{"line", table.lines[cell.row]}, {"column", names[cell.column]}, {"signals", signals}};
  if (cell.by != profiles::kNobody) json["by"] = names[cell.by];
  if (!shown.values) return json;
  json["value"] = column.At(cell.row);
  if (cell.expected != profiles::kNoValue) json["expected"] = column.values[cell.expected];
  return json;
}

Json SuspectsJson(const Table& table, const NameList& names,
                  const std::vector<profiles::Suspect>& suspects, const Shown& shown) {
  Json by_signal = Json::object(), cells = Json::array();
  for (const profiles::Suspect& cell : suspects) {
    for (std::size_t i = 0; i < profiles::kSignals; ++i) {
      if (!cell.Has(static_cast<profiles::Signal>(i))) continue;
      Json& count = by_signal[std::string(profiles::NameOf(static_cast<profiles::Signal>(i)))];
      count = count.is_null() ? 1 : count.get<std::size_t>() + 1;
    }
    if (cells.size() < shown.suspects) cells.push_back(SuspectJson(table, names, cell, shown));
  }
  return {{"cells", suspects.size()}, {"by_signal", by_signal}, {"first", cells}};
}

Json ProposalJson(const NameList& names, const profiles::Proposal& proposal) {
  const auto interval = scores::Wilson({proposal.tested, proposal.tested - proposal.wrongly});
  const auto share = [](scores::Micro micro) {
    return static_cast<double>(scores::kWhole - micro) / static_cast<double>(scores::kWhole);
  };
  Json json{{"column", names[proposal.column]}, {"asks", NameOf(proposal.ask)}};
  if (proposal.ask == profiles::Ask::kPairs) json["with"] = names[proposal.other];
  if (proposal.format != rules::Format::kNone) json["format"] = config::FormatName(proposal.format);
  if (proposal.ask == profiles::Ask::kPattern) json["pattern"] = PatternOf(proposal);
  json["refuses"] = proposal.refused;
  json["wrongly"] = {{"rows", proposal.wrongly},
                     {"of", proposal.tested},
                     {"low", share(interval.high)},
                     {"high", share(interval.low)}};
  return json;
}

}  // namespace

std::vector<std::string> ShownNames(const FileSample& sample, const Shown& shown) {
  const auto hidden = HiddenNames(sample);
  std::vector<std::string> names;
  names.reserve(hidden.size());
  for (std::size_t at = 0; at < hidden.size(); ++at)
    names.push_back(hidden[at] && !shown.values ? std::string(shown.place) + std::to_string(at + 1)
                                                : sample.table.columns[at].name);
  return names;
}

Json ReportJson(const FileSample& sample, const profiles::Findings& findings,
                const std::vector<profiles::Proposal>& proposals, const Shown& shown) {
  const Table& table = sample.table;
  const NameList names = ShownNames(sample, shown);
  const auto hidden = shown.values ? std::vector<bool>() : HiddenNames(sample);
  Json json{{"rows", table.rows_seen},
            {"looked_at", table.rows()},
            {"unreadable", sample.unreadable},
            {"columns_left_out", table.columns_left_out},
            {"cells_cut", table.cells_cut},
            {"limited", findings.limited || sample.limited},
            {"names_hidden", std::ranges::count(hidden, true)}};
  if (!sample.stopped.empty()) json["stopped"] = sample.stopped;
  json["columns"] = Json::array();
  for (std::size_t at = 0; at < table.columns.size(); ++at)
    json["columns"].push_back(ColumnJson(names, at, findings, shown));
  json["suspects"] = SuspectsJson(table, names, findings.suspects, shown);
  json["proposals"] = Json::array();
  for (const auto& proposal : proposals) json["proposals"].push_back(ProposalJson(names, proposal));
  return json;
}

}  // namespace octroi::gateway::profile
