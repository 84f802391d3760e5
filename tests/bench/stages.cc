// What each stage of the walk costs for one event of about 955 bytes under the bench config:
// nanoseconds.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/event.h"
#include "crypto/hmac.h"
#include "crypto/seal.h"
#include "gateway/config.h"
#include "gateway/gate.h"
#include "journal/journal.h"

namespace octroi {
namespace {

namespace fs = std::filesystem;

// The bench config compiled, in a folder of its own with keys; and one event it was made for.
struct World {
  fs::path folder;
  std::unique_ptr<crypto::KeyRing> keys = crypto::KeyRing::FromRoot("bench", std::string(32, 'k'));
  std::shared_ptr<gateway::Plan> plan;
  std::string event;
  base::EventParser parser;
  base::Event parsed;
  rules::Contract::Scratch repairs;
  policies::ConsentIndex index{4};
  policies::Fingerprint person{};

  World() {
    char name[] = "/tmp/octroi-stages-XXXXXX";
    folder = mkdtemp(name);
    const fs::path source = fs::path(OCTROI_SOURCE_DIR);
    fs::copy(source / "tests/bench/config", folder, fs::copy_options::recursive);
    fs::copy(source / "docs/examples/demo/gateway.yaml", folder / "gateway.yaml");
    gateway::ConfigFolder config = gateway::LoadConfig(folder.string());
    if (!config.ok() || !gateway::CreateMissingKeys(config))
      Fail(gateway::Render(config, gateway::Language::kEnglish, false));
    auto made = gateway::CompilePlan(config, *keys, "benchabc", 1, "");
    if (!made) Fail(made.error().detail);
    plan = *made;
    event =
        R"x({"event":"bench.viewed","message_id":"0123456789abcdef01","sent_at":"2026-11-20T10:00:00.000Z",)x"
        R"x("traits":{"email":"person1@example.org","phone":"+33612340001"},"userId":"u-1","context":{)x"
        R"x("campaign":{"name":"rentree-2026"},"country":"FR","locale":"fr-FR","page":{"title":"Boutique",)x"
        R"x("url":"https://www.example.org/p/42"},"userAgent":"Mozilla/5.0 (X11; Linux x86_64)"},)x"
        R"x("properties":{"product":"42","category":"jardin","price":19.9,"quantity":2,"currency":"EUR",)x"
        R"x("pad":")x";
    event += std::string(955 - event.size() - 3, 'x') + "\"}}";
    person.fill(7);
    policies::ConsentEntry entry;
    entry.state = policies::ConsentState::kGranted;
    entry.since_seconds = 1'780'000'000;
    index.Set(std::span(&person, 1), 0, entry);
    Parse();
  }
  ~World() { fs::remove_all(folder); }

  [[noreturn]] static void Fail(const std::string& why) {
    std::fputs(why.c_str(), stderr);
    std::exit(1);
  }
  void Parse() {
    if (parser.Parse(event, Source().paths, parsed).reason != base::Reason::kUndecided)
      Fail("bench event refused\n");
  }
  const gateway::SourcePlan& Source() const { return *plan->SourceById("bench"); }
  const gateway::ContractPlan& Contract() const {
    return plan->contracts[Source().accepts[0].contract];
  }
};

World& TheWorld() {
  static World world;
  return world;
}

void Parse(benchmark::State& state) {
  World& w = TheWorld();
  for (auto _ : state) w.Parse();
}
BENCHMARK(Parse);

void Judge15Rules(benchmark::State& state) {
  World& w = TheWorld();
  rules::Surroundings around;
  around.received = 1'795'300'000'000;
  for (auto _ : state) {
    w.repairs.Clear();
    benchmark::DoNotOptimize(w.Contract().contract->Judge(w.parsed, around, w.repairs));
  }
}
BENCHMARK(Judge15Rules);

void DecideHotSubject(benchmark::State& state) {
  World& w = TheWorld();
  const base::EventFields fields(w.parsed);
  policies::DecisionInput input;
  input.contract = w.Source().accepts[0].contract;
  input.event_time = input.now = 1'795'300'000'000;
  input.identified = true;
  input.fields = &fields;
  for (auto _ : state) {
    const auto subject = w.index.Find(w.person);
    input.subjects = std::span(&subject, 1);
    benchmark::DoNotOptimize(w.plan->policies->Decide(input, 0, w.index));
  }
}
BENCHMARK(DecideHotSubject);

void Pseudonymise3(benchmark::State& state) {
  World& w = TheWorld();
  const base::EventFields fields(w.parsed);
  const std::string_view purpose = "marketing.email";
  policies::ProtectedBatch batch;
  policies::OutgoingEvent out;
  out.event = "bench.viewed";
  out.contract = w.Source().accepts[0].contract;
  out.allowed_categories = ~0u;
  out.purposes = std::span(&purpose, 1);
  out.fields = &fields;
  constexpr std::uint64_t kBatch = 100;
  for (auto _ : state) {
    w.plan->pseudonymizer->Begin(0, batch);
    for (out.sequence = 1; out.sequence <= kBatch; ++out.sequence) {
      if (!w.plan->pseudonymizer->Add(0, out, batch)) state.SkipWithError("not received");
    }
    w.plan->pseudonymizer->Finish(0, batch);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kBatch));
}
BENCHMARK(Pseudonymise3)->Name("Pseudonymise3 (batch of 100)");

