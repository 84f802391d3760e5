#include "gateway/cli_text_import.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "gateway/cli_layout.h"
#include "gateway/cli_verbs.h"
#include "gateway/import/words.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

std::string Count(const Json& json, const char* name) {
  return std::to_string(json[name].get<std::uint64_t>());
}

// "4 s", "3 min 20 s", "2 h 5 min"
std::string Duration(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::min(std::ceil(seconds), 8.64e6));
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3'600)
    return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3'600) + " h " + std::to_string(whole / 60 % 60) + " min";
}

std::vector<std::string> Split(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0;;) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    parts.push_back(text.substr(at, comma - at));
    if (comma == text.size()) return parts;
    at = comma + 1;
  }
}

}  // namespace

bool ReadSaid(const Arguments& args, import::Said& said) {
  if (args.Has("--encoding")) {
    said.encoding = import::EncodingNamed(args.Option("--encoding"));
    if (!said.encoding) return false;
  }
  if (args.Has("--format")) {
    said.format = import::FormatNamed(args.Option("--format"));
    if (!said.format) return false;
  }
  if (args.Has("--delimiter")) {
    const std::string given = args.Option("--delimiter");
    if (given != "tab" && given.size() != 1) return false;
    said.delimiter = given == "tab" ? '\t' : given.front();
    if (!import::CanDelimit(*said.delimiter)) return false;
  }
  if (args.Has("--columns")) said.columns = Split(args.Option("--columns"));
  return true;
}

std::string ImportProgressText(const ImportProgress& progress, Language language) {
  const bool fr = language == Language::kFrench;
  const double part =
      progress.of == 0 ? 0 : static_cast<double>(progress.bytes) / static_cast<double>(progress.of);
  const double rate =
      progress.seconds > 0 ? static_cast<double>(progress.here) / progress.seconds : 0;
  std::string text = std::to_string(progress.records) + (fr ? " lignes, " : " rows, ") +
                     std::to_string(static_cast<int>(part * 100)) + " %, " +
                     std::to_string(static_cast<std::uint64_t>(rate)) + "/s";
  // By the rate of this run: what an earlier one did was only read again.
  if (rate > 0 && part > 0) {
    const double total = static_cast<double>(progress.records) / part;
    const double left = std::max(0.0, total - static_cast<double>(progress.records)) / rate;
    text += (fr ? ", reste " : ", left ") + Duration(left);
  }
  return text;
}

std::string ImportReportJson(const import::Checkpoint& done, const import::ImportFile& file,
                             const std::string& report, bool resumed) {
  const import::Counts& counts = done.counts;
  Json json{{"source", done.source},
            {"sha256", done.digest},
            {"reading", Json::parse(file.Reading())},
            {"records", counts.records},
            {"accepted", counts.accepted},
            {"quarantined", counts.quarantined},
            {"merged", counts.merged},
            {"rejected", counts.rejected},
            {"unreadable", counts.unreadable},
            {"sum_holds", counts.records == counts.accepted + counts.quarantined + counts.merged +
                                                counts.rejected + counts.unreadable},
            {"resumed", resumed},
            {"report", report}};
  json["stopped"] = nullptr;
  if (!done.stopped.empty()) {
    const std::size_t colon = done.stopped.find(':');
    json["stopped"] = {{"code", done.stopped.substr(0, colon)}};
    unsigned long long line = 0, column = 0;
    if (colon != std::string::npos &&
        std::sscanf(done.stopped.c_str() + colon, ":%llu:%llu", &line, &column) == 2) {
      json["stopped"]["line"] = line;
      json["stopped"]["column"] = column;
    }
  }
  return json.dump();
}

std::string ImportReportText(const std::string& text, Language language) {
  const bool fr = language == Language::kFrench;
  const Json json = Json::parse(text);
  const auto line = [&](const char* name, const std::string& word) {
    return "  " + Left(word, 18) + Right(Count(json, name), 12) + "\n";
  };
  std::string out = json["source"].get<std::string>() + " : " + Count(json, "records") +
                    (fr ? " lignes" : " records") +
                    (json["sum_holds"].get<bool>() ? "   ✓\n" : "   ✗\n");
  for (const char* outcome : {"accepted", "quarantined", "merged", "rejected"})
    out += line(outcome, OutcomeWord(outcome, language));
  out += line("unreadable", fr ? "Illisible" : "Unreadable");
  if (const Json& stopped = json["stopped"]; !stopped.is_null()) {
    out += fr ? "Arrêté" : "Stopped";
    if (stopped.contains("line"))
      out += (fr ? " à la ligne " : " at line ") + Count(stopped, "line") +
             (fr ? ", colonne " : ", column ") + Count(stopped, "column");
    const std::string code = stopped["code"];
    out += " : " + std::string(import::ImportSentence(code, language)) + "\n";
  }
  const bool odd = json["rejected"] != 0 || json["quarantined"] != 0 || json["unreadable"] != 0;
  if (odd)
    out +=
        (fr ? "Lignes refusées ou retenues, et pourquoi : " : "Lines refused or held, and why: ") +
        json["report"].get<std::string>() + "\n";
  out.pop_back();
  return out;
}

}  // namespace octroi::gateway
