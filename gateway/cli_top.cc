// `octroi top`: asks `status` each second and shows what changed.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/clock.h"
#include "gateway/admin_socket.h"
#include "gateway/cli_text_flow.h"
#include "gateway/cli_verbs.h"
#include "gateway/messages.h"
#include "gateway/top.h"

namespace octroi::gateway {
namespace {

constexpr std::size_t kMinute = 60;  // samples
volatile std::sig_atomic_t stopping = 0;

struct Sample {
  std::string status;
  std::int64_t nanos = 0;
};

bool Colored() {
  const char* none = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return isatty(1) != 0 && (none == nullptr || *none == '\0') &&
         (term == nullptr || std::string_view(term) != "dumb");
}

}  // namespace

int WatchTop(const Arguments& args) {
  const ConfigFolder config = LoadConfig(args.folder);
  if (config.settings.storage_path.empty()) return CheckConfig(args);
  const bool once = args.json || args.options.contains("--once") || isatty(1) == 0;
  const base::SystemClock clock;
  struct sigaction on_stop {};
  on_stop.sa_handler = [](int) { stopping = 1; };
  sigaction(SIGINT, &on_stop, nullptr);
  std::deque<Sample> samples;
  while (stopping == 0) {
    auto answer = AskGateway(config.settings.storage_path, "status");
    if (!answer) return Complain(answer.error(), kUnreachable);
    samples.push_back({*std::move(answer), clock.BootNowNanos()});
    if (samples.size() > kMinute + 1) samples.pop_front();
    if (samples.size() > 1) {
      const Sample& before = samples[samples.size() - 2];
      const double seconds = static_cast<double>(samples.back().nanos - before.nanos) / 1e9;
      const std::string figures =
          TopFigures(samples.front().status, before.status, samples.back().status, seconds);
      if (figures.empty())
        return Complain({base::ErrorCode::kUnavailable, "cli.top",
                         std::string(Sentence("store.unavailable", args.language))},
                        kNo);
      const std::string text =
          args.json ? figures + "\n" : TopText(figures, args.language, Colored());
      std::fputs(((once ? "" : "\x1b[H\x1b[J") + text).c_str(), stdout);
      std::fflush(stdout);
      if (once) return kOk;
    }
    for (int step = 0; step < 10 && stopping == 0; ++step)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return kOk;
}

}  // namespace octroi::gateway
