#include "gateway/config/yaml_reader.h"

namespace octroi::gateway::config {
namespace {

// Length of the well-formed sequence at `at`, or 0 (Unicode 15, table 3-7).
std::size_t SequenceAt(std::string_view bytes, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || at + size > bytes.size()) return 0;
  const unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (byte(at + 1) < low || byte(at + 1) > high) return 0;
  for (std::size_t i = at + 2; i < at + size; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xBF) return 0;
  }
  return size;
}

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// Indentation with tabs is legal in JSON, where it means nothing.
bool TabInIndentation(std::string_view line, std::size_t& at) {
  at = line.find_first_not_of(' ');
  return at != std::string_view::npos && line[at] == '\t' &&
         line.find_first_not_of(" \t\r") != std::string_view::npos;
}

}  // namespace

bool IsUtf8(std::string_view bytes, std::size_t& bad_at) {
  for (bad_at = 0; bad_at < bytes.size();) {
    const std::size_t size = SequenceAt(bytes, bad_at);
    if (size == 0) return false;
    bad_at += size;
  }
  return true;
}

bool CheckText(std::string_view bytes, const std::string& file, Findings& findings) {
  const std::size_t before = findings.errors();
  const bool json = EndsWith(file, ".json");
  bool head = true;  // before the first line that is content: where a directive can stand
  int number = 0;
  for (std::string_view rest = bytes; !rest.empty();) {
    ++number;
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    std::size_t bad = 0;
    if (!IsUtf8(line, bad)) {
      findings.Add(1003, file, {number, static_cast<int>(bad) + 1});
      continue;
    }
    if (line.starts_with("\xEF\xBB\xBF")) findings.Add(1004, file, {number, 1});
    for (std::size_t i = 0; i < line.size(); ++i) {
      const auto byte = static_cast<unsigned char>(line[i]);
      const bool allowed =
          byte >= 0x20 ? byte != 0x7F : byte == '\t' || (byte == '\r' && i + 1 == line.size());
      if (!allowed) {
        findings.Add(1020, file, {number, static_cast<int>(i) + 1});
        break;
      }
    }
    std::size_t tab = 0;
    if (!json && TabInIndentation(line, tab)) {
      findings.Add(1005, file, {number, static_cast<int>(tab) + 1});
    }
    if (head && line.starts_with('%')) findings.Add(1013, file, {number, 1});
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first != std::string_view::npos && line[first] != '#' && line[first] != '%') head = false;
  }
  return findings.errors() == before;
}

}  // namespace octroi::gateway::config
