// What the config desk is asked and only tells: nothing here changes what is in force.
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/change/impact.h"
#include "gateway/change/report.h"
#include "gateway/config_desk.h"
#include "gateway/report.h"
#include "gateway/whole_file.h"

namespace octroi::gateway {
namespace {

namespace fs = std::filesystem;
using change::Refusal;
using Json = nlohmann::ordered_json;

constexpr std::string_view kEnd = ".octroi";

}  // namespace

std::string ConfigDesk::Diff(const ChangeOrder& order) {
  const auto in_force = InForce();
  if (!in_force) return RefusalJson(change::RefusalOf(in_force.error()));
  auto read = Read(order);
  if (auto* refusal = std::get_if<Refusal>(&read)) return RefusalJson(*refusal);
  const change::Difference difference =
      change::Compare(in_force->config, std::get<ConfigFolder>(read));
  Json json = DifferenceJson(difference);
  json["version"] = in_force->bundle.statement.version;
  json["missing"] = control_.Missing(difference, in_force->config, {});
  const auto cells = change::CellsOf(in_force->config, std::get<ConfigFolder>(read), difference,
                                     parts_.clock->WallNow());
  if (cells) json["cells"] = CellsJson(*cells);
  if (order.impact == 0) return json.dump();
  const PlanPtr before = plan();
  const auto after = CompilePlan(std::get<ConfigFolder>(read), *parts_.keys,
                                 parts_.journal->origin(), before->number + 1, before->names);
  if (!after) return Json{{"error", "change.config"}, {"roles", Json::array()}}.dump();
  const base::Millis now = parts_.clock->WallNow();
  const auto impact = change::ImpactOf(*parts_.journal, *parts_.consents, *parts_.keys, *before,
                                       **after, now - order.impact, now);
  if (!impact) return RefusalJson(change::RefusalOf(impact.error()));
  json["impact"] = ImpactJson(*impact, parts_.journal->origin(), *before, **after);
  return json.dump();
}

std::string ConfigDesk::Pilot(base::Millis span) const {
  const auto in_force = InForce();
  if (!in_force) return RefusalJson(change::RefusalOf(in_force.error()));
  const PlanPtr before = plan();
  const auto after = CompilePlan(in_force->config, *parts_.keys, parts_.journal->origin(),
                                 before->number, before->names, Observing::kNothing);
  if (!after) return change::RefusalJson({"change.config"});
  const base::Millis now = parts_.clock->WallNow();
  const auto impact = change::ImpactOf(*parts_.journal, *parts_.consents, *parts_.keys, *before,
                                       **after, now - span, now);
  if (!impact) return RefusalJson(change::RefusalOf(impact.error()));
  Json json = ObservedJson(*before, now);
  const base::Millis safe = change::SafeSince(*impact);
  json["safe_since"] = safe == 0 ? Json() : Json(base::FormatRfc3339(safe).substr(0, 10));
  json["impact"] = ImpactJson(*impact, parts_.journal->origin(), *before, **after);
  return json.dump();
}

std::string ConfigDesk::Propose(const ChangeOrder& order) {
  const auto in_force = InForce();
  if (!in_force) return RefusalJson(change::RefusalOf(in_force.error()));
  auto read = Read(order);
  if (auto* refusal = std::get_if<Refusal>(&read)) return RefusalJson(*refusal);
  const auto& config = std::get<ConfigFolder>(read);
  const change::Difference difference = change::Compare(in_force->config, config);
  if (config.Digest() == plan()->config_digest) return change::RefusalJson({"change.none"});
  const change::Bundle bundle = control_.Propose(config, *in_force, AskedBy(order));
  const std::string name = std::to_string(bundle.statement.version) + "-" +
                           bundle.statement.config.substr(0, 8) + std::string(kEnd);
  const fs::path file = fs::path(parts_.proposals) / name;
  const auto there = ReadWholeFile(file, kBundleBytesMax);
  if (there) {  // it may carry approvals already
    const auto standing = control_.Admit(*there, *in_force);
    const auto* refusal = std::get_if<Refusal>(&standing);
    if (refusal == nullptr || refusal->code == "change.approval_missing")
      return change::RefusalJson({"change.proposed_already"});
  }
  if (!WriteWholeFile(file, bundle.Render())) return change::RefusalJson({"change.not_written"});
  Json json = DifferenceJson(difference);
  json["file"] = file.string();
  json["statement"] = StatementJson(bundle);
  json["missing"] = control_.Missing(difference, in_force->config, bundle.note);
  return json.dump();
}

std::string ConfigDesk::Proposals() {
  const auto in_force = InForce();
  if (!in_force) return RefusalJson(change::RefusalOf(in_force.error()));
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator it(parts_.proposals, error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().extension() == kEnd) paths.push_back(it->path());
  }
  std::ranges::sort(paths);
  Json list = Json::array();
  for (const fs::path& path : paths) {
    const auto bytes = ReadWholeFile(path, kBundleBytesMax);
    const auto bundle = change::Bundle::Parse(bytes.value_or(""));
    Json one{{"file", path.string()}};
    if (bundle) one["statement"] = StatementJson(*bundle);
    auto admitted = control_.Admit(bytes.value_or(""), *in_force);
    const auto* refusal = std::get_if<Refusal>(&admitted);
    one["state"] = refusal ? refusal->code : "change.ready";
    one["missing"] = refusal ? refusal->roles : std::vector<std::string>{};
    list.push_back(std::move(one));
  }
  return Json{{"version", in_force->bundle.statement.version}, {"proposals", std::move(list)}}
      .dump();
}

std::string ConfigDesk::History() {
  Json list = Json::array();
  for (std::uint32_t number = plan()->number; number >= 1; --number) {
    const auto archived = parts_.store->ByPlan(number);
    if (!archived) return RefusalJson(change::RefusalOf(archived.error()));
    if (!*archived) continue;
    const auto bundle = change::Bundle::Parse((*archived)->files);
    Json one = bundle ? StatementJson(*bundle) : Json{{"version", number}};
    one["since"] = base::FormatRfc3339((*archived)->since);
    list.push_back(std::move(one));
  }
  return Json{{"versions", std::move(list)}}.dump();
}

}  // namespace octroi::gateway
