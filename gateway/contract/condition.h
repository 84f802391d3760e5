// Condition: what must hold of one event, as other formats combine it, with exactly two answers.
// Becomes the `check` of a rule.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace octroi::gateway::contract {

// A value: small, copied freely. Simplified as it is built: nothing constant stands in it.
struct Condition {
  enum class Kind { kTrue, kFalse, kValue, kAll, kAny, kNot };
  using Keys = nlohmann::ordered_json;

  Kind kind = Kind::kTrue;
  std::string field;             // kValue: a check on it, of these JSON types ..
  std::uint8_t types = 0;        // bits of rules::JsonTypeBit, absent among them
  Keys keys = Keys::object();    // .. and, of what is there and not null, these keys
  std::vector<Condition> parts;  // kAll, kAny, kNot

  static Condition True() { return {}; }
  static Condition False();
  static Condition Value(std::string field, std::uint8_t types, Keys keys = Keys::object());
};

Condition All(std::vector<Condition> parts);
Condition Any(std::vector<Condition> parts);
Condition Not(Condition condition);
// None of the other parts holds beside the one that does. Each part stands in it as often as there
// are parts.
Condition ExactlyOne(const std::vector<Condition>& parts);

nlohmann::ordered_json CheckOf(const Condition& condition);  // of what is not constant
std::size_t DepthOf(const nlohmann::ordered_json& check);    // of composites in each other
std::size_t PartsOf(const nlohmann::ordered_json& check);

// Of what it holds in memory, in parts; long lists of values count, too.
std::size_t SizeOf(const Condition& condition);

// More is not built: alternatives multiply, and 64 rules of 200 parts together hold less.
inline constexpr std::size_t kConditionMax = 13'000;

inline constexpr std::uint8_t kAllTypes = 0xff;

}  // namespace octroi::gateway::contract
