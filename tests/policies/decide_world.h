// The purposes, policies and destinations that decide.cases speaks of, by name.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policies/decide.h"

namespace octroi::policies {

// "a, b" -> {"a", "b"}; "nothing" and "none" -> {}. Parts are trimmed.
std::vector<std::string> Parts(std::string_view text, char separator);
std::string Trim(std::string_view text);

// A failure of the table itself: an unknown word. Ends the test program.
[[noreturn]] void BadWord(const std::string& what, const std::string& word);

std::uint16_t PurposePlace(const std::string& name);
std::string PurposeNames(std::uint32_t bits);             // in the table's order: "newsletter, tax"
std::uint16_t DestinationPlace(const std::string& name);  // "none": out of range
std::uint16_t ContractPlace(const std::string& name);
std::uint16_t SourcePlace(const std::string& name);

// `serves`, `receives`, `policies` and `safeguard` as cells of the table; every destination gets
// the same.
PolicySetSpec World(const std::string& serves, const std::string& receives,
                    const std::string& policies, const std::string& safeguard = "not needed");

// "country FR, phone null" as an event's fields.
class WorldEvent final : public base::FieldReader {
 public:
  explicit WorldEvent(const std::string& cell);
  const base::Value& Field(base::FieldId field) const override;

 private:
  std::vector<std::string> texts_;
  std::map<base::FieldId, base::Value> values_;
};

}  // namespace octroi::policies
