#include "good_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace octroi::gateway {
namespace {

constexpr std::string_view kMark = "‸";

constexpr const char* kList = R"(apiVersion: octroi/v1
kind: List
id: campaigns
title: { fr: "Campagnes", en: "Campaigns" }
owner: { team: "Marketing", contact: digital@exemple.fr }
from: { file: lists/campaigns.csv, column: code, reload: "5 min" }
hashed: false
if_missing: fail
)";

constexpr const char* kTest = R"(apiVersion: octroi/v1
kind: Test
id: cases
title: { fr: "Cas", en: "Cases" }
at: "2026-11-21T09:00:00Z"
cases:
  - name: { fr: "Sans accord", en: "Without consent" }
    given:
      source: boutique
      event: order.line
      data: { customer_id: "1" }
      consent: { marketing.email: { state: granted, at: "2026-10-02T08:00:00Z" } }
    expect: { outcome: accepted, emailing: { withheld: consent.unknown } }
)";

}  // namespace

Files ReadTree(const std::string& folder) {
  namespace fs = std::filesystem;
  Files files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    files[entry.path().lexically_relative(folder).string()] =
        std::string(std::istreambuf_iterator<char>(in), {});
  }
  return files;
}

Files GoodFolder() {
  static const Files kFiles = [] {
    Files files = ReadTree(OCTROI_SOURCE_DIR "/docs/examples/demo");
    files["lists/campaigns.yaml"] = kList;
    files["lists/campaigns.csv"] = "name,code\n\"Rentrée, 2026\",rentree-2026\nNoël,noel-2026\n";
    files["tests/cases.yaml"] = kTest;
    return files;
  }();
  return kFiles;
}

ConfigFolder Load(Files files) { return LoadConfig(std::move(files), "/nowhere", StillClock()); }

Marked TakeMark(std::string text) {
  Marked marked;
  const std::size_t at = text.find(kMark);
  if (at != std::string::npos) {
    marked.line = marked.column = 1;
    for (std::size_t i = 0; i < at; ++i) {
      if (text[i] == '\n') {
        ++marked.line;
        marked.column = 1;
      } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
        ++marked.column;
      }
    }
    text.erase(at, kMark.size());
  }
  marked.text = std::move(text);
  return marked;
}

std::string Replace(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << "not in the file: " << what;
  if (at != std::string::npos) text.replace(at, what.size(), with);
  return text;
}

std::vector<std::string> Errors(const ConfigFolder& config) {
  std::vector<std::string> errors;
  for (const ConfigFinding& finding : config.findings) {
    if (finding.level != ConfigFinding::Level::kError) continue;
    errors.push_back(finding.file + ":" + std::to_string(finding.line) + ":" +
                     std::to_string(finding.column) + " " + finding.code);
  }
  return errors;
}

std::vector<std::string> Codes(const ConfigFolder& config, ConfigFinding::Level level) {
  std::vector<std::string> codes;
  for (const ConfigFinding& finding : config.findings) {
    if (finding.level == level) codes.push_back(finding.code);
  }
  return codes;
}

}  // namespace octroi::gateway
