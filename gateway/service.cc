#include "gateway/service.h"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/log.h"
#include "base/memory_limit.h"
#include "base/text.h"
#include "crypto/key_edit.h"
#include "gateway/api.h"
#include "gateway/canary/watch.h"
#include "gateway/config_desk.h"
#include "gateway/consent_desk.h"
#include "gateway/consent_late.h"
#include "gateway/consent_watch.h"
#include "gateway/console/console.h"
#include "gateway/counted.h"
#include "gateway/edge.h"
#include "gateway/explain_report.h"
#include "gateway/forward_desk.h"
#include "gateway/gate.h"
#include "gateway/hold_desk.h"
#include "gateway/housekeeper.h"
#include "gateway/import/submitted.h"
#include "gateway/late_watch.h"
#include "gateway/migrate.h"
#include "gateway/projector.h"
#include "gateway/reconcile.h"
#include "gateway/recovery.h"
#include "gateway/replay.h"
#include "gateway/report.h"
#include "gateway/score/journeys.h"
#include "gateway/score/report.h"
#include "gateway/simulate.h"
#include "gateway/tap.h"
#include "gateway/token_desk.h"
#include "gateway/training.h"
#include "gateway/whole_file.h"

namespace octroi::gateway {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kExportBytesMax = 64 * 1024 * 1024;
constexpr base::Millis kSeenForMs = 7 * 86'400'000LL;  // DESIGN.md 12: idempotency window

base::Status CheckKeys(store::MetaStore& meta, const crypto::KeyRing& keys) {
  const auto stored = meta.Get(store::kMetaKeyCheck);
  if (!stored) return stored.error();
  if (!*stored) return meta.Set(store::kMetaKeyCheck, keys.CheckValue());
  if (**stored == keys.CheckValue()) return base::Ok();
  if (keys.Recognises(**stored))
    return meta.Set(store::kMetaKeyCheck, keys.CheckValue());  // rotated since: still ours
  return Error{ErrorCode::kInvalid, "service.keys",
               "the key files differ from those this store was made with (key check value); "
               "pseudonyms would change "
               "silently. Put the right key files back, or start with an empty storage folder"};
}

// Ids of what leaves come from the oldest version that may be used (policies/pseudonymizer.h). Once
// that is another one, what may be sent again would be taken for something new.
base::Status CheckIdVersion(store::MetaStore& meta, const crypto::KeyRing& keys,
                            const journal::Journal& journal, const JournalRecovery& recovery) {
  const std::string now = std::to_string(keys.oldest_version());
  const std::string key = std::string(store::kMetaIdVersion) + journal.origin();
  const auto stored = meta.Get(key);
  if (!stored) return stored.error();
  if (*stored && **stored == now) return base::Ok();
  const std::uint64_t waiting = *stored ? recovery.Resendable(journal) : 0;
  if (waiting == 0) return meta.Set(key, now);
  return Error{
      ErrorCode::kInvalid, "service.keys",
      "the pseudonym key kv=" + **stored + " may not be used any more, but " +
          std::to_string(waiting) +
          " deliveries that may have been sent under it are not done, or may be replayed: "
          "their ids would change, and a destination would take one event for two. Take it "
          "back (`octroi keys reinstate " +
          **stored + "`) until they are sent or past their time"};
}

}  // namespace

struct Service::State {
  explicit State(Parts given)
      : parts(std::move(given)), settings(parts.config->settings), steady(*parts.clock) {}

