// The JSON Schemas of docs/schema, embedded: the same files that an editor reads.
#pragma once

#include <string>
#include <string_view>

#include "gateway/config.h"
#include "gateway/config/findings.h"
#include "gateway/config/node.h"

namespace octroi::gateway::config {

// Files put into the binary by embed.cmake: "schema/fr/gateway.schema.json",
// "starter/gateway.yaml", ...
struct Embedded {
  std::string_view path, bytes;
};
std::span<const Embedded> EmbeddedFiles();

struct KindOfFile {
  std::string_view kind;    // "Source"
  std::string_view schema;  // "source"
  std::string_view folder;  // "sources"; empty: the root
};
std::span<const KindOfFile> KindsOfFiles();
const KindOfFile* KindNamed(std::string_view kind);
const KindOfFile* KindOfFolder(std::string_view folder);

// Both languages of one schema; same structure, other descriptions.
struct SchemaPair {
  const Node* fr = nullptr;
  const Node* en = nullptr;
};
SchemaPair SchemaOf(
    std::string_view kind);  // "Source"; built once, immutable, safe from any thread

// Every error of `node` against the schema, each at its line and column. It knows exactly the
// keywords that our schemas use (docs/decisions/0002); kSchemaKeywords lists them and a test holds
// the schemas to the list.
void CheckShape(const Node& node, SchemaPair schema, const std::string& file, Findings& findings);
std::span<const std::string_view> SchemaKeywords();

bool IsEmail(std::string_view text);     // format: email
bool IsDate(std::string_view text);      // format: date
bool IsDateTime(std::string_view text);  // format: date-time
bool MatchesPattern(std::string_view pattern, std::string_view text);

}  // namespace octroi::gateway::config
