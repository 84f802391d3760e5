// `octroi simulate`: what would become of a file of events; `octroi explain -f`: why. Reads the
// config folder, the events and the consent register; writes nothing.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/admission.h"
#include "gateway/cli_text.h"
#include "gateway/cli_text_flow.h"
#include "gateway/cli_verbs.h"
#include "gateway/explain_report.h"
#include "gateway/messages.h"
#include "gateway/simulate.h"

namespace octroi::gateway {
namespace {

using base::Error;
using base::ErrorCode;

struct Register {
  std::string_view kind = "none";  // "file", "store"
  ConsentHistory history;
};

base::Status ReadRegister(const Arguments& args, const Stores& stores, const ConfigFolder& config,
                          const Plan& plan, const SourcePlan& source, const crypto::KeyRing& keys,
                          Register& into) {
  if (const auto file = args.options.find("--consents"); file != args.options.end()) {
    const auto text = ReadWholeInput(file->second);
    if (!text) return text.error();
    into.kind = "file";
    return ReadConsents(*text, plan, source, keys, into.history);
  }
  const GatewaySettings& settings = config.settings;
  const bool stored = !settings.postgres_connect.empty() ||
                      std::filesystem::exists(settings.storage_path + "/store.sqlite");
  if (!stored) return base::Ok();
  into.kind = "store";
  auto store = OpenToRead(stores, settings, keys);
  if (!store) return store.error();
  return (*store)->ForEach([&](const policies::ConsentEvent& event) { into.history.Add(event); });
}

std::string Head(const Plan& plan, base::Millis at, const Register& read) {
  return nlohmann::ordered_json{{"at", base::FormatRfc3339(at)},
                                {"config", base::Hex(plan.config_digest)},
                                {"register", read.kind},
                                {"consent_events", read.history.size()}}
      .dump();
}

void Print(const Arguments& args, const Plan& plan, const std::string& head,
           const std::vector<Simulated>& all) {
  const bool lines = args.options.contains("--jsonl");
  const std::string sums = SimulatedSums(plan, all);
  const auto put = [](const std::string& text) { std::fputs(text.c_str(), stdout); };
  if (args.json && !lines) put(head.substr(0, head.size() - 1) + ",\"items\":[");
  if (!args.json && !lines) put(SimulatedHeadText(head, args.language));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string item = SimulatedJson(plan, i + 1, all[i]);
    if (lines) {
      put(item + "\n");
    } else if (args.json) {
      put((i == 0 ? "" : ",") + item);
    } else {
      put(SimulatedItemText(item, args.language));
    }
  }
  if (lines) {
    put("{\"head\":" + head + ",\"sums\":" + sums + "}\n");
  } else if (args.json) {
    put("],\"sums\":" + sums + "}\n");
  } else {
    put(SimulatedSumsText(sums, args.language));
  }
}

// All that a simulation needs, read from the folder and what the command line names.
struct Prepared {
  PastConfig config;
  std::unique_ptr<crypto::KeyRing> keys;
  std::vector<std::string_view> events;  // views into `text`
  std::string text;
  Register read;
  std::unique_ptr<policies::ConsentIndex> index;
  Simulation::Parts parts;
};

int Say(const Arguments& args, const char* fr, const char* en, int code) {
  std::fprintf(stderr, "%s\n", args.language == Language::kFrench ? fr : en);
  return code;
}

// kOk, or the exit code of what it has complained about.
int Prepare(const Arguments& args, const Stores& stores, const std::string& path, Prepared& into) {
  const auto option = [&](const char* name) {
    const auto given = args.options.find(name);
    return given == args.options.end() ? std::string() : given->second;
  };
  if (path.empty() || option("--source").empty()) {
    return Say(args, "octroi simulate FICHIER --source SOURCE [--at INSTANT] [--consents FICHIER]",
               "octroi simulate FILE --source SOURCE [--at INSTANT] [--consents FILE]", kUsage);
  }
  into.parts.at = base::SystemClock().WallNow();
  if (const std::string given = option("--at"); !given.empty()) {
    const auto time = base::ParseRfc3339(given, /*date_allowed=*/true);
    if (!time) {
      return Say(args, "--at : une date et une heure avec fuseau, 2026-11-21T09:00:00Z",
                 "--at: a date and time with a zone, 2026-11-21T09:00:00Z", kUsage);
    }
    into.parts.at = *time;
  }
  into.config.config = LoadConfig(args.folder);
  const ConfigFolder& config = into.config.config;
  if (!config.ok()) {
    std::fputs(Render(config, args.language, isatty(2)).c_str(), stderr);
    return kConfigInvalid;
  }
  const GatewaySettings& settings = config.settings;
  auto keys =
      crypto::KeyRing::Open(settings.tenant, {settings.pseudonym_root, settings.storage_root});
  if (!keys) return Complain(keys.error(), kConfigInvalid);
  into.keys = *std::move(keys);
  const auto plan = CompilePlan(config, *into.keys, "simulate", 1, "");
  if (!plan) return Complain(plan.error(), kConfigInvalid);
  into.config.plan = *plan;
  const SourcePlan* source = (*plan)->SourceById(option("--source"));
  if (source == nullptr)
    return Say(args, "Cette source n'est pas dans la configuration.",
               "This source is not in the config.", kUsage);
  auto text = ReadWholeInput(path);
  if (!text) return Complain(text.error(), kUnreachable);
  into.text = *std::move(text);
  auto events = SplitEvents(into.text);
  if (!events) return Complain(events.error(), kNo);
  into.events = *std::move(events);
  if (auto done = ReadRegister(args, stores, config, **plan, *source, *into.keys, into.read); !done)
    return Complain(done.error(), done.error().code == ErrorCode::kInvalid ? kNo : kUnreachable);
  into.index = into.read.history.At(**plan, into.parts.at);
  into.parts.plan = plan->get();
  into.parts.keys = into.keys.get();
  into.parts.consent = into.index.get();
  into.parts.source = static_cast<std::uint16_t>(source - (*plan)->sources.data());
  into.parts.cloud_events = args.options.contains("--cloudevents");
  return kOk;
}

std::string FileOf(const Arguments& args) {
  const auto given = args.options.find("-f");
  if (given != args.options.end()) return given->second;
  return args.words.size() > 1 ? args.words[1] : std::string();
}

// As if it had come in and left at that moment.
store::EventRow RowOf(std::size_t number, const journal::EventRecord& record, base::Millis at) {
  store::EventRow row;
  row.sequence = number;
  for (const base::Verdict& verdict : record.verdicts) {
    row.deliveries.push_back({verdict.destination,
                              verdict.allowed ? base::Outcome::kSent : OutcomeOf(verdict),
                              verdict.reason, 0, 0, at});
  }
  return row;
}

}  // namespace

