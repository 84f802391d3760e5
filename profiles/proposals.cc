#include "profiles/proposals.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "profiles/text.h"
#include "rules/contract.h"

namespace octroi::profiles {
namespace {

using Flags = std::vector<std::vector<bool>>;  // of each column, of each row

constexpr std::size_t kRowsMin = 100, kValuesMax = 40, kPairsMax = 100, kShapesMax = 4;

Flags SuspectCells(const Table& table, const std::vector<Suspect>& suspects) {
  Flags flags(table.columns.size(), std::vector<bool>(table.rows()));
  for (const Suspect& cell : suspects) flags[cell.column][cell.row] = true;
  return flags;
}

// What one sample is asked for its rules.
struct Sample {
  const Table& table;
  const Findings& findings;
  const Flags& suspect;

  bool Sound(std::size_t column, std::size_t row) const {
    return !suspect[column][row] &&
           !findings.related.nothing[column][table.columns[column].cells[row]];
  }
  // The values that sound cells hold, by rows.
  std::map<std::string, std::size_t> Values(std::size_t column) const {
    std::map<std::string, std::size_t> values;
    for (std::size_t row = 0; row < table.rows(); ++row)
      if (Sound(column, row)) ++values[table.columns[column].At(row)];
    return values;
  }
};

bool AtLeast(std::size_t rows, double share, std::size_t of) {
  return of > 0 && static_cast<double>(rows) >= share * static_cast<double>(of);
}

std::optional<Proposal> Formatted(const Sample& sample, std::size_t at) {
  const ColumnFacts& facts = sample.findings.facts[at];
  Proposal made{.ask = Ask::kFormat, .column = at};
  if (facts.kind == Kind::kInteger) made.format = rules::Format::kInteger;
  if (facts.kind == Kind::kDecimal) made.format = rules::Format::kDecimal;
  if (AtLeast(facts.formatted, 0.95, facts.told())) made.format = facts.format;
  if (made.format == rules::Format::kNone) return std::nullopt;
  std::size_t fits = 0;
  for (const auto& [value, rows] : sample.Values(at))
    fits += rules::HasFormat(made.format, value) ? rows : 0;
  return AtLeast(fits, 0.95, facts.told()) ? std::optional(made) : std::nullopt;
}

std::optional<Proposal> Patterned(const Sample& sample, std::size_t at) {
  const ColumnFacts& facts = sample.findings.facts[at];
  if (facts.kind != Kind::kCode) return std::nullopt;
  Proposal made{.ask = Ask::kPattern, .column = at};
  std::map<std::string, std::size_t> shapes;
  std::size_t sound = 0;
  for (const auto& [value, rows] : sample.Values(at)) {
    const bool ascii = std::ranges::all_of(value, [](char c) { return c > 0x20 && c < 0x7f; });
    shapes[ascii ? ExactShapeOf(value) : ""] += rows;
    sound += rows;
  }
  if (shapes.empty() || shapes.size() > kShapesMax || shapes.contains("")) return std::nullopt;
  for (const auto& [shape, rows] : shapes)
    if (rows >= kSpelledMin) made.shapes.push_back(shape);
  return made.shapes.size() == shapes.size() && AtLeast(sound, 0.95, facts.told())
             ? std::optional(made)
             : std::nullopt;
}

std::optional<Proposal> OneOf(const Sample& sample, std::size_t at) {
  const ColumnFacts& facts = sample.findings.facts[at];
  const bool words =
      facts.kind == Kind::kText || facts.kind == Kind::kCode || facts.kind == Kind::kBoolean;
  if (!words) return std::nullopt;
  Proposal made{.ask = Ask::kIn, .column = at};
  for (const auto& [value, rows] : sample.Values(at)) {
    if (rows < kSpelledMin || value.size() > 64) return std::nullopt;
    made.values.push_back(value);
    if (made.values.size() > kValuesMax) return std::nullopt;
  }
  return made.values.size() < 2 ? std::nullopt : std::optional(made);
}

// What the `min` and `max` of a rule read as a number, and nothing else: they refuse "12,50".
std::optional<double> NumberIn(std::string_view value) {
  if (!rules::HasFormat(rules::Format::kDecimal, value)) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

// Away from zero to the next number of one digit and zeros: 244.99 -> 300. A bound that is nobody's
// value, from which none can be computed.
double Outward(double number) {
  if (number == 0) return 0;
  const double unit = std::pow(10, std::floor(std::log10(std::abs(number))));
  // What the division adds is no next digit: 0.3 / 0.1 is more than 3.
  const double digits = std::ceil(std::abs(number) / unit - 1e-9);
  return std::copysign(digits * unit, number);
}

// From zero, or the lowest below it, to the highest, or zero; only where a rule could read every
// value.
std::optional<Proposal> Ranged(const Sample& sample, std::size_t at) {
  const ColumnFacts& facts = sample.findings.facts[at];
  if (facts.kind != Kind::kInteger && facts.kind != Kind::kDecimal) return std::nullopt;
  if (AtLeast(facts.once, 0.99, facts.told())) return std::nullopt;  // numbers that name
  const auto values = sample.Values(at);
  if (values.size() < 2) return std::nullopt;
  Proposal made{.ask = Ask::kRange, .column = at};
  for (const auto& [value, rows] : values) {
    const auto number = NumberIn(value);
    if (!number) return std::nullopt;
    made.min = std::min(made.min, *number);
    made.max = std::max(made.max, *number);
  }
  made.min = Outward(made.min);
  made.max = Outward(made.max);
  return made;
}

std::optional<Proposal> Keyed(const Sample& sample, std::size_t at) {
  const ColumnFacts& facts = sample.findings.facts[at];
  const bool named =
      facts.kind == Kind::kInteger || facts.kind == Kind::kCode || facts.kind == Kind::kText;
  if (!named || facts.filled != facts.rows || !AtLeast(facts.once, 0.99, facts.rows) ||
      facts.longest > 64)
    return std::nullopt;
  return Proposal{.ask = Ask::kUnique, .column = at};
}

std::optional<Proposal> Present(const Sample& sample, std::size_t at) {
  const ColumnFacts& facts = sample.findings.facts[at];
  if (!AtLeast(facts.told(), 0.98, facts.rows)) return std::nullopt;
  return Proposal{.ask = Ask::kPresent, .column = at};
}

// A dependency whose pairs are few, each of them of many rows.
std::optional<Proposal> Paired(const Sample& sample, const Dependency& one) {
  if (one.lambda < 0.9) return std::nullopt;
  Proposal made{.ask = Ask::kPairs, .column = one.from, .other = one.to};
  std::map<std::pair<std::string, std::string>, std::size_t> pairs;
  for (std::size_t row = 0; row < sample.table.rows(); ++row) {
    if (!sample.Sound(one.from, row) || !sample.Sound(one.to, row)) continue;
    ++pairs[{sample.table.columns[one.from].At(row), sample.table.columns[one.to].At(row)}];
    if (pairs.size() > kPairsMax) return std::nullopt;
  }
  for (const auto& [pair, rows] : pairs) {
    if (rows < kSpelledMin) return std::nullopt;
    made.pairs.push_back(pair);
  }
  return made.pairs.size() < 2 ? std::nullopt : std::optional(made);
}

// Where each of two columns says the other, once.
void TakePairs(const Sample& sample, std::size_t to, std::vector<Proposal>& made) {
  for (const Dependency& one : sample.findings.related.columns[to].on) {
    const bool known = std::ranges::any_of(made, [&](const Proposal& other) {
      return other.ask == Ask::kPairs && other.column == to && other.other == one.from;
    });
    if (known) continue;
    if (auto pairs = Paired(sample, one)) made.push_back(std::move(*pairs));
  }
}

std::vector<Proposal> Learnt(const Sample& sample) {
  static constexpr auto kLearners =
      std::to_array({Present, Formatted, Patterned, OneOf, Ranged, Keyed});
  std::vector<Proposal> made;
  for (std::size_t at = 0; at < sample.table.columns.size(); ++at) {
    bool formatted = false;
    for (const auto& learn : kLearners) {
      auto one = learn(sample, at);
      // A format says all that a pattern would.
      if (!one || (formatted && one->ask == Ask::kPattern)) continue;
      formatted = formatted || one->ask == Ask::kFormat;
      made.push_back(std::move(*one));
    }
    TakePairs(sample, at, made);
  }
  return made;
}

bool InFirstHalf(std::size_t row) {  // by chance, and always the same
  std::uint64_t mixed = (row + 1) * 0x9e3779b97f4a7c15;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  return (mixed >> 40 & 1U) != 0;
}

// An earlier row has the value. Only asked often where few repeat.
bool IsRepeat(const Column& column, std::size_t row) {
  const std::uint32_t cell = column.cells[row];
  const auto here = column.cells.begin() + static_cast<std::ptrdiff_t>(row);
  return column.counts[cell] > 1 && std::find(column.cells.begin(), here, cell) != here;
}

Table HalfOf(const Table& table, bool first) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(column.name);
  Sampler sampler(names);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (InFirstHalf(row) != first) continue;
    std::vector<std::string_view> cells;
    for (const Column& column : table.columns) cells.emplace_back(column.At(row));
    sampler.Add(row, cells);
  }
  return sampler.Finish();
}

void TestOn(const Proposal& learnt, bool first, const Sample& all, Proposal& proposal) {
  for (std::size_t row = 0; row < all.table.rows(); ++row) {
    if (InFirstHalf(row) == first) continue;
    ++proposal.tested;
    const bool suspected = all.suspect[learnt.column][row] ||
                           (learnt.ask == Ask::kPairs && all.suspect[learnt.other][row]);
    if (!suspected && Refuses(learnt, all.table, row)) ++proposal.wrongly;
  }
}

void TestHalves(const Sample& all, std::vector<Proposal>& proposals) {
  for (const bool first : {true, false}) {
    const Table half = HalfOf(all.table, first);
    const Findings findings = SuspectsOf(half);
    const Flags suspect = SuspectCells(half, findings.suspects);
    for (const Proposal& learnt : Learnt({half, findings, suspect})) {
      const auto same = std::ranges::find_if(proposals, [&](const Proposal& one) {
        return one.ask == learnt.ask && one.column == learnt.column && one.other == learnt.other;
      });
      if (same != proposals.end()) TestOn(learnt, first, all, *same);
    }
  }
}

}  // namespace

