// JSON Schema (2020-12, 2019-09, draft 7) -> a Contract: compiled into checks of our own, once.
#pragma once

#include <string>

#include "gateway/contract/import.h"

namespace octroi::gateway::contract {

struct SchemaPlace {
  std::string contract_id = "imported";
  std::string path;  // dotted; of what the schema describes: "" is the event as a whole
};

// What the schema refuses the contract's rules refuse (quarantine), unless a note that is `lost`
// says otherwise; what the schema accepts they accept, whatever the notes. Formats are annotations
// (JSON Schema Validation, 7.2.1): rules that count and let pass. `schema` as the YAML reader has
// it.
Imported ImportJsonSchema(const config::Node& schema, const SchemaPlace& place);

}  // namespace octroi::gateway::contract
