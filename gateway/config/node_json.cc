#include "gateway/config/node_json.h"

#include <nlohmann/json.hpp>

namespace octroi::gateway::config {

using Json = nlohmann::ordered_json;

Json JsonOf(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return nullptr;
    case Node::Kind::kBool:
      return node.truth;
    case Node::Kind::kInteger:
    case Node::Kind::kNumber: {
      Json number = Json::parse(node.text, nullptr, /*allow_exceptions=*/false);
      if (number.is_discarded()) return node.number;  // YAML writes it so, JSON does not: +5
      return number;
    }
    case Node::Kind::kString:
      return node.text;
    case Node::Kind::kList: {
      Json list = Json::array();
      for (const Node& item : node.items) list.push_back(JsonOf(item));
      return list;
    }
    case Node::Kind::kMap:
      break;
  }
  Json map = Json::object();
  for (const Node::Member& member : node.members) map[member.key] = JsonOf(member.value);
  return map;
}

}  // namespace octroi::gateway::config
