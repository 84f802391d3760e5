// `octroi contract import FILE`, `octroi contract export CONTRACT`: contracts of other standards.
// Needs no config and no gateway.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "gateway/cli_verbs.h"
#include "gateway/config/node_json.h"
#include "gateway/config/world.h"
#include "gateway/config/yaml_reader.h"
#include "gateway/contract/read.h"

namespace octroi::gateway {
namespace {

using contract::Imported;
using contract::Note;
using Json = nlohmann::ordered_json;

Json JsonOf(const Note& note) {
  return {{"pointer", note.pointer},
          {"line", note.at.line},
          {"column", note.at.column},
          {"code", config::CodeName(note.code)},
          {"checked", !note.lost},
          {"fr", contract::SentenceOf(note, Language::kFrench)},
          {"en", contract::SentenceOf(note, Language::kEnglish)}};
}

Json JsonOf(const std::vector<Note>& notes) {
  Json list = Json::array();
  for (const Note& note : notes) list.push_back(JsonOf(note));
  return list;
}

Json JsonOf(const Imported& imported, const Arguments& args) {
  Json fields = Json::array();
  for (const auto& field : imported.fields)
    fields.push_back({{"id", field.id}, {"path", field.path}, {"format", field.format}});
  return {{"contract", imported.contract},
          {"yaml", contract::ContractFile(imported, args.language)},
          {"fields", std::move(fields)},
          {"notes", JsonOf(imported.notes)}};
}

// What is not checked one by one; what is only said once for all that are alike.
void PrintNotes(const std::vector<Note>& notes, const std::string& file, Language language) {
  std::map<std::string, std::pair<const Note*, std::size_t>> alike;
  for (const Note& note : notes) {
    const std::string sentence = contract::SentenceOf(note, language);
    if (note.lost) {
      std::fprintf(stderr, "%s:%d:%d  %s  %s  %s\n", file.c_str(), note.at.line, note.at.column,
                   config::CodeName(note.code).c_str(), note.pointer.c_str(), sentence.c_str());
      continue;
    }
    auto& [first, count] = alike[sentence];
    if (first == nullptr) first = &note;
    ++count;
  }
  for (const auto& [sentence, known] : alike) {
    std::fprintf(stderr, "%s:%d:%d  %s  %s%s  %s\n", file.c_str(), known.first->at.line,
                 known.first->at.column, config::CodeName(known.first->code).c_str(),
                 known.first->pointer.c_str(),
                 known.second > 1 ? (" (× " + std::to_string(known.second) + ")").c_str() : "",
                 sentence.c_str());
  }
}

int Refuse(const std::vector<ConfigFinding>& findings, const Arguments& args) {
  for (const ConfigFinding& finding : findings) {
    const bool fr = args.language == Language::kFrench;
    std::fprintf(stderr, "%s:%d:%d  %s  %s\n", finding.file.c_str(), finding.line, finding.column,
                 finding.code.c_str(), (fr ? finding.fr : finding.en).c_str());
  }
  return kConfigInvalid;
}

bool AllChecked(const contract::ReadContracts& read) {
  const auto lost = [](const std::vector<Note>& notes) {
    return std::ranges::any_of(notes, &Note::lost);
  };
  return !lost(read.made.notes) &&
         std::ranges::none_of(read.made.contracts,
                              [&](const Imported& imported) { return lost(imported.notes); });
}

int Import(const Arguments& args) {
  const std::string& file = args.words[2];
  const contract::Standard from = contract::StandardNamed(args.Option("--from"));
  if (args.Has("--from") && from == contract::Standard::kUnknown) return Misused(args);
  const auto bytes = ReadWholeInput(file);
  if (!bytes) return Complain(bytes.error(), kUnreachable);
  contract::ReadContracts read = contract::ReadForeign(*bytes, file, from);
  if (!read.findings.empty()) return Refuse(read.findings, args);
  if (args.Has("--object")) {
    std::erase_if(read.made.contracts, [&](const Imported& imported) {
      return imported.contract.is_null() ||
             imported.contract["id"] != contract::IdOf(args.Option("--object"), '-');
    });
  }
  Json contracts = Json::array();
  bool any = false;
  if (!args.json) PrintNotes(read.made.notes, file, args.language);
  for (const Imported& imported : read.made.contracts) {
    any = any || !imported.contract.is_null();
    if (args.json) {
      contracts.push_back(JsonOf(imported, args));
      continue;
    }
    PrintNotes(imported.notes, file, args.language);
    if (imported.contract.is_null()) continue;
    // A file of the config holds one: where several come, each begins with its name.
    if (read.made.contracts.size() > 1)
      std::printf("# contracts/%s.yaml\n", imported.contract["id"].get<std::string>().c_str());
    std::fputs(contract::ContractFile(imported, args.language).c_str(), stdout);
  }
  if (args.json) {
    const bool odcs = read.standard == contract::Standard::kOdcs;
    const Json all{{"from", odcs ? "odcs" : "json-schema"},
                   {"contracts", std::move(contracts)},
                   {"notes", JsonOf(read.made.notes)}};
    std::printf("%s\n", all.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
  }
  return any && AllChecked(read) ? kOk : kNo;
}

// The file, or the one of the config folder with that id.
base::Result<std::string> FindContract(const Arguments& args) {
  const std::string& name = args.words[2];
  if (name == "-" || std::filesystem::is_regular_file(name)) return ReadWholeInput(name);
  const ConfigFolder config = LoadConfig(args.folder);
  config::Findings findings;
  const config::World world = config::World::Read(config.files, findings);
  for (const config::Document* document : world.Of("Contract")) {
    if (document->id == name || document->root.Text("id") == name)
      return config.files.at(document->file);
  }
  return ReadWholeInput(name);
}

int Export(const Arguments& args) {
  if (args.Has("--to") && args.Option("--to") != "odcs") return Misused(args);
  const auto bytes = FindContract(args);
  if (!bytes) return Complain(bytes.error(), kUnreachable);
  // As a file of a config folder, which a contract is.
  const std::string file =
      "contracts/" + std::filesystem::path(args.words[2]).stem().string() + ".yaml";
  config::Findings findings;
  const config::World world = config::World::Read({{file, *bytes}}, findings);
  const auto contracts = world.Of("Contract");
  if (findings.errors() != 0) return Refuse(std::move(findings).Sorted(), args);
  if (contracts.empty()) return Misused(args);
  const Json odcs = contract::ExportOdcs(config::JsonOf(contracts.front()->root));
  const std::string text = args.json
                               ? odcs.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"
                               : contract::YamlOf(odcs);
  std::fputs(text.c_str(), stdout);
  return kOk;
}

}  // namespace

int PortContract(const Arguments& args) {
  if (args.words.size() != 3) return Misused(args);
  if (args.words[1] == "import" && !args.Has("--to")) return Import(args);
  const bool plain = !args.Has("--from") && !args.Has("--object");
  if (args.words[1] == "export" && plain) return Export(args);
  return Misused(args);
}

}  // namespace octroi::gateway
