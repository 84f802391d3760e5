#include "gateway/config_desk.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/crash_point.h"
#include "base/log.h"
#include "base/text.h"
#include "gateway/change/report.h"
#include "gateway/whole_file.h"

namespace octroi::gateway {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using change::Refusal;
using change::Sealed;
using Json = nlohmann::ordered_json;

constexpr std::size_t kPurposesAtOnce = 4;  // rows of four; more purposes than that need a restart

ConfigFinding Finding(std::string code, const std::string& fr, const std::string& en) {
  ConfigFinding finding;
  finding.code = std::move(code);
  finding.fr = fr;
  finding.en = en;
  return finding;
}

std::string Join(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

}  // namespace

base::Result<ChangeOrder> ChangeOrder::FromJson(std::string_view json) {
  const auto read = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  const Error wrong{ErrorCode::kInvalid, "change.order", "not an order of a change"};
  if (!read.is_object()) return wrong;
  ChangeOrder order;
  for (const auto& [name, value] : read.items()) {
    if (name == "path" && value.is_string()) {
      order.path = value.get<std::string>();
    } else if (name == "by" && value.is_string()) {
      order.asked.by = value.get<std::string>();
    } else if (name == "reason" && value.is_string()) {
      order.asked.reason = value.get<std::string>();
    } else if (name == "version" && value.is_number_unsigned() && value != 0 &&
               value.get<std::uint64_t>() <= std::numeric_limits<std::uint32_t>::max()) {
      order.version = value.get<std::uint32_t>();
    } else if (name == "impact" && value.is_number_unsigned()) {
      order.impact = value.get<base::Millis>();
    } else if (name == "allow_removals" && value.is_boolean()) {
      order.allow_removals = value.get<bool>();
    } else {
      return wrong;
    }
  }
  if (!change::IsReason(order.asked.reason) || !change::IsReason(order.asked.by)) return wrong;
  return order;
}

ConfigDesk::ConfigDesk(Parts parts)
    : parts_(std::move(parts)),
      control_({parts_.store, parts_.keys, parts_.clock, parts_.folder}) {}

base::Result<PlanPtr> ConfigDesk::Open(const ConfigFolder& folder,
                                       const change::OnJournal& journal) {
  auto opening = control_.AtStart(folder, journal);
  if (!opening) return opening.error();
  if (opening->pending) {
    base::Log::Warn("config.approval_pending",
                    {{"version", opening->sealed.bundle.statement.version},
                     {"files", static_cast<std::uint64_t>(opening->pending->files.size())}});
  }
  opened_ = std::move(opening->sealed);
  if (!opened_->config.ok()) {
    return Error{ErrorCode::kInvalid, "change.archive",
                 "the config in force is not valid for this build"};
  }
  auto made = Compile(*opened_);
  if (!made) return made.error();
  made_ = *made;
  purposes_max_ =
      (made_->purposes.size() + kPurposesAtOnce - 1) / kPurposesAtOnce * kPurposesAtOnce;
  return made_;
}

base::Status ConfigDesk::Begin(const change::OnJournal& journal) {
  return PutInForce(made_, *opened_, journal.number >= made_->number);
}

base::Result<PlanPtr> ConfigDesk::Compile(const Sealed& sealed) const {
  auto made = CompilePlan(sealed.config, *parts_.keys, parts_.journal->origin(),
                          sealed.bundle.statement.version, sealed.names);
  if (!made) return made.error();
  if (purposes_max_ != 0 && (*made)->purposes.size() > purposes_max_) {
    return Error{ErrorCode::kInvalid, "change.purposes",
                 "more purposes than this process has room for; restart it"};
  }
  return PlanPtr(*made);
}

base::Status ConfigDesk::PutInForce(const PlanPtr& made, const Sealed& sealed, bool on_journal) {
  const base::Millis now = parts_.clock->WallNow();
  const store::ArchivedConfig archived{made->config_digest, made->number, now,
                                       sealed.bundle.Render(), made->names};
  const auto latest = parts_.store->Latest();
  if (!latest) return latest.error();
  if (!*latest || (*latest)->plan != made->number) {
    if (auto kept = parts_.store->Archive(archived); !kept) return kept;
    OCTROI_CRASH_POINT("config.archived");
  }
  journal::PlanRecord record{made->number,        made->tenant, made->plan_digest,
                             made->config_digest, now,          made->names};
  parts_.journal->SetPlan(record);
  if (!on_journal) {
    auto frame = std::make_shared<journal::Frame>();
    frame->Add(record);
    const auto last = parts_.journal->Append(frame, journal::Claim::kRegister);
    if (!last) return last.error();
    parts_.journal->WaitDurable(*last);
    OCTROI_CRASH_POINT("config.recorded");
  }
  plan_.With([&](PlanPtr& in_force) { in_force = made; });
  OCTROI_CRASH_POINT("config.in_force");
  base::Log::Info("config.in_force", {{"version", made->number}});
  if (now < made->observe_consent_until)
    base::Log::Warn("config.consent_observed", {{"until", made->observe_consent_until}});
  return base::Ok();
}

std::string ConfigDesk::NamesOf(std::uint32_t number) const {
  const PlanPtr current = plan();
  if (current && current->number == number) return current->names;
  const auto archived = parts_.store->ByPlan(number);
  return archived && *archived ? (*archived)->names : std::string{};
}

base::Result<PastConfig> ConfigDesk::Past(std::uint32_t number) const {
  const auto archived = parts_.store->ByPlan(number);
  if (!archived) return archived.error();
  if (!*archived) return Error{ErrorCode::kInvalid, "change.archive", "no such version"};
  auto sealed = control_.Verified(**archived);
  if (!sealed) return sealed.error();
  if (!sealed->config.ok())
    return Error{ErrorCode::kInvalid, "change.archive", "not valid for this build"};
  auto made = CompilePlan(sealed->config, *parts_.keys, parts_.journal->origin(), number,
                          sealed->names, Observing::kAsConfigured, Secrets::kLeftOut);
  if (!made) return made.error();
  return PastConfig{std::move(sealed->config), *made};
}

base::Result<Sealed> ConfigDesk::InForce() const {
  auto known = control_.InForce();
  if (!known) return known.error();
  if (!*known || (*known)->bundle.statement.version != plan()->number) {
    return Error{ErrorCode::kInvalid, "change.archive",
                 "the store's archive does not end with the config in force"};
  }
  return std::move(**known);
}

change::Asked ConfigDesk::AskedBy(const ChangeOrder& order) const {
  change::Asked asked = order.asked;
  std::error_code error;
  const bool own = order.path.empty() || fs::equivalent(order.path, parts_.folder, error);
  asked.from = order.version != 0 ? "version " + std::to_string(order.version)
               : own              ? "folder"
                                  : "elsewhere";
  return asked;
}

std::variant<ConfigFolder, Refusal> ConfigDesk::Read(const ChangeOrder& order) const {
  std::map<std::string, std::string> files;
  if (order.version != 0) {
    const auto archived = parts_.store->ByPlan(order.version);
    if (!archived) return change::RefusalOf(archived.error());
    if (!*archived) return Refusal{"change.version_unknown"};
    auto earlier = control_.Verified(**archived);
    if (!earlier) return change::RefusalOf(earlier.error());
    files = std::move(earlier->config.files);
  } else {
    ConfigFolder there = LoadConfig(order.path.empty() ? parts_.folder : order.path, *parts_.clock);
    if (!there.ok()) return Refusal{"change.config", {}, std::move(there.findings)};
    files = std::move(there.files);
  }
  ConfigFolder config = LoadConfig(std::move(files), parts_.folder, *parts_.clock);
  if (!config.ok()) return Refusal{"change.config", {}, std::move(config.findings)};
  return config;
}

ConfigDesk::Admitted ConfigDesk::Admit(const ChangeOrder& order, const Sealed& in_force,
                                       change::Difference& difference) const {
  std::error_code error;
  if (order.version == 0 && fs::is_regular_file(order.path, error)) {
    const auto bytes = ReadWholeFile(order.path, kBundleBytesMax);
    if (!bytes) return Refusal{"change.malformed"};
    auto admitted = control_.Admit(*bytes, in_force);
    if (auto* sealed = std::get_if<Sealed>(&admitted))
      difference = change::Compare(in_force.config, sealed->config);
    return admitted;
  }
  auto read = Read(order);
  if (auto* refusal = std::get_if<Refusal>(&read)) return std::move(*refusal);
  auto& config = std::get<ConfigFolder>(read);
  difference = change::Compare(in_force.config, config);
  if (config.Digest() == plan()->config_digest) return in_force;
  auto missing = control_.Missing(difference, in_force.config, {});
  if (!missing.empty()) return Refusal{"change.approval_missing", std::move(missing)};
  auto bundle = control_.Seal(config, in_force, AskedBy(order));
  return Sealed{std::move(config), std::move(bundle), in_force.names};
}

std::optional<Refusal> ConfigDesk::Bring(const ChangeOrder& order, change::Difference& difference) {
  const std::lock_guard lock(changing_);
  if (auto finished = Finish(); !finished) return change::RefusalOf(finished.error());
  const auto in_force = InForce();
  if (!in_force) return change::RefusalOf(in_force.error());
  auto admitted = Admit(order, *in_force, difference);
  if (auto* refusal = std::get_if<Refusal>(&admitted)) return std::move(*refusal);
  const Sealed& sealed = std::get<Sealed>(admitted);
  if (sealed.bundle.statement.version == plan()->number) return std::nullopt;
  if (difference.removed != 0 && !order.allow_removals) return Refusal{"change.removals"};
  const auto made = Compile(sealed);
  if (!made) {
    return Refusal{
        "change.config", {}, {Finding("OCT-1900", made.error().detail, made.error().detail)}};
  }
  if (auto done = Enter(*made, sealed); !done) return change::RefusalOf(done.error());
  return std::nullopt;
}

base::Status ConfigDesk::Enter(const PlanPtr& made, const Sealed& sealed) {
  const PlanPtr before = plan();
  const bool enters = std::ranges::any_of(made->purposes, [&](const std::string& purpose) {
    return !purpose.empty() && std::ranges::count(before->purposes, purpose) == 0;
  });
  const auto put = [&] { return PutInForce(made, sealed, false); };
  if (auto done = enters ? parts_.entering(*made, put) : put(); !done) return done;
  parts_.changed();
  return base::Ok();
}

base::Status ConfigDesk::Finish() {
  auto known = control_.InForce();
  if (!known) return known.error();
  if (!*known || (*known)->bundle.statement.version != plan()->number + 1) return base::Ok();
  const auto made = Compile(**known);
  if (!made) return made.error();
  return Enter(*made, **known);
}

std::vector<ConfigFinding> ConfigDesk::Reload() {
  ChangeOrder order;
  order.asked.by = "SIGHUP";
  order.allow_removals = true;
  change::Difference difference;
  auto refusal = Bring(order, difference);
  if (!refusal) return {};
  if (refusal->findings.empty()) {
    const std::string roles = Join(refusal->roles);
    refusal->findings.push_back(
        roles.empty() ? Finding("OCT-1900", refusal->code, refusal->code)
                      : Finding("OCT-1354", "Ce changement demande l'accord de : " + roles + ".",
                                "This change needs the approval of: " + roles + "."));
  }
  base::Log::Error("config.refused",
                   {{"errors", static_cast<std::uint64_t>(refusal->findings.size())}});
  return std::move(refusal->findings);
}

std::string ConfigDesk::Apply(const ChangeOrder& order) {
  change::Difference difference;
  if (auto refusal = Bring(order, difference)) {
    Json json = Json::parse(RefusalJson(*refusal));
    json.update(DifferenceJson(difference));
    return json.dump();
  }
  Json json = DifferenceJson(difference);
  json["version"] = plan()->number;
  json["config"] = base::Hex(plan()->config_digest);
  return json.dump();
}

}  // namespace octroi::gateway
