// One object of an ODCS `schema` -> one Contract. Private to the import.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/contract/condition.h"
#include "gateway/contract/odcs.h"
#include "gateway/contract/rule_maker.h"

namespace octroi::gateway::contract {

class OdcsObject {
 public:
  // `pointer`: where the object stands.
  OdcsObject(const config::Node& object, std::string pointer, Imported& out)
      : object_(object), pointer_(std::move(pointer)), out_(out), maker_(out, object) {}

  // `head`: the contract without fields and rules.
  void Read(nlohmann::ordered_json head);

 private:
  using Json = nlohmann::ordered_json;
  using Node = config::Node;

  struct Property {
    const Node& node;
    std::string pointer, field, path;
  };

  void ReadProperties(const Node& owner, const std::string& pointer, const std::string& path,
                      std::size_t steps);
  void ReadProperty(const Node& property, const std::string& pointer, const std::string& path,
                    std::size_t steps);
  void ReadFlags(const Property& property);
  void ReadType(const Property& property);
  void ReadOptions(const Property& property, const Node& options, std::uint8_t of);
  void ReadTexts(const Property& property, const Node& options, std::uint8_t types);
  void ReadNumbers(const Property& property, const Node& options, std::uint8_t types);
  void ReadTimes(const Property& property, const Node& options);
  void ReadMembers(const Property& property, const Node& options);
  void ReadKeys();

  // odcs_quality.cc
  void ReadQuality(const Node& owner, const std::string& pointer, const std::string& field);
  bool TakeOurs(const Node& item, const std::string& pointer);
  void ReadItem(const Node& item, const std::string& pointer, const std::string& field);
  std::optional<Json> CheckOfItem(const Node& item, const std::string& pointer,
                                  const std::string& field);
  std::optional<Json> CheckOfInvalid(const Node& arguments, const std::string& pointer,
                                     const std::string& field);

  std::string NewField(const std::string& path);
  void Lose(const std::string& pointer, const Node& at, int code, std::vector<config::Say> pieces);
  void Tell(const std::string& pointer, const Node& at, int code, std::vector<config::Say> pieces);

  const Node& object_;
  const std::string pointer_;
  Imported& out_;
  RuleMaker maker_;
  std::vector<Condition> conditions_;
  std::vector<FormatRule> formats_;
  std::vector<std::pair<double, std::string>> primary_;  // by position
  std::map<std::string, std::string> by_name_;           // property -> field
  std::vector<std::pair<RuleHead, Json>> rules_;         // of quality items of others
  std::vector<std::pair<double, Json>> ours_;            // by place
};

// How long the gateway remembers what must not come twice, where a document does not say.
inline constexpr const char* kRemembered = "7 days";

}  // namespace octroi::gateway::contract
