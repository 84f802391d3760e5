#include "bench/bench_config.h"

#include <cstdio>
#include <cstdlib>

#include "gateway/config.h"

namespace octroi::testing {
namespace {

namespace fs = std::filesystem;

constexpr base::Millis kNow = 1'795'300'000'000;  // 2026-11-21
constexpr std::size_t kIdDigits = 18;
constexpr std::string_view kHead = R"x({"event":"bench.viewed","message_id":")x";

[[noreturn]] void Fail(const std::string& why) {
  std::fputs(why.c_str(), stderr);
  std::abort();
}

void WriteId(std::uint64_t number, char* at) {
  for (std::size_t digit = kIdDigits; digit-- > 0; number >>= 4) {
    at[digit] = "0123456789abcdef"[number & 15];
  }
}

}  // namespace

BenchConfig::BenchConfig() {
  char name[] = "/tmp/octroi-bench-XXXXXX";
  folder = mkdtemp(name);
  const fs::path source = fs::path(OCTROI_SOURCE_DIR);
  fs::copy(source / "tests/bench/config", folder, fs::copy_options::recursive);
  fs::copy(source / "docs/examples/demo/gateway.yaml", folder / "gateway.yaml");
  const gateway::ConfigFolder config = gateway::LoadConfig(folder.string());
  if (!config.ok() || !gateway::CreateMissingKeys(config)) {
    Fail(gateway::Render(config, gateway::Language::kEnglish, false));
  }
  auto made = gateway::CompilePlan(config, *keys, "benchabc", 1, "");
  if (!made) Fail(made.error().detail);
  plan = *made;
}

BenchConfig::~BenchConfig() { fs::remove_all(folder); }

std::unique_ptr<journal::Journal> BenchConfig::OpenJournal(const char* name) const {
  static base::SystemDisk disk;
  static base::SystemClock clock;
  journal::Journal::Parts parts;
  parts.disk = &disk;
  parts.clock = &clock;
  parts.keys = keys.get();
  parts.folder = (folder / name).string();
  fs::remove_all(parts.folder);
  auto journal = journal::Journal::Open(std::move(parts), [](std::uint64_t, std::string_view) {});
  if (!journal) Fail(journal.error().detail);
  (*journal)->Start();
  return std::move(*journal);
}

std::string BenchEvent(std::uint64_t number) {
  constexpr std::size_t kBytes = 955;
  std::string event =
      std::string(kHead) + std::string(kIdDigits, '0') +
      R"x(","sent_at":"2026-11-20T10:00:00.000Z","traits":{"email":"person1@example.org",)x"
      R"x("phone":"+33612340001"},"userId":"u-1","context":{"campaign":{"name":"rentree-2026"},)x"
      R"x("country":"FR","locale":"fr-FR","page":{"title":"Boutique",)x"
      R"x("url":"https://www.example.org/p/42"},"userAgent":"Mozilla/5.0 (X11; Linux x86_64)"},)x"
      R"x("properties":{"product":"42","category":"jardin","price":19.9,"quantity":2,)x"
      R"x("currency":"EUR","pad":")x";
  event += std::string(kBytes - event.size() - 3, 'x') + "\"}}";
  WriteId(number, event.data() + kHead.size());
  return event;
}

BenchGate::BenchGate(const BenchConfig& config)
    : config_(config),
      journal_(config.OpenJournal("gate")),
      gate_({journal_.get(), &index_, &seen_, config.keys.get(), &metrics_, 1}) {
  policies::ConsentEntry granted;
  granted.state = policies::ConsentState::kGranted;
  granted.since_seconds = 1'780'000'000;
  const policies::Fingerprint known = gate_.FingerprintOf("email", "person1@example.org");
  index_.Set(known, 0, granted);
}

void BenchGate::MakeTexts(std::size_t count) {
  while (texts_.size() < count) texts_.push_back(BenchEvent(0));
  events_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    WriteId(++number_, texts_[i].data() + kHead.size());
    events_.push_back(texts_[i]);
  }
}

gateway::Admitted BenchGate::Admit(std::size_t count) {
  MakeTexts(count);
  gateway::Submission submission;
  submission.plan = config_.plan.get();
  submission.events = events_;
  submission.received = kNow;
  const auto taken = gate_.Admit(submission, 0, admitted_);
  if (!taken) Fail(taken.error().detail);
  journal_->WaitDurable(taken->first_sequence + count - 1);
  return admitted_.back();
}

}  // namespace octroi::testing
