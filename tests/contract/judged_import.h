// An import as it is used: its file is read by the config reader, compiled, and judges events.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/event.h"
#include "gateway/config/compile.h"
#include "gateway/config/yaml_reader.h"
#include "gateway/contract/import.h"
#include "rules/contract.h"

namespace octroi::gateway::contract {

inline config::Node NodeOf(const std::string& text) {
  config::Findings findings;
  auto node = config::ReadYaml(text, "file", findings);
  return node ? std::move(*node) : config::Node{};
}

inline std::string DictionaryOf(const std::vector<ImportedField>& fields) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const ImportedField& field : fields) {
    list.push_back({{"id", field.id},
                    {"title", {{"fr", field.id}}},
                    {"category", "technical"},
                    {"personal_data", "none"},
                    {"format", field.format}});
  }
  return YamlOf({{"apiVersion", "octroi/v1"},
                 {"kind", "Dictionary"},
                 {"id", "fields"},
                 {"title", {{"fr", "Champs"}}},
                 {"owner", {{"team", "a"}, {"contact", "a@exemple.fr"}}},
                 {"terms", nlohmann::ordered_json::array()},
                 {"fields", std::move(list)}});
}

class JudgedImport {
 public:
  enum class Verdict { kAccepted, kCounted, kRefused, kUnread };

  explicit JudgedImport(const Imported& imported) {
    if (imported.contract.is_null()) return;
    const config::Files files = {{"contracts/c.yaml", ContractFile(imported, Language::kEnglish)},
                                 {"vocabulary/d.yaml", DictionaryOf(imported.fields)}};
    config::Findings findings;
    const config::World world = config::World::Read(files, findings);
    config::Checker(world, findings).Contracts();
    config::CheckCompiles(world, {}, findings);
    for (const ConfigFinding& finding : config::Findings(findings).Sorted()) {
      if (finding.level == ConfigFinding::Level::kError)
        faults += finding.file + ":" + std::to_string(finding.line) + " " + finding.en + "\n";
    }
    const auto contracts = world.Of("Contract");
    if (!faults.empty() || contracts.empty()) return;
    config::NameTables names;
    config::EnterNames(world, names);
    auto compiled =
        rules::Contract::Compile(config::ContractSpecOf(world, *contracts[0], {}, names));
    if (!compiled) {
      faults = compiled.error().detail;
      return;
    }
    contract_ = std::make_unique<rules::Contract>(std::move(*compiled));
    std::vector<base::PathMap::Entry> entries;
    for (const ImportedField& field : imported.fields)
      entries.push_back({field.path, static_cast<base::FieldId>(names.fields.Of(field.id))});
    auto paths = base::PathMap::Compile(entries);
    if (!paths) {
      faults = paths.error().detail;
      return;
    }
    paths_ = std::move(*paths);
  }

  Verdict Judge(const std::string& event) {
    base::Event parsed;
    if (parser_.Parse(event, paths_, parsed).reason != base::Reason::kUndecided)
      return Verdict::kUnread;
    if (!contract_) return Verdict::kAccepted;
    scratch_.Clear();
    rules::Surroundings around;
    around.received = 1'795'000'000'000;
    const rules::Judgement judgement = contract_->Judge(parsed, around, scratch_);
    if (judgement.outcome != base::Outcome::kAccepted) return Verdict::kRefused;
    return judgement.failed != 0 ? Verdict::kCounted : Verdict::kAccepted;
  }

  std::string faults;  // of the file that the import made: there must be none

 private:
  std::unique_ptr<rules::Contract> contract_;
  base::PathMap paths_;
  base::EventParser parser_;
  rules::Contract::Scratch scratch_;
};

}  // namespace octroi::gateway::contract
