#include "gateway/import/csv_reader.h"

#include <algorithm>
#include <utility>

namespace octroi::gateway::import {

using base::Error;
using base::ErrorCode;

namespace {
constexpr std::size_t kForgotten = 256 * 1024;  // what was read is let go of in such pieces
}  // namespace

base::Result<bool> CsvReader::Peek(char& c) {
  while (at_ >= buffer_.size() && !ended_) {
    const auto piece = from_.Next();
    if (!piece) return piece.error();
    ended_ = piece->empty();
    buffer_ += *piece;
  }
  if (at_ >= buffer_.size()) return false;
  c = buffer_[at_];
  return true;
}

// A CR ends a line if an LF follows it, or if lines end with CR alone; otherwise it is text.
bool CsvReader::IsBreak(char c) {
  if (c == '\n') return true;
  if (c != '\r') return false;
  if (dialect_.old_mac) return true;
  ++at_;
  char next = '\0';
  const auto more = Peek(next);  // an error comes again with the next byte that is asked for
  --at_;
  return more && *more && next == '\n';
}

void CsvReader::PassBreak() {
  if (buffer_[at_] == '\r' && !dialect_.old_mac) ++at_;
  ++at_;
  ++line_;
  broke_ = true;
}

base::Result<bool> CsvReader::Next(CsvRecord& record) {
  if (!std::exchange(started_, true) && dialect_.sep_line) {
    if (auto passed = SkipLine(); !passed) return passed.error();
  }
  for (;;) {
    if (at_ >= kForgotten) {
      buffer_.erase(0, at_);
      at_ = 0;
    }
    begin_ = at_;
    char c = '\0';
    const auto more = Peek(c);
    if (!more || !*more) return more;
    if (!IsBreak(c)) break;
    PassBreak();  // an empty line
  }
  if (auto read = Record(record); !read) return read.error();
  return true;
}

base::Status CsvReader::Record(CsvRecord& record) {
  record.text_.clear();
  record.ends_.clear();
  record.fault = {};
  record.line = first_line_ = line_;
  begins_.assign(1, begin_);
  broke_ = false;
  State state = State::kBegin;
  for (;;) {
    const auto ended = Step(record, state);
    if (!ended) return ended.error();
    if (*ended) break;
  }
  record.last_line = broke_ ? line_ - 1 : line_;
  if (!record.fault.code.empty()) return base::Ok();
  if (const std::size_t fault = Utf8Fault(record.text_); fault != std::string::npos) {
    const auto cell = static_cast<std::size_t>(std::ranges::upper_bound(record.ends_, fault) -
                                               record.ends_.begin());
    record.fault = {"file.encoding", PlaceOf(cell), cell + 1};
  }
  return base::Ok();
}

base::Result<bool> CsvReader::Step(CsvRecord& record, State& state) {
  char c = '\0';
  const auto more = Peek(c);
  if (!more) return more.error();
  if (!*more && state == State::kQuoted) {
    record.fault = {"csv.quote_open", At(opened_), record.size() + 1};
    return true;
  }
  if (at_ - begin_ >= kRecordBytesMax) {
    if (state != State::kQuoted) return Wrong({"csv.too_long", At(at_), 0}, record);
    fault_ = {"csv.quote_open", At(opened_), record.size() + 1};
    return Error{ErrorCode::kInvalid, "import.csv", "csv.quote_open"};
  }
  if ((state == State::kQuoted || state == State::kBare) && TakeText(state, record)) return false;
  if (state == State::kQuoted) return Quoted(c, record, state);
  const bool ends_line = !*more || IsBreak(c);
  if (ends_line || c == dialect_.delimiter) {
    state = State::kBegin;
    return EndCell(ends_line, !*more, record);
  }
  if (state == State::kClosed && c != dialect_.quote)
    return Wrong({"csv.after_quote", At(at_), record.size() + 1}, record);
  if (state == State::kBegin && c == dialect_.quote) {
    opened_ = at_;
    state = State::kQuoted;
  } else {
    record.text_ += c;  // after a closing quote: the second of two
    state = state == State::kClosed ? State::kQuoted : State::kBare;
  }
  ++at_;
  return false;
}

// All that is there of a cell's text up to the next byte that may mean something. False: none.
bool CsvReader::TakeText(State state, CsvRecord& record) {
  const char stops[] = {'\n', '\r', state == State::kBare ? dialect_.delimiter : dialect_.quote,
                        '\\'};
  const std::string_view text =
      std::string_view(buffer_).substr(at_, begin_ + kRecordBytesMax - at_);
  const std::size_t size = std::min(
      text.find_first_of(std::string_view(stops, state == State::kBare ? 3 : 4)), text.size());
  record.text_ += text.substr(0, size);
  at_ += size;
  return size > 0;
}

base::Result<bool> CsvReader::Quoted(char c, CsvRecord& record, State& state) {
  ++at_;
  if (c == dialect_.quote) {
    state = State::kClosed;
    return false;
  }
  if (c == '\\' && dialect_.backslash) {
    char next = '\0';
    const auto behind = Peek(next);
    if (!behind) return behind.error();
    if (*behind && (next == dialect_.quote || next == '\\')) {
      c = next;
      ++at_;
    }
  }
  if (c == '\n' || (c == '\r' && dialect_.old_mac)) ++line_;
  record.text_ += c;
  return false;
}

base::Result<bool> CsvReader::EndCell(bool ends_line, bool ends_file, CsvRecord& record) {
  const std::size_t begin = record.ends_.empty() ? 0 : record.ends_.back();
  record.ends_.push_back(record.text_.size());
  const bool too_long = record.text_.size() - begin > kCellBytesMax;
  if (too_long || record.size() > kCellsMax) {
    const std::string_view code = too_long ? "csv.cell_too_long" : "csv.too_many_cells";
    return Wrong({code, At(begins_.back()), record.size()}, record);
  }
  begins_.push_back(ends_line ? at_ : at_ + 1);
  if (!ends_line) {
    ++at_;
  } else if (!ends_file) {
    PassBreak();
  }
  return ends_line;
}

// The record cannot be used; the next begins after this line.
base::Result<bool> CsvReader::Wrong(const Fault& fault, CsvRecord& record) {
  record.fault = fault;
  if (auto skipped = SkipLine(); !skipped) return skipped.error();
  return true;
}

base::Status CsvReader::SkipLine() {
  for (;;) {
    char c = '\0';
    const auto more = Peek(c);
    if (!more) return more.error();
    if (!*more) return base::Ok();
    if (IsBreak(c)) break;
    ++at_;
    if (at_ < kRecordBytesMax * 2) continue;
    buffer_.erase(0, at_);  // of a line without end nothing is kept
    at_ = begin_ = 0;
  }
  PassBreak();
  return base::Ok();
}

Place CsvReader::PlaceOf(std::size_t cell) const {
  return At(begins_[std::min(cell, begins_.size() - 1)]);
}

// Counts what stands before: asked for faults only.
Place CsvReader::At(std::size_t at) const {
  const std::size_t end = std::clamp(at, begin_, buffer_.size());
  const std::string_view before(buffer_.data() + begin_, end - begin_);
  Place place{first_line_, 1};
  for (const char c : before) {
    const bool breaks = c == '\n' || (c == '\r' && dialect_.old_mac);
    if (breaks) {
      ++place.line;
      place.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) {
      ++place.column;
    }
  }
  return place;
}

}  // namespace octroi::gateway::import