void Seal955Bytes(benchmark::State& state) {
  World& w = TheWorld();
  crypto::Sealer sealer(std::string(32, 's'));
  std::string box;
  for (auto _ : state) {
    box.clear();
    sealer.Seal("aad", w.event, box);
  }
}
BENCHMARK(Seal955Bytes);

void Commit955Bytes(benchmark::State& state) {
  World& w = TheWorld();
  std::array<std::uint8_t, 32> opening{};
  for (auto _ : state) {
    crypto::RandomBytes(opening);
    const crypto::Digest body = crypto::Sha256(w.event);
    std::string message;
    crypto::AppendLp("cdg/lineage/v1", message);
    message.append(crypto::AsBytes(body));
    benchmark::DoNotOptimize(crypto::Hmac(
        crypto::HmacKey({reinterpret_cast<const char*>(opening.data()), 32}), message));
  }
}
BENCHMARK(Commit955Bytes);

void EncodeRecordAndPayload(benchmark::State& state) {
  World& w = TheWorld();
  journal::EventRecord record;
  record.subject.resize(3);
  record.verdicts.resize(1);
  std::string out;
  for (auto _ : state) {
    out.clear();
    Encode(record, out);
    journal::EncodePayload(w.parsed, w.Contract().fields, {}, out);
  }
}
BENCHMARK(EncodeRecordAndPayload);

std::unique_ptr<journal::Journal> OpenJournal(World& w, const char* name) {
  static base::SystemDisk disk;
  static base::SystemClock clock;
  journal::Journal::Parts parts;
  parts.disk = &disk;
  parts.clock = &clock;
  parts.keys = w.keys.get();
  parts.folder = (w.folder / name).string();
  fs::remove_all(parts.folder);
  auto journal = journal::Journal::Open(std::move(parts), [](std::uint64_t, std::string_view) {});
  if (!journal) World::Fail(journal.error().detail);
  (*journal)->Start();
  return std::move(*journal);
}

// One durable append of 100 events at a time on the real disk; a commit each.
void JournalAppend100Durable(benchmark::State& state) {
  World& w = TheWorld();
  const auto journal = OpenJournal(w, "journal");
  std::string record, payload;
  Encode(journal::EventRecord{}, record);
  journal::EncodePayload(w.parsed, w.Contract().fields, {}, payload);
  for (auto _ : state) {
    auto frame = std::make_shared<journal::Frame>();
    for (std::uint32_t i = 0; i < 100; ++i) {
      frame->AddEncoded(record);
      frame->AddPayload(i, payload);
    }
    const auto last = journal->Append(frame);
    if (!last) return state.SkipWithError("journal full");
    journal->WaitDurable(*last);
  }
}
BENCHMARK(JournalAppend100Durable)->UseRealTime();

// The whole walk of one core up to the journal: parse, identify, judge, decide, record, for 100 new
// events of known people. CPU of the calling thread; the journal's own is JournalAppend100Durable.
void GateAdmit100(benchmark::State& state) {
  constexpr std::size_t kBatch = 100;
  World& w = TheWorld();
  const auto journal = OpenJournal(w, "gate");
  gateway::SeenIndex seen;
  base::Metrics metrics;
  policies::ConsentIndex index(4);
  gateway::Gate gate({journal.get(), &index, &seen, w.keys.get(), &metrics, 1});
  policies::ConsentEntry granted;
  granted.state = policies::ConsentState::kGranted;
  granted.since_seconds = 1'780'000'000;
  const policies::Fingerprint known = gate.FingerprintOf("email", "person1@example.org");
  index.Set(std::span(&known, 1), 0, granted);
  std::vector<std::string> texts(kBatch, w.event);
  std::vector<std::string_view> events(texts.begin(), texts.end());
  std::vector<gateway::Admitted> admitted;
  gateway::Submission submission;
  submission.plan = w.plan.get();
  submission.events = events;
  submission.received = 1'795'300'000'000;
  const std::size_t at = w.event.find("0123456789abcdef01");
  std::uint64_t number = 0;
  for (auto _ : state) {
    for (std::string& text : texts) {
      char id[19];
      std::snprintf(id, sizeof id, "%018llx", static_cast<unsigned long long>(++number));
      text.replace(at, 18, id);
    }
    const auto taken = gate.Admit(submission, 0, admitted);
    if (!taken || admitted.back().outcome != base::Outcome::kAccepted) {
      return state.SkipWithError("not admitted");
    }
    journal->WaitDurable(taken->first_sequence + kBatch - 1);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kBatch));
}
BENCHMARK(GateAdmit100);

}  // namespace
}  // namespace octroi

BENCHMARK_MAIN();