  Parts parts;
  Service* self = nullptr;  // which answers for all of this
  GatewaySettings settings;
  const base::SteadyWall steady;
  base::Metrics metrics;
  std::unique_ptr<crypto::KeyRing> keys;
  SeenIndex seen{SeenEntriesFor(base::MemoryLimit())};
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<ConfigDesk> configs;
  std::unique_ptr<TokenDesk> tokens;
  std::unique_ptr<access::AccessDesk> accesses;
  std::unique_ptr<BreachDesk> breaches;
  std::unique_ptr<policies::ConsentIndex> index;
  std::unique_ptr<Gate> gate;
  std::unique_ptr<ConsentDesk> consents;
  SendGate sends;
  std::unique_ptr<ConsentWatch> watch;
  std::unique_ptr<Dispatcher> dispatcher;
  std::unique_ptr<HoldDesk> holds;
  std::unique_ptr<ForwardDesk> forward;
  std::unique_ptr<Projector> projector;
  std::unique_ptr<TaskDesk> tasks;
  std::unique_ptr<LateWatch> late;
  std::unique_ptr<CountDesk> counts;
  std::unique_ptr<Housekeeper> housekeeper;
  std::unique_ptr<ReplayDesk> replays;
  std::unique_ptr<gateway::Tap> tap;
  std::unique_ptr<CanaryWatch> canaries;
  std::unique_ptr<Api> api, console_api;
  std::unique_ptr<console::Console> screens;
  std::unique_ptr<Edge> edge, console;

  // Wakes the edges' waiting answers. A listener, so that it follows the dispatcher and the
  // projector.
  struct Waker final : journal::DurableListener {
    State* state = nullptr;
    void OnDurable(const std::vector<journal::FramePtr>&, const journal::Ticket&) override {
      if (Edge* edge = state->awake.load(std::memory_order_acquire)) edge->OnDurable();
    }
  } waker;
  std::atomic<Edge*> awake{nullptr};

  PlanPtr InForce() const { return configs->plan(); }

  base::Result<access::Rules> AccessRules() const;
  base::Status Start();
  base::Status OpenJournal(JournalRecovery& recovery);
  void Assemble();
  console::Console::Parts ConsoleParts();
  base::Status Listen();
  base::Status Submit(const Plan& plan, std::uint16_t source,
                      std::span<const std::string_view> events);  // the housekeeper's
  void RefreshGauges();
  config::RotationDue KeyDue() const;  // of the config in force
};

Service::Service() = default;

base::Result<std::unique_ptr<Service>> Service::Start(Parts parts) {
  std::unique_ptr<Service> service(new Service());
  if (parts.threads == 0) parts.threads = std::max(1u, std::thread::hardware_concurrency());
  service->state_ = std::make_unique<State>(std::move(parts));
  service->state_->self = service.get();
  if (auto started = service->state_->Start(); !started) return started.error();
  return service;
}

base::Status Service::State::Start() {
  auto ring =
      crypto::KeyRing::Open(settings.tenant, {settings.pseudonym_root, settings.storage_root});
  if (!ring) return ring.error();
  keys = std::move(*ring);
  if (auto here = CheckNotMoved(*parts.store); !here) return here;
  if (auto same = CheckKeys(*parts.store, *keys); !same) return same;
  JournalRecovery recovery(seen, parts.clock->WallNow() - kSeenForMs);
  if (auto opened = OpenJournal(recovery); !opened) return opened;
  if (auto fits = CheckIdVersion(*parts.store, *keys, *journal, recovery); !fits) return fits;
  configs = std::make_unique<ConfigDesk>(
      ConfigDesk::Parts{parts.store, parts.store, keys.get(), journal.get(), parts.clock,
                        parts.config_folder, settings.storage_path + "/proposals",
                        [this](const Plan& next, const std::function<base::Status()>& then) {
                          return consents->Enter(next, then);
                        },
                        [this] {
                          holds->PlanChanged();
                          dispatcher->PlanChanged();
                          canaries->PlanChanged();
                        }});
  const auto made = configs->Open(*parts.config, recovery.last_plan());
  if (!made) return made.error();
  settings = configs->settings();
  Assemble();
  journal->Start();
  if (auto in_force = configs->Begin(recovery.last_plan()); !in_force) return in_force;
  if (auto begun = watch->Begin(); !begun) return begun;
  if (auto read = consents->Recover(**made); !read) return read;
  recovery.Requeue(*dispatcher, *journal);
  recovery.Hold(*holds);
  if (auto begun = breaches->Begin(keys->versions(), geteuid()); !begun) return begun;
  consents->Start();
  if (auto leased = watch->Start(); !leased) return leased;
  projector->Start();
  dispatcher->Start();
  holds->Start();
  housekeeper->Start();
  canaries->Start();
  return Listen();
}

