// The strict YAML 1.2 core profile: bytes of one file -> Node tree, or findings.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/config/findings.h"
#include "gateway/config/node.h"

namespace octroi::gateway::config {

inline constexpr std::size_t kConfigFileBytesMax = 1024 * 1024;
inline constexpr int kConfigDepthMax = 64;

// Nothing if the bytes cannot be read as one document at all; else the tree, with findings for what
// is read but refused (duplicate keys, anchors, tags, ...). JSON is accepted as the subset of YAML
// that it is.
std::optional<Node> ReadYaml(std::string_view bytes, const std::string& file, Findings& findings);

// The rules that a YAML parser does not enforce for us: UTF-8, no byte order mark, no control
// characters, no tab in indentation, no directive. False: the bytes must not be parsed.
bool CheckText(std::string_view bytes, const std::string& file, Findings& findings);
bool IsUtf8(std::string_view bytes, std::size_t& bad_at);

}  // namespace octroi::gateway::config
