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
#include "gateway/admin_socket.h"
#include "gateway/cli_text.h"
#include "gateway/config.h"
#include "gateway/messages.h"
#include "gateway/names.h"
#include "gateway/projector.h"
#include "gateway/service.h"

namespace octroi::gateway {
namespace {

using base::Error;
using base::ErrorCode;

constexpr int kOk = 0, kNo = 1, kUsage = 2, kConfigInvalid = 3, kUnreachable = 4;
constexpr int kFatalExit =
    70;  // EX_SOFTWARE: the disk failed under us; a supervisor restarts, recovery decides
constexpr base::Millis kDrainMs = 10'000;

struct Arguments {
  std::vector<std::string> words;  // verb first
  std::string folder = ".";
  std::size_t limit = 20;
  bool json = false;
  Language language = Language::kFrench;
};

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
    if (word == "--json") {
      args.json = true;
    } else if ((word == "-c" || word == "--config") && has_value) {
      args.folder = argv[++i];
    } else if (word == "--limit" && has_value) {
      args.limit = std::strtoul(argv[++i], nullptr, 10);
    } else if (word == "--lang" && has_value) {
      const std::string lang = argv[++i];
      if (lang != "fr" && lang != "en") return false;
      args.language = lang == "fr" ? Language::kFrench : Language::kEnglish;
    } else if (word.starts_with("-")) {
      return false;
    } else {
      args.words.push_back(word);
    }
  }
  return !args.words.empty();
}

int Usage(const Arguments& args) {
  std::fputs(std::string(UsageText(args.language)).c_str(), stderr);
  return kUsage;
}

int Complain(const Error& error, int code) {
  std::fprintf(stderr, "%s\n", error.detail.c_str());
  return code;
}

