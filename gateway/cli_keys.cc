// `octroi keys show | rotate | retire | reinstate | compromised | destroy`: the versions of the
// pseudonym key, and what each change will do, said before it is done. A gateway obeys the file at
// its next start.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "crypto/key_edit.h"
#include "gateway/admin_socket.h"
#include "gateway/cli_breaches.h"
#include "gateway/cli_text_keys.h"
#include "gateway/cli_tokens.h"
#include "gateway/cli_verbs.h"
#include "gateway/config/rotation.h"
#include "gateway/messages.h"
#include "gateway/report.h"

namespace octroi::gateway {
namespace {

using crypto::KeyState;
using Json = nlohmann::ordered_json;

constexpr base::Millis kDay = 86'400'000;

int Refused(const Arguments& args, std::string_view code) {
  std::fprintf(stderr, "%s\n", std::string(Sentence(code, args.language)).c_str());
  return kNo;
}

int Show(const Arguments& args, const ConfigFolder& config) {
  const std::string& path = config.settings.pseudonym_root;
  const auto versions = crypto::KeyVersions(path, crypto::kPseudonymPurpose);
  if (!versions) return Complain(versions.error(), kConfigInvalid);
  Json json{{"file", path}, {"versions", Json::array()}};
  for (const crypto::KeyVersion& one : *versions) {
    Json version{{"version", one.version}, {"state", Name(one.state)}};
    if (one.until != 0) version["until"] = base::FormatRfc3339(one.until - kDay).substr(0, 10);
    json["versions"].push_back(std::move(version));
  }
  json["rotation"] = RotationJson(config::RotationDue::Of(
      *versions, config::RotationFacts::Of(config).every, base::SystemClock().WallNow()));
  json["random_tokens"] = config::RandomTokenDestinations(config);
  std::printf("%s\n", args.json ? json.dump().c_str() : KeysText(json, args.language).c_str());
  return kOk;
}

// The midnight after the last day; 0: no day is given and no Pseudonym says how long. Nothing: it
// is no day, or over.
std::optional<base::Millis> UntilOf(const Arguments& args, base::Millis keep_old_for) {
  const base::Millis now = base::SystemClock().WallNow();
  if (!args.Has("--until"))
    return keep_old_for == 0 ? 0 : (now + keep_old_for) / kDay * kDay + kDay;
  const auto day = base::ParseRfc3339(args.Option("--until"), /*date_allowed=*/true);
  if (!day || *day % kDay != 0 || *day + kDay <= now) return std::nullopt;
  return *day + kDay;
}

int Rotate(const Arguments& args, const ConfigFolder& config) {
  const config::RotationFacts facts = config::RotationFacts::Of(config);
  const auto until = UntilOf(args, facts.keep_old_for);
  if (!until) return Misused(args);
  const std::string day = *until == 0 ? "" : base::FormatRfc3339(*until - kDay).substr(0, 10);
  if (!Confirmed(args, RotationText(facts, day, args.language)))
    return Refused(args, "keys.not_confirmed");
  const std::string& path = config.settings.pseudonym_root;
  const auto version = crypto::RotateKey(path, crypto::kPseudonymPurpose, *until);
  if (!version) return Complain(version.error(), kConfigInvalid);
  return Show(args, config);
}

// A key goes for good only once a gateway has started without it: that start has made sure that
// nothing sent under it can be sent again.
bool ObeyedWithout(const std::string& storage_path, std::uint32_t version) {
  const auto answer = AskGateway(storage_path, "keys");
  if (!answer) return false;
  const auto json = Json::parse(*answer, nullptr, /*allow_exceptions=*/false);
  return json.is_object() && json.contains("usable") &&
         std::ranges::count(json["usable"], Json(version)) == 0;
}

int End(const Arguments& args, const ConfigFolder& config, KeyState state) {
  const auto version = Number(args.words[2], 0xffffffff);
  if (!version) return Misused(args);
  const auto number = static_cast<std::uint32_t>(*version);
  const GatewaySettings& settings = config.settings;
  const std::string& path = settings.pseudonym_root;
  const auto versions = crypto::KeyVersions(path, crypto::kPseudonymPurpose);
  if (!versions) return Complain(versions.error(), kConfigInvalid);
  if (state == KeyState::kDestroyed) {
    if (settings.storage_root.empty() && versions->front().version == number)
      return Refused(args, "keys.store_root");
    if (!ObeyedWithout(settings.storage_path, number)) return Refused(args, "keys.not_obeyed");
  }
  if (!Confirmed(args, EndingText(Name(state), number, args.language)))
    return Refused(args, "keys.not_confirmed");
  const auto done = crypto::EndKey(path, crypto::kPseudonymPurpose, number, state);
  if (!done && done.error().where.starts_with("keys.")) return Refused(args, done.error().where);
  if (!done) return Complain(done.error(), kConfigInvalid);
  if (state == KeyState::kCompromised) ReportCompromise(args, settings.storage_path, number);
  return Show(args, config);
}

}  // namespace

bool Confirmed(const Arguments& args, const std::string& what) {
  std::fputs(what.c_str(), stderr);
  if (args.Has("--yes")) return true;
  if (isatty(0) == 0) return false;
  std::fputs(args.language == Language::kFrench ? "Le faire ? [o/N] " : "Do it? [y/N] ", stderr);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "o" || answer == "oui" || answer == "y" || answer == "yes";
}

int ChangeKeys(const Arguments& args) {
  const std::string& what = args.words[1];
  const ConfigFolder config = LoadConfig(args.folder);
  if (config.settings.pseudonym_root.empty()) return CheckConfig(args);
  if (what == "show" && args.words.size() == 2) return Show(args, config);
  if (what == "rotate" && args.words.size() == 2) return Rotate(args, config);
  if (args.words.size() != 3 || args.Has("--until")) return Misused(args);
  if (what == "retire") return End(args, config, KeyState::kRetired);
  if (what == "reinstate") return End(args, config, KeyState::kVerifyOnly);
  if (what == "compromised") return End(args, config, KeyState::kCompromised);
  if (what == "destroy") return End(args, config, KeyState::kDestroyed);
  return Misused(args);
}

}  // namespace octroi::gateway
