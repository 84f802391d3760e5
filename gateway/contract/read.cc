#include "gateway/contract/read.h"

#include <charconv>
#include <filesystem>
#include <optional>

#include "gateway/config/yaml_reader.h"
#include "gateway/contract/json_schema.h"

namespace octroi::gateway::contract {
namespace {

std::optional<unsigned> CodeAt(std::string_view text, std::size_t at) {
  unsigned code = 0;
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  const char* end = text.data() + at + 6;
  const auto [stop, error] = std::from_chars(text.data() + at + 2, end, code, 16);
  return error == std::errc{} && stop == end ? std::optional(code) : std::nullopt;
}

// JSON writes a character beyond U+FFFF as two escapes, which YAML does not know.
std::string WithoutPairs(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto high = CodeAt(text, at);
    const auto low = CodeAt(text, at + 6);
    if (high && low && *high >= 0xD800 && *high < 0xDC00 && *low >= 0xDC00 && *low < 0xE000) {
      const unsigned code = 0x10000 + ((*high - 0xD800) << 10) + (*low - 0xDC00);
      for (const unsigned byte : {0xF0 | code >> 18, 0x80 | (code >> 12 & 0x3F),
                                  0x80 | (code >> 6 & 0x3F), 0x80 | (code & 0x3F)})
        out += static_cast<char>(byte);
      at += 11;
      continue;
    }
    out += text[at];
    if (text[at] == '\\' && at + 1 < text.size()) out += text[++at];
  }
  return out;
}

}  // namespace

Standard StandardNamed(std::string_view word) {
  if (word == "odcs") return Standard::kOdcs;
  return word == "json-schema" ? Standard::kJsonSchema : Standard::kUnknown;
}

ReadContracts ReadForeign(std::string_view bytes, const std::string& file, Standard standard) {
  ReadContracts read;
  config::Findings findings;
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && bytes[first] == '{';
  const auto root =
      config::ReadYaml(json ? WithoutPairs(bytes) : std::string(bytes), file, findings);
  const bool faulty = !root || findings.errors() != 0;
  read.findings = std::move(findings).Sorted();
  if (faulty) return read;
  read.findings.clear();
  if (standard == Standard::kUnknown) {
    const bool odcs = root->Text("kind") == "DataContract";
    standard = odcs ? Standard::kOdcs : Standard::kJsonSchema;
  }
  read.standard = standard;
  if (standard == Standard::kOdcs) {
    read.made = ImportOdcs(*root);
    return read;
  }
  std::string name = std::filesystem::path(file).filename();
  std::string id = IdOf(name.substr(0, name.find('.')), '-');
  if (id.size() < 2) id = "imported";
  read.made.contracts.push_back(ImportJsonSchema(*root, {id, ""}));
  return read;
}

}  // namespace octroi::gateway::contract
