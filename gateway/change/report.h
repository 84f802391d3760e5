// Changes as JSON, for the command line and for people's tools. docs/FORMATS.md, "Changes".
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "gateway/change/cells.h"
#include "gateway/change/control.h"

namespace octroi::gateway::change {

nlohmann::ordered_json DifferenceJson(const Difference& difference);
nlohmann::ordered_json CellsJson(const Cells& cells);
nlohmann::ordered_json StatementJson(const Bundle& bundle);  // and who signed
std::string RefusalJson(const Refusal& refusal);
Refusal RefusalOf(const base::Error& error);  // of the store, or of its archive

}  // namespace octroi::gateway::change