base::Status Service::State::OpenJournal(JournalRecovery& recovery) {
  auto opened = journal::Journal::Open(
      {parts.disk, parts.clock, keys.get(), settings.storage_path + "/journal", parts.segment_bytes,
       base::kPendingBytesMax, parts.fatal},
      [&](std::uint64_t sequence, std::string_view record) { recovery.Take(sequence, record); });
  if (!opened) return opened.error();
  journal = std::move(*opened);
  if (auto attached = parts.store->Attach(journal->origin()); !attached) return attached;
  const auto projected = parts.store->ProjectedThrough();
  if (!projected) return projected.error();
  if (*projected > journal->durable_through()) {
    return Error{
        ErrorCode::kInvalid, "service.journal",
        "the journal ends at record " + std::to_string(journal->durable_through()) +
            " but the store has projected record " + std::to_string(*projected) +
            ": acknowledged records are missing. Restore the journal folder from a backup"};
  }
  return base::Ok();
}

void Service::State::Assemble() {
  index = std::make_unique<policies::ConsentIndex>(configs->purposes_max());
  const auto plan_now = [this] { return InForce(); };
  tokens = std::make_unique<TokenDesk>(
      TokenDesk::Parts{parts.store, keys.get(), parts.clock, &metrics, parts.store->shared()});
  accesses = std::make_unique<access::AccessDesk>(access::AccessDesk::Parts{
      journal.get(), keys.get(), parts.clock, [this] { return AccessRules(); }, tokens.get()});
  breaches = std::make_unique<BreachDesk>(BreachDesk::Parts{
      parts.store, journal.get(), parts.clock, plan_now, [this] { return index->subjects(); },
      !settings.storage_root.empty(), parts.store->shared()});
  consents = std::make_unique<ConsentDesk>(ConsentDesk::Parts{
      .journal = journal.get(),
      .store = parts.store,
      .index = index.get(),
      .sends = &sends,
      .keys = keys.get(),
      .clock = parts.clock,
      .metrics = &metrics,
      .stored = [this](const policies::ConsentEvent& event) { late->OnStored(event); }});
  watch = std::make_unique<ConsentWatch>(
      ConsentWatch::Parts{parts.store, consents.get(), &sends, parts.clock, plan_now});
  Dispatcher::Parts dispatch;
  dispatch.journal = journal.get();
  dispatch.index = index.get();
  dispatch.gate = &sends;
  dispatch.tokens = tokens.get();
  dispatch.clock = parts.clock;
  dispatch.metrics = &metrics;
  dispatch.plan = plan_now;
  dispatch.make_sender = parts.make_sender;
  dispatcher = std::make_unique<Dispatcher>(std::move(dispatch));
  holds = std::make_unique<HoldDesk>(HoldDesk::Parts{journal.get(), index.get(), dispatcher.get(),
                                                     parts.clock, &metrics, plan_now});
  gate = std::make_unique<Gate>(Gate::Parts{journal.get(), index.get(), &seen, keys.get(), &metrics,
                                            parts.threads + 1, holds.get()});
  Projector::Parts projection;
  projection.journal = journal.get();
  projection.store = parts.store;
  projection.metrics = &metrics;
  projection.names = [this](std::uint32_t number) { return configs->NamesOf(number); };
  projector = std::make_unique<Projector>(std::move(projection));
  const auto past_now = [this] { return configs->Past(InForce()->number); };
  const auto projected = [this] { return projector->through(); };
  tasks = std::make_unique<TaskDesk>(TaskDesk::Parts{
      journal.get(), parts.store, keys.get(), parts.clock, projected, past_now, settings.language});
  late = std::make_unique<LateWatch>(LateWatch::Parts{
      journal.get(), parts.store, keys.get(), parts.clock, tasks.get(), projected, past_now});
  counts = std::make_unique<CountDesk>(CountDesk::Parts{
      journal.get(), parts.store, parts.clock, &steady, plan_now, projected,
      [this](const Plan& plan, std::uint16_t source, std::span<const std::string_view> events) {
        return Submit(plan, source, events);
      }});
  housekeeper = std::make_unique<Housekeeper>(Housekeeper::Parts{
      journal.get(), parts.store, dispatcher.get(), projector.get(), &seen, parts.clock, plan_now,
      parts.housekeeping_every, kSeenForMs, &steady, holds.get(), late.get(), counts.get()});
  ReplayDesk::Parts again;
  again.journal = journal.get();
  again.store = parts.store;
  again.index = index.get();
  again.dispatcher = dispatcher.get();
  again.clock = parts.clock;
  again.plan = plan_now;
  again.projected = projected;
  replays = std::make_unique<ReplayDesk>(std::move(again));
  tap =
      std::make_unique<gateway::Tap>(gateway::Tap::Parts{parts.clock, plan_now, journal->origin()});
  canaries = std::make_unique<CanaryWatch>(
      CanaryWatch::Parts{parts.clock, &metrics, keys.get(), plan_now});
  waker.state = this;
  journal->Listen(dispatcher.get());
  forward =
      std::make_unique<ForwardDesk>(ForwardDesk::Parts{parts.clock, &metrics, journal->origin()});
  journal->Listen(holds.get());
  journal->Listen(projector.get());
  journal->Listen(replays.get());
  journal->Listen(tap.get());
  journal->Listen(forward.get());
  journal->Listen(&waker);
}

