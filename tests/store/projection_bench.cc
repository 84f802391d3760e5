// How fast events are projected into SQLite and into PostgreSQL (whose server's own CPU is not
// counted, but its wall time is): projection_bench [events] [folder], events a multiple of 20,000
// Batches of 5,000 with three destinations each, then every delivery's outcome. Prints events per
// second (wall and CPU), and the memory of the process as it goes, which should stay flat; then
// a line "JSON" with events per second, wall, of events with their outcomes.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "postgres_server.h"
#include "samples.h"
#include "store_sqlite/sqlite_store.h"
#include "temp_folder.h"

namespace octroi::testing {
namespace {

constexpr std::uint64_t kBatch = 5'000;

double WallSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double ResidentMiB() {
  std::ifstream statm("/proc/self/statm");
  long size = 0, resident = 0;
  statm >> size >> resident;
  return static_cast<double>(resident) * 4096 / (1 << 20);
}

store::EventRow Sample(std::uint64_t sequence) {
  store::EventRow event =
      EventOf(sequence, base::Outcome::kAccepted, base::Reason::kAccepted,
              {To(0, base::Outcome::kInFlight, base::Reason::kQueued),
               To(1, base::Outcome::kInFlight, base::Reason::kQueued),
               To(2, base::Outcome::kWithheld, base::Reason::kConsentWithdrawn)});
  event.record.assign(250, static_cast<char>(sequence));
  return event;
}

// With outcomes: those of each batch come with the next one. Events per second.
double Measure(const char* name, store::Store& store, std::uint64_t events, bool outcomes) {
  double wall = 0, cpu = 0;
  std::uint64_t sequence = 1;
  while (sequence <= events) {
    store::Projection batch;
    for (std::uint64_t i = 0; i < kBatch; ++i, ++sequence) {
      batch.events.push_back(Sample(sequence));
      if (!outcomes || sequence <= kBatch) continue;
      for (std::uint16_t to = 0; to < 2; ++to) {
        batch.outcomes.push_back({sequence - kBatch, To(to, base::Outcome::kSent,
                                                        base::Reason::kDelivered, 2'000, 1, 200)});
      }
    }
    batch.through = sequence - 1;
    const double wall_before = WallSeconds(), cpu_before = CpuSeconds();
    if (auto applied = store.Apply(batch); !applied) {
      std::fprintf(stderr, "%s\n", applied.error().detail.c_str());
      std::exit(1);
    }
    wall += WallSeconds() - wall_before;
    cpu += CpuSeconds() - cpu_before;
    if ((sequence - 1) % (events / 4) == 0) {
      std::printf("%-22s %9llu events  %8.0f/s wall  %8.0f/s cpu  %5.2f us cpu/event  %6.1f MiB\n",
                  name, static_cast<unsigned long long>(sequence - 1),
                  static_cast<double>(sequence - 1) / wall, static_cast<double>(sequence - 1) / cpu,
                  cpu * 1e6 / static_cast<double>(sequence - 1), ResidentMiB());
    }
  }
  const double before = WallSeconds();
  const auto totals = store.Sum();
  std::printf("%-22s Sum() in %.0f us: %llu received\n", name, (WallSeconds() - before) * 1e6,
              static_cast<unsigned long long>(totals->sources.at(2).received));
  return static_cast<double>(events) / wall;
}

std::unique_ptr<store::Store> OpenSqlite(const std::string& path) {
  auto opened = store_sqlite::Open({.path = path, .read_only = false, .fatal = {}});
  if (opened) return std::move(*opened);
  std::fprintf(stderr, "%s\n", opened.error().detail.c_str());
  std::exit(1);
}

}  // namespace
}  // namespace octroi::testing

int main(int argc, char** argv) {
  const std::uint64_t events = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  octroi::testing::TempFolder temporary;
  const std::string folder = argc > 2 ? std::string(argv[2]) + "/" : temporary / "";
  using namespace octroi::testing;
  double sqlite = 0, postgres = 0;
  for (const bool outcomes : {false, true}) {
    const char* what = outcomes ? "events and outcomes" : "events";
    const std::string path = folder + (outcomes ? "outcomes.db" : "events.db");
    std::printf("SQLite\n");
    sqlite = Measure(what, *OpenSqlite(path), events, outcomes);
    std::printf("PostgreSQL\n");
    PostgresServer& server = PostgresServer::Shared();
    postgres = Measure(what, *server.OpenStore(server.NewTenant()), events, outcomes);
  }
  std::printf("JSON {\"sqlite\":%.0f,\"postgres\":%.0f}\n", sqlite, postgres);
  return 0;
}
