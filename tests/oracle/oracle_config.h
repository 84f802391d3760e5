// The JSON of decision_oracle.py as the types of the policies module.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "policies/decide.h"

namespace octroi::policies {

// All throw nlohmann's exceptions, or std::out_of_range for a word that is not one.
Fingerprint Person(std::uint64_t number);
ConsentEvent EventOf(const nlohmann::json& consent);
PolicySetSpec SpecOf(const nlohmann::json& config);
std::string ReasonText(base::Reason reason);  // configured ones: "configured.256"

// {"0": ["string", "FR"], ...}
class JsonFields final : public base::FieldReader {
 public:
  explicit JsonFields(const nlohmann::json& fields);
  const base::Value& Field(base::FieldId field) const override;

 private:
  std::map<base::FieldId, std::string> texts_;
  std::map<base::FieldId, base::Value> values_;
};

}  // namespace octroi::policies