base::Status Service::State::Submit(const Plan& plan, std::uint16_t source,
                                    std::span<const std::string_view> events) {
  Submission submission;
  submission.plan = &plan;
  submission.source = source;
  submission.events = events;
  submission.form.cloud_events = true;
  submission.received = parts.clock->WallNow();
  submission.seen_now = steady.Now();
  std::vector<Admitted> admitted;
  const auto taken = gate->Admit(submission, parts.threads, admitted);
  if (!taken) return taken.error();
  journal->WaitDurable(taken->first_sequence + events.size() - 1);
  for (const Admitted& one : admitted) {
    if (one.outcome == base::Outcome::kAccepted || one.outcome == base::Outcome::kMerged) continue;
    base::Log::Warn("counts.refused", {{"source", base::Id::OfConfig(plan.sources[source].id)},
                                       {"reason", base::Id::OfConfig(base::Name(one.reason))}});
  }
  return base::Ok();
}

base::Result<access::Rules> Service::State::AccessRules() const {
  const std::uint32_t number = InForce()->number;
  const auto past = configs->Past(number);
  if (!past) return past.error();
  return access::Rules::Of(past->config, number);
}

console::Console::Parts Service::State::ConsoleParts() {
  console::Console::Parts show;
  show.other = console_api.get();
  show.clock = parts.clock;
  show.users_path = console::UsersPath(settings.storage_path);
  show.language = settings.language;
  show.plan = [this] { return InForce(); };
  show.progress = [this] {
    return console::Progress{journal->durable_through(), projector->through()};
  };
  show.status = [this] { return self->Status(); };
  show.quality = [this](std::string_view verb, std::string_view question, score::Kept& kept) {
    return self->Quality(verb, question, &kept);
  };
  show.tap = [this](std::string_view ask, Live& live) { tap->Watch(ask, live); };
  show.record = {parts.store,
                 keys.get(),
                 parts.clock,
                 accesses.get(),
                 show.plan,
                 [this](std::uint32_t number) { return configs->Past(number); },
                 [this](std::string_view id) { return self->Explain(id); },
                 journal->origin()};
  return show;
}

