#include "gateway/cli.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/log.h"
#include "base/text.h"
#include "gateway/admin_socket.h"
#include "gateway/cli_breaches.h"
#include "gateway/cli_text.h"
#include "gateway/cli_tokens.h"
#include "gateway/cli_verbs.h"
#include "gateway/config.h"
#include "gateway/service.h"

namespace octroi::gateway {
namespace {

using base::ErrorCode;

constexpr base::Millis kDrainMs = 10'000;

Language DefaultLanguage() {
  for (const char* name : {"OCTROI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') {
      return std::string_view(value).starts_with("en") ? Language::kEnglish : Language::kFrench;
    }
  }
  return Language::kFrench;
}

bool Parse(int argc, char** argv, Arguments& args) {
  args.language = DefaultLanguage();
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool has_value = i + 1 < argc;
    if (TakeOption(argc, argv, i, args)) continue;
    if (word == "--json") {
      args.json = true;
    } else if ((word == "-c" || word == "--config") && has_value) {
      args.folder = argv[++i];
    } else if (word == "--limit" && has_value) {
      args.limit = std::strtoul(argv[++i], nullptr, 10);
      args.limited = true;
    } else if (word == "--for" && has_value) {
      args.span = argv[++i];
    } else if (word == "--lang" && has_value) {
      const std::string lang = argv[++i];
      if (lang != "fr" && lang != "en") return false;
      args.language = lang == "fr" ? Language::kFrench : Language::kEnglish;
    } else if (word.size() > 1 && word.starts_with("-")) {
      return false;
    } else {
      args.words.push_back(word);
    }
  }
  return !args.words.empty() && OptionsFit(args);
}

int Init(const Arguments& args) {
  const std::string folder = args.words.size() > 1 ? args.words[1] : args.folder;
  if (auto made = InitFolder(folder, args.language); !made) return Complain(made.error(), kNo);
  std::fputs(InitText(folder, args.language).c_str(), stdout);
  return kOk;
}

int PrintSchema(const Arguments& args) {
  if (args.words.size() < 2) {
    for (const std::string& kind : SchemaKinds()) std::printf("%s\n", kind.c_str());
    return kOk;
  }
  const auto schema = Schema(args.words[1], args.language);
  if (!schema) return Misused(args);
  std::printf("%s\n", schema->c_str());
  return kOk;
}

int Help(const Arguments& args) {
  if (args.words.size() < 2) {
    std::fputs(std::string(UsageText(args.language)).c_str(), stdout);
    return kOk;
  }
  const auto text = HelpText(args.words[1], args.language);
  if (!text) {
    const bool fr = args.language == Language::kFrench;
    std::fprintf(stderr,
                 fr ? "Aucun code « %s ». Les codes sont ceux de `octroi check` et les motifs de "
                      "`octroi explain`.\n"
                    : "No code \"%s\". Codes are those of `octroi check` and the reasons of "
                      "`octroi explain`.\n",
                 args.words[1].c_str());
    return kUsage;
  }
  std::fputs(text->c_str(), stdout);
  return kOk;
}

// The key files the config names and that are not there yet.
int CreateKeys(const Arguments& args) {
  const auto made = CreateMissingKeys(LoadConfig(args.folder));
  if (!made) return Complain(made.error(), kNo);
  for (const std::string& path : *made) std::fprintf(stderr, "%s\n", path.c_str());
  return kOk;
}

// No core dump and no tracer may see what is in memory (a debug build keeps its debugger); all
// descriptors we may have.
void Harden() {
#ifdef NDEBUG
  prctl(PR_SET_DUMPABLE, 0);
#endif
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  rlimit files{};  // a descriptor a connection: as many as we may have
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  signal(SIGPIPE, SIG_IGN);
}

std::string AnswerChange(ConfigDesk& configs, std::string_view verb, std::string_view rest) {
  const auto order = ChangeOrder::FromJson(rest);
  if (!order) return R"({"error":"change.order","roles":[]})";
  if (verb == "diff") return configs.Diff(*order);
  return verb == "apply" ? configs.Apply(*order) : configs.Propose(*order);
}

// Requests of the command line, answered by the running service.
void AnswerVerb(Service& service, std::string_view line, Live& client) {
  const std::size_t space = line.find(' ');
  const std::string_view verb = line.substr(0, space);
  const std::string rest(space == std::string_view::npos ? "" : line.substr(space + 1));
  if (verb == "tap") return service.Tap(rest, client);
  if (verb == "replay") return service.Replay(rest, client);
  std::string answer = R"({"error":"route.unknown"})";
  if (verb == "status") answer = service.Status();
  if (verb == "explain") answer = service.Explain(rest);
  if (verb == "failures") answer = service.Failures(std::strtoul(rest.c_str(), nullptr, 10));
  if (verb == "audit") answer = service.Audit(std::strtoll(rest.c_str(), nullptr, 10));
  if (verb == "diff" || verb == "apply" || verb == "propose")
    answer = AnswerChange(service.configs(), verb, rest);
  if (verb == "proposals") answer = service.configs().Proposals();
  if (verb == "versions") answer = service.configs().History();
  if (verb == "pilot") answer = service.configs().Pilot(std::strtoll(rest.c_str(), nullptr, 10));
  if (verb == "keys") answer = service.Keys();
  if (verb == "late") answer = service.Late();
  if (verb == "training") answer = service.Training(rest);
  if (verb == "counts") answer = service.Counts(rest);
  if (verb == "journeys") answer = service.Journeys(rest);
  if (verb == "tasks") answer = service.tasks().Take(rest, client.uid());
  if (verb == "access") answer = service.accesses().Take(rest, client.uid());
  if (verb == "access-waiting") answer = service.accesses().Waiting();
  if (verb == "access-register") answer = service.accesses().ReadRegister(rest, client.uid());
  if (verb == "tokens-forget") answer = service.accesses().ForgetTokens(rest, client.uid());
  if (verb == "breaches") answer = service.breaches().List();
  if (verb == "breach-open") answer = service.breaches().Open(rest, client.uid());
  if (verb == "breach-add") answer = service.breaches().Add(rest, client.uid());
  if (verb == "reconcile") answer = service.Reconcile(rest);
  if (verb == "score" || verb == "problems") answer = service.Quality(verb, rest);
  if (verb == "submitted") answer = service.Submitted(rest);
  client.Put(answer);
}

void AnswerAdmin(Service& service, std::string_view line, Live& client) {
  try {
    AnswerVerb(service, line, client);
  } catch (const nlohmann::json::exception&) {  // a member of another type; a name that is no UTF-8
    client.Put(R"({"error":"request.invalid"})");
  }
}

int Run(const Arguments& args, const Stores& stores) {
  Harden();
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread: all of them inherit it

  int code = kOk;
  auto loaded = Load(args, stores, code);
  if (!loaded) return Complain(loaded.error(), code);
  base::SystemDisk disk;
  base::SystemClock clock;
  Service::Parts parts;
  parts.config_folder = args.folder;
  parts.config = &loaded->config;
  parts.store = loaded->store.get();
  parts.disk = &disk;
  parts.clock = &clock;
  parts.make_sender = SendersOn(disk, clock);
  parts.segment_bytes = SegmentBytes();
  parts.housekeeping_every = HousekeepingEvery();
  parts.fatal = Die;
  auto service = Service::Start(std::move(parts));
  if (!service)
    return Complain(service.error(),
                    service.error().code == ErrorCode::kInvalid ? kConfigInvalid : kUnreachable);
  auto admin = AdminSocket::Listen(
      AdminSocketPath(loaded->config.settings.storage_path),
      [&](std::string_view line, Live& client) { AnswerAdmin(**service, line, client); });
  if (!admin) return Complain(admin.error(), kUnreachable);
  base::Log::Info("ready",
                  {{"ingest_port", static_cast<std::int64_t>((*service)->ingest_port())},
                   {"console_port", static_cast<std::int64_t>((*service)->console_port())}});
  for (int signal = 0; sigwait(&signals, &signal) == 0;) {
    if (signal != SIGHUP) break;
    for (const ConfigFinding& finding : (*service)->Reload()) {
      if (finding.level == ConfigFinding::Level::kError) {
        base::Log::Error(
            "config.finding",
            {{"file", base::Id::OfConfig(finding.file)},
             {"line", finding.line},
             {"code", base::Id::OfConfig(finding.code)},
             {"what",
              base::Id::OfConfig(args.language == Language::kFrench ? finding.fr : finding.en)}});
      }
    }
  }
  base::Log::Info("draining");
  (*service)->Drain(kDrainMs);
  admin->reset();
  service->reset();
  base::Log::Info("stopped");
  return kOk;
}

int AuditFlow(const Arguments& args) {
  const auto span = base::ParseDuration(args.span);
  if (!span) return Misused(args);
  return Ask(args, "audit " + std::to_string(*span),
             [&](const std::string& json) { return AuditText(json, args.language); });
}

}  // namespace

