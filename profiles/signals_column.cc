// What a column says about its own cells: placeholders, units, forms, repeated keys, outliers.
#include <algorithm>
#include <cmath>

#include "profiles/suspects.h"
#include "profiles/text.h"
#include "rules/contract.h"

namespace octroi::profiles {
namespace {

// Below, nothing is usual and nothing unusual.
constexpr std::size_t kRowsMin = 20;

bool AtLeast(std::size_t rows, double share, std::size_t of) {
  return static_cast<double>(rows) >= share * static_cast<double>(of);
}

std::size_t RowsOf(const std::vector<Counted>& counted, std::string_view what) {
  const auto found = std::ranges::find(counted, what, &Counted::what);
  return found == counted.end() ? 0 : found->rows;
}

// Three ways in which the same column is written with and without units:
//   nearly always with the same unit      the others are suspect
//   mostly plain, some with a unit        those are
//   in several spellings                  all are: none can be compared as it stands
bool UnitIsSuspect(std::string_view unit, const ColumnFacts& facts) {
  const std::size_t plain = RowsOf(facts.units, "");
  const Counted& most = facts.units.front();
  if (!most.what.empty() && AtLeast(most.rows, 0.95, facts.measures)) return unit != most.what;
  if (unit.empty()) return false;
  if (AtLeast(plain, 0.5, facts.measures)) return IsUnit(unit);
  std::size_t known = 0;
  for (const Counted& one : facts.units) known += IsUnit(one.what) ? one.rows : 0;
  return AtLeast(known, 0.5, facts.measures);
}

void MarkUnits(const Column& column, std::size_t at, const ColumnFacts& facts,
               const std::vector<bool>& nothing, Marks& marks) {
  if (!facts.Numeric()) return;
  for (std::uint32_t v = 1; v < column.values.size(); ++v) {
    const auto measure = nothing[v] ? std::nullopt : MeasureOf(column.values[v]);
    if (measure && UnitIsSuspect(measure->unit, facts)) marks.MarkValue(at, v, Signal::kUnit);
  }
}

// A form is usual if one row in twenty has it. Usual forms say something of others if together they
// are nearly all, and each of them is one of codes: with digits, or of one length. (Names of people
// and places have few forms too, but a rare one among them is none that is wrong.)
std::vector<std::string> UsualForms(const Column& column, const ColumnFacts& facts,
                                    const std::vector<bool>& nothing) {
  std::vector<std::string> usual;
  std::size_t rows = 0;
  for (const Counted& form : facts.shapes) {
    if (!AtLeast(form.rows, 0.05, facts.told())) continue;
    std::vector<Counted> exact;
    for (std::uint32_t v = 1; v < column.values.size(); ++v) {
      if (nothing[v] || FormOf(column.values[v], facts.Numeric()) != form.what) continue;
      const std::string shape = ExactShapeOf(column.values[v]);
      const auto at = std::ranges::find(exact, shape, &Counted::what);
      if (at != exact.end())
        at->rows += column.counts[v];
      else if (exact.size() < 16)
        exact.push_back({shape, column.counts[v]});
    }
    const bool fixed = std::ranges::any_of(exact, [&](const Counted& one) {
      return !one.what.empty() && AtLeast(one.rows, 0.9, form.rows);
    });
    if (!fixed && form.what.find_first_of("#9") == std::string::npos) return {};
    usual.push_back(form.what);
    rows += form.rows;
  }
  return AtLeast(rows, 0.95, facts.told()) ? usual : std::vector<std::string>();
}

void MarkForms(const Column& column, std::size_t at, const ColumnFacts& facts,
               const std::vector<bool>& nothing, Marks& marks) {
  const bool formatted = AtLeast(facts.formatted, 0.95, facts.told());
  const auto usual = UsualForms(column, facts, nothing);
  for (std::uint32_t v = 1; v < column.values.size(); ++v) {
    if (nothing[v]) continue;
    const std::string& value = column.values[v];
    const bool other =
        !usual.empty() && std::ranges::find(usual, FormOf(value, facts.Numeric())) == usual.end();
    const bool broken = formatted && !rules::HasFormat(facts.format, value);
    if (other || broken) marks.MarkValue(at, v, Signal::kForm);
  }
}

// Blanks around a value, or a byte or character that only damage leaves there.
bool IsDamaged(std::string_view value) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  return blank(value.front()) || blank(value.back()) ||
         value.find("\xef\xbf\xbd") != std::string_view::npos;
}

void MarkRepeated(const Column& column, std::size_t at, const ColumnFacts& facts, Marks& marks) {
  const bool key = facts.filled == facts.rows && AtLeast(facts.once, 0.99, facts.rows) &&
                   facts.kind != Kind::kText && facts.kind != Kind::kDecimal;
  if (!key) return;
  for (std::uint32_t v = 1; v < column.values.size(); ++v)
    if (column.counts[v] > 1) marks.MarkValue(at, v, Signal::kRepeated);
}

}  // namespace

void MarkColumn(const Table& table, std::size_t at, const ColumnFacts& facts,
                const std::vector<bool>& nothing, Marks& marks) {
  const Column& column = table.columns[at];
  for (std::uint32_t v = 1; v < column.values.size(); ++v) {
    if (facts.told() >= kRowsMin && nothing[v]) marks.MarkValue(at, v, Signal::kPlaceholder);
    if (!nothing[v] && IsDamaged(column.values[v])) marks.MarkValue(at, v, Signal::kForm);
  }
  if (facts.told() < kRowsMin) return;
  MarkUnits(column, at, facts, nothing, marks);
  MarkForms(column, at, facts, nothing, marks);
  MarkRepeated(column, at, facts, marks);
}

// Tukey's fences, at five times the distance between the quartiles (his "far out" is three), and
// where all are positive also by order of magnitude: amounts of money are skewed, not wrong.
void MarkOutliers(const Table& table, std::size_t at, const ColumnFacts& facts, Marks& marks) {
  if (!facts.numbers || facts.told() < kRowsMin) return;
  const NumberFacts& n = *facts.numbers;
  const double width = n.upper_quartile - n.lower_quartile;
  if (!(width > 0)) return;
  const bool positive = n.min > 0;
  const double logs = positive ? std::log(n.upper_quartile / n.lower_quartile) : 0;
  const Column& column = table.columns[at];
  for (std::uint32_t v = 1; v < column.values.size(); ++v) {
    const auto measure = MeasureOf(column.values[v]);
    if (!measure || column.counts[v] * 200 > facts.told()) continue;
    const double x = measure->number;
    bool far = x < n.lower_quartile - 5 * width || x > n.upper_quartile + 5 * width;
    if (positive && x > 0)
      far = far && (std::log(n.lower_quartile / x) > 5 * logs ||
                    std::log(x / n.upper_quartile) > 5 * logs);
    if (far) marks.MarkValue(at, v, Signal::kOutlier);
  }
}

}  // namespace octroi::profiles
