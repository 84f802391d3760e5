// Names: the tables of a PlanRecord, by place. An empty entry is a hole: an id that is no longer
// configured.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.h"

namespace octroi::gateway {

struct Names {
  std::vector<std::string> sources, contracts, destinations, purposes, reasons;
  std::map<std::string, std::vector<std::string>> rules;   // contract name -> rule ids by bit
  std::map<std::string, std::vector<std::string>> events;  // source -> event names by place

  // Of PlanRecord::names; what cannot be read is left empty.
  static Names Read(std::string_view json);
  std::string_view ReasonName(base::Reason reason) const;  // built-in or configured; "" if unknown
};

std::string NameAt(const std::vector<std::string>& names, std::size_t place);  // "": no place
std::string EventId(const std::string& origin, std::uint64_t sequence);        // "4f1c0a9b.17"

}  // namespace octroi::gateway
