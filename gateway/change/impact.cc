#include "gateway/change/impact.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/admission.h"
#include "gateway/consent_history.h"
#include "gateway/evaluate.h"

namespace octroi::gateway::change {
namespace {

using base::Outcome;
using base::Reason;
using Json = nlohmann::ordered_json;

constexpr base::Millis kDay = 86'400'000;
constexpr std::size_t kExamples = 3;
constexpr std::uint64_t kEnough = 30;  // ux.md C: nothing is said of fewer records

// One config, and the consent that it would have read.
struct Side {
  const Plan& plan;
  policies::ConsentIndex index;
  std::size_t known = 0;  // events of the history that are in the index
  journal::EventRecord record;
  explicit Side(const Plan& which) : plan(which), index(which.purposes.size()) {}
};

class Replay {
 public:
  Replay(const ConsentHistory& history, const GateKeys& keys, const Plan& before, const Plan& after,
         Impact& impact)
      : history_(history),
        reader_(keys),
        evaluator_(keys.dedup),
        before_(before),
        after_(after),
        impact_(impact) {}

  // False: it does not read as it was read.
  bool Take(std::uint64_t sequence, const journal::EventRecord& was, std::string_view text) {
    if (!Run(before_, was, text) || !Run(after_, was, text)) return false;
    ++impact_.replayed;
    if (was.plan == before_.plan.number && !SameDecision(was, before_.record)) ++impact_.otherwise;
    bool stopped = Note(sequence, Impact::kWhole, Whole(before_.record), Whole(after_.record));
    const std::size_t places =
        std::max(before_.plan.destinations.size(), after_.plan.destinations.size());
    for (std::size_t place = 0; place < places; ++place) {
      const auto destination = static_cast<std::uint16_t>(place);
      if (!Known(before_.plan, place) && !Known(after_.plan, place)) continue;
      const Stand then = At(before_, destination), now = At(after_, destination);
      Impact::Sums& sums = impact_.destinations[destination];
      sums.before += then.outcome == Outcome::kSent;
      sums.after += now.outcome == Outcome::kSent;
      stopped = Note(sequence, destination, then, now) || stopped;
    }
    Impact::Day& day = impact_.days[was.received - was.received % kDay];
    ++day.events;
    day.stopped += stopped;
    return true;
  }

 private:
  static bool Known(const Plan& plan, std::size_t place) {
    return place < plan.destinations.size() && !plan.destinations[place].id.empty();
  }
  static Stand Whole(const journal::EventRecord& record) { return {record.outcome, record.reason}; }
  static Stand At(const Side& side, std::uint16_t destination) {
    if (!Known(side.plan, destination)) return {Outcome::kWithheld, Reason::kDestinationRemoved};
    if (side.record.outcome != Outcome::kAccepted) return Whole(side.record);
    for (const base::Verdict& verdict : side.record.verdicts) {
      if (verdict.destination == destination)
        return {verdict.allowed ? Outcome::kSent : OutcomeOf(verdict), verdict.reason};
    }
    return {};
  }

  static bool SameDecision(const journal::EventRecord& a, const journal::EventRecord& b) {
    return a.outcome == b.outcome &&
           std::ranges::equal(a.verdicts, b.verdicts, [](const auto& one, const auto& other) {
             return one.destination == other.destination && one.allowed == other.allowed &&
                    IsHeld(one) == IsHeld(other);
           });
  }

  // Whether the change stops something here.
  bool Note(std::uint64_t sequence, std::uint16_t destination, Stand then, Stand now) {
    if (then == now) return false;
    Shift& shift = impact_.shifts[{destination, then, now}];
    ++shift.events;
    if (!before_.record.subject.empty()) shift.people.insert(before_.record.subject.front());
    if (shift.examples.size() < kExamples) shift.examples.push_back(sequence);
    const auto goes_on = [](Stand stand) {
      return stand.outcome == Outcome::kSent || stand.outcome == Outcome::kAccepted;
    };
    return goes_on(then) && !goes_on(now);
  }

  // The person and the message must come out as they did, or what is read is not what was read.
  bool Run(Side& side, const journal::EventRecord& was, std::string_view text) {
    side.known = history_.Advance(side.plan, side.known, was.received, side.index);
    if (was.source >= side.plan.sources.size() || side.plan.sources[was.source].id.empty())
      return false;
    const SourcePlan& source = side.plan.sources[was.source];
    const auto& accepts = source.accepts;
    const std::string_view type = source.dialect == Dialect::kSegment && was.event < accepts.size()
                                      ? accepts[was.event].event
                                      : std::string_view();
    const Circumstances around{&side.plan,   was.source,  type,   was.gpc,
                               was.received, &side.index, nullptr};
    for (const bool cloud_events : {false, true}) {
      const std::string_view texts[] = {text};
      ReadEvent& read = reader_.Read(source, {cloud_events, 0}, texts)[0];
      evaluator_.Evaluate(around, read, side.record);
      if (side.record.subject == was.subject && side.record.message == was.message) return true;
    }
    return false;
  }

