#include "gateway/config/findings.h"

#include <algorithm>
#include <tuple>

namespace octroi::gateway::config {
namespace {

std::string Fill(std::string_view text, const std::vector<Say>& pieces, bool french) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool place = text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}' &&
                       text[i + 1] >= '0' && text[i + 1] <= '9';
    if (!place) {
      out += text[i];
      continue;
    }
    const auto index = static_cast<std::size_t>(text[i + 1] - '0');
    if (index < pieces.size()) out += french ? pieces[index].fr : pieces[index].en;
    i += 2;
  }
  return out;
}

std::string Join(std::string first, const std::string& second) {
  if (!first.empty() && !second.empty()) first += ' ';
  return first + second;
}

}  // namespace

const CodeText* FindCode(int number) {
  for (const auto table : {ReadingCodes(), MeaningCodes(), RuleCodes(), LaterCodes()}) {
    for (const CodeText& row : table) {
      if (row.number == number) return &row;
    }
  }
  return nullptr;
}

std::string CodeName(int number) { return "OCT-" + std::to_string(number); }

ConfigFinding::Level LevelOf(int number) {
  if (number >= 3000) return ConfigFinding::Level::kNote;
  return number >= 2000 ? ConfigFinding::Level::kWarning : ConfigFinding::Level::kError;
}

void Findings::Add(int code, const std::string& file, Position at, const std::vector<Say>& pieces,
                   const Say& hint) {
  const CodeText* row = FindCode(code);
  ConfigFinding finding;
  finding.level = LevelOf(code);
  finding.file = file;
  finding.line = at.line;
  finding.column = at.column;
  finding.code = CodeName(code);
  finding.fr = Fill(row->fr, pieces, true);
  finding.en = Fill(row->en, pieces, false);
  finding.hint_fr = Join(hint.fr, Fill(row->hint_fr, pieces, true));
  finding.hint_en = Join(hint.en, Fill(row->hint_en, pieces, false));
  if (finding.level == ConfigFinding::Level::kError) ++errors_;
  findings_.push_back(std::move(finding));
}

std::vector<ConfigFinding> Findings::Sorted() && {
  std::stable_sort(findings_.begin(), findings_.end(), [](const auto& a, const auto& b) {
    return std::tie(a.file, a.line, a.column, a.code) < std::tie(b.file, b.line, b.column, b.code);
  });
  return std::move(findings_);
}

std::size_t Findings::errors_in(std::string_view file) const {
  return static_cast<std::size_t>(
      std::count_if(findings_.begin(), findings_.end(), [&](const ConfigFinding& finding) {
        return finding.file == file && finding.level == ConfigFinding::Level::kError;
      }));
}

}  // namespace octroi::gateway::config
