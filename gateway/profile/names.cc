#include "gateway/profile/names.h"

#include <algorithm>
#include <array>

#include "profiles/proposals.h"
#include "profiles/text.h"
#include "rules/contract.h"
#include "rules/detect/detect.h"

namespace octroi::gateway::profile {
namespace {

bool Digit(char c) { return c >= '0' && c <= '9'; }
bool Letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<signed char>(c) < 0;
}

// "sales_2024" is about a year, not about a person.
bool IsYear(std::string_view digits) {
  return digits.size() == 4 && (digits.starts_with("19") || digits.starts_with("20"));
}

bool ManyDigits(std::string_view name) {
  std::size_t digits = 0;
  for (std::size_t at = 0; at < name.size();) {
    std::size_t end = at;
    while (end < name.size() && Digit(name[end])) ++end;
    if (!IsYear(name.substr(at, end - at))) digits += end - at;
    at = end + 1;
  }
  return digits >= 4;
}

bool PartReads(std::string_view part) {
  if (std::ranges::any_of(part, Digit) && std::ranges::none_of(part, Letter)) return true;
  if (profiles::MeasureOf(part)) return true;
  constexpr std::array kFormats{rules::Format::kDate, rules::Format::kDatetime,
                                rules::Format::kUuid, rules::Format::kIp,
                                rules::Format::kUrl,  rules::Format::kIban};
  return std::ranges::any_of(kFormats, [&](auto format) { return rules::HasFormat(format, part); });
}

bool IsAmongItsValues(const profiles::Column& column) {
  return !column.name.empty() &&
         std::ranges::find(column.values, column.name) != column.values.end();
}

bool IsRare(const profiles::Column& column) {
  return column.filled() < profiles::kSpelledMin && column.filled() * 2 < column.cells.size();
}

}  // namespace

bool ReadsLikeAValue(std::string_view name) {
  if (name.find('@') != std::string_view::npos || ManyDigits(name) || PartReads(name)) return true;
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t end = std::min(name.find('.', at), name.size());
    if (PartReads(name.substr(at, end - at))) return true;
    at = end + 1;
  }
  rules::DetectFor wanted;
  wanted.at_least = rules::Confidence::kPossible;
  return !rules::Detector(wanted).Scan(name).empty();
}

std::vector<bool> HiddenNames(const FileSample& sample) {
  const auto& columns = sample.table.columns;
  std::vector<bool> hidden(columns.size());
  if (sample.names == Names::kSaid) return hidden;
  if (sample.names == Names::kHeader) {
    const bool any = std::ranges::any_of(columns, [](const profiles::Column& column) {
      return ReadsLikeAValue(column.name) || IsAmongItsValues(column);
    });
    hidden.assign(columns.size(), any);
    return hidden;
  }
  for (std::size_t at = 0; at < columns.size(); ++at)
    hidden[at] = ReadsLikeAValue(columns[at].name) || IsRare(columns[at]);
  return hidden;
}

}  // namespace octroi::gateway::profile