  const ConsentHistory& history_;
  EventReader reader_;
  Evaluator evaluator_;
  Side before_, after_;
  Impact& impact_;
};

base::Result<ConsentHistory> WholeRegister(store::ConsentStore& consents) {
  std::vector<policies::ConsentEvent> events;
  const auto read = consents.ForEach([&](const policies::ConsentEvent& event) {
    events.push_back(event);
    events.back().detail.clear();
  });
  if (!read) return read.error();
  std::ranges::stable_sort(events, {}, &policies::ConsentEvent::recorded_at);
  ConsentHistory history;
  for (policies::ConsentEvent& event : events) history.Add(std::move(event));
  return history;
}

std::string NameOf(const Plan& before, const Plan& after, std::uint16_t place) {
  for (const Plan* plan : {&after, &before}) {
    if (place < plan->destinations.size() && !plan->destinations[place].id.empty())
      return plan->destinations[place].id;
  }
  return {};
}

}  // namespace

base::Result<Impact> ImpactOf(const journal::Journal& journal, store::ConsentStore& consents,
                              const crypto::KeyRing& keys, const Plan& before, const Plan& after,
                              base::Millis since, base::Millis until) {
  const auto history = WholeRegister(consents);
  if (!history) return history.error();
  const GateKeys gate_keys{keys.StorageHmac("fingerprint"), keys.StorageHmac("dedup")};
  Impact impact;
  impact.since = since;
  impact.until = until;
  Replay replay(*history, gate_keys, before, after, impact);
  std::uint64_t first = std::numeric_limits<std::uint64_t>::max();
  for (const journal::SegmentInfo& segment : journal.Segments()) {
    if (!segment.payload) first = std::min(first, segment.first_sequence);
  }
  journal::EventRecord record;
  journal::PayloadView view;
  std::string payload;
  const auto read = journal.Read(
      first, journal.durable_through(), [&](std::uint64_t sequence, std::string_view bytes) {
        const auto kind = journal::KindOf(bytes);
        if (sequence == 0 || !kind || *kind != journal::RecordKind::kEvent ||
            !Decode(bytes, record))
          return;
        if (record.received < since || record.received >= until) return;
        if (record.outcome != Outcome::kAccepted && record.outcome != Outcome::kQuarantined) return;
        ++impact.events;
        if (!record.has_payload || !journal.ReadPayload(sequence, payload) ||
            !view.Decode(payload)) {
          ++impact.payload_gone;
        } else if (!replay.Take(sequence, record, view.text())) {
          ++impact.unreadable;
        }
      });
  if (!read) return read.error();
  return impact;
}

Json ImpactJson(const Impact& impact, const std::string& origin, const Plan& before,
                const Plan& after) {
  Json destinations = Json::object();
  for (const auto& [place, sums] : impact.destinations)
    destinations[NameOf(before, after, place)] = {{"before", sums.before}, {"after", sums.after}};
  std::vector<std::pair<Impact::Cell, const Shift*>> largest_first;
  for (const auto& [cell, shift] : impact.shifts) largest_first.emplace_back(cell, &shift);
  std::ranges::stable_sort(largest_first, [](const auto& a, const auto& b) {
    return a.second->events > b.second->events;
  });
  Json shifts = Json::array();
  for (const auto& [cell, shift] : largest_first) {
    Json examples = Json::array();
    for (const std::uint64_t sequence : shift->examples)
      examples.push_back(origin + "." + std::to_string(sequence));
    shifts.push_back({{"destination", cell.destination == Impact::kWhole
                                          ? Json()
                                          : Json(NameOf(before, after, cell.destination))},
                      {"from", base::Name(cell.before.outcome)},
                      {"from_reason", before.ReasonName(cell.before.reason)},
                      {"to", base::Name(cell.after.outcome)},
                      {"to_reason", after.ReasonName(cell.after.reason)},
                      {"events", shift->events},
                      {"people", shift->people.size()},
                      {"examples", std::move(examples)}});
  }
  Json days = Json::array();
  for (const auto& [day, counts] : impact.days) {
    days.push_back({{"day", base::FormatRfc3339(day).substr(0, 10)},
                    {"events", counts.events},
                    {"stopped", counts.stopped}});
  }
  return {{"since", base::FormatRfc3339(impact.since)},
          {"until", base::FormatRfc3339(impact.until)},
          {"events", impact.events},
          {"replayed", impact.replayed},
          {"payload_gone", impact.payload_gone},
          {"unreadable", impact.unreadable},
          {"otherwise", impact.otherwise},
          {"destinations", std::move(destinations)},
          {"shifts", std::move(shifts)},
          {"days", std::move(days)}};
}

base::Millis SafeSince(const Impact& impact) {
  base::Millis since = 0;
  std::uint64_t events = 0;
  for (auto day = impact.days.rbegin(); day != impact.days.rend(); ++day) {
    if (day->second.stopped * 100 > day->second.events) break;
    events += day->second.events;
    since = day->first;
  }
  return events >= kEnough ? since : 0;
}

}  // namespace octroi::gateway::change