int Check(const Arguments& args) {
  const ConfigFolder config = LoadConfig(args.words.size() > 1 ? args.words[1] : args.folder);
  const std::string text =
      args.json ? RenderJson(config) + "\n" : Render(config, args.language, isatty(1));
  std::fputs(text.c_str(), stdout);
  return config.ok() ? kOk : kConfigInvalid;
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
  if (!schema) return Usage(args);
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

[[noreturn]] void Die(const Error& error) {
  base::Log::Error("fatal", {{"where", base::Id::OfConfig(error.where)},
                             {"detail", base::Id::OfConfig(error.detail)}});
  _exit(kFatalExit);
}

struct Loaded {
  ConfigFolder config;
  std::unique_ptr<store::Store> store;
};

// The config and its store, or the exit code.
base::Result<Loaded> Load(const Arguments& args, const OpenStore& open_store, int& code) {
  Loaded loaded{LoadConfig(args.folder), nullptr};
  code = kConfigInvalid;
  if (!loaded.config.ok()) {
    std::fputs(Render(loaded.config, args.language, isatty(2)).c_str(), stderr);
    return Error{ErrorCode::kInvalid, "cli.load",
                 std::string(Sentence("config.invalid", args.language))};
  }
  code = kUnreachable;
  base::SystemDisk disk;
  if (auto made = disk.MakeFolder(loaded.config.settings.storage_path); !made) return made.error();
  auto store = open_store(loaded.config.settings.storage_path, Die);
  if (!store) return store.error();
  loaded.store = std::move(*store);
  return loaded;
}

// Requests of the command line, answered by the running service.
std::string AnswerAdmin(Service& service, std::string_view line) {
  const std::size_t space = line.find(' ');
  const std::string_view verb = line.substr(0, space);
  const std::string_view rest = space == std::string_view::npos ? "" : line.substr(space + 1);
  if (verb == "status") return service.Status();
  if (verb == "explain") return service.Explain(rest);
  if (verb == "failures")
    return service.Failures(std::strtoul(std::string(rest).c_str(), nullptr, 10));
  return R"({"error":"route.unknown"})";
}

std::uint64_t SegmentBytes() {  // smaller segments for tests that kill and look often
  const char* text = std::getenv("OCTROI_SEGMENT_BYTES");
  const std::uint64_t bytes = text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
  return bytes == 0 ? base::kSegmentBytes : bytes;
}

int Run(const Arguments& args, const OpenStore& open_store) {
  Harden();
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread: all of them inherit it

  int code = kOk;
  auto loaded = Load(args, open_store, code);
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
  parts.fatal = Die;
  auto service = Service::Start(std::move(parts));
  if (!service)
    return Complain(service.error(),
                    service.error().code == ErrorCode::kInvalid ? kConfigInvalid : kUnreachable);
  auto admin =
      AdminSocket::Listen(AdminSocketPath(loaded->config.settings.storage_path),
                          [&](std::string_view line) { return AnswerAdmin(**service, line); });
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

int Ask(const Arguments& args, const std::string& line,
        const std::function<std::string(const std::string&)>& text) {
  const ConfigFolder config = LoadConfig(args.folder);
  if (config.settings.storage_path.empty()) return Check(args);
  const auto answer = AskGateway(config.settings.storage_path, line);
  if (!answer) return Complain(answer.error(), kUnreachable);
  const bool error = nlohmann::json::parse(*answer, nullptr, false).contains("error");
  std::printf("%s\n", args.json ? answer->c_str() : text(*answer).c_str());
  return error ? kNo : kOk;
}

int RebuildStore(const Arguments& args, const OpenStore& open_store) {
  int code = kOk;
  auto loaded = Load(args, open_store, code);
  if (!loaded) return Complain(loaded.error(), code);
  const GatewaySettings& settings = loaded->config.settings;
  auto keys =
      crypto::KeyRing::Open(settings.tenant, {settings.pseudonym_root, settings.storage_root});
  if (!keys) return Complain(keys.error(), kUnreachable);
  base::SystemDisk disk;
  base::SystemClock clock;
  auto opened =
      journal::Journal::Open({&disk, &clock, keys->get(), settings.storage_path + "/journal",
                              SegmentBytes(), base::kPendingBytesMax, Die},
                             [](std::uint64_t, std::string_view) {});
  if (!opened) return Complain(opened.error(), kNo);
  store::Store& store = *loaded->store;
  const auto names = [&](std::uint32_t plan) {
    const auto archived = store.ByPlan(plan);
    return archived && *archived ? (*archived)->names : std::string{};
  };
  const auto progress = [](std::uint64_t done, std::uint64_t total) {
    std::fprintf(stderr, "\r%llu / %llu", static_cast<unsigned long long>(done),
                 static_cast<unsigned long long>(total));
  };
  const auto rebuilt = Rebuild(**opened, store, names, progress);
  std::fputc('\n', stderr);
  if (!rebuilt) return Complain(rebuilt.error(), kNo);
  const std::uint64_t records = (*opened)->durable_through();
  if (args.json) {
    std::printf("{\"records\":%llu}\n", static_cast<unsigned long long>(records));
  } else {
    std::fputs(RebuiltText(records, args.language).c_str(), stdout);
  }
  return kOk;
}

// `journal check` reports; `journal dump` prints every decision record as one JSON line.
int ReadJournal(const Arguments& args, bool dump) {
  const ConfigFolder config = LoadConfig(args.folder);
  const GatewaySettings& settings = config.settings;
  if (settings.storage_path.empty()) return Check(args);
  auto keys =
      crypto::KeyRing::Open(settings.tenant, {settings.pseudonym_root, settings.storage_root});
  if (!keys) return Complain(keys.error(), kUnreachable);
  base::SystemDisk disk;
  journal::Journal::Visit print;
  Names names;  // of the newest plan seen: places are stable, so they name older records too
  if (dump) {
    print = [&](std::uint64_t sequence, std::string_view record) {
      journal::PlanRecord plan;
      if (Decode(record, plan)) names = Names::Read(plan.names);
      if (sequence != 0) std::printf("%s\n", RecordJson(sequence, record, names).c_str());
    };
  }
  const auto report = journal::Check(disk, settings.storage_path + "/journal", **keys, print);
  if (!report) return Complain(report.error(), kUnreachable);
  if (dump) return report->damages.empty() ? kOk : kNo;
  std::fputs(args.json ? JournalJson(*report).c_str() : JournalText(*report, args.language).c_str(),
             stdout);
  return report->damages.empty() ? kOk : kNo;
}

}  // namespace

int CommandLine(int argc, char** argv, const OpenStore& open_store) {
  Arguments args;
  if (!Parse(argc, argv, args)) return Usage(args);
  const std::string& verb = args.words[0];
  const std::string second = args.words.size() > 1 ? args.words[1] : "";
  if (verb == "run") return Run(args, open_store);
  if (verb == "check") return Check(args);
  if (verb == "init") return Init(args);
  if (verb == "schema") return PrintSchema(args);
  if (verb == "help") return Help(args);
  if (verb == "keys" && second == "create") return CreateKeys(args);
  if (verb == "rebuild") return RebuildStore(args, open_store);
  if (verb == "journal" && (second == "check" || second == "dump"))
    return ReadJournal(args, second == "dump");
  const auto in = args.language;
  if (verb == "status")
    return Ask(args, "status", [in](const std::string& json) { return StatusText(json, in); });
  if (verb == "explain" && !second.empty()) {
    return Ask(args, "explain " + second,
               [in](const std::string& json) { return ExplainText(json, in); });
  }
  if (verb == "failures") {
    return Ask(args, "failures " + std::to_string(args.limit),
               [in](const std::string& json) { return FailuresText(json, in); });
  }
  return Usage(args);
}

}  // namespace octroi::gateway
