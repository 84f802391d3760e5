// Walks a JSON Schema; private to the import.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/contract/condition.h"
#include "gateway/contract/import.h"
#include "gateway/contract/rule_maker.h"

namespace octroi::gateway::contract {

using config::Node;

// Where in an event a schema applies. The root of an event is an object and no field.
struct Place {
  std::string path;  // dotted
  std::size_t steps = 0;
  bool root() const { return path.empty(); }
};

// What a schema asks at a place, and whether that is all that it asks. It never asks more.
// Where the place is absent it holds.
struct Asks {
  Condition condition;
  bool exact = true;
};

class SchemaReader {
 public:
  SchemaReader(const Node& document, Imported& out) : document_(document), out_(out) {}

  // `pointer`: where the schema stands. `sure`: nothing but `all of them` stands between it and
  // the root, so that its formats are those of the value.
  Asks Read(const Node& schema, const Place& place, const std::string& pointer, bool sure);
  std::string FieldAt(const Place& place, std::string_view format = {});
  std::vector<FormatRule>& formats() { return formats_; }
  bool IsOld() const;  // draft 7 or before: what stands beside $ref is ignored

 private:
  struct Here;  // one schema at one place: schema_keywords.cc
  friend struct Here;

  Asks ReadRef(const Node& ref, const Place& place, const std::string& pointer, bool sure);
  // Of what reading may take, in schemas. False: it is used up.
  bool Spend(std::size_t schemas);
  const Node* Target(std::string_view reference, const Node*& resource) const;
  void Lose(const std::string& pointer, const Node& at, int code, std::vector<config::Say> pieces);
  void Tell(const std::string& pointer, const Node& at, int code, std::vector<config::Say> pieces);

  const Node& document_;
  const Node* resource_ = nullptr;  // what references are relative to
  Imported& out_;
  std::map<std::string, std::string> ids_;  // path -> field
  std::vector<FormatRule> formats_;
  std::vector<const Node*> open_;  // schemas that are being read: references may not come back
  std::size_t read_ = 0;
};

bool IsTrueSchema(const Node& schema);  // true, {}

}  // namespace octroi::gateway::contract
