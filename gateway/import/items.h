// Items: what stands in a file, one event after the other, with its place in the file.
//
//   csv     a record is an event (row_event.h); the header is none
//   ndjson  an object on each line, as it stands; empty lines are passed over
//   json    the elements of an array, each as it stands
//
// JSON is not read here but by the gateway, which says of each event what is wrong with it; only
// where one ends is found, and what could not be told apart on the way is a fault of its own:
// json.too_long, json.control (a line break inside a string). In an array whose brackets or commas
// are wrong nothing can be told apart any more: Next fails with kInvalid, "json.array".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gateway/import/csv_reader.h"
#include "gateway/import/row_event.h"

namespace octroi::gateway::import {

struct Item {
  std::uint64_t number = 0;  // from 1, in the order of the file; the same at every reading
  std::uint64_t line = 0, last_line = 0;
  std::string event;  // one line of JSON; empty if there is a fault
  Fault fault;
};

// One thread.
class Items {
 public:
  virtual ~Items() = default;
  virtual base::Result<bool> Next(Item& item) = 0;  // false: the end
  const Fault& fault() const { return fault_; }     // of a Next that failed: where

 protected:
  Fault fault_;
};

// `reader` and `rows` outlive it. `body_bytes`: what the gateway takes in one request; an event
// that goes into none, with its line break, is a fault json.too_long.
std::unique_ptr<Items> CsvItems(CsvReader& reader, const RowEvents& rows, std::size_t body_bytes);
std::unique_ptr<Items> NdjsonItems(TextSource& text, std::size_t body_bytes);
std::unique_ptr<Items> JsonArrayItems(TextSource& text, std::size_t body_bytes);

}  // namespace octroi::gateway::import
