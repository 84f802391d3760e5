#include "gateway/config.h"
#include "gateway/config/checks.h"
#include "gateway/config/compile.h"
#include "gateway/config/findings.h"
#include "gateway/config/folder.h"
#include "gateway/config/world.h"

namespace octroi::gateway {
namespace {

ConfigFolder Check(ConfigFolder config, const config::World& world, config::Findings findings,
                   const base::Clock& clock) {
  config::CheckWorld(world, clock.WallNow(), findings);
  const config::Lists lists = config::ReadLists(world, config.files, findings);
  config::CheckTemplates(world, config.files, findings);
  config::CheckSecrets(world, config.folder, findings);
  config::CheckCompiles(world, lists, findings);
  config.settings = config::SettingsOf(world, config.folder);
  config::CheckInvariants(world, config, clock.WallNow(), findings);
  config.findings = std::move(findings).Sorted();
  return config;
}

}  // namespace

ConfigFolder LoadConfig(const std::string& folder, const base::Clock& clock) {
  config::Findings findings;
  ConfigFolder config;
  config.folder = folder;
  config.files = config::ReadFolder(folder, findings);
  const auto world = config::World::Read(config.files, findings);
  config::ReadNamedFiles(folder, world, config.files);
  return Check(std::move(config), world, std::move(findings), clock);
}

ConfigFolder LoadConfig(std::map<std::string, std::string> files, const std::string& folder,
                        const base::Clock& clock) {
  config::Findings findings;
  ConfigFolder config;
  config.folder = folder;
  config.files = std::move(files);
  const auto world = config::World::Read(config.files, findings);
  return Check(std::move(config), world, std::move(findings), clock);
}

std::vector<CodeHelp> ConfigCodes() {
  std::vector<CodeHelp> codes;
  for (const auto table : {config::ReadingCodes(), config::MeaningCodes(), config::LaterCodes()}) {
    for (const config::CodeText& row : table) {
      codes.push_back({config::CodeName(row.number), row.fr, row.en, row.hint_fr, row.hint_en,
                       config::LevelOf(row.number)});
    }
  }
  return codes;
}

}  // namespace octroi::gateway