std::string_view NameOf(Ask ask) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"present", "format", "pattern", "one-of", "range", "unique", "pairs"});
  return kNames[static_cast<std::size_t>(ask)];
}

bool Refuses(const Proposal& proposal, const Table& table, std::size_t row) {
  const std::string& value = table.columns[proposal.column].At(row);
  if (value.empty()) return proposal.ask == Ask::kPresent;
  switch (proposal.ask) {
    case Ask::kPresent:
      return false;
    case Ask::kUnique:
      return IsRepeat(table.columns[proposal.column], row);
    case Ask::kFormat:
      return !rules::HasFormat(proposal.format, value);
    case Ask::kPattern:
      return std::ranges::find(proposal.shapes, ExactShapeOf(value)) == proposal.shapes.end();
    case Ask::kIn:
      return std::ranges::find(proposal.values, value) == proposal.values.end();
    case Ask::kRange: {
      const auto number = NumberIn(value);
      return !number || *number < proposal.min || *number > proposal.max;
    }
    case Ask::kPairs: {
      const std::string& second = table.columns[proposal.other].At(row);
      return !second.empty() &&
             std::ranges::find(proposal.pairs, std::pair(value, second)) == proposal.pairs.end();
    }
  }
  return false;
}

std::vector<Proposal> ProposalsOf(const Table& table, const Findings& findings) {
  if (table.rows() < kRowsMin) return {};
  const Flags suspect = SuspectCells(table, findings.suspects);
  const Sample all{table, findings, suspect};
  auto proposals = Learnt(all);
  TestHalves(all, proposals);
  std::erase_if(proposals, [](const Proposal& one) { return one.tested == 0; });
  for (Proposal& one : proposals)
    for (std::size_t row = 0; row < table.rows(); ++row)
      one.refused += Refuses(one, table, row) ? 1 : 0;
  std::ranges::stable_sort(proposals, {}, &Proposal::column);
  return proposals;
}

}  // namespace octroi::profiles
