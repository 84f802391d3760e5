#include "gateway/audit.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <set>
#include <tuple>

#include "gateway/projector.h"
#include "store/event_walk.h"
#include "store/projection.h"

namespace octroi::gateway {
namespace {

using base::Outcome;

constexpr std::uint16_t kWhole = 0xffff;
constexpr base::Millis kMinute = 60'000;
constexpr int kRounds = 20;  // of asking again about what changed meanwhile

void Count(store::Totals& totals, std::uint16_t source, Outcome outcome, base::Reason reason) {
  store::CountEvents(totals, {source, Outcome::kUndecided, base::Reason::kUndecided}, 1);
  store::CountEvents(totals, {source, outcome, reason}, 1);
}

}  // namespace

void Auditor::Take(std::uint64_t sequence, std::string_view record) {
  const auto kind = journal::KindOf(record);
  if (sequence == 0 || !kind) return;
  if (*kind == journal::RecordKind::kOutcome && Decode(record, outcome_)) TakeOutcome();
  if (*kind != journal::RecordKind::kEvent || !Decode(record, event_)) return;
  if (first_ == 0 && event_.received < since_) return;
  if (first_ == 0) first_ = sequence;
  Known& known = events_[sequence];
  known.plan = event_.plan;
  known.source = event_.source;
  known.outcome = event_.outcome;
  known.reason = event_.reason;
  known.received = event_.received;
  known.record = std::hash<std::string_view>()(record);
  for (const base::Verdict& verdict : event_.verdicts) {
    known.deliveries.push_back(InitialState(verdict, event_.received));
  }
}

void Auditor::TakeOutcome() {
  const store::DeliveryState next{outcome_.destination, outcome_.outcome,     outcome_.reason,
                                  outcome_.attempt,     outcome_.http_status, outcome_.at};
  for (const std::uint64_t sequence : outcome_.events) {
    if (first_ == 0 || sequence < first_) continue;
    ++outcomes_;
    const auto known = events_.find(sequence);
    const auto name = [&](std::string_view what) {
      found_.push_back({sequence, outcome_.destination, what});
    };
    if (known == events_.end()) {
      name("outcome_of_nothing");
      continue;
    }
    auto& deliveries = known->second.deliveries;
    const auto state =
        std::ranges::find(deliveries, outcome_.destination, &store::DeliveryState::destination);
    if (state == deliveries.end()) {
      name("outcome_of_nothing");
    } else if (!store::Advance(*state, next)) {
      name("outcome_after_final");
    }
  }
}

std::vector<Discrepancy> Auditor::Compare(std::uint64_t sequence,
                                          const store::EventRow* row) const {
  const Known& known = events_.at(sequence);
  if (row == nullptr) return {{sequence, kWhole, "store_missing"}};
  std::vector<Discrepancy> found;
  if (row->plan != known.plan || row->source != known.source || row->outcome != known.outcome ||
      row->reason != known.reason || row->received != known.received ||
      std::hash<std::string_view>()(row->record) != known.record) {
    found.push_back({sequence, kWhole, "store_differs"});
  }
  std::map<std::uint16_t, store::DeliveryState> theirs;
  for (const store::DeliveryState& state : row->deliveries) theirs[state.destination] = state;
  for (const store::DeliveryState& state : known.deliveries) {
    const auto same = theirs.find(state.destination);
    if (same == theirs.end() || same->second != state) {
      found.push_back({sequence, state.destination, "store_differs"});
    }
    if (same != theirs.end()) theirs.erase(same);
  }
  for (const auto& [destination, state] : theirs) {
    found.push_back({sequence, destination, "store_differs"});
  }
  return found;
}

std::vector<std::uint64_t> Auditor::Events() const {
  std::vector<std::uint64_t> sequences;
  sequences.reserve(events_.size());
  for (const auto& [sequence, known] : events_) sequences.push_back(sequence);
  return sequences;
}

void Auditor::Conclude(AuditReport& report) const {
  report.events = events_.size();
  report.outcomes = outcomes_;
  std::map<std::uint32_t, std::set<std::uint16_t>> destinations;  // of each plan
  for (const auto& [sequence, known] : events_) {
    store::Totals& minute = report.minutes[{known.received - known.received % kMinute, known.plan}];
    Count(minute, known.source, known.outcome, known.reason);
    for (const store::DeliveryState& state : known.deliveries) {
      store::CountDeliveries(minute, {state.destination, state.outcome, state.reason}, 1);
      destinations[known.plan].insert(state.destination);
    }
  }
  for (auto& [key, minute] : report.minutes) {
    for (const std::uint16_t place : destinations[key.second]) minute.destinations[place];
    store::OfferAccepted(minute);
    report.holds = report.holds && store::Holds(minute);
  }
  report.discrepancies.insert(report.discrepancies.end(), found_.begin(), found_.end());
  for (const auto& [sequence, known] : events_) {
    const auto& offered = destinations[known.plan];
    if (known.outcome != Outcome::kAccepted || known.deliveries.size() == offered.size()) continue;
    for (const std::uint16_t place : offered) {
      const bool decided = std::ranges::any_of(
          known.deliveries, [&](const auto& state) { return state.destination == place; });
      if (!decided) report.discrepancies.push_back({sequence, place, "verdict_missing"});
    }
  }
}

namespace {

// The events that the store does not hold as the journal says, at the first look.
base::Result<std::vector<std::uint64_t>> Suspects(const Auditor& auditor, store::FlowStore& store) {
  std::vector<std::uint64_t> suspects;
  store::EventWalk walk(store);
  for (const std::uint64_t sequence : auditor.Events()) {
    const auto row = walk.At(sequence);
    if (!row) return row.error();
    if (!auditor.Compare(sequence, *row).empty()) suspects.push_back(sequence);
  }
  return suspects;
}

}  // namespace

base::Result<AuditReport> Audit(const journal::Journal& journal, store::FlowStore& store,
                                base::Millis received_since) {
  Auditor auditor(received_since);
  AuditReport report;
  std::uint64_t first = std::numeric_limits<std::uint64_t>::max();
  for (const journal::SegmentInfo& segment : journal.Segments()) {
    if (!segment.payload) first = std::min(first, segment.first_sequence);
  }
  std::vector<std::uint64_t> suspects;
  std::vector<Discrepancy> differing;
  for (int round = 0; round < kRounds; ++round) {
    const auto through = store.ProjectedThrough();
    if (!through) return through.error();
    const std::uint64_t from = round == 0 ? first : report.through + 1;
    if (from <= *through) {
      const auto read = journal.Read(from, *through, [&](std::uint64_t s, std::string_view record) {
        auditor.Take(s, record);
      });
      if (!read) return read.error();
      report.through = *through;
    }
    if (round == 0) {
      auto walked = Suspects(auditor, store);
      if (!walked) return walked.error();
      suspects = std::move(*walked);
    }
    differing.clear();
    std::vector<std::uint64_t> again;
    for (const std::uint64_t sequence : suspects) {
      const auto row = store.Find(sequence);
      if (!row) return row.error();
      const auto found = auditor.Compare(sequence, *row ? &**row : nullptr);
      if (!found.empty()) again.push_back(sequence);
      differing.insert(differing.end(), found.begin(), found.end());
    }
    suspects = std::move(again);
    // Nothing new was projected since: what differs now differs for good.
    const auto now = store.ProjectedThrough();
    if (suspects.empty() || (now && *now == report.through)) break;
  }
  report.discrepancies = std::move(differing);
  auditor.Conclude(report);
  std::ranges::sort(report.discrepancies, {}, [](const Discrepancy& one) {
    return std::tuple(one.sequence, one.destination, one.what);
  });
  report.discrepancies_total = report.discrepancies.size();
  report.holds = report.holds && report.discrepancies.empty();
  if (report.discrepancies.size() > kDiscrepanciesMax)
    report.discrepancies.resize(kDiscrepanciesMax);
  return report;
}

}  // namespace octroi::gateway
