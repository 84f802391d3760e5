// `octroi csv FILE`: how a file is read, row by row. Needs no config and no gateway, keeps nothing.
// It shows the file to whoever has it.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/cli_text_import.h"
#include "gateway/cli_verbs.h"
#include "gateway/import/words.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

int Refuse(const Arguments& args, const std::string& code, const import::Fault& fault) {
  const std::string_view sentence = import::ImportSentence(code, args.language);
  if (args.json) {
    Json json{{"error", code}};
    if (fault.at.line != 0) json.update(Json{{"line", fault.at.line}, {"column", fault.at.column}});
    std::printf("%s\n", json.dump().c_str());
  } else {
    std::fprintf(stderr, "%llu:%llu  %s\n", static_cast<unsigned long long>(fault.at.line),
                 static_cast<unsigned long long>(fault.at.column), std::string(sentence).c_str());
  }
  return kNo;
}

std::string FaultJson(const import::CsvRecord& record, const import::Fault& fault) {
  Json json{{"line", record.line},
            {"code", fault.code},
            {"at_line", fault.at.line},
            {"column", fault.at.column}};
  if (fault.cell != 0) json["cell"] = fault.cell;
  return json.dump();
}

std::string RowJson(const import::CsvRecord& record) {
  std::string out = "{\"line\":" + std::to_string(record.line) + ",\"cells\":[";
  for (std::size_t i = 0; i < record.size(); ++i) {
    if (i != 0) out += ',';
    base::AppendJsonString(record[i], out);
  }
  return out + "]}";
}

std::string RowText(const import::CsvRecord& record) {
  std::string out = std::to_string(record.line);
  for (std::size_t i = 0; i < record.size(); ++i) {
    std::string cell(record[i]);
    // Nothing that a terminal would obey.
    std::ranges::replace_if(
        cell, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    out += (i == 0 ? "  " : " │ ") + cell;
  }
  return out + "\n";
}

void PrintHead(const Arguments& args, const import::ImportFile& file) {
  const auto& facts = file.facts();
  Json json = Json::parse(file.Reading());
  json["byte_order_mark"] = facts.mark != 0;
  json["gzip"] = facts.gzip;
  json["header"] = file.header();
  if (args.json) {
    std::string text = json.dump();
    text.back() = ',';
    std::printf("%s\"rows\":[", text.c_str());
    return;
  }
  const bool fr = args.language == Language::kFrench;
  const std::string delimiter = json["delimiter"] == "\t" ? "TAB" : json["delimiter"];
  std::printf(fr ? "%s, séparateur %s, guillemet %s (%s), %zu colonnes\n"
                 : "%s, delimiter %s, quote %s (%s), %zu columns\n",
              json["encoding"].get<std::string>().c_str(), delimiter.c_str(),
              json["quote"].get<std::string>().c_str(),
              file.dialect().backslash ? "\\" : (fr ? "doublé" : "doubled"), file.header().size());
}

class Rows {
 public:
  Rows(const Arguments& args, std::size_t columns)
      : args_(args), columns_(columns), most_(args.json && !args.limited ? SIZE_MAX : args.limit) {}

  void Take(const import::CsvRecord& record, import::Fault fault, const import::CsvReader& reader) {
    if (fault.code.empty() && record.size() != columns_) {
      const std::size_t cell = std::min(record.size(), columns_) + 1;
      fault = {"csv.cells", reader.PlaceOf(cell - 1), cell};
    }
    if (!fault.code.empty()) return Wrong(record, fault);
    if (rows_++ >= most_) return;
    const std::string text = args_.json ? RowJson(record) : RowText(record);
    std::printf("%s%s", args_.json && rows_ > 1 ? "," : "", text.c_str());
  }
  int End() const {
    if (args_.json) {
      std::printf("],\"faults\":[%s],\"records\":%zu}\n", faults_json_.c_str(), rows_ + faults_);
    } else {
      const bool fr = args_.language == Language::kFrench;
      std::printf(fr ? "%zu lignes, %zu illisibles\n" : "%zu rows, %zu unreadable\n",
                  rows_ + faults_, faults_);
    }
    return faults_ == 0 ? kOk : kNo;
  }

 private:
  static constexpr std::size_t kFaultsNamedMax = 1'000;

  void Wrong(const import::CsvRecord& record, const import::Fault& fault) {
    if (++faults_ > kFaultsNamedMax) return;
    if (args_.json) {
      faults_json_ += (faults_json_.empty() ? "" : ",") + FaultJson(record, fault);
      return;
    }
    std::printf("%llu:%llu  %s  %s\n", static_cast<unsigned long long>(fault.at.line),
                static_cast<unsigned long long>(fault.at.column), std::string(fault.code).c_str(),
                std::string(import::ImportSentence(fault.code, args_.language)).c_str());
  }

  const Arguments& args_;
  const std::size_t columns_, most_;
  std::size_t rows_ = 0, faults_ = 0;
  std::string faults_json_;
};

}  // namespace

int ShowCsv(const Arguments& args) {
  import::Said said;
  if (args.words.size() != 2 || !ReadSaid(args, said)) return Misused(args);
  said.format = import::Format::kCsv;
  base::SystemDisk disk;
  import::Fault fault;
  const auto file = import::ImportFile::Open(disk, args.words[1], said, fault);
  if (!file) {
    if (file.error().code == base::ErrorCode::kUnavailable)
      return Complain(file.error(), kUnreachable);
    return Refuse(args, file.error().detail, fault);
  }
  PrintHead(args, **file);
  Rows rows(args, (*file)->header().size());
  import::CsvReader& reader = (*file)->records();
  import::CsvRecord record;
  for (;;) {
    const auto more = reader.Next(record);
    if (!more) {
      // What follows is one record that cannot be told apart; the reader has its place.
      fault = reader.fault();
      if (fault.code.empty()) fault.code = "file.gzip_damaged";
      record.line = record.last_line = fault.at.line;
      rows.Take(record, fault, reader);
    }
    if (!more || !*more) return rows.End();
    rows.Take(record, record.fault, reader);
  }
}

}  // namespace octroi::gateway
