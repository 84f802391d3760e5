// What each stage of the walk costs for one event of about 955 bytes under the bench config:
// nanoseconds.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "base/event.h"
#include "bench/bench_config.h"
#include "crypto/hmac.h"
#include "crypto/seal.h"

namespace octroi {
namespace {

// The bench config, one event it was made for, and who it is about.
struct World {
  testing::BenchConfig config;
  const std::shared_ptr<gateway::Plan> plan = config.plan;
  std::string event = testing::BenchEvent(1);
  base::EventParser parser;
  base::Event parsed;
  rules::Contract::Scratch repairs;
  policies::ConsentIndex index{4};
  policies::Fingerprint person{};

  World() {
    person.fill(7);
    policies::ConsentEntry entry;
    entry.state = policies::ConsentState::kGranted;
    entry.since_seconds = 1'780'000'000;
    index.Set(person, 0, entry);
    Parse();
  }
  void Parse() {
    if (parser.Parse(event, Source().paths, parsed).reason != base::Reason::kUndecided) {
      std::abort();
    }
  }
  const gateway::SourcePlan& Source() const { return config.source(); }
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

double ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  long size = 0, resident = 0;
  statm >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// Not a time: what one of ten million subjects with four purposes costs, by the index's own account
// or by the kernel's, whichever is more.
void ConsentIndexTenMillion(benchmark::State& state) {
  constexpr std::uint32_t kPeople = 10'000'000;
  double bytes = 0;
  for (auto _ : state) {
    const double before = ResidentBytes();
    policies::ConsentIndex index(4);
    for (std::uint32_t person = 0; person < kPeople; ++person) {
      const crypto::Digest digest = crypto::Sha256(std::to_string(person));
      policies::Fingerprint fingerprint{};
      std::copy_n(digest.begin(), fingerprint.size(), fingerprint.begin());
      for (std::size_t purpose = 0; purpose < 4; ++purpose) {
        index.Set(fingerprint, purpose, {policies::ConsentState::kGranted, person, 0, person + 1});
      }
    }
    bytes = std::max(static_cast<double>(index.bytes()), ResidentBytes() - before);
  }
  state.counters["bytes_a_subject"] = bytes / kPeople;
}
BENCHMARK(ConsentIndexTenMillion)->Iterations(1)->Unit(benchmark::kNanosecond);

void Pseudonymise3(benchmark::State& state) {
  World& w = TheWorld();
  const base::EventFields fields(w.parsed);
  const std::string_view purpose = "marketing.email";
  policies::ProtectedBatch batch;
  policies::OutgoingEvent out;
  out.event = "bench.viewed";
  out.contract = w.Source().accepts[0].contract;
  out.may_leave = {~0u, ~0u};
  out.purposes = std::span(&purpose, 1);
  out.fields = &fields;
  constexpr std::uint64_t kBatch = 100;
  for (auto _ : state) {
    w.plan->pseudonymizer->Begin(0, batch);
    for (out.sequence = 1; out.sequence <= kBatch; ++out.sequence) {
      if (!w.plan->pseudonymizer->Add(0, out, batch)) state.SkipWithError("not received");
    }
    if (!w.plan->pseudonymizer->Finish(0, batch)) state.SkipWithError("not finished");
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

// One durable append of 100 events at a time on the real disk; a commit each.
void JournalAppend100Durable(benchmark::State& state) {
  World& w = TheWorld();
  const auto journal = w.config.OpenJournal("journal");
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
  testing::BenchGate gate(TheWorld().config);
  for (auto _ : state) {
    if (gate.Admit(kBatch).outcome != base::Outcome::kAccepted) state.SkipWithError("not accepted");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kBatch));
}
BENCHMARK(GateAdmit100);

}  // namespace
}  // namespace octroi

BENCHMARK_MAIN();
