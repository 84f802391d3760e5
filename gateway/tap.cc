#include "gateway/tap.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/text.h"
#include "gateway/admission.h"
#include "journal/records.h"

namespace octroi::gateway {
namespace {

using base::Outcome;
using Json = nlohmann::ordered_json;

constexpr std::size_t kKnownMax = 20'000;  // events whose source and subject outcomes still name
constexpr int kLookEveryMs = 50;

struct Wanted {
  std::string source, outcome, destination, reason;
  std::uint64_t limit = 0;  // 0: any
};

// Turns records into lines, those that are wanted and fit.
class Reader {
 public:
  Reader(const Wanted& wanted, PlanPtr plan, const std::string& origin, const base::Clock& clock)
      : wanted_(wanted), plan_(std::move(plan)), origin_(origin), clock_(clock) {}

  // False: nobody reads any more, or enough were shown.
  bool Take(std::uint64_t first_sequence, std::string_view records, Live& live) {
    bool going = true;
    journal::ForEachRecord(records, [&](std::uint32_t index, std::string_view record) {
      const auto kind = journal::KindOf(record);
      if (kind && *kind == journal::RecordKind::kEvent && Decode(record, event_)) {
        going = TakeEvent(first_sequence + index, live);
      } else if (kind && *kind == journal::RecordKind::kOutcome && Decode(record, outcome_)) {
        going = TakeOutcome(live);
      }
      return going;
    });
    return going;
  }

  Json Totals() const {
    return {{"received", received_},
            {"matched", matched_},
            {"shown", shown_},
            {"not_shown", matched_ - shown_}};
  }

 private:
  struct Known {
    std::uint16_t source = 0, event = 0xffff;
    std::string subject;
  };

  bool TakeEvent(std::uint64_t sequence, Live& live) {
    ++received_;
    Known known{event_.source, event_.event, {}};
    if (!event_.subject.empty()) {
      known.subject = "s_";
      base::AppendBase64Url({reinterpret_cast<const char*>(event_.subject[0].data()), 3},
                            known.subject);
      known.subject += "…";
    }
    if (event_.outcome != Outcome::kAccepted)
      return Show(sequence, known, 0xffff, event_.outcome, event_.reason, event_.received, live);
    bool going = true;
    for (const base::Verdict& verdict : event_.verdicts) {
      const Outcome outcome = verdict.allowed ? Outcome::kAccepted : OutcomeOf(verdict);
      if (going)
        going = Show(sequence, known, verdict.destination, outcome, verdict.reason, event_.received,
                     live);
    }
    if (order_.size() >= kKnownMax) {
      known_.erase(order_.front());
      order_.pop_front();
    }
    order_.push_back(sequence);
    known_[sequence] = std::move(known);
    return going;
  }

  bool TakeOutcome(Live& live) {
    for (const std::uint64_t sequence : outcome_.events) {
      const auto found = known_.find(sequence);
      if (found == known_.end() && !wanted_.source.empty()) continue;
      const Known nobody{0xffff, 0xffff, {}};
      const Known& known = found == known_.end() ? nobody : found->second;
      if (!Show(sequence, known, outcome_.destination, outcome_.outcome, outcome_.reason,
                outcome_.at, live)) {
        return false;
      }
    }
    return true;
  }

  bool Show(std::uint64_t sequence, const Known& known, std::uint16_t destination, Outcome outcome,
            base::Reason reason, base::Millis at, Live& live) {
    const bool sourced = known.source < plan_->sources.size();
    const std::string source = sourced ? plan_->sources[known.source].id : "";
    const std::string to = destination < plan_->destinations.size()
                               ? plan_->destinations[destination].id
                               : std::string();
    const std::string_view why = plan_->ReasonName(reason);
    const auto fits = [](const std::string& want, std::string_view is) {
      return want.empty() || want == is;
    };
    if (!fits(wanted_.source, source) || !fits(wanted_.destination, to) ||
        !fits(wanted_.outcome, base::Name(outcome)) || !fits(wanted_.reason, why)) {
      return true;
    }
    ++matched_;
    if (!MayShow()) return true;
    ++shown_;
    Json line{{"at", base::FormatRfc3339(at)},
              {"id", origin_ + "." + std::to_string(sequence)},
              {"source", source},
              {"event", sourced && known.event < plan_->sources[known.source].accepts.size()
                            ? plan_->sources[known.source].accepts[known.event].event
                            : ""},
              {"destination", to},
              {"outcome", base::Name(outcome)},
              {"reason", why},
              {"subject", known.subject}};
    return live.Put(line.dump()) && (wanted_.limit == 0 || shown_ < wanted_.limit);
  }