base::Result<std::string> ReadWholeInput(const std::string& path) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file.is_open() || file.bad() || std::filesystem::is_directory(path))
    return Error{ErrorCode::kUnavailable, "read", "`" + path + "` cannot be read"};
  return text;
}

base::Result<std::unique_ptr<store::Store>> OpenToRead(const Stores& stores,
                                                       const GatewaySettings& settings,
                                                       const crypto::KeyRing& keys) {
  auto store = stores.read_only(settings);
  if (!store) return store.error();
  const auto check = (*store)->Get(store::kMetaKeyCheck);
  if (!check) return check.error();
  if (*check && !keys.Recognises(**check))
    return Error{ErrorCode::kInvalid, "store.keys",
                 "the key files are not those of the stored register: nobody would be found in it"};
  return store;
}

int SimulateFile(const Arguments& args, const Stores& stores) {
  Prepared made;
  if (const int code = Prepare(args, stores, FileOf(args), made); code != kOk) return code;
  Print(args, *made.config.plan, Head(*made.config.plan, made.parts.at, made.read),
        Simulation(made.parts).Run(made.events));
  return kOk;
}

int ExplainFile(const Arguments& args, const Stores& stores) {
  Prepared made;
  if (const int code = Prepare(args, stores, FileOf(args), made); code != kOk) return code;
  const Explainer explainer(made.config, *made.index);
  const Names names = Names::Read(made.config.plan->names);
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  const auto each = [&](std::size_t place, const Simulated& one, const base::FieldReader& fields) {
    nlohmann::ordered_json event = EventReport("file", RowOf(place + 1, one.record, made.parts.at),
                                               one.record, names, &explainer, &fields);
    event.erase("commitment");  // its key is thrown away here
    event["config"] = base::Hex(made.config.plan->config_digest);
    if (!args.json) std::fputs((ExplainText(event.dump(), args.language) + "\n").c_str(), stdout);
    if (args.json) all.push_back(std::move(event));
  };
  Simulation(made.parts).Run(made.events, each);
  if (args.json) std::printf("%s\n", all.dump().c_str());
  return kOk;
}

}  // namespace octroi::gateway
