#include "gateway/config/schema.h"

#include <algorithm>
#include <array>
#include <map>

#include "gateway/config/yaml_reader.h"

namespace octroi::gateway {
namespace config {
namespace {

constexpr std::array<KindOfFile, 12> kKinds = {{
    {"Gateway", "gateway", ""},
    {"Dictionary", "dictionary", "vocabulary"},
    {"Purpose", "purpose", "purposes"},
    {"Notice", "notice", "notices"},
    {"Source", "source", "sources"},
    {"Contract", "contract", "contracts"},
    {"Policy", "policy", "policies"},
    {"Pseudonym", "pseudonym", "pseudonyms"},
    {"Destination", "destination", "destinations"},
    {"List", "list", "lists"},
    {"Test", "test", "tests"},
    {"Canary", "canary", "canaries"},
}};

std::string_view EmbeddedBytes(std::string_view path) {
  for (const Embedded& file : EmbeddedFiles()) {
    if (file.path == path) return file.bytes;
  }
  return {};
}

std::string SchemaPath(std::string_view schema, Language language) {
  return std::string("schema/") + (language == Language::kFrench ? "fr/" : "en/") +
         std::string(schema) + ".schema.json";
}

// A schema is JSON, so the config reader reads it.
std::map<std::string, Node, std::less<>> ReadAll(Language language) {
  std::map<std::string, Node, std::less<>> all;
  Findings ignored;
  for (const KindOfFile& kind : kKinds) {
    const std::string path = SchemaPath(kind.schema, language);
    all.emplace(kind.kind, ReadYaml(EmbeddedBytes(path), path, ignored).value_or(Node{}));
  }
  return all;
}

}  // namespace

std::span<const KindOfFile> KindsOfFiles() { return kKinds; }

const KindOfFile* KindNamed(std::string_view kind) {
  const auto found = std::ranges::find(kKinds, kind, &KindOfFile::kind);
  return found == kKinds.end() ? nullptr : &*found;
}

const KindOfFile* KindOfFolder(std::string_view folder) {
  const auto found = std::ranges::find(kKinds, folder, &KindOfFile::folder);
  return found == kKinds.end() ? nullptr : &*found;
}

SchemaPair SchemaOf(std::string_view kind) {
  static const auto kFrench = ReadAll(Language::kFrench);
  static const auto kEnglish = ReadAll(Language::kEnglish);
  const auto fr = kFrench.find(kind);
  const auto en = kEnglish.find(kind);
  if (fr == kFrench.end() || en == kEnglish.end()) return {};
  return {&fr->second, &en->second};
}

}  // namespace config

std::vector<std::string> SchemaKinds() {
  std::vector<std::string> kinds;
  for (const config::KindOfFile& kind : config::KindsOfFiles()) kinds.emplace_back(kind.schema);
  return kinds;
}

std::optional<std::string> Schema(std::string_view kind, Language language) {
  const std::string_view bytes = config::EmbeddedBytes(config::SchemaPath(kind, language));
  if (bytes.empty()) return std::nullopt;
  return std::string(bytes);
}

}  // namespace octroi::gateway