  bool MayShow() {
    const std::int64_t second = clock_.BootNowNanos() / 1'000'000'000;
    if (second != second_) this_second_ = 0;
    second_ = second;
    return ++this_second_ <= kTapShownPerSecond;
  }

  const Wanted& wanted_;
  const PlanPtr plan_;
  const std::string& origin_;
  const base::Clock& clock_;
  journal::EventRecord event_;
  journal::OutcomeRecord outcome_;
  std::unordered_map<std::uint64_t, Known> known_;
  std::deque<std::uint64_t> order_;
  std::uint64_t received_ = 0, matched_ = 0, shown_ = 0;
  std::int64_t second_ = 0;
  int this_second_ = 0;
};

template <class List>
bool Among(const List& list, const std::string& id) {
  return id.empty() || std::ranges::any_of(list, [&](const auto& one) { return one.id == id; });
}

}  // namespace

void Tap::OnDurable(const std::vector<journal::FramePtr>& frames, const journal::Ticket&) {
  if (watching_.load(std::memory_order_relaxed) == 0) return;
  const std::lock_guard lock(mutex_);
  for (Watcher& watcher : watchers_) {
    for (const journal::FramePtr& frame : frames) {
      if (watcher.bytes + frame->records.size() <= kTapBytesMax) {
        watcher.frames.push_back({frame->first_sequence, std::string(frame->records)});
        watcher.bytes += frame->records.size();
      } else {
        watcher.dropped += frame->count;
      }
    }
  }
}

void Tap::Watch(std::string_view ask, Live& live) {
  const Json json = Json::parse(ask, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return void(live.Put(R"({"error":"request.invalid"})"));
  Wanted wanted;
  try {
    const auto text = [&](const char* key) { return json.value(key, std::string()); };
    wanted = {text("source"), text("outcome"), text("destination"), text("reason"),
              json.value("limit", std::uint64_t{0})};
  } catch (const Json::exception&) {  // a member of another type
    return void(live.Put(R"({"error":"request.invalid"})"));
  }
  const PlanPtr plan = parts_.plan();
  if (!Among(plan->sources, wanted.source)) return void(live.Put(R"({"error":"source.unknown"})"));
  if (!Among(plan->destinations, wanted.destination))
    return void(live.Put(R"({"error":"destination.unknown"})"));

  std::list<Watcher>::iterator mine;
  {
    const std::lock_guard lock(mutex_);
    mine = watchers_.emplace(watchers_.end());
    ++watching_;
  }
  const auto leave = [&](Watcher*) {  // also when there is no memory for a line
    const std::lock_guard lock(mutex_);
    watchers_.erase(mine);
    --watching_;
  };
  std::unique_ptr<Watcher, decltype(leave)> here(&*mine, leave);
  const std::int64_t begin = parts_.clock->BootNowNanos();
  Reader reader(wanted, plan, parts_.origin, *parts_.clock);
  bool going = live.Put(R"({"watching":true})");
  while (going && !live.Done(kLookEveryMs)) {
    std::deque<Records> frames;
    {
      const std::lock_guard lock(mutex_);
      frames.swap(mine->frames);
      mine->bytes = 0;
    }
    for (const Records& frame : frames)
      going = going && reader.Take(frame.first_sequence, frame.bytes, live);
  }
  Json totals = reader.Totals();
  {
    const std::lock_guard lock(mutex_);
    totals["dropped"] = mine->dropped;
  }
  here.reset();
  totals["seconds"] = (parts_.clock->BootNowNanos() - begin) / 1'000'000'000;
  live.Put(Json{{"totals", totals}}.dump());
}

}  // namespace octroi::gateway
