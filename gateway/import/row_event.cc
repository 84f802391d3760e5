#include "gateway/import/row_event.h"

#include <algorithm>
#include <limits>

#include "base/text.h"

namespace octroi::gateway::import {
namespace {

using base::Error;
using base::ErrorCode;

// Places of what no column of the table holds.
constexpr std::size_t kObject = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kEvent = kObject - 1, kId = kObject - 2;
constexpr std::size_t kNumberDigitsMax = 15;  // all of these a double holds exactly

Error Refused(std::string_view code) {
  return {ErrorCode::kInvalid, "import.header", std::string(code)};
}

bool AllDigits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// RFC 8259, section 6, without exponent: "007" and "1,5" stay text.
bool IsNumber(std::string_view text) {
  if (text.size() > kNumberDigitsMax) return false;
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  if (!AllDigits(whole) || (whole.size() > 1 && whole.front() == '0')) return false;
  return dot == text.npos || AllDigits(text.substr(dot + 1));
}

}  // namespace

std::vector<std::string> HeaderOf(const CsvRecord& record) {
  std::vector<std::string> names;
  names.reserve(record.size());
  for (std::size_t i = 0; i < record.size(); ++i) {
    std::string_view name = record[i];
    const std::size_t first = name.find_first_not_of(" \t\r\n");
    name = first == name.npos ? std::string_view{} : name.substr(first);
    names.emplace_back(name.substr(0, name.find_last_not_of(" \t\r\n") + 1));
  }
  return names;
}

base::Result<RowEvents> RowEvents::Make(const ImportPlan& plan,
                                        const std::vector<std::string>& header, std::string event,
                                        std::string id_head) {
  RowEvents rows;
  rows.columns_ = header.size();
  rows.event_ = std::move(event);
  rows.id_head_ = std::move(id_head);
  rows.event_column_ = kEvent;
  rows.id_column_ = kId;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::string& name = header[i];
    if (name.empty()) {
      rows.unnamed_.push_back(i);
      continue;
    }
    if (IsNumber(name) || name.find('@') != name.npos) return Refused("csv.header_number");
    const auto known = plan.columns.find(name);
    const Column column = known == plan.columns.end() ? Column{name} : known->second;
    const bool names = column.path == plan.event_path;
    const bool numbers = !plan.event_id_path.empty() && column.path == plan.event_id_path;
    if (names || numbers) {
      std::size_t& place = names ? rows.event_column_ : rows.id_column_;
      if (place < kId) return Refused("csv.header_twice");
      place = i;
    } else if (!rows.Enter(column.path, known == plan.columns.end(), i, column.number)) {
      return Refused("csv.header_twice");
    }
  }
  if (rows.event_column_ == kEvent && rows.event_.empty()) return Refused("import.event_missing");
  if (!rows.Enter(plan.event_path, false, kEvent, false)) return Refused("csv.header_twice");
  if (plan.event_id_path.empty()) return rows;
  if (!rows.Enter(plan.event_id_path, false, kId, false)) return Refused("csv.header_twice");
  return rows;
}

// False: there is something else.
bool RowEvents::Enter(std::string_view path, bool flat, std::size_t column, bool number) {
  std::vector<Member>* members = &members_;
  for (;;) {
    const std::size_t dot = flat ? path.npos : path.find('.');
    const std::string_view name = path.substr(0, dot);
    const auto found = std::ranges::find(*members, name, &Member::name);
    const bool last = dot == path.npos;
    if (found != members->end() && (last || found->column != kObject)) return false;
    Member& member = found != members->end()
                         ? *found
                         : members->emplace_back(Member{std::string(name), kObject, false, {}});
    if (last) {
      member.column = column;
      member.number = number;
      return true;
    }
    members = &member.members;
    path.remove_prefix(dot + 1);
  }
}

Fault RowEvents::Write(const CsvRecord& record, std::uint64_t number, std::string& event) const {
  event.clear();
  if (record.size() != columns_) return {"csv.cells", {}, std::min(record.size(), columns_) + 1};
  for (const std::size_t column : unnamed_) {
    if (!record[column].empty()) return {"csv.unnamed_cell", {}, column + 1};
  }
  if (!WriteMembers(members_, record, number, event)) event = "{}";
  return {};
}

// False, and nothing written: nothing in it has a value.
bool RowEvents::WriteMembers(const std::vector<Member>& members, const CsvRecord& record,
                             std::uint64_t number, std::string& out) const {
  const std::size_t begin = out.size();
  std::string made;
  for (const Member& member : members) {
    const std::size_t before = out.size();
    out += before == begin ? '{' : ',';
    base::AppendJsonString(member.name, out);
    out += ':';
    bool written = false;
    if (member.column == kObject) {
      written = WriteMembers(member.members, record, number, out);
    } else if (const auto text = TextOf(member.column, record, number, made); !text.empty()) {
      written = true;
      if (member.number && IsNumber(text)) {
        out += text;
      } else {
        base::AppendJsonString(text, out);
      }
    }
    if (!written) out.resize(before);
  }
  if (out.size() == begin) return false;
  out += '}';
  return true;
}

std::string_view RowEvents::TextOf(std::size_t column, const CsvRecord& record,
                                   std::uint64_t number, std::string& made) const {
  if (column == kEvent) {
    const bool there = event_column_ != kEvent && !record[event_column_].empty();
    return there ? record[event_column_] : std::string_view(event_);
  }
  if (column != kId) return record[column];
  if (id_column_ != kId && !record[id_column_].empty()) return record[id_column_];
  made = id_head_ + std::to_string(number);
  return made;
}

}  // namespace octroi::gateway::import