base::Status Service::State::Listen() {
  Api::Parts serve;
  serve.gate = gate.get();
  serve.consents = consents.get();
  serve.forward = forward.get();
  serve.journal = journal.get();
  serve.clock = parts.clock;
  serve.steady = &steady;
  serve.metrics = &metrics;
  serve.plan = [this] { return InForce(); };
  serve.ready = [this] { return journal->accepting(); };
  serve.canaries = [this] { return canaries->Light().good(); };
  serve.keys = [this] { return !KeyDue().due; };
  serve.before_metrics = [this] { RefreshGauges(); };
  serve.language = settings.language;
  serve.threads = parts.threads;
  api = std::make_unique<Api>(serve);
  serve.events = false;
  serve.threads = 1;
  console_api = std::make_unique<Api>(serve);
  screens = std::make_unique<console::Console>(ConsoleParts());

  Edge::Parts listen;
  listen.clock = parts.clock;
  listen.metrics = &metrics;
  listen.durable_through = [this] { return journal->durable_through(); };
  listen.address = settings.listen_console;
  listen.handler = screens.get();
  auto console_edge = Edge::Start(listen);
  if (!console_edge) return console_edge.error();
  console = std::move(*console_edge);
  listen.address = settings.listen_ingest;
  listen.threads = parts.threads;
  listen.tls_certificate = settings.tls_certificate;
  listen.tls_key = settings.tls_key;
  listen.handler = api.get();
  auto ingest = Edge::Start(listen);
  if (!ingest) return ingest.error();
  edge = std::move(*ingest);
  awake.store(edge.get(), std::memory_order_release);
  return base::Ok();
}

config::RotationDue Service::State::KeyDue() const {
  return config::RotationDue::Of(keys->versions(), InForce()->rotate_keys_every,
                                 parts.clock->WallNow());
}

