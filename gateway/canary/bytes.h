// What the bytes that would leave tell of a canary, held against what they may tell. Pure: reads
// the bytes as their receiver would, and nothing else of the gateway.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/canary/plan.h"

namespace octroi::gateway {

// Names only, of the canary's file: no value.
struct CanaryByteFault {
  std::string field;           // the member that leaves; of "elsewhere": the path in the event
  std::string expected, seen;  // a CanaryForm, "nothing", "elsewhere" (under another name)
  bool operator==(const CanaryByteFault&) const = default;
};

// `body`: JSON, one event. `event`: the JSON that the source sent. `own_word`: the event's name,
// which may stand in both. Each of `fields` has to be there under its name, in its form; no other
// value of the event of at least six characters may be anywhere, in clear or as its SHA-256; no
// token under another name; and beneath a member "data" (the form without a template) no other name
// at all.
std::vector<CanaryByteFault> CheckCanaryBytes(std::string_view body, std::string_view event,
                                              std::string_view own_word,
                                              std::span<const CanaryPlan::Field> fields);

// The scalar at a path of the event; empty: there is none.
std::string CanaryValueAt(std::string_view event, std::string_view path);

}  // namespace octroi::gateway
