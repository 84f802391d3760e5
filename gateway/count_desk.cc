#include "gateway/count_desk.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/crash_point.h"
#include "base/log.h"
#include "base/text.h"

namespace octroi::gateway {
namespace {

constexpr base::Millis kDayMs = 86'400'000;
constexpr std::size_t kDayBytes = 10;       // "2026-11-20"
constexpr std::size_t kEventsAtOnce = 100;  // handed in as one request

base::Millis NumberIn(const std::string& text) {
  base::Millis number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool Accepts(const SourcePlan& source, std::string_view event) {
  return std::ranges::find(source.accepts, event, &SourcePlan::Accepts::event) !=
         source.accepts.end();
}

std::string EventOf(const Counted& one, const std::string& origin) {
  const std::string day = base::FormatRfc3339(one.day).substr(0, kDayBytes);
  return nlohmann::ordered_json{
      {"specversion", "1.0"},
      {"id", origin + "/" + day + "/" + one.destination + "/" + one.purpose},
      {"source", "urn:octroi:" + origin},
      {"type", std::string(kCountedEvents) + one.destination},
      {"time", base::FormatRfc3339(one.day + kDayMs)},
      {"data",
       {{"day", day}, {"purpose", one.purpose}, {"records", one.records}, {"people", one.people}}}}
      .dump();
}

}  // namespace

std::string CountDesk::MarkKey() const {
  return std::string(store::kMetaCountedThrough) + parts_.journal->origin();
}

// The first day that is not done.
base::Result<base::Millis> CountDesk::Mark(base::Millis today) {
  const auto mark = parts_.store->Get(MarkKey());
  if (!mark) return mark.error();
  const base::Millis known = *mark ? NumberIn(**mark) : 0;
  const bool ahead = known > today + kDayMs;  // of a clock that was set years ahead
  if (ahead) base::Log::Warn("counts.mark_ahead", {});
  if (*mark && !ahead) return known;
  if (auto set = parts_.store->Set(MarkKey(), std::to_string(today)); !set) return set.error();
  return today;
}

// Whether the store has all that was received before then.
bool CountDesk::IsProjected(base::Millis until) {
  if (ripe_until_ != until) {
    ripe_until_ = until;
    ripe_through_ = parts_.journal->appended_through();
  }
  return parts_.projected() >= ripe_through_;
}

base::Status CountDesk::Tell(base::Millis from, base::Millis until) {
  const auto counted =
      CountedSince(*parts_.journal, *parts_.store, *parts_.plan(), from, until, stopping_);
  if (!counted) return counted.error();
  const PlanPtr plan = parts_.plan();  // of now: the walk took its time
  for (std::size_t place = 0; place < plan->sources.size(); ++place) {
    const SourcePlan& source = plan->sources[place];
    if (!source.counted) continue;
    std::vector<std::string> texts;
    for (const Counted& one : *counted) {
      if (one.people != 0 && Accepts(source, std::string(kCountedEvents) + one.destination))
        texts.push_back(EventOf(one, parts_.journal->origin()));
    }
    const std::vector<std::string_view> events(texts.begin(), texts.end());
    for (std::size_t at = 0; at < events.size(); at += kEventsAtOnce) {
      const auto some = std::span(events).subspan(at, std::min(kEventsAtOnce, events.size() - at));
      const auto taken = parts_.submit(*plan, static_cast<std::uint16_t>(place), some);
      if (!taken) return taken;
    }
  }
  return base::Ok();
}

void CountDesk::Sweep() {
  const base::Millis wall = parts_.clock->WallNow();
  const base::Millis now = parts_.steady == nullptr ? wall : std::min(wall, parts_.steady->Now());
  const base::Millis today = now - now % kDayMs;
  const auto mark = Mark(today);
  if (!mark) return;  // the store does not answer: next time
  const base::Millis until = now - today >= kCountedAfterMs ? today : today - kDayMs;
  const base::Millis from = std::max(*mark, today - kCountedBackMs);
  if (from >= until) return;
  if (std::ranges::any_of(parts_.plan()->sources, &SourcePlan::counted)) {
    if (!IsProjected(until)) return;
    if (auto told = Tell(from, until); !told) {
      if (!stopping_)
        base::Log::Error("counts.not_told", {{"where", base::Id::OfConfig(told.error().where)}});
      return;
    }
    OCTROI_CRASH_POINT("counts.told");
  }
  (void)parts_.store->Set(MarkKey(), std::to_string(until));  // else they are merged next time
}

}  // namespace octroi::gateway
