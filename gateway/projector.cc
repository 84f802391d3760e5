#include "gateway/projector.h"

#include <algorithm>
#include <chrono>

#include "base/crash_point.h"
#include "base/log.h"
#include "base/thread_name.h"
#include "gateway/admission.h"
#include "gateway/names.h"

namespace octroi::gateway {
namespace {

constexpr base::Millis kHourMs = 3'600'000;
constexpr std::chrono::milliseconds kStoreRetry{500};

// A store that does not answer now is asked again when it is written to; until then the hour counts
// as new, and may tell more apart than its bounds.
QualityTally::KnownOf ProjectedHour(store::FlowStore& store) {
  return [&store](base::Millis hour) {
    auto known = store.Quality(hour, hour + store::kQualityHour);
    return known ? std::move(*known) : store::QualityCounts{};
  };
}

}  // namespace

store::DeliveryState InitialState(const base::Verdict& verdict, base::Millis at) {
  store::DeliveryState state;
  state.destination = verdict.destination;
  state.outcome = OutcomeOf(verdict);
  state.reason = verdict.allowed ? base::Reason::kQueued : verdict.reason;
  state.at = at;
  return state;
}

void ProjectionBuilder::Add(std::uint64_t sequence, std::string_view record) {
  if (sequence == 0) return;  // the head of a segment repeats what stands elsewhere
  projection_.through = sequence;
  const auto kind = journal::KindOf(record);
  base::Status read = kind ? base::Ok() : base::Status(kind.error());
  if (kind && *kind == journal::RecordKind::kEvent) {
    read = Decode(record, event_);
    if (read) AddEvent(sequence, record, event_);
  } else if (kind && *kind == journal::RecordKind::kOutcome) {
    read = Decode(record, outcome_);
    if (read) AddOutcome(outcome_);
  } else if (kind && *kind == journal::kTaskRecord) {
    read = Decode(record, task_);
    if (read) AddTask(task_);
  }
  if (read) return;
  ++unreadable_;
  base::Log::Error("projector.record_unreadable", {{"sequence", sequence}});
}

void ProjectionBuilder::AddEvent(std::uint64_t sequence, std::string_view bytes,
                                 const journal::EventRecord& record) {
  store::EventRow row;
  row.sequence = sequence;
  row.plan = record.plan;
  row.source = record.source;
  row.outcome = record.outcome;
  row.reason = record.reason;
  row.received = record.received;
  row.record = bytes;
  for (const base::Verdict& verdict : record.verdicts)
    row.deliveries.push_back(InitialState(verdict, record.received));
  projection_.events.push_back(std::move(row));
  CountRules(record);
  quality_.Add(record);
}

void ProjectionBuilder::AddOutcome(const journal::OutcomeRecord& record) {
  store::DeliveryState state{record.destination, record.outcome,     record.reason,
                             record.attempt,     record.http_status, record.at};
  auto& events = projection_.events;
  for (const std::uint64_t sequence : record.events) {
    const auto row =
        std::lower_bound(events.begin(), events.end(), sequence,
                         [](const store::EventRow& r, std::uint64_t s) { return r.sequence < s; });
    if (row == events.end() || row->sequence != sequence) {
      projection_.outcomes.push_back({sequence, state});
      continue;
    }
    for (store::DeliveryState& known : row->deliveries) {
      if (known.destination == record.destination) known = state;
    }
  }
}

void ProjectionBuilder::AddTask(const journal::TaskRecord& record) {
  store::TaskChange change;
  store::Task& task = change.task;
  task.id = record.task;
  if (record.step == journal::TaskStep::kClosed) {
    change.act = store::TaskAct::kClose;
    task.closed = record.at;
    task.closed_by = record.uid;
    task.note = record.note;
  } else {
    task.consent = record.consent;
    task.handle = record.handle;
    task.purpose = record.purpose;
    task.state = static_cast<policies::ConsentState>(record.state);
    task.effective_at = record.effective_at;
    task.recorded_at = record.recorded_at;
    task.destination = record.destination;
    task.deliveries = record.deliveries;
    task.perhaps = record.perhaps;
    task.opened = record.at;
    task.due = record.due;
  }
  projection_.tasks.push_back(std::move(change));
}

void ProjectionBuilder::CountRules(const journal::EventRecord& record) {
  if (record.evaluated == 0) return;
  Tally* const tally = TallyOf(record);
  if (tally == nullptr) return;
  const std::size_t count = std::min<std::size_t>(tally->rules.size(), 64);
  for (std::size_t i = 0; i < count; ++i) {
    store::RuleCount& rule = tally->rules[i];
    rule.evaluated += record.evaluated >> i & 1;
    rule.failed += record.evaluated & record.failed & std::uint64_t{1} << i ? 1 : 0;
    rule.repaired += record.evaluated & record.repaired & std::uint64_t{1} << i ? 1 : 0;
  }
}

ProjectionBuilder::Tally* ProjectionBuilder::TallyOf(const journal::EventRecord& record) {
  const base::Millis hour = record.received - record.received % kHourMs;
  for (Tally& tally : tallies_) {
    if (tally.plan == record.plan && tally.source == record.source &&
        tally.contract == record.contract && tally.hour == hour) {
      return &tally;
    }
  }
  const RuleNames& names = NamesOf(record.plan);
  if (record.source >= names.sources.size() || record.contract >= names.rules.size()) {
    return nullptr;
  }
  return &tallies_.emplace_back(
      Tally{record.plan, record.source, record.contract, hour,
            std::vector<store::RuleCount>(names.rules[record.contract].size())});
}

const ProjectionBuilder::RuleNames& ProjectionBuilder::NamesOf(std::uint32_t plan) {
  const auto known = known_.find(plan);
  if (known != known_.end()) return known->second;
  const Names names = Names::Read(names_(plan));
  RuleNames& made = known_[plan];
  made.sources = names.sources;
  made.contracts = names.contracts;
  for (const std::string& contract : names.contracts) {
    const auto rules = names.rules.find(contract);
    made.rules.push_back(rules == names.rules.end() ? std::vector<std::string>{} : rules->second);
  }
  return made;
}

store::Projection ProjectionBuilder::Take() {
  for (const Tally& tally : tallies_) {
    const RuleNames& names = NamesOf(tally.plan);
    for (std::size_t i = 0; i < tally.rules.size(); ++i) {
      if (tally.rules[i].evaluated == 0) continue;
      store::RuleCount& count =
          projection_.rules[{tally.hour, names.sources[tally.source],
                             names.contracts[tally.contract], names.rules[tally.contract][i]}];
      count.evaluated += tally.rules[i].evaluated;
      count.failed += tally.rules[i].failed;
      count.repaired += tally.rules[i].repaired;
    }
  }
  tallies_.clear();
  projection_.quality = quality_.Take();
  store::Projection taken = std::move(projection_);
  projection_ = {};
  return taken;
}

Projector::Projector(Parts parts)
    : parts_(std::move(parts)), builder_(parts_.names, ProjectedHour(*parts_.store)) {}

Projector::~Projector() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Projector::Start() {
  {
    const std::lock_guard lock(mutex_);  // the journal may be telling us more already
    durable_ = std::max(durable_, parts_.journal->durable_through());
  }
  thread_ = std::thread([this] { Run(); });
}

void Projector::OnDurable(const std::vector<journal::FramePtr>& frames,
                          const journal::Ticket& ticket) {
  const std::lock_guard lock(mutex_);
  durable_ = ticket.through();
  for (const journal::FramePtr& frame : frames) {
    queue_.runs.push_back({frame->first_sequence, frame->count, frame->records.size()});
    queue_.records.append(frame->records);
  }
  if (queue_.records.size() > parts_.queue_bytes_max) queue_.Clear();
  if (idle_) work_.notify_one();
}

Projector::Work Projector::WaitForWork() {
  std::unique_lock lock(mutex_);
  const auto stopping = [&] { return stopping_; };
  idle_ = true;
  work_.wait(lock, [&] { return stopping_ || durable_ > through_; });
  idle_ = false;
  base::Millis waited = 0;
  for (std::uint64_t last = 0; last != durable_ && waited < parts_.every; waited += parts_.quiet) {
    last = durable_;
    if (work_.wait_for(lock, std::chrono::milliseconds(parts_.quiet), stopping)) break;
  }
  Work work;
  std::swap(working_, queue_);
  work.durable = durable_;
  work.stopping = stopping_;
  return work;
}

void Projector::Run() {
  base::NameThread("projector");
  if (!FindPlace()) return;
  for (;;) {
    const auto [durable, stopping] = WaitForWork();
    const std::uint64_t before = through_;
    CatchUp(working_.runs.empty() ? durable : working_.runs.front().first_sequence - 1);
    const bool applied = ApplyHeard();
    working_.Clear();
    // Stopping, it ends with the last record, or where the journal cannot be read.
    if (!applied || (stopping && (through_ >= durable || through_ == before))) return;
  }
}

// Where the store stands; asks again while it is unavailable. False: stopping.
bool Projector::FindPlace() {
  for (;;) {
    if (const auto start = parts_.store->ProjectedThrough()) {
      through_ = *start;
      return true;
    }
    base::Log::Error("projector.store_unavailable");
    if (!WaitToRetry()) return false;
  }
}

bool Projector::WaitToRetry() {
  std::unique_lock lock(mutex_);
  return !work_.wait_for(lock, kStoreRetry, [&] { return stopping_; });
}

bool Projector::ApplyHeard() {
  std::uint64_t next = through_ + 1;
  std::string_view records = working_.records;
  for (const Heard::Run& run : working_.runs) {
    const std::string_view own = records.substr(0, run.bytes);
    records.remove_prefix(run.bytes);
    if (run.first_sequence < next) continue;  // read from the journal already
    // A gap that could not be read now: the next round reads it.
    if (run.first_sequence > next) break;
    next = run.first_sequence + run.count;
    journal::ForEachRecord(own, [&](std::uint32_t index, std::string_view record) {
      builder_.Add(run.first_sequence + index, record);
      return true;
    });
    if (builder_.events() >= parts_.batch_events && !Apply()) return false;
  }
  return Apply();
}

// What the queue does not hold: the time before Start, or what was dropped from it.
void Projector::CatchUp(std::uint64_t through) {
  constexpr std::uint64_t kStep = 20'000;
  while (through_ < through) {
    const std::uint64_t to = std::min<std::uint64_t>(through, through_ + kStep);
    const auto read = parts_.journal->Read(
        through_ + 1, to,
        [&](std::uint64_t sequence, std::string_view record) { builder_.Add(sequence, record); });
    if (!read) {
      base::Log::Error("projector.read_failed",
                       {{"where", base::Id::OfConfig(read.error().where)}});
      return;
    }
    if (!Apply()) return;
  }
}

// Applies what was built; tries again while the store is unavailable. False: stopping, and the
// store is down.
bool Projector::Apply() {
  const store::Projection batch = builder_.Take();
  if (batch.through == 0) return true;
  for (;;) {
    const auto applied = parts_.store->Apply(batch);
    const bool doubtful = !applied && applied.error().code != base::ErrorCode::kUnavailable;
    if (applied || (doubtful && HasApplied(batch))) {
      OCTROI_CRASH_POINT("projection.applied");
      through_.store(batch.through, std::memory_order_release);
      return true;
    }
    base::Log::Error("projector.apply_failed",
                     {{"where", base::Id::OfConfig(applied.error().where)},
                      {"detail", base::Id::OfConfig(applied.error().detail)}});
    if (!WaitToRetry()) return false;
  }
}

// A commit in doubt may have happened: the store knows, and would not take it twice.
bool Projector::HasApplied(const store::Projection& batch) const {
  const auto place = parts_.store->ProjectedThrough();
  return place && *place >= batch.through;
}

base::Status Rebuild(const journal::Journal& journal, store::FlowStore& store,
                     const PlanNames& names,
                     const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  if (auto cleared = store.Clear(); !cleared) return cleared;
  const std::uint64_t total = journal.durable_through();
  constexpr std::uint64_t kStep = 10'000;
  ProjectionBuilder builder(names, ProjectedHour(store));
  for (std::uint64_t done = 0; done < total;) {
    const std::uint64_t to = std::min(total, done + kStep);
    const auto read = journal.Read(
        done + 1, to,
        [&](std::uint64_t sequence, std::string_view record) { builder.Add(sequence, record); });
    if (!read) return read;
    const store::Projection batch = builder.Take();
    if (batch.through != 0) {
      if (auto applied = store.Apply(batch); !applied) return applied;
    }
    done = to;
    progress(done, total);
  }
  return base::Ok();
}

}  // namespace octroi::gateway