int Misused(const Arguments& args) {
  std::fputs(std::string(UsageText(args.language)).c_str(), stderr);
  return kUsage;
}

int CheckConfig(const Arguments& args) {
  const ConfigFolder config = LoadConfig(args.words.size() > 1 ? args.words[1] : args.folder);
  const std::string text =
      args.json ? RenderJson(config) + "\n" : Render(config, args.language, isatty(1));
  std::fputs(text.c_str(), stdout);
  return config.ok() ? kOk : kConfigInvalid;
}

int Ask(const Arguments& args, const std::string& line,
        const std::function<std::string(const std::string&)>& text) {
  const ConfigFolder config = LoadConfig(args.folder);
  if (config.settings.storage_path.empty()) return CheckConfig(args);
  const auto answer = AskGateway(config.settings.storage_path, line);
  if (!answer) return Complain(answer.error(), kUnreachable);
  const auto json = nlohmann::json::parse(*answer, nullptr, /*allow_exceptions=*/false);
  const bool no = !json.is_object() || json.contains("error") || !json.value("holds", true);
  std::printf("%s\n", args.json ? answer->c_str() : text(*answer).c_str());
  return no ? kNo : kOk;
}

int CommandLine(int argc, char** argv, const Stores& stores) {
  Arguments args;
  if (!Parse(argc, argv, args)) return Misused(args);
  const std::string& verb = args.words[0];
  const std::string second = args.words.size() > 1 ? args.words[1] : "";
  if (verb == "run") return Run(args, stores);
  if (verb == "check") return CheckConfig(args);
  if (verb == "init") return Init(args);
  if (verb == "schema") return PrintSchema(args);
  if (verb == "help") return Help(args);
  if (verb == "keys" && second == "create") return CreateKeys(args);
  if (verb == "keys" && second == "approver") return CreateApprover(args);
  if (verb == "keys" && second == "forget") return ForgetTokens(args);
  if (verb == "keys" && !second.empty()) return ChangeKeys(args);
  if (verb == "consent" && second != "decode") return AskRegister(args, stores);
  if (verb == "consent") return DecodeConsent(args);
  if (verb == "detect") return DetectInText(args);
  if (verb == "contract") return PortContract(args);
  if (verb == "reidentify") return Reidentify(args);
  if (verb == "diff") return DiffConfig(args);
  if (verb == "apply") return ApplyConfig(args);
  if (verb == "propose") return ProposeConfig(args);
  if (verb == "proposals") return ListProposals(args);
  if (verb == "approve") return ApproveChange(args);
  if (verb == "versions") return ListVersions(args);
  if (verb == "pilot") return ReportPilot(args);
  if (verb == "migrate") return MigrateStore(args, stores);
  if (verb == "rebuild") return RebuildStore(args, stores);
  if (verb == "journal" && (second == "check" || second == "dump"))
    return ReadJournal(args, second == "dump");
  if (verb == "test") return TestPolicies(args);
  if (verb == "ask") return AskPolicy(args);
  if (verb == "simulate") return SimulateFile(args, stores);
  const auto in = args.language;
  if (verb == "status")
    return Ask(args, "status", [in](const std::string& json) { return StatusText(json, in); });
  if (verb == "explain" && args.options.contains("-f")) return ExplainFile(args, stores);
  if (verb == "explain" && !second.empty()) {
    return Ask(args, "explain " + second,
               [in](const std::string& json) { return ExplainText(json, in); });
  }
  if (verb == "console") return TendConsole(args);
  if (verb == "breaches") return AskBreaches(args);
  if (verb == "training") return AskTraining(args);
  if (verb == "tasks") return TendTasks(args);
  if (verb == "counts") return AskCounts(args);
  if (verb == "journeys") return AskJourneys(args);
  if (verb == "audit") return AuditFlow(args);
  if (verb == "reconcile") return ReconcileExport(args);
  if (verb == "score") return AskScore(args);
  if (verb == "problems") return AskProblems(args);
  if (verb == "import") return ImportFileOfEvents(args);
  if (verb == "csv") return ShowCsv(args);
  if (verb == "profile") return ProfileFile(args);
  if (verb == "tap") return TapFlow(args);
  if (verb == "top") return WatchTop(args);
  if (verb == "replay") return ReplayFailures(args);
  if (verb == "failures") {
    return Ask(args, "failures " + std::to_string(args.limit),
               [in](const std::string& json) { return FailuresText(json, in); });
  }
  return Misused(args);
}

}  // namespace octroi::gateway
