// What an import makes: a Contract as its file says it, and what could not be said.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gateway/contract/note.h"

namespace octroi::gateway::contract {

// A field of the contract, and where the file has it in an event.
struct ImportedField {
  std::string id;    // of the dictionary
  std::string path;  // dotted, as the `map` of a source says it
  std::string format = "text";
  nlohmann::ordered_json more = nlohmann::ordered_json::object();  // of `fields`: a default
};

struct Imported {
  // The keys and values of a Contract file, in its order; null: nothing of it can be said.
  nlohmann::ordered_json contract;
  std::vector<ImportedField> fields;
  std::vector<Note> notes;
};

// The head of a Contract that nobody has filled in yet: who stands between, and its title.
nlohmann::ordered_json ContractHead(const std::string& id, const std::string& title);

// The file of an import: its Contract, with what the dictionary needs as comments before it.
std::string ContractFile(const Imported& imported, Language language);

// Letters, digits and `separator` only, beginning with a letter: "orderDate" -> "order_date".
std::string IdOf(std::string_view name, char separator);

// Refused by no reader of this program: block style, strings quoted where they must be.
std::string YamlOf(const nlohmann::ordered_json& value);

}  // namespace octroi::gateway::contract
