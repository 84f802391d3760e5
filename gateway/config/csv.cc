#include "gateway/config/csv.h"

#include <algorithm>

namespace octroi::gateway::config {
namespace {

base::Error Wrong(int line, std::string_view what) {
  return {base::ErrorCode::kInvalid, "config.csv",
          "line " + std::to_string(line) + ": " + std::string(what)};
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  bool done() const { return rest_.empty(); }
  int line() const { return line_; }

  // One record; its line break is consumed.
  base::Result<std::vector<std::string>> Record() {
    std::vector<std::string> cells;
    while (true) {
      base::Result<std::string> cell = rest_.starts_with('"') ? Quoted() : Bare();
      if (!cell) return cell.error();
      cells.push_back(std::move(*cell));
      if (rest_.starts_with("\r\n")) rest_.remove_prefix(1);
      if (rest_.empty() || rest_.front() == '\n') {
        if (!rest_.empty()) rest_.remove_prefix(1);
        ++line_;
        return cells;
      }
      if (rest_.front() != ',') return Wrong(line_, "text after a closing quote");
      rest_.remove_prefix(1);
    }
  }

 private:
  base::Result<std::string> Bare() {
    std::size_t end = std::min(rest_.find_first_of(",\n"), rest_.size());
    const std::size_t next = end;
    if (end > 0 && end < rest_.size() && rest_[end] == '\n' && rest_[end - 1] == '\r') --end;
    std::string cell(rest_.substr(0, end));
    if (cell.find('"') != std::string::npos) return Wrong(line_, "a quote inside a bare value");
    rest_.remove_prefix(next);
    return cell;
  }

  base::Result<std::string> Quoted() {
    const int opened = line_;
    std::string cell;
    rest_.remove_prefix(1);
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') {
        if (!rest_.starts_with('"')) return cell;
        rest_.remove_prefix(1);
      }
      if (c == '\n') ++line_;
      cell += c;
    }
    return Wrong(opened, "a quote that is never closed");
  }

  std::string_view rest_;
  int line_ = 1;
};

}  // namespace

base::Result<std::vector<std::string>> CsvColumn(std::string_view bytes, std::string_view column) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);  // what spreadsheets write
  Reader reader(bytes);
  if (reader.done()) return Wrong(1, "the header is missing");
  const auto header = reader.Record();
  if (!header) return header.error();
  std::size_t at = 0;
  if (!column.empty()) {
    const auto found = std::ranges::find(*header, column);
    if (found == header->end()) return Wrong(1, "there is no column `" + std::string(column) + "`");
    at = static_cast<std::size_t>(found - header->begin());
  }
  std::vector<std::string> values;
  while (!reader.done()) {
    const int line = reader.line();
    auto record = reader.Record();
    if (!record) return record.error();
    if (record->size() == 1 && record->front().empty()) continue;  // an empty line
    if (record->size() != header->size())
      return Wrong(line, "not as many values as the header has");
    values.push_back(std::move((*record)[at]));
  }
  return values;
}

}  // namespace octroi::gateway::config
