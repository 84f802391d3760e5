// ImportFile: a file of events, opened, and what it was found to be.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "gateway/import/csv_dialect.h"
#include "gateway/import/items.h"
#include "gateway/import/text_file.h"

namespace octroi::gateway::import {

enum class Format { kCsv, kNdjson, kJson };
std::string_view NameOf(Format format);  // "csv", "ndjson", "json"
std::optional<Format> FormatNamed(std::string_view name);

// What somebody knows and so is not looked for.
struct Said {
  std::optional<Encoding> encoding;
  std::optional<Format> format;
  std::optional<char> delimiter;
  std::vector<std::string> columns;  // of a table whose first record is none of names
};

// One thread; read once, from its beginning.
class ImportFile {
 public:
  // A file that begins with [ is an array, one that begins with { has an event on each line, any
  // other is a table. kInvalid, kTooLarge: `detail` is a code of words.h, `fault` may have the
  // place. kUnavailable: the disk.
  static base::Result<std::unique_ptr<ImportFile>> Open(base::Disk& disk, const std::string& path,
                                                        const Said& said, Fault& fault);

  const FileFacts& facts() const { return facts_; }
  Format format() const { return format_; }
  const CsvDialect& dialect() const { return dialect_; }              // of a table
  const std::vector<std::string>& header() const { return header_; }  // of a table
  CsvReader& records() { return *reader_; }                           // of a table, past its header
  std::uint64_t consumed() const { return text_->consumed(); }        // of facts().stored_bytes
  bool Unchanged() const;                                             // it is as long as it was

  // Its events, as items.h says; of a table, made as `rows` says, which outlives it. Call once.
  std::unique_ptr<Items> Events(const RowEvents* rows, std::size_t body_bytes);
  // How it is read, as one line: the same whenever the same events come out of the same file. Of
  // the names of a table's columns: whether they were said or found, and a digest.
  std::string Reading() const;

 private:
  ImportFile() = default;
  base::Status Table(const Said& said, std::string_view head, bool whole, Fault& fault);

  std::unique_ptr<base::File> file_;
  FileFacts facts_;
  Format format_ = Format::kCsv;
  CsvDialect dialect_;
  std::vector<std::string> header_;
  bool names_said_ = false;
  std::unique_ptr<TextFile> text_;
  std::unique_ptr<CsvReader> reader_;
};

}  // namespace octroi::gateway::import