void Service::State::RefreshGauges() {
  canaries->RefreshGauges();
  metrics.GaugeOf("octroi_key_rotation_due").Set(KeyDue().due ? 1 : 0);
  const BreachDesk::Light breaches_now = breaches->Look();
  metrics.GaugeOf("octroi_breaches_open").Set(breaches_now.open);
  metrics.GaugeOf("octroi_breaches_overdue").Set(breaches_now.overdue);
  metrics.GaugeOf("octroi_pending_deliveries")
      .Set(static_cast<std::int64_t>(dispatcher->pending()));
  metrics.GaugeOf("octroi_sending_held").Set(sends.Open(parts.clock->BootNowNanos()) ? 0 : 1);
  metrics.GaugeOf("octroi_consent_observed")
      .Set(parts.clock->WallNow() < InForce()->observe_consent_until ? 1 : 0);
  metrics.GaugeOf("octroi_journal_sequence")
      .Set(static_cast<std::int64_t>(journal->durable_through()));
  metrics.GaugeOf("octroi_projected_sequence").Set(static_cast<std::int64_t>(projector->through()));
  metrics.GaugeOf("octroi_seen_entries").Set(static_cast<std::int64_t>(seen.entries()));
  const base::Millis known_for = steady.Now() - seen.forgotten_before();
  metrics.GaugeOf("octroi_seen_window_seconds").Set(std::min(known_for, kSeenForMs) / 1'000);
  metrics.GaugeOf("octroi_consent_subjects").Set(static_cast<std::int64_t>(index->subjects()));
}

Service::~Service() {
  if (!state_) return;
  State& s = *state_;
  s.awake.store(nullptr);
  if (s.edge) s.edge->Drain(0);  // nobody speaks any more; the journal's thread may still wake it
  if (s.console) s.console->Drain(0);
  s.screens.reset();  // its threads read what goes next
  s.canaries.reset();
  if (s.late) s.late->Stop();
  if (s.counts) s.counts->Stop();
  s.housekeeper.reset();
  s.watch.reset();
  s.consents.reset();
  if (s.holds) s.holds->Stop();
  if (s.dispatcher) s.dispatcher->Drain(0);
  if (s.journal) s.journal->Stop();  // commits what is queued; tells dispatcher and projector
  s.edge.reset();
  s.console.reset();
  s.holds.reset();
  s.dispatcher.reset();
  s.projector.reset();  // applies what it heard
  s.forward.reset();
}

std::uint16_t Service::ingest_port() const { return state_->edge->port(); }
std::uint16_t Service::console_port() const { return state_->console->port(); }

std::vector<ConfigFinding> Service::Reload() { return state_->configs->Reload(); }
ConfigDesk& Service::configs() { return *state_->configs; }
access::AccessDesk& Service::accesses() { return *state_->accesses; }
TaskDesk& Service::tasks() { return *state_->tasks; }
BreachDesk& Service::breaches() { return *state_->breaches; }

std::string Service::Status() const {
  return StatusReport(
      {state_->InForce(), state_->parts.store, state_->journal.get(), state_->dispatcher->pending(),
       state_->projector->through(), state_->index->subjects(),
       !state_->sends.Open(state_->parts.clock->BootNowNanos()), state_->parts.clock->WallNow(),
       &state_->metrics.LatencyOf("octroi_answer_durable"),
       [this](const std::string& id) -> StatusInput::Lanes {
         const base::Labels labels{{base::Id("destination"), base::Id::OfConfig(id)}};
         return {state_->metrics.GaugeOf("octroi_pending", labels).value(),
                 state_->metrics.GaugeOf("octroi_breaker", labels).value(),
                 &state_->metrics.LatencyOf("octroi_delivery_sent", labels)};
       },
       state_->canaries->Light(), state_->KeyDue()});
}

std::string Service::Explain(std::string_view event_id) const {
  Explaining with;
  with.names = [this](std::uint32_t number) { return state_->configs->NamesOf(number); };
  with.past = [this](std::uint32_t number) { return state_->configs->Past(number); };
  with.payload = [this](std::uint64_t sequence, std::string& payload) {
    return bool{state_->journal->ReadPayload(sequence, payload)};
  };
  return ExplainReport(event_id, state_->journal->origin(), *state_->parts.store, with);
}

std::string Service::Failures(std::size_t limit) const {
  const auto names = [this](std::uint32_t number) { return state_->configs->NamesOf(number); };
  return FailuresReport(limit, state_->journal->origin(), *state_->parts.store, names,
                        *state_->InForce());
}

std::string Service::Audit(base::Millis span) const {
  const base::Millis since = state_->parts.clock->WallNow() - span;
  const auto report = gateway::Audit(*state_->journal, *state_->parts.store, Auditor(since));
  if (!report) return R"({"error":"store.unavailable"})";
  return AuditJson(*report, state_->journal->origin(), *state_->InForce());
}

std::string Service::Keys() const {
  nlohmann::json usable = nlohmann::json::array();
  for (const crypto::KeyVersion& one : state_->keys->versions()) {
    if (one.state == crypto::KeyState::kActive || one.state == crypto::KeyState::kVerifyOnly)
      usable.push_back(one.version);
  }
  return nlohmann::json{{"usable", std::move(usable)}}.dump();
}

std::string Service::Late() const {
  const auto past = state_->configs->Past(state_->InForce()->number);
  if (!past) return R"({"error":"store.unavailable"})";
  const auto facts = config::RegisterFacts::Of(past->config, state_->settings.language);
  return LateReport({state_->parts.store, past->plan.get(), &facts, state_->keys.get(),
                     state_->journal->origin()});
}

std::string Service::Training(std::string_view order) const {
  const auto read = nlohmann::json::parse(order, nullptr, /*allow_exceptions=*/false);
  if (!read.is_object()) return R"({"error":"change.order"})";
  const auto past = state_->configs->Past(state_->InForce()->number);
  if (!past) return R"({"error":"store.unavailable"})";
  const auto facts = config::RegisterFacts::Of(past->config, state_->settings.language);
  const TrainingParts parts{
      state_->parts.store, past->plan.get(),          &facts,
      state_->keys.get(),  state_->journal->origin(), state_->parts.clock->WallNow()};
  if (read.value("what", "") == "show") return TrainingSets(parts, read.value("destination", ""));
  if (!read.contains("person")) return TrainingAffected(parts, std::nullopt);
  std::vector<policies::Fingerprint> person;
  for (const auto& one : read["person"]) {
    const auto bytes = base::FromHex(one.get<std::string>());
    if (!bytes || bytes->size() != sizeof(policies::Fingerprint))
      return R"({"error":"change.order"})";
    std::copy(bytes->begin(), bytes->end(), person.emplace_back().begin());
  }
  return TrainingAffected(parts, person);
}

std::string Service::Counts(std::string_view order) const {
  const auto read = nlohmann::json::parse(order, nullptr, /*allow_exceptions=*/false);
  if (!read.is_object()) return R"({"error":"change.order"})";
  const auto past = state_->configs->Past(state_->InForce()->number);
  if (!past) return R"({"error":"store.unavailable"})";
  const auto facts = config::RegisterFacts::Of(past->config, state_->settings.language);
  return CountsReport({state_->journal.get(), state_->parts.store, past->plan.get(), &facts,
                       state_->parts.clock->WallNow()},
                      read.value("destination", ""), read.value("since", base::Millis{0}));
}

std::string Service::Journeys(std::string_view order) const {
  const auto past = state_->configs->Past(state_->InForce()->number);
  if (!past) return R"({"error":"store.unavailable"})";
  const crypto::HmacKey campaigns = state_->keys->StorageHmac("dedup");
  return score::JourneysReport(
      {state_->journal.get(), state_->parts.store, &*past, &campaigns, state_->settings.language,
       state_->parts.clock->WallNow(), base::MemoryLimit() / 8},
      order);
}

std::string Service::Reconcile(std::string_view order) const {
  const auto read = nlohmann::json::parse(order, nullptr, /*allow_exceptions=*/false);
  if (!read.is_object()) return R"({"error":"change.order"})";
  const PlanPtr plan = state_->InForce();
  const SourcePlan* source = plan->SourceById(read.value("source", ""));
  if (source == nullptr) return R"({"error":"source.unknown"})";
  const auto text = ReadWholeFile(read.value("path", ""), kExportBytesMax);
  if (!text) return R"({"error":"export.unreadable"})";
  const auto events = SplitEvents(*text);
  if (!events) return R"({"error":"export.unreadable"})";
  const GateKeys keys{state_->keys->StorageHmac("fingerprint"), state_->keys->StorageHmac("dedup")};
  const auto place = static_cast<std::uint16_t>(source - plan->sources.data());
  const auto result =
      gateway::Reconcile(*state_->journal, *state_->parts.store, keys, *plan, place, *events,
                         state_->parts.clock->WallNow() - read.value("span", base::Millis{0}));
  if (!result) return R"({"error":"store.unavailable"})";
  return ReconciliationJson(*result, state_->journal->origin(), *plan, place);
}
std::string Service::Quality(std::string_view verb, std::string_view question,
                             score::Kept* kept) const {
  const crypto::HmacKey campaigns = state_->keys->StorageHmac("dedup");
  const score::Parts parts{state_->parts.store,
                           [this](std::uint32_t number) { return state_->configs->Past(number); },
                           state_->InForce()->number,
                           &campaigns,
                           state_->parts.clock->WallNow(),
                           kept};
  return verb == "score" ? score::ScoreReport(question, parts)
                         : score::ProblemsReport(question, parts);
}

std::string Service::Submitted(std::string_view order) const {
  const GateKeys keys{state_->keys->StorageHmac("fingerprint"), state_->keys->StorageHmac("dedup")};
  return import::FindSubmitted(*state_->journal, keys, *state_->InForce(), order);
}

void Service::Tap(std::string_view ask, Live& live) { state_->tap->Watch(ask, live); }
void Service::Replay(std::string_view ask, Live& live) { state_->replays->Serve(ask, live); }

void Service::Drain(base::Millis within) {
  state_->forward->Release();
  state_->edge->Drain(within);
  state_->console->Drain(within);
  state_->holds->Stop();
  state_->dispatcher->Drain(within);
}

}  // namespace octroi::gateway
