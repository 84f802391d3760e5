#include "profiles/column_facts.h"

#include <algorithm>
#include <array>
#include <map>

#include "profiles/text.h"
#include "rules/contract.h"

namespace octroi::profiles {
namespace {

constexpr std::size_t kListed = 12;
// Of what says something: so many have to be of a kind for the column to be.
constexpr double kNearlyAll = 0.9, kMost = 0.7;

// The narrow ones; what is wider than they are (text, code, integer) says too little.
constexpr auto kFormats = std::to_array<rules::Format>({
    rules::Format::kEmail,
    rules::Format::kUuid,
    rules::Format::kIp,
    rules::Format::kUrl,
    rules::Format::kIban,
    rules::Format::kSiret,
    rules::Format::kSiren,
    rules::Format::kNir,
    rules::Format::kSwissAvs,
    rules::Format::kSwissUid,
    rules::Format::kVat,
    rules::Format::kPaymentCard,
    rules::Format::kPhoneE164,
    rules::Format::kDate,
    rules::Format::kDatetime,
    rules::Format::kIsoCountry,
    rules::Format::kIsoLanguage,
    rules::Format::kIsoCurrency,
});

std::vector<Counted> Most(const std::map<std::string, std::size_t>& counts) {
  std::vector<Counted> listed;
  listed.reserve(counts.size());
  for (const auto& [what, rows] : counts) listed.push_back({what, rows});
  std::ranges::stable_sort(listed, std::ranges::greater(), &Counted::rows);
  if (listed.size() > kListed) listed.resize(kListed);
  return listed;
}

std::size_t Characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

struct Tally {
  std::map<std::string, std::size_t> shapes, exact, units;
  std::array<std::size_t, kFormats.size()> formats{};
  std::size_t whole = 0, plain = 0, booleans = 0;
  std::vector<std::pair<double, std::size_t>> numbers;
};

bool IsBoolean(std::string_view value) {
  static constexpr auto kWords = std::to_array<std::string_view>(
      {"0", "1", "true", "false", "yes", "no", "y", "n", "oui", "non", "o", "vrai", "faux"});
  return std::ranges::find(kWords, Folded(value)) != kWords.end();
}

void TakeValue(const std::string& value, std::size_t rows, Tally& tally, ColumnFacts& facts) {
  const std::size_t length = Characters(value);
  facts.shortest = facts.longest == 0 ? length : std::min(facts.shortest, length);
  facts.longest = std::max(facts.longest, length);
  facts.distinct += 1;
  facts.once += rows == 1 ? 1 : 0;
  if (std::string exact = ExactShapeOf(value); !exact.empty())
    tally.exact[std::move(exact)] += rows;
  for (std::size_t i = 0; i < kFormats.size(); ++i)
    tally.formats[i] += rules::HasFormat(kFormats[i], value) ? rows : 0;
  tally.booleans += IsBoolean(value) ? rows : 0;
  const auto measure = MeasureOf(value);
  if (!measure) return;
  facts.measures += rows;
  tally.units[std::string(measure->unit)] += rows;
  tally.numbers.emplace_back(measure->number, rows);
  if (!measure->unit.empty()) return;
  tally.plain += rows;
  tally.whole += value.find_first_not_of("-0123456789") == std::string::npos ? rows : 0;
}

// Digits that begin with a zero, or all of one length beyond four, are names, not amounts.
bool CodesOfDigits(const Column& column, const std::vector<bool>& nothing, const Tally& tally,
                   std::size_t told) {
  std::size_t zero = 0;
  for (std::size_t v = 1; v < column.values.size(); ++v) {
    const std::string& value = column.values[v];
    const bool led = value.size() > 1 && value[0] == '0' && value[1] >= '0' && value[1] <= '9';
    zero += !nothing[v] && led ? column.counts[v] : 0;
  }
  if (zero * 20 > told) return true;
  return std::ranges::any_of(tally.exact, [&](const auto& shape) {
    return shape.first.size() > 4 && shape.first.find_first_not_of('9') == std::string::npos &&
           static_cast<double>(shape.second) >= kNearlyAll * static_cast<double>(told);
  });
}

Kind KindOfColumn(const Column& column, const std::vector<bool>& nothing, const Tally& tally,
                  const ColumnFacts& facts) {
  const std::size_t told = facts.told();
  if (told == 0) return Kind::kNothing;
  const auto nearly = [&](std::size_t rows, double share) {
    return static_cast<double>(rows) >= share * static_cast<double>(told);
  };
  if (facts.distinct <= 4 && nearly(tally.booleans, kNearlyAll)) return Kind::kBoolean;
  if (facts.format == rules::Format::kDate) return Kind::kDate;
  if (facts.format == rules::Format::kDatetime) return Kind::kDatetime;
  const bool codes = CodesOfDigits(column, nothing, tally, told);
  if (!codes && nearly(tally.whole, kNearlyAll)) return Kind::kInteger;
  if (!codes && nearly(tally.plain, kNearlyAll)) return Kind::kDecimal;
  std::size_t frequent = 0, units = 0;  // that are more than slips
  for (const auto& [unit, rows] : tally.units) {
    if (rows <= 2 || rows * 50 < facts.measures) continue;
    frequent += rows;
    ++units;
  }
  // Streets behind house numbers are many; units are few.
  if (!codes && nearly(facts.measures, kMost) && frequent * 10 >= facts.measures * 9 && units <= 8)
    return Kind::kMeasure;
  std::size_t exact = 0;
  for (const auto& [shape, rows] : tally.exact) exact = std::max(exact, rows);
  return codes || nearly(exact, kNearlyAll) || facts.format != rules::Format::kNone ? Kind::kCode
                                                                                    : Kind::kText;
}

NumberFacts NumbersOf(std::vector<std::pair<double, std::size_t>> numbers) {
  std::ranges::sort(numbers);
  std::size_t all = 0;
  double sum = 0;
  for (const auto& [number, rows] : numbers) {
    all += rows;
    sum += number * static_cast<double>(rows);
  }
  const auto quantile = [&](double share) {
    auto left = static_cast<std::size_t>(share * static_cast<double>(all - 1));
    for (const auto& [number, rows] : numbers) {
      if (left < rows) return number;
      left -= rows;
    }
    return numbers.back().first;
  };
  return {numbers.front().first, quantile(0.25),       quantile(0.5),
          quantile(0.75),        numbers.back().first, sum / static_cast<double>(all)};
}

}  // namespace

std::string_view NameOf(Kind kind) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"nothing", "integer", "decimal", "measure", "date", "datetime", "boolean", "code", "text"});
  return kNames[static_cast<std::size_t>(kind)];
}

