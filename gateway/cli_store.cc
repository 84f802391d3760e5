// The verbs that read or write the journal and the store while no gateway runs.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/log.h"
#include "base/text.h"
#include "gateway/cli_text.h"
#include "gateway/cli_text_access.h"
#include "gateway/cli_text_tasks.h"
#include "gateway/cli_verbs.h"
#include "gateway/messages.h"
#include "gateway/migrate.h"
#include "gateway/names.h"
#include "gateway/projector.h"
#include "gateway/service.h"
#include "journal/journal.h"

namespace octroi::gateway {
namespace {

using base::Error;
using base::ErrorCode;

void ShowProgress(std::uint64_t done, std::uint64_t total) {
  if (isatty(2) == 0) return;
  std::fprintf(stderr, "\r%llu / %llu%s", static_cast<unsigned long long>(done),
               static_cast<unsigned long long>(total), done == total ? "\n" : "");
}

// Recovered, and not started: nothing is written but what recovery cuts.
struct OpenedJournal {
  std::unique_ptr<crypto::KeyRing> keys;
  std::unique_ptr<base::SystemDisk> disk = std::make_unique<base::SystemDisk>();
  std::unique_ptr<base::SystemClock> clock = std::make_unique<base::SystemClock>();
  std::unique_ptr<journal::Journal> journal;
};

base::Result<OpenedJournal> OpenJournal(const GatewaySettings& settings) {
  OpenedJournal opened;
  auto keys =
      crypto::KeyRing::Open(settings.tenant, {settings.pseudonym_root, settings.storage_root});
  if (!keys) return keys.error();
  opened.keys = std::move(*keys);
  auto journal = journal::Journal::Open(
      {opened.disk.get(), opened.clock.get(), opened.keys.get(), settings.storage_path + "/journal",
       SegmentBytes(), base::kPendingBytesMax, Die},
      [](std::uint64_t, std::string_view) {});
  if (!journal) return journal.error();
  opened.journal = std::move(*journal);
  return opened;
}

base::Status Project(const journal::Journal& journal, store::Store& store) {
  const auto names = [&](std::uint32_t plan) {
    const auto archived = store.ByPlan(plan);
    return archived && *archived ? (*archived)->names : std::string{};
  };
  if (auto attached = store.Attach(journal.origin()); !attached) return attached;
  return Rebuild(journal, store, names, ShowProgress);
}

// What cannot be rebuilt is copied and compared; the flow is projected again; last, the embedded
// store is marked as moved. Moved before: nothing to do.
base::Result<MovedRecords> MoveEmbedded(const Loaded& loaded, const Stores& stores) {
  const GatewaySettings& settings = loaded.config.settings;
  const auto embedded = stores.embedded(settings, Die);
  if (!embedded) return embedded.error();
  if (auto here = CheckNotMoved(**embedded); !here) {
    if (here.error().code != ErrorCode::kInvalid) return here.error();
    return MovedRecords{};
  }
  const auto opened = OpenJournal(settings);
  if (!opened) return opened.error();
  store::Store& to = *loaded.store;
  if (auto attached = to.Attach(opened->journal->origin()); !attached) return attached.error();
  auto moved = MoveRegister(**embedded, to, ShowProgress);
  if (!moved) return moved;
  for (const std::string_view fact : {store::kMetaIdVersion, store::kMetaLateThrough}) {
    const std::string key = std::string(fact) + opened->journal->origin();
    const auto known = (*embedded)->Get(key);
    if (!known) return known.error();
    if (!*known) continue;
    if (auto kept = to.Set(key, **known); !kept) return kept.error();
  }
  if (auto done = Project(*opened->journal, to); !done) return done.error();
  moved->records = opened->journal->durable_through();
  if (auto marked = MarkMoved(**embedded, base::SystemClock().WallNow()); !marked)
    return marked.error();
  return moved;
}

}  // namespace

int Complain(const Error& error, int code) {
  std::fprintf(stderr, "%s\n", error.detail.c_str());
  return code;
}

[[noreturn]] void Die(const Error& error) {
  base::Log::Error("fatal", {{"where", base::Id::OfConfig(error.where)},
                             {"detail", base::Id::OfConfig(error.detail)}});
  _exit(kFatalExit);
}

base::Millis HousekeepingEvery() {
  const char* text = std::getenv("OCTROI_HOUSEKEEPING_MS");
  const base::Millis every = text == nullptr ? 0 : std::strtoll(text, nullptr, 10);
  return every <= 0 ? Service::Parts().housekeeping_every : every;
}

std::uint64_t SegmentBytes() {
  const char* text = std::getenv("OCTROI_SEGMENT_BYTES");
  const std::uint64_t bytes = text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
  return bytes == 0 ? base::kSegmentBytes : bytes;
}

base::Result<Loaded> Load(const Arguments& args, const Stores& stores, int& code) {
  Loaded loaded{LoadConfig(args.folder), nullptr, nullptr};
  code = kConfigInvalid;
  if (!loaded.config.ok()) {
    std::fputs(Render(loaded.config, args.language, isatty(2)).c_str(), stderr);
    return Error{ErrorCode::kInvalid, "cli.load",
                 std::string(Sentence("config.invalid", args.language))};
  }
  code = kUnreachable;
  const GatewaySettings& settings = loaded.config.settings;
  base::SystemDisk disk;
  if (auto made = disk.MakeFolder(settings.storage_path); !made) return made.error();
  auto lock = base::LockFile::Take(settings.storage_path + "/storage");
  if (!lock) return lock.error();
  loaded.lock = std::make_unique<base::LockFile>(std::move(*lock));
  const bool embedded = settings.postgres_connect.empty();
  auto store = embedded ? stores.embedded(settings, Die) : stores.postgres(settings, Die);
  if (!store) {
    if (store.error().code == ErrorCode::kInvalid) code = kConfigInvalid;
    return store.error();
  }
  loaded.store = std::move(*store);
  return loaded;
}

int RebuildStore(const Arguments& args, const Stores& stores) {
  int code = kOk;
  auto loaded = Load(args, stores, code);
  if (!loaded) return Complain(loaded.error(), code);
  auto opened = OpenJournal(loaded->config.settings);
  if (!opened) return Complain(opened.error(), kNo);
  if (auto done = Project(*opened->journal, *loaded->store); !done)
    return Complain(done.error(), kNo);
  const std::uint64_t records = opened->journal->durable_through();
  if (args.json) {
    std::printf("{\"records\":%llu}\n", static_cast<unsigned long long>(records));
  } else {
    std::fputs(RebuiltText(records, args.language).c_str(), stdout);
  }
  return kOk;
}

// Schema first, then the embedded store if there is one.
int MigrateStore(const Arguments& args, const Stores& stores) {
  const ConfigFolder config = LoadConfig(args.folder);
  const GatewaySettings& settings = config.settings;
  if (settings.storage_path.empty()) return CheckConfig(args);
  if (settings.postgres_connect.empty() || settings.postgres_owner.empty()) {
    return Complain({ErrorCode::kInvalid, "cli.migrate",
                     std::string(Sentence("migrate.not_configured", args.language))},
                    kConfigInvalid);
  }
  if (auto prepared = stores.prepare_postgres(settings); !prepared) {
    return Complain(prepared.error(),
                    prepared.error().code == ErrorCode::kInvalid ? kConfigInvalid : kUnreachable);
  }
  MovedRecords moved;
  if (std::filesystem::exists(settings.storage_path + "/store.sqlite")) {
    int code = kOk;
    const auto loaded = Load(args, stores, code);
    if (!loaded) return Complain(loaded.error(), code);
    const auto done = MoveEmbedded(*loaded, stores);
    if (!done) return Complain(done.error(), kNo);
    moved = *done;
  }
  std::fputs((args.json ? MovedJson(moved) : MovedText(moved, args.language)).c_str(), stdout);
  return kOk;
}

// `journal check` reports; `journal dump` prints every decision record as one JSON line.
int ReadJournal(const Arguments& args, bool dump) {
  const ConfigFolder config = LoadConfig(args.folder);
  const GatewaySettings& settings = config.settings;
  if (settings.storage_path.empty()) return CheckConfig(args);
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
      journal::AccessRecord access;
      journal::TaskRecord task;
      const std::string line = Decode(record, access) ? AccessRecordJson(sequence, access, **keys)
                               : Decode(record, task)
                                   ? TaskRecordJson(sequence, task, names, **keys)
                                   : RecordJson(sequence, record, names);
      if (sequence != 0) std::printf("%s\n", line.c_str());
    };
  }
  const auto report = journal::Check(disk, settings.storage_path + "/journal", **keys, print);
  if (!report) return Complain(report.error(), kUnreachable);
  if (dump) return report->damages.empty() ? kOk : kNo;
  std::fputs(args.json ? JournalJson(*report).c_str() : JournalText(*report, args.language).c_str(),
             stdout);
  return report->damages.empty() ? kOk : kNo;
}

}  // namespace octroi::gateway
