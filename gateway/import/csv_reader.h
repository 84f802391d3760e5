// CsvReader: records of a CSV text, a piece at a time. RFC 4180, and what real exports do instead:
// any delimiter, line breaks of three kinds, quotes doubled or behind a backslash, quotes inside a
// bare cell (37°36'37.8"N: text as it stands), empty lines (passed over), no break after the last.
//
// Never guesses where a row ends. What cannot be read is a record with a fault, and the next one
// begins after its line:
//   csv.after_quote  text between a closing quote and the delimiter
//   csv.quote_open   a quote that the end of the file leaves open: all from its record on
//   csv.too_long     a record above kRecordBytesMax, on one line
//   csv.cell_too_long, csv.too_many_cells
//   file.encoding    bytes that are no text, or a zero
// Where a quote stays open for kRecordBytesMax, nothing after it can be told apart: Next fails with
// kInvalid "csv.quote_open", and fault() has the place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "gateway/import/text_file.h"

namespace octroi::gateway::import {

inline constexpr std::size_t kRecordBytesMax = 1024 * 1024;
inline constexpr std::size_t kCellBytesMax = base::kJsonStringBytesMax;
inline constexpr std::size_t kCellsMax = base::kJsonMembersMax / 2;

struct CsvDialect {
  char delimiter = ',', quote = '"';
  bool backslash = false;  // \" inside quotes is a quote
  bool old_mac = false;    // lines end with CR alone
  bool sep_line = false;   // the first line says "sep=;" and is no record
};

// A place in the file, from 1; column in characters.
struct Place {
  std::uint64_t line = 0, column = 0;
};

struct Fault {
  std::string_view code;  // a literal; empty: none
  Place at;
  std::size_t cell = 0;  // from 1; 0: the record as a whole
};

class CsvRecord {
 public:
  std::size_t size() const { return ends_.size(); }
  std::string_view operator[](std::size_t cell) const {
    const std::size_t begin = cell == 0 ? 0 : ends_[cell - 1];
    return std::string_view(text_).substr(begin, ends_[cell] - begin);
  }
  std::uint64_t line = 0, last_line = 0;
  Fault fault;  // if any: the cells are not to be used

 private:
  friend class CsvReader;
  std::string text_;
  std::vector<std::size_t> ends_;
};

// One thread. Allocates nothing a record once warm.
class CsvReader {
 public:
  CsvReader(TextSource& from, const CsvDialect& dialect) : from_(from), dialect_(dialect) {}

  // False: the end. Errors: of the source; kInvalid as above.
  base::Result<bool> Next(CsvRecord& record);
  // Where a cell of the last record begins; its size(): where the record ends.
  Place PlaceOf(std::size_t cell) const;
  const Fault& fault() const { return fault_; }  // of a Next that failed

 private:
  enum class State { kBegin, kBare, kQuoted, kClosed };
  base::Result<bool> Peek(char& c);  // false: the end
  void PassBreak();                  // the line break that begins here
  bool IsBreak(char c);
  base::Status Record(CsvRecord& record);
  // True: the record has ended.
  base::Result<bool> Step(CsvRecord& record, State& state);
  bool TakeText(State state, CsvRecord& record);
  base::Result<bool> Quoted(char c, CsvRecord& record, State& state);
  base::Result<bool> EndCell(bool ends_line, bool ends_file, CsvRecord& record);
  base::Result<bool> Wrong(const Fault& fault, CsvRecord& record);
  base::Status SkipLine();
  Place At(std::size_t at) const;

  TextSource& from_;
  const CsvDialect dialect_;
  std::string buffer_;
  std::size_t begin_ = 0, at_ = 0, opened_ = 0;  // in buffer_: of the record, now, the last quote
  std::vector<std::size_t> begins_;              // of each cell, and of what follows the last
  std::uint64_t line_ = 1, first_line_ = 1;
  bool started_ = false, ended_ = false, broke_ = false;  // broke_: the record ended with its line
  Fault fault_;
};

}  // namespace octroi::gateway::import
