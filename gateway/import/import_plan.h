// ImportPlan: what `octroi import` has to know of a source, of the config alone: how its events are
// written, which column of a table is which field, and how it presents itself.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/key_ring.h"
#include "gateway/config.h"
#include "gateway/plan.h"

namespace octroi::gateway::import {

struct Column {
  std::string path;     // in the event: "properties.invoice_no"
  bool number = false;  // the dictionary says integer or decimal
};

struct ImportPlan {
  std::string source;
  AuthMethod auth = AuthMethod::kBearer;
  std::string secret_from;  // crypto::ReadSecret
  std::uint64_t rate_per_second = 0;
  std::size_t body_bytes = 0;
  std::string event_path;     // where an event says its name
  std::string only_event;     // the one that the source accepts; empty: several
  std::string event_id_path;  // empty: the source's events have no id
  // What a column may be called, and what it then is: a path that the source reads; else a field of
  // the dictionary that it reads; else a synonym of one.
  std::map<std::string, Column, std::less<>> columns;
};

// kInvalid, with a code of words.h: "import.source_unknown", "import.source_dialect" (it speaks
// Segment's API, or is a consent platform). `config` is ok().
base::Result<ImportPlan> ImportPlanOf(const ConfigFolder& config, std::string_view source);

}  // namespace octroi::gateway::import
