// `octroi import FILE --source S`: the events of a file, into the running gateway.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "base/text.h"
#include "gateway/admin_socket.h"
#include "gateway/cli_text_import.h"
#include "gateway/cli_verbs.h"
#include "gateway/import/importer.h"
#include "gateway/import/words.h"

namespace octroi::gateway {
namespace {

using base::Error;
using base::ErrorCode;

constexpr base::Millis kWaitUnlessSaid = 600'000, kShowEvery = 500;

int Refuse(const Arguments& args, const Error& error, const import::Fault& fault = {}) {
  const std::string text(import::ImportSentence(error.detail, args.language));
  if (fault.at.line != 0) {
    std::fprintf(stderr, "%s:%llu:%llu  %s  %s\n", args.words[1].c_str(),
                 static_cast<unsigned long long>(fault.at.line),
                 static_cast<unsigned long long>(fault.at.column), error.detail.c_str(),
                 text.c_str());
  } else {
    std::fprintf(stderr, "%s\n", text.c_str());
  }
  if (error.code == ErrorCode::kInDoubt) return kUndecided;
  return error.code == ErrorCode::kUnavailable ? kUnreachable : kNo;
}

// "0.0.0.0:18080" -> "http://127.0.0.1:18080"
std::string UrlOf(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  std::string host = listen.substr(0, colon);
  if (host == "0.0.0.0" || host.empty() || host == "*") host = "127.0.0.1";
  if (host == "[::]") host = "[::1]";
  return "http://" + host + (colon == std::string::npos ? "" : listen.substr(colon));
}

base::Result<crypto::Secret> SecretOf(const Arguments& args, const import::ImportPlan& plan) {
  const std::string given = args.Option("--key");
  auto secret = crypto::ReadSecret(given.empty() ? plan.secret_from : "file:" + given);
  if (secret && secret->hashed) return Error{ErrorCode::kInvalid, "import", "import.secret_hashed"};
  return secret;
}

// What one import works with; each outlives what follows it.
struct Prepared {
  ConfigFolder config;
  import::ImportPlan plan;
  base::SystemDisk disk;
  base::SystemClock clock;
  std::unique_ptr<import::ImportFile> file;
  std::optional<import::RowEvents> rows;
  std::unique_ptr<import::Items> items;
  std::unique_ptr<import::IngestClient> client;
  std::optional<base::LockFile> lock;
  import::Importer::Parts parts;
};

base::Status PrepareClient(const Arguments& args, Prepared& made) {
  const auto secret = SecretOf(args, made.plan);
  if (!secret) return secret.error();
  const GatewaySettings& settings = made.config.settings;
  std::string url = args.Option("--url");
  if (url.empty() && !settings.tls_certificate.empty())
    return Error{ErrorCode::kInvalid, "import", "import.url_needed"};
  if (url.empty()) url = UrlOf(settings.listen_ingest);
  auto client = import::IngestClient::Make(url, made.plan, secret->bytes);
  if (!client) return client.error();
  made.client = *std::move(client);
  return base::Ok();
}

// Where it is kept how far the import came, and the report: named by source and digest, not by
// file.
base::Status PrepareState(const Arguments& args, Prepared& made) {
  std::string folder = args.Option("--state");
  if (folder.empty()) folder = made.config.settings.storage_path + "/imports";
  if (auto there = made.disk.MakeFolder(folder); !there) return there;
  const std::string base =
      folder + "/" + made.plan.source + "-" + made.file->facts().digest.substr(0, 16);
  auto lock = base::LockFile::Take(base);
  if (!lock) return Error{ErrorCode::kUnavailable, "import", "import.running"};
  made.lock.emplace(*std::move(lock));
  made.parts.checkpoint = base + ".json";
  made.parts.report = base + ".report.ndjson";
  return base::Ok();
}

base::Status PrepareEvents(const Arguments& args, Prepared& made) {
  std::string event = args.Option("--event");
  if (event.empty()) event = made.plan.only_event;
  if (made.file->format() == import::Format::kCsv) {
    auto rows = import::RowEvents::Make(made.plan, made.file->header(), event,
                                        "import:" + made.file->facts().digest.substr(0, 16) + ":");
    if (!rows) return rows.error();
    made.rows.emplace(*std::move(rows));
  }
  made.items = made.file->Events(made.rows ? &*made.rows : nullptr, made.plan.body_bytes);
  made.parts.reading = made.file->Reading() + " " + event;
  return base::Ok();
}

// kOk, or the exit code of what it has complained about.
int Prepare(const Arguments& args, const import::Said& said, Prepared& made) {
  made.config = LoadConfig(args.folder);
  if (!made.config.ok()) {
    std::fputs(Render(made.config, args.language, isatty(2)).c_str(), stderr);
    return kConfigInvalid;
  }
  auto plan = import::ImportPlanOf(made.config, args.Option("--source"));
  if (!plan) return Refuse(args, plan.error());
  made.plan = *std::move(plan);
  import::Fault fault;
  auto file = import::ImportFile::Open(made.disk, args.words[1], said, fault);
  if (!file) return Refuse(args, file.error(), fault);
  made.file = *std::move(file);
  for (const auto step : {PrepareEvents, PrepareClient, PrepareState}) {
    if (auto done = step(args, made); !done) return Refuse(args, done.error());
  }
  return kOk;
}

// At most twice a second, on a line of its own that is written over.
class Progress {
 public:
  Progress(const Arguments& args, const Prepared& made)
      : made_(made),
        language_(args.language),
        shown_(isatty(2) != 0 || args.Has("--progress")),
        began_(made.clock.BootNowNanos()) {}
  void Show(const import::Counts& counts) {
    const std::int64_t now = made_.clock.BootNowNanos();
    if (first_ < 0) first_ = static_cast<std::int64_t>(counts.records);
    if (!shown_ || now - last_ < kShowEvery * 1'000'000) return;
    last_ = now;
    const auto& facts = made_.file->facts();
    const ImportProgress progress{
        counts.records, counts.records - static_cast<std::uint64_t>(first_), made_.file->consumed(),
        facts.stored_bytes, static_cast<double>(now - began_) / 1e9};
    std::fprintf(stderr, isatty(2) != 0 ? "\r\x1b[K%s" : "%s\n",
                 ImportProgressText(progress, language_).c_str());
  }
  void End() const {
    if (last_ != 0 && isatty(2) != 0) std::fputs("\r\x1b[K", stderr);
  }

