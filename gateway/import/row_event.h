// RowEvents: rows of a table as events of a source (docs/FORMATS.md, Files).
//
//   header   customer_id;quantity;occurred_at;note      the source reads properties.customer_id,
//   ... row      17850;6;2026-11-20T10:00:00Z; event
//   {"properties":{"customer_id":"17850","quantity":6},"occurred_at":"2026-...Z",
//             "event":"order.line","message_id":"import:1f2e...:2"}
//
// A column is where ImportPlan::columns puts its name; one that it does not know is a member of
// that name. A cell is text as it stands; where the dictionary says integer or decimal and it is
// written as JSON writes numbers, a number. An empty cell is no member: CSV cannot say "empty
// text". An event without a name gets the one said, one without an id gets one of its own, which is
// the same however often the file is read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gateway/import/csv_reader.h"
#include "gateway/import/import_plan.h"

namespace octroi::gateway::import {

class RowEvents {
 public:
  // `header`: names of the columns; "" has no meaning, and its cells must be empty. `event`: the
  // name of events without one; `id_head`: how ids begin. kInvalid, a code of words.h:
  // csv.header_number (looks like a row), csv.header_twice, import.event_missing.
  static base::Result<RowEvents> Make(const ImportPlan& plan,
                                      const std::vector<std::string>& header, std::string event,
                                      std::string id_head);

  // Replaces `event`. A fault, with the cell: csv.cells (not as many as the header has),
  // csv.unnamed_cell. `number`: of the record, from 1.
  Fault Write(const CsvRecord& record, std::uint64_t number, std::string& event) const;

 private:
  struct Member {  // of an object: a column, or an object of its own
    std::string name;
    std::size_t column = 0;  // kObject: `members`
    bool number = false;
    std::vector<Member> members;
  };
  RowEvents() = default;
  bool Enter(std::string_view path, bool flat, std::size_t column, bool number);
  bool WriteMembers(const std::vector<Member>& members, const CsvRecord& record,
                    std::uint64_t number, std::string& out) const;
  std::string_view TextOf(std::size_t column, const CsvRecord& record, std::uint64_t number,
                          std::string& made) const;

  std::vector<Member> members_;
  std::vector<std::size_t> unnamed_;
  std::size_t columns_ = 0;
  std::size_t event_column_ = 0, id_column_ = 0;  // of a column of the table; else kEvent, kId
  std::string event_, id_head_;
};

// What a first record is named by: blanks around names are taken off.
std::vector<std::string> HeaderOf(const CsvRecord& record);

}  // namespace octroi::gateway::import
