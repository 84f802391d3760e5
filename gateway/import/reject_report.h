// The report on lines that were not taken: one JSON object a line, in the order of the file, with
// place, code and sentences, and never a value.
//
//   {"record":12,"line":14,"column":7,"cell":3,"outcome":"unreadable","code":"csv.cells","fr":"...","en":"..."}
//   {"record":15,"line":17,"outcome":"rejected","id":"k3f9x2ab.1042","code":"json.invalid",...}
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/result.h"
#include "gateway/import/csv_reader.h"

namespace octroi::gateway::import {

struct Line {  // of an event
  std::uint64_t record = 0, first = 0, last = 0;
};

struct RejectedLine {
  Line line;
  Place at;              // 0: the record as a whole
  std::size_t cell = 0;  // 0: as above
  std::string outcome;   // "unreadable": by us; "rejected", "quarantined": by the gateway
  std::string code;
  std::string id;    // of the event, if it has one
  std::string more;  // members of the receipt's item, as JSON: ,"rule":"syntax","offset":12
};

// One thread.
class RejectReport {
 public:
  // Goes on behind the first `bytes`; what stands there beyond is not known to be true.
  base::Status Open(base::Disk& disk, const std::string& path, std::uint64_t bytes);
  base::Status Add(std::vector<RejectedLine> lines);  // of one batch; sorted here, durable after
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::unique_ptr<base::File> file_;
  std::uint64_t bytes_ = 0;
};

}  // namespace octroi::gateway::import
