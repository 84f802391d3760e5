#include "gateway/import/csv_dialect.h"

#include <strings.h>

#include <algorithm>
#include <string>

namespace octroi::gateway::import {
namespace {

constexpr std::string_view kDelimiters = ",;\t|", kQuotes = "\"'";

struct Score {
  std::size_t records = 0, odd = 0, columns = 0;
  bool Beats(const Score& other) const {
    if ((columns > 1) != (other.columns > 1)) return columns > 1;
    const std::size_t mine = odd * other.records, others = other.odd * records;
    return mine != others ? mine < others : columns > other.columns;
  }
};

Score Read(std::string_view head, bool whole, const CsvDialect& dialect) {
  TextPiece text(head);
  CsvReader reader(text, dialect);
  CsvRecord record;
  Score score;
  bool odd = false;  // the record before: the last one counts only if it is whole
  while (true) {
    const auto more = reader.Next(record);
    if (!more) ++score.odd;
    if (!more || !*more) break;
    score.odd += odd ? 1 : 0;
    if (score.records++ == 0) score.columns = record.size();
    odd = !record.fault.code.empty() || record.size() != score.columns;
  }
  if (whole || score.records == 1) score.odd += odd ? 1 : 0;
  return score;
}

// Whether some cell begins with this quote.
bool Opens(std::string_view head, char delimiter, char quote) {
  for (std::size_t at = head.find(quote); at != head.npos; at = head.find(quote, at + 1)) {
    const char before = at == 0 ? '\n' : head[at - 1];
    if (before == delimiter || before == '\n' || before == '\r') return true;
  }
  return false;
}

std::optional<char> SaidInFile(std::string_view head) {
  const std::size_t end = std::min(head.find_first_of("\r\n"), head.size());
  const bool said = end == 5 && strncasecmp(head.data(), "sep=", 4) == 0;
  return said && CanDelimit(head[4]) ? std::optional(head[4]) : std::nullopt;
}

}  // namespace

bool CanDelimit(char c) {
  return static_cast<unsigned char>(c) < 0x80 &&
         std::string_view("\"'\r\n\\").find(c) == std::string_view::npos;
}

CsvDialect DetectDialect(std::string_view head, bool whole, std::optional<char> delimiter) {
  CsvDialect dialect;
  dialect.old_mac = head.find('\r') != head.npos && head.find('\n') == head.npos;
  const auto in_file = SaidInFile(head);
  dialect.sep_line = in_file.has_value();
  if (!delimiter) delimiter = in_file;
  const std::string delimiters(delimiter ? std::string(1, *delimiter) : std::string(kDelimiters));
  CsvDialect best = dialect;
  best.delimiter = delimiters.front();
  std::optional<Score> best_score;
  for (const char one : delimiters) {
    for (const char quote : kQuotes) {
      if (quote == '\'' && (Opens(head, one, '"') || !Opens(head, one, quote))) continue;
      for (const bool backslash : {false, true}) {
        dialect.delimiter = one;
        dialect.quote = quote;
        dialect.backslash = backslash;
        const Score score = Read(head, whole, dialect);
        if (best_score && !score.Beats(*best_score)) continue;
        best_score = score;
        best = dialect;
      }
    }
  }
  return best;
}

}  // namespace octroi::gateway::import
