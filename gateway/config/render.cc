// Findings for people and for programs.
#include <algorithm>

#include "base/text.h"
#include "gateway/config.h"
#include "gateway/config/findings.h"

namespace octroi::gateway {
namespace {

using Level = ConfigFinding::Level;

std::string_view LevelName(Level level, Language language) {
  const bool french = language == Language::kFrench;
  if (level == Level::kError) return french ? "erreur" : "error";
  if (level == Level::kWarning) return french ? "alerte" : "warning";
  return "note";
}

std::string_view Color(Level level) {
  if (level == Level::kError) return "\x1b[31m";
  return level == Level::kWarning ? "\x1b[33m" : "\x1b[36m";
}

std::string_view LineOf(std::string_view text, int number) {
  for (int i = 1; i < number; ++i) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  std::string_view line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// A place where somebody may have written a secret instead of a reference to one is not shown.
bool MayHoldSecret(const ConfigFinding& finding, std::string_view line) {
  return finding.code == "OCT-1106" && line.find("from") != std::string_view::npos;
}

// How many characters the caret underlines: the word at the column.
std::size_t WordAt(std::string_view line, std::size_t column) {
  std::size_t at = 0;
  for (std::size_t seen = 1; at < line.size(); ++at) {
    const bool starts = (static_cast<unsigned char>(line[at]) & 0xC0) != 0x80;
    if (starts && seen++ == column) break;
  }
  const char first = at < line.size() ? line[at] : ' ';
  const bool quoted = first == '"' || first == '\'';
  std::size_t end =
      line.find_first_of(quoted ? std::string_view(&first, 1) : " ,:]}\"'#", at + quoted);
  end = std::min(end == std::string_view::npos ? end : end + quoted, line.size());
  std::size_t count = 0;
  for (std::size_t i = at; i < end; ++i)
    count += (static_cast<unsigned char>(line[i]) & 0xC0) != 0x80;
  return std::max<std::size_t>(count, 1);
}

// Terminal control characters in a file must not reach the terminal.
std::string Printable(std::string_view line) {
  std::string out;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7F ? ' ' : c;
  }
  return out;
}

void AppendSource(const ConfigFolder& config, const ConfigFinding& finding, std::string& out) {
  const auto file = config.files.find(finding.file);
  if (finding.line == 0 || file == config.files.end()) return;
  const std::string_view line = LineOf(file->second, finding.line);
  if (line.size() > 400 || MayHoldSecret(finding, line) || finding.code == "OCT-1003") return;
  const std::string number = std::to_string(finding.line);
  out += std::string(7 - std::min<std::size_t>(number.size(), 6), ' ') + number + " | " +
         Printable(line) + "\n";
  const auto column = static_cast<std::size_t>(std::max(finding.column, 1));
  out += std::string(7 + 3 + column - 1 + (number.size() > 6 ? number.size() - 6 : 0), ' ') +
         std::string(WordAt(line, column), '^') + "\n";
}

std::string Summary(const ConfigFolder& config, Language language) {
  const auto count = [&](Level level) {
    return std::ranges::count(config.findings, level, &ConfigFinding::level);
  };
  const bool french = language == Language::kFrench;
  const auto part = [&](std::ptrdiff_t number, Level level) {
    return std::to_string(number) + " " + std::string(LevelName(level, language)) +
           (number > 1 ? "s" : "");
  };
  return part(count(Level::kError), Level::kError) + ", " +
         part(count(Level::kWarning), Level::kWarning) + ", " +
         part(count(Level::kNote), Level::kNote) + (french ? " ; " : "; ") +
         std::to_string(config.files.size()) + (french ? " fichiers lus.\n" : " files read.\n");
}

}  // namespace

std::string Render(const ConfigFolder& config, Language language, bool color) {
  const bool french = language == Language::kFrench;
  std::string out;
  for (const ConfigFinding& finding : config.findings) {
    out += finding.file.empty() ? config.folder : finding.file;
    if (finding.line > 0)
      out += ":" + std::to_string(finding.line) + ":" + std::to_string(finding.column);
    out += "  ";
    if (color) out += Color(finding.level);
    out += LevelName(finding.level, language);
    if (color) out += "\x1b[0m";
    out += "  " + finding.code + "  " + (french ? finding.fr : finding.en) + "\n";
    AppendSource(config, finding, out);
    const std::string& hint = french ? finding.hint_fr : finding.hint_en;
    if (!hint.empty()) out += "       " + hint + "\n";
  }
  return out + Summary(config, language);
}

std::string RenderJson(const ConfigFolder& config) {
  std::string out = "[";
  for (const ConfigFinding& finding : config.findings) {
    if (out.size() > 1) out += ",";
    const auto text = [&](const char* key, std::string_view value) {
      out += std::string("\"") + key + "\":";
      base::AppendJsonString(value, out);
      out += ",";
    };
    out += "{";
    text("level", LevelName(finding.level, Language::kEnglish));
    text("file", finding.file);
    text("code", finding.code);
    text("fr", finding.fr);
    text("en", finding.en);
    text("hint_fr", finding.hint_fr);
    text("hint_en", finding.hint_en);
    out += "\"line\":" + std::to_string(finding.line) +
           ",\"column\":" + std::to_string(finding.column) + "}";
  }
  return out + "]";
}

}  // namespace octroi::gateway
