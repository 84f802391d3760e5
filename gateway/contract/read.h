// Reads a contract of another standard from its bytes, and says which standard it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/config.h"
#include "gateway/contract/odcs.h"

namespace octroi::gateway::contract {

enum class Standard { kUnknown, kOdcs, kJsonSchema };
Standard StandardNamed(std::string_view word);  // "odcs", "json-schema"

struct ReadContracts {
  Standard standard = Standard::kUnknown;
  OdcsImport made;                      // of a JSON Schema: one contract
  std::vector<ConfigFinding> findings;  // not empty: the file could not be read
};

// YAML or JSON. kUnknown: ODCS if it says so, else a JSON Schema. `file` names it in findings and
// gives a schema's contract its id.
ReadContracts ReadForeign(std::string_view bytes, const std::string& file, Standard standard);

}  // namespace octroi::gateway::contract
