#include "gateway/config/node.h"

namespace octroi::gateway::config {

const Node::Member* Node::FindMember(std::string_view key) const {
  for (const Member& member : members) {
    if (member.key == key) return &member;
  }
  return nullptr;
}

const Node* Node::Find(std::string_view key) const {
  const Member* member = FindMember(key);
  return member ? &member->value : nullptr;
}

const Node* Node::FindPath(std::initializer_list<std::string_view> keys) const {
  const Node* node = this;
  for (const std::string_view key : keys) {
    node = node->Find(key);
    if (!node) return nullptr;
  }
  return node;
}

const Node* Node::FindString(std::string_view key) const {
  const Node* node = Find(key);
  return node && node->IsString() ? node : nullptr;
}

std::string_view Node::Text(std::string_view key) const {
  const Node* node = FindString(key);
  return node ? std::string_view(node->text) : std::string_view{};
}

bool Node::True(std::string_view key) const {
  const Node* node = Find(key);
  return node && node->kind == Kind::kBool && node->truth;
}

const std::vector<Node>& Node::List(std::string_view key) const {
  static const std::vector<Node> kNone;
  const Node* node = Find(key);
  return node && node->IsList() ? node->items : kNone;
}

const std::vector<Node::Member>& Node::Map(std::string_view key) const {
  static const std::vector<Member> kNone;
  const Node* node = Find(key);
  return node && node->IsMap() ? node->members : kNone;
}

Position Node::KeyAt(std::string_view key) const {
  const Member* member = FindMember(key);
  return member ? member->key_at : at;
}

}  // namespace octroi::gateway::config
