#include "gateway/import/import_file.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "crypto/hmac.h"

namespace octroi::gateway::import {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::array<std::string_view, 3> kFormats = {"csv", "ndjson", "json"};

Error Refused(std::string_view code) {
  return {ErrorCode::kInvalid, "import.file", std::string(code)};
}

struct Head {
  std::string text;
  bool whole = false;
};

base::Result<Head> HeadOf(const base::File& file, const FileFacts& facts) {
  TextFile text(file, facts);
  Head head;
  while (head.text.size() <= kDialectBytes) {
    const auto piece = text.Next();
    if (!piece) return piece.error();
    head.whole = piece->empty();
    if (head.whole) break;
    head.text += *piece;
  }
  if (head.text.size() > kDialectBytes) {
    head.whole = false;
    head.text.resize(kDialectBytes);
  }
  return head;
}

Format FormatOf(std::string_view head) {
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  if (first == head.npos) return Format::kCsv;
  if (head[first] == '[') return Format::kJson;
  return head[first] == '{' ? Format::kNdjson : Format::kCsv;
}

// Tells names apart without saying them: a first record taken for a header may hold somebody's.
std::string DigestOf(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += std::to_string(name.size()) + ":" + name;
  return base::Hex(crypto::AsBytes(crypto::Sha256(all))).substr(0, 16);
}

}  // namespace

std::string_view NameOf(Format format) { return kFormats[static_cast<std::size_t>(format)]; }

std::optional<Format> FormatNamed(std::string_view name) {
  const auto found = std::ranges::find(kFormats, name);
  if (found == kFormats.end()) return std::nullopt;
  return static_cast<Format>(found - kFormats.begin());
}

base::Result<std::unique_ptr<ImportFile>> ImportFile::Open(base::Disk& disk,
                                                           const std::string& path,
                                                           const Said& said, Fault& fault) {
  std::unique_ptr<ImportFile> made(new ImportFile);
  auto file = disk.Open(path, base::OpenMode::kRead);
  if (!file) return file.error();
  made->file_ = *std::move(file);
  auto facts = Inspect(*made->file_, said.encoding);
  if (!facts) return facts.error();
  made->facts_ = *std::move(facts);
  const auto head = HeadOf(*made->file_, made->facts_);
  if (!head) return head.error();
  made->format_ = said.format.value_or(FormatOf(head->text));
  made->text_ = std::make_unique<TextFile>(*made->file_, made->facts_);
  if (made->format_ == Format::kCsv) {
    if (auto read = made->Table(said, head->text, head->whole, fault); !read) return read.error();
  }
  return made;
}

base::Status ImportFile::Table(const Said& said, std::string_view head, bool whole, Fault& fault) {
  dialect_ = DetectDialect(head, whole, said.delimiter);
  reader_ = std::make_unique<CsvReader>(*text_, dialect_);
  header_ = said.columns;
  names_said_ = !header_.empty();
  if (names_said_) return base::Ok();
  CsvRecord record;
  const auto more = reader_->Next(record);
  if (!more) {
    fault = reader_->fault();
    return more.error();
  }
  if (!*more) return Refused("file.empty");
  fault = record.fault;
  if (!record.fault.code.empty()) return Refused(record.fault.code);
  header_ = HeaderOf(record);
  return base::Ok();
}

bool ImportFile::Unchanged() const {
  const auto size = file_->Size();
  return size && *size == facts_.bytes;
}

std::unique_ptr<Items> ImportFile::Events(const RowEvents* rows, std::size_t body_bytes) {
  if (format_ == Format::kCsv) return CsvItems(*reader_, *rows, body_bytes);
  return format_ == Format::kJson ? JsonArrayItems(*text_, body_bytes)
                                  : NdjsonItems(*text_, body_bytes);
}

std::string ImportFile::Reading() const {
  nlohmann::ordered_json json{{"format", NameOf(format_)}, {"encoding", NameOf(facts_.encoding)}};
  if (format_ == Format::kCsv) {
    json["delimiter"] = std::string(1, dialect_.delimiter);
    json["quote"] = std::string(1, dialect_.quote);
    json["escape"] = dialect_.backslash ? "backslash" : "doubled";
    json["columns"] = header_.size();
    json["names"] = names_said_ ? "said" : "found";
    json["names_sha256"] = DigestOf(header_);
  }
  return json.dump();
}

}  // namespace octroi::gateway::import