std::string FormOf(std::string_view value, bool numeric) {
  const auto measure = numeric ? MeasureOf(value) : std::nullopt;
  if (!measure) return ShapeOf(value);
  return measure->unit.empty() ? "#" : "#" + ShapeOf(measure->unit);
}

std::vector<bool> PlaceholdersOf(const Column& column) {
  std::map<std::string, std::size_t> shapes;
  std::vector<bool> nothing(column.values.size());
  for (std::size_t v = 1; v < column.values.size(); ++v) {
    nothing[v] = IsPlaceholder(column.values[v]);
    if (!nothing[v]) shapes[ExactShapeOf(column.values[v])] += column.counts[v];
  }
  for (std::size_t v = 1; v < column.values.size(); ++v) {
    if (!nothing[v]) continue;
    const std::string shape = ExactShapeOf(column.values[v]);
    const bool code = !shape.empty() && shape.find_first_not_of("Aa9") == std::string::npos &&
                      shapes[shape] * 2 >= column.filled();
    if (code) nothing[v] = false;
  }
  return nothing;
}

ColumnFacts FactsOf(const Column& column) {
  ColumnFacts facts;
  facts.rows = column.cells.size();
  facts.filled = column.filled();
  const std::vector<bool> nothing = PlaceholdersOf(column);
  Tally tally;
  for (std::size_t v = 1; v < column.values.size(); ++v) {
    if (nothing[v])
      facts.placeholders += column.counts[v];
    else
      TakeValue(column.values[v], column.counts[v], tally, facts);
  }
  for (std::size_t i = 0; i < kFormats.size(); ++i) {
    const bool fits =
        static_cast<double>(tally.formats[i]) >= 0.8 * static_cast<double>(facts.told());
    if (!fits || tally.formats[i] <= facts.formatted) continue;
    facts.format = kFormats[i];
    facts.formatted = tally.formats[i];
  }
  facts.kind = KindOfColumn(column, nothing, tally, facts);
  for (std::size_t v = 1; v < column.values.size(); ++v)
    if (!nothing[v]) tally.shapes[FormOf(column.values[v], facts.Numeric())] += column.counts[v];
  facts.shapes = Most(tally.shapes);
  facts.units = Most(tally.units);
  if (facts.Numeric()) facts.numbers = NumbersOf(std::move(tally.numbers));
  return facts;
}

}  // namespace octroi::profiles
