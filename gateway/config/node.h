// Node: one value of a strict YAML file, with the line and column of every key and value.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace octroi::gateway::config {

struct Position {
  int line = 0, column = 0;  // from 1, columns in code points; 0: the file as a whole
};

// Accessors are total: asked for what is not there or not of that type they answer "nothing", so
// that the checks can read a file whose shape is wrong elsewhere and still report everything at
// once.
struct Node {
  enum class Kind { kNull, kBool, kInteger, kNumber, kString, kList, kMap };
  struct Member;

  Kind kind = Kind::kNull;
  Position at;
  std::string text;             // scalars: as written, quotes and escapes resolved
  double number = 0;            // kInteger, kNumber
  bool truth = false;           // kBool
  std::vector<Node> items;      // kList
  std::vector<Member> members;  // kMap, in file order

  bool IsString() const { return kind == Kind::kString; }
  bool IsMap() const { return kind == Kind::kMap; }
  bool IsList() const { return kind == Kind::kList; }
  bool IsNumber() const { return kind == Kind::kInteger || kind == Kind::kNumber; }
  bool IsScalar() const { return kind != Kind::kList && kind != Kind::kMap; }

  const Member* FindMember(std::string_view key) const;
  const Node* Find(std::string_view key) const;
  const Node* FindPath(std::initializer_list<std::string_view> keys) const;
  const Node* FindString(std::string_view key) const;  // only if it is a string
  std::string_view Text(std::string_view key) const;   // "" unless a string
  bool True(std::string_view key) const;               // a bool, and true
  const std::vector<Node>& List(std::string_view key) const;
  const std::vector<Member>& Map(std::string_view key) const;
  Position KeyAt(std::string_view key) const;  // of the key; else of this node
};

struct Node::Member {
  std::string key;
  Position key_at;
  Node value;
};

}  // namespace octroi::gateway::config