 private:
  const Prepared& made_;
  const Language language_;
  const bool shown_;
  const std::int64_t began_;
  std::int64_t last_ = 0, first_ = -1;
};

void Complete(const Arguments& args, Prepared& made, base::Millis wait, Progress& progress) {
  import::Importer::Parts& parts = made.parts;
  parts.disk = &made.disk;
  parts.clock = &made.clock;
  parts.file = made.file.get();
  parts.items = made.items.get();
  parts.client = made.client.get();
  parts.ask = [&made](const std::string& line) {
    return AskGateway(made.config.settings.storage_path, line);
  };
  parts.source = args.Option("--source");
  if (made.plan.rate_per_second != 0)
    parts.batch_events = std::min<std::uint64_t>(parts.batch_events, made.plan.rate_per_second);
  parts.batch_bytes = std::min(parts.batch_bytes, made.plan.body_bytes);
  parts.wait = wait;
  parts.progress = [&progress](const import::Counts& counts) { progress.Show(counts); };
  parts.pause = [](base::Millis time) {
    std::this_thread::sleep_for(std::chrono::milliseconds(time));
  };
}

}  // namespace

int ImportFileOfEvents(const Arguments& args) {
  import::Said said;
  const std::string waits = args.Option("--wait");
  const auto wait = waits.empty() ? kWaitUnlessSaid : base::ParseDuration(waits);
  if (args.words.size() != 2 || !args.Has("--source") || !wait || !ReadSaid(args, said))
    return Misused(args);
  Prepared made;
  if (const int code = Prepare(args, said, made); code != kOk) return code;
  Progress progress(args, made);
  Complete(args, made, *wait, progress);
  import::Importer importer(made.parts);
  const auto done = importer.Run();
  progress.End();
  if (!done) return Refuse(args, done.error());
  const std::string json =
      ImportReportJson(*done, *made.file, made.parts.report, importer.resumed());
  std::printf("%s\n", args.json ? json.c_str() : ImportReportText(json, args.language).c_str());
  const bool all = done->stopped.empty() && done->counts.rejected + done->counts.unreadable == 0;
  return all ? kOk : kNo;
}

}  // namespace octroi::gateway
