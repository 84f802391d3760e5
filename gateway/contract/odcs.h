// ODCS (Open Data Contract Standard, Bitol) 3.0 and 3.1 <-> Contracts.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gateway/contract/import.h"

namespace octroi::gateway::contract {

// One contract for each object of `schema` that has properties; their notes are about them, `notes`
// about the rest of the document. Every member of the document is either taken over or has a note
// at its pointer or above it.
struct OdcsImport {
  std::vector<Imported> contracts;
  std::vector<Note> notes;
};
OdcsImport ImportOdcs(const config::Node& document);

// A Contract file's root -> ODCS 3.1.0, valid by its JSON Schema. What other tools can check stands
// in the standard's own words; the rest under the engine `octroi` and in customProperties
// `octroi.…`, so that ImportOdcs gives the same contract back.
nlohmann::ordered_json ExportOdcs(const nlohmann::ordered_json& contract);

// The standard's own words for a rule: a `quality` item of the field `field`, without what only
// Octroi knows. Null: there are none.
nlohmann::ordered_json LibraryItemOf(const nlohmann::ordered_json& rule, std::string& field);

}  // namespace octroi::gateway::contract
