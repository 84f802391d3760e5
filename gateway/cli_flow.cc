// `octroi tap` and `octroi replay`: the verbs that talk to a running gateway for a while.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/admin_socket.h"
#include "gateway/cli_text.h"
#include "gateway/cli_text_flow.h"
#include "gateway/cli_verbs.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kPartial = 6;  // ux.md D.1: some items failed

std::string Option(const Arguments& args, const char* name) {
  const auto given = args.options.find(name);
  return given == args.options.end() ? std::string() : given->second;
}

void Put(const std::string& text, FILE* to = stdout) {
  std::fputs(text.c_str(), to);
  std::fflush(to);
}

int Refuse(const Arguments& args, const char* fr, const char* en, int code) {
  Put(std::string(args.language == Language::kFrench ? fr : en) + "\n", stderr);
  return code;
}

// The storage path; empty: the config is invalid, and its findings were printed.
std::string StorageOf(const Arguments& args) {
  const ConfigFolder config = LoadConfig(args.folder);
  if (config.settings.storage_path.empty()) CheckConfig(args);
  return config.settings.storage_path;
}

// 2026-11-21T09:00:00Z, or "2 h": that long ago. Nothing: neither.
std::optional<base::Millis> Instant(const std::string& text) {
  if (const auto time = base::ParseRfc3339(text, /*date_allowed=*/true)) return time;
  if (const auto span = base::ParseDuration(text)) return base::SystemClock().WallNow() - *span;
  return std::nullopt;
}

// What to send again: false, and a usage error was said.
bool AskOf(const Arguments& args, Json& ask) {
  ask = {{"destination", Option(args, "--destination")}};
  if (args.Has("--status")) {
    const auto status = Number(Option(args, "--status"), 599);
    if (!status) return false;
    ask["status"] = *status;
  }
  if (const std::string reason = Option(args, "--reason"); !reason.empty()) ask["reason"] = reason;
  if (args.limited) ask["limit"] = args.limit;
  if (const std::string rate = Option(args, "--rate"); !rate.empty()) {
    char* end = nullptr;
    const auto per_second = std::strtoul(rate.c_str(), &end, 10);
    const std::string unit(end);
    if (per_second == 0 || per_second > 1'000'000 || (!unit.empty() && unit != "/s")) return false;
    ask["rate"] = per_second;
  }
  if (const std::string since = Option(args, "--since"); !since.empty()) {
    const auto at = Instant(since);
    if (!at) return false;
    ask["since"] = *at;
  }
  for (std::size_t i = 1; i < args.words.size(); ++i) {
    const std::string& id = args.words[i];
    const std::size_t dot = id.find('.');
    if (dot == std::string::npos || !Number(id.substr(dot + 1), UINT64_MAX)) return false;
    ask["ids"].push_back(id);
  }
  return true;
}

// The count is named before anything is sent. A script says --yes; nothing hangs at a prompt.
int Confirm(const Arguments& args, const Json& outlook) {
  if (args.options.contains("--yes")) return kOk;
  if (isatty(0) == 0 || isatty(2) == 0) {
    return Refuse(args, "Sans terminal, rejouer demande --yes (ou --dry-run pour regarder).",
                  "Without a terminal a replay needs --yes (or --dry-run to look).", kUsage);
  }
  Put(ReplayQuestion(outlook.dump(), Option(args, "--destination"), args.language), stderr);
  std::string answer;
  std::getline(std::cin, answer);
  const bool yes = !answer.empty() && std::string_view("oOyY").find(answer[0]) != std::string::npos;
  return yes ? kOk : kNo;
}

}  // namespace

int TapFlow(const Arguments& args) {
  const std::string storage = StorageOf(args);
  if (storage.empty()) return kConfigInvalid;
  Json ask = Json::object();
  for (const char* key : {"source", "outcome", "destination", "reason"}) {
    const std::string given = Option(args, (std::string("--") + key).c_str());
    if (!given.empty()) ask[key] = given;
  }
  if (args.limited) ask["limit"] = args.limit;
  const bool json = args.json || args.options.contains("--jsonl");
  int code = kOk;
  const auto done = FollowGateway(storage, "tap " + ask.dump(), [&](const std::string& line) {
    const Json said = Json::parse(line);
    if (said.contains("error")) code = kNo;
    if (said.contains("watching") && !json) {
      Put(TapHeadText(args.language), stderr);
    } else {
      Put(json ? line + "\n" : TapLineText(line, args.language));
    }
    return !std::ferror(stdout);
  });
  return done ? code : Complain(done.error(), kUnreachable);
}

int ReplayFailures(const Arguments& args) {
  Json ask;
  if (Option(args, "--destination").empty() || !AskOf(args, ask)) {
    return Refuse(
        args,
        "octroi replay --destination D [ID…] [--status 429] [--reason R] [--since \"2 h\"] "
        "[--limit N] [--rate 50/s] [--dry-run] [--yes]",
        "octroi replay --destination D [ID...] [--status 429] [--reason R] [--since \"2 "
        "h\"] [--limit N] [--rate 50/s] [--dry-run] [--yes]",
        kUsage);
  }
  const std::string storage = StorageOf(args);
  if (storage.empty()) return kConfigInvalid;
  Json dry = ask;
  dry["dry_run"] = true;
  const auto looked = AskGateway(storage, "replay " + dry.dump());
  if (!looked) return Complain(looked.error(), kUnreachable);
  const Json outlook = Json::parse(*looked);
  const bool only_look = args.options.contains("--dry-run");
  if (outlook.contains("error") || only_look || !args.json)
    Put(args.json ? *looked + "\n" : ReplayLineText(*looked, args.language));
  if (outlook.contains("error")) return kNo;
  if (only_look || outlook["outlook"]["would_go"] == 0) {
    if (!only_look && args.json) Put(*looked + "\n");
    return kOk;
  }
  if (const int refused = Confirm(args, outlook["outlook"]); refused != kOk) return refused;

  int code = kPartial;  // until told otherwise
  const auto done = FollowGateway(storage, "replay " + ask.dump(), [&](const std::string& line) {
    const Json said = Json::parse(line);
    if (said.contains("replayed")) {
      const Json& end = said["replayed"];
      const bool whole = end["failed"] == 0 && end["waiting"] == 0 && end["left"] == 0;
      code = whole ? kOk : kPartial;
      if (isatty(2) != 0) Put("\r\x1b[K", stderr);
      Put(args.json ? line + "\n" : ReplayLineText(line, args.language));
    } else if (said.contains("progress")) {
      if (!args.json && isatty(2) != 0)
        Put("\r\x1b[K" + ReplayLineText(line, args.language), stderr);
    } else if (said.contains("error")) {
      code = kNo;
      Put(args.json ? line + "\n" : ReplayLineText(line, args.language));
    }
    return true;
  });
  return done ? code : Complain(done.error(), kUnreachable);
}

}  // namespace octroi::gateway
