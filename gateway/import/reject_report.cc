#include "gateway/import/reject_report.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "gateway/import/words.h"

namespace octroi::gateway::import {
namespace {

void Put(std::string_view name, std::uint64_t number, std::string& out) {
  if (number == 0) return;
  out.append(out.empty() ? "{\"" : ",\"").append(name).append("\":");
  out += std::to_string(number);
}

void Put(std::string_view name, std::string_view text, std::string& out) {
  if (text.empty()) return;
  out.append(out.empty() ? "{\"" : ",\"").append(name).append("\":");
  base::AppendJsonString(text, out);
}

std::string JsonOf(const RejectedLine& line) {
  std::string out;
  Put("record", line.line.record, out);
  Put("line", line.line.first, out);
  if (line.line.last != line.line.first) Put("last_line", line.line.last, out);
  if (line.at.line != line.line.first) Put("at_line", line.at.line, out);
  Put("column", line.at.column, out);
  Put("cell", line.cell, out);
  Put("outcome", line.outcome, out);
  Put("id", line.id, out);
  Put("code", line.code, out);
  out += line.more;
  Put("fr", ImportSentence(line.code, Language::kFrench), out);
  Put("en", ImportSentence(line.code, Language::kEnglish), out);
  return out + "}\n";
}

}  // namespace

base::Status RejectReport::Open(base::Disk& disk, const std::string& path, std::uint64_t bytes) {
  std::error_code error;
  const bool there = std::filesystem::exists(path, error);
  auto file = disk.Open(path, there ? base::OpenMode::kReadWrite : base::OpenMode::kCreateNew);
  if (!file) return file.error();
  file_ = *std::move(file);
  bytes_ = bytes;
  const auto size = file_->Size();
  if (!size) return size.error();
  if (*size < bytes)
    return base::Error{base::ErrorCode::kInvalid, "import.report", "import.state_damaged"};
  return file_->Truncate(bytes);
}

base::Status RejectReport::Add(std::vector<RejectedLine> lines) {
  if (lines.empty()) return base::Ok();
  std::ranges::sort(lines, {}, [](const RejectedLine& one) { return one.line.record; });
  std::string text;
  for (const RejectedLine& line : lines) text += JsonOf(line);
  if (auto written = file_->WriteAt(bytes_, text); !written) return written;
  bytes_ += text.size();
  return file_->SyncData();
}

}  // namespace octroi::gateway::import
