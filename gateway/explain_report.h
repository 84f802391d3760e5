// What `octroi explain` shows, as JSON, of an event that came in and of one in a file alike: what
// it was, what was decided about it where, by which line of the config, on which consent event, and
// what would have to change. Ids, outcomes, reasons and places only: no value of an event.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "gateway/explain.h"
#include "gateway/names.h"
#include "gateway/projector.h"
#include "store/store.h"

namespace octroi::gateway {

// `row.record` is not read. Without `explainer`, or without `fields` where the answer hangs on
// them, `decided_by` and `would_change` are left out.
nlohmann::ordered_json EventReport(const std::string& origin, const store::EventRow& row,
                                   const journal::EventRecord& record, const Names& names,
                                   const Explainer* explainer, const base::FieldReader* fields);

// Where an event stands in the journal of that origin; 0: it is not one of its ids.
std::uint64_t SequenceOf(std::string_view event_id, const std::string& origin);

struct Explaining {
  PlanNames names;
  // The config of that number; an error if it is not to be had any more, or not for this build.
  std::function<base::Result<PastConfig>(std::uint32_t plan)> past;
  std::function<bool(std::uint64_t sequence, std::string& payload)> payload;  // false: it is gone
};

// {"error": "not_found" | "store.unavailable"} where there is nothing to say.
std::string ExplainReport(std::string_view event_id, const std::string& origin, store::Store& store,
                          const Explaining& with);

}  // namespace octroi::gateway
