// Any bytes as a table, as lines and as an array: no crash, the same records however the bytes come
// in pieces, places inside the file and in order, cells that are text; and nothing is ever read
// twice.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/import/csv_dialect.h"
#include "gateway/import/items.h"

namespace {

using namespace octroi::gateway::import;  // NOLINT(google-build-using-namespace)

void Require(bool holds) {
  if (!holds) std::abort();
}

class Pieces final : public TextSource {
 public:
  Pieces(std::string_view text, std::size_t size) : text_(text), size_(size) {}
  octroi::base::Result<std::string_view> Next() override {
    const std::string_view piece = text_.substr(0, size_);
    text_.remove_prefix(piece.size());
    return piece;
  }

 private:
  std::string_view text_;
  std::size_t size_;
};

std::string Table(std::string_view text, std::size_t piece, const CsvDialect& dialect) {
  Pieces source(text, piece);
  CsvReader reader(source, dialect);
  CsvRecord record;
  const auto lines = static_cast<std::uint64_t>(std::ranges::count_if(
                         text, [](char c) { return c == '\n' || c == '\r'; })) +
                     1;
  std::string all;
  std::uint64_t last = 0;
  std::size_t cells = 0;
  for (;;) {
    const auto more = reader.Next(record);
    if (!more || !*more) return all + (more ? "" : "stop");
    Require(record.line > last && record.last_line >= record.line && record.last_line <= lines);
    last = record.last_line;
    all += std::to_string(record.line) + std::string(record.fault.code);
    if (!record.fault.code.empty()) {
      Require(record.fault.at.line >= record.line && record.fault.at.column > 0);
      continue;
    }
    for (std::size_t i = 0; i < record.size(); ++i) {
      Require(Utf8Fault(record[i]) == std::string_view::npos);
      cells += record[i].size();
      all.append(1, '|').append(record[i]);
    }
    Require(cells <= text.size());
  }
}

std::string Events(std::string_view text, std::size_t piece, bool array) {
  Pieces source(text, piece);
  const auto items = array ? JsonArrayItems(source, octroi::base::kBodyBytesMax)
                           : NdjsonItems(source, octroi::base::kBodyBytesMax);
  Item item;
  std::string all;
  std::uint64_t number = 0;
  for (;;) {
    const auto more = items->Next(item);
    if (!more || !*more) return all + (more ? "" : "stop");
    Require(item.number == ++number && item.line <= item.last_line);
    Require(item.event.find('\n') == std::string::npos);
    Require(item.event.empty() != item.fault.code.empty());
    all += item.event + std::string(item.fault.code) + "\n";
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t piece = 1 + data[size - 1] % 16;
  const CsvDialect dialect = DetectDialect(text.substr(0, kDialectBytes), true, std::nullopt);
  Require(Table(text, size, dialect) == Table(text, piece, dialect));
  for (const bool array : {false, true})
    Require(Events(text, size, array) == Events(text, piece, array));
  return 0;
}
