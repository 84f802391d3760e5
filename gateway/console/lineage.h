// The way of an event's fields: where each came from, what it is, and in which form it left for
// whom; of the config that was in force.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "gateway/explain.h"
#include "journal/records.h"

namespace octroi::gateway::console {

// {"source", "contract", "fields": [{"field", "title", "category", "personal_data", "from": [..],
// "to": {destination: form}}], "destinations": [{"id", "title", "recipient", "country",
// "outside_eea", "allowed"}], "purposes": as PurposesOf}; titles are {"fr", "en"}. Null: of an
// event without a contract.
nlohmann::ordered_json LineageOf(const PastConfig& past, const journal::EventRecord& record);

// {id: {"title", "legal_basis", "notice"}} of every purpose.
nlohmann::ordered_json PurposesOf(const ConfigFolder& config);

}  // namespace octroi::gateway::console
