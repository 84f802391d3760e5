#include "gateway/late_watch.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>
#include <limits>
#include <thread>
#include <tuple>

#include "base/log.h"
#include "gateway/left_walk.h"

namespace octroi::gateway {
namespace {

using policies::ConsentEvent;

constexpr int kProjectedTries = 250;          // of 20 ms
constexpr base::Millis kGraceMs = 2'000;      // from an answer to its record
constexpr base::Millis kOverlapMs = 600'000;  // clocks of gateways that share a register differ

base::Millis NumberIn(const std::optional<std::string>& text) {
  base::Millis number = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

// The longest that a delivery which was decided before a no may be under way after it.
base::Millis WireOf(const Plan& plan) {
  base::Millis wire = 0;
  for (const auto& one : plan.destinations) wire = std::max(wire, one.answer_within);
  return wire + kGraceMs;
}

}  // namespace

std::string LateWatch::MarkKey() const {
  return std::string(store::kMetaLateThrough) + parts_.journal->origin();
}

void LateWatch::Wait(const ConsentEvent& event) {
  if (!IsLate(event.state, event.effective_at, event.recorded_at)) return;
  const auto [at, fresh] = waiting_.try_emplace({event.recorded_at, event.id}, event);
  if (fresh) at->second.detail.clear();
}

base::Status LateWatch::SetMark(base::Millis through) {
  return parts_.store->Set(MarkKey(), std::to_string(through));
}

base::Status LateWatch::FindMark() {
  if (begun_) return base::Ok();
  const auto now = parts_.store->Since(std::numeric_limits<std::int64_t>::max());
  if (!now) return now.error();
  const auto mark = parts_.store->Get(MarkKey());
  if (!mark) return mark.error();
  const base::Millis through = *mark ? NumberIn(*mark) : parts_.clock->WallNow();
  if (!*mark) {
    if (auto set = SetMark(through); !set) return set;
  }
  generation_ = now->generation;
  caught_up_ = Place{through - kOverlapMs, ""};
  begun_ = true;
  return base::Ok();
}

// Of the register what is not done yet: the oldest, if it is much.
base::Status LateWatch::CatchUp() {
  if (!caught_up_) return base::Ok();
  bool cut = false;
  const auto read = parts_.store->ForEach([&](const ConsentEvent& event) {
    if (std::tie(event.recorded_at, event.id) <= std::tie(caught_up_->first, caught_up_->second))
      return;
    Wait(event);
    if (waiting_.size() <= parts_.at_once) return;
    waiting_.erase(std::prev(waiting_.end()));
    cut = true;
  });
  if (!read) return read;
  if (cut) {
    caught_up_ = waiting_.rbegin()->first;
  } else {
    caught_up_.reset();
  }
  return read;
}

void LateWatch::OnStored(const ConsentEvent& event) {
  if (!IsLate(event.state, event.effective_at, event.recorded_at)) return;
  const std::lock_guard lock(mutex_);
  heard_.push_back({event.sequence, event.recorded_at});
}

// What was recorded since the last round, here and by gateways that share the register.
base::Status LateWatch::Gather() {
  std::vector<Heard> heard;
  {
    const std::lock_guard lock(mutex_);
    heard.swap(heard_);
  }
  base::Status read = base::Ok();
  for (const Heard& one : heard) {
    const auto event = read ? parts_.store->BySequence(one.sequence) : read.error();
    if (event) {
      if (*event) Wait(**event);
      continue;
    }
    read = event.error();
    const std::lock_guard lock(mutex_);
    heard_.push_back(one);  // the store does not answer: next time
  }
  while (read && parts_.store->shared()) {
    const auto others = parts_.store->Since(generation_);
    if (!others) return others.error();
    for (const ConsentEvent& event : others->events) Wait(event);
    generation_ = others->generation;
    if (others->events.empty()) break;
  }
  return read;
}

// Whether the store has all that is on the journal by now; waits a little for it.
bool LateWatch::IsProjected() const {
  const std::uint64_t appended = parts_.journal->appended_through();
  for (int left = kProjectedTries; left > 0 && !stopping_; --left) {
    if (parts_.projected() >= appended) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

base::Status LateWatch::OpenTasksOf(const std::vector<ConsentEvent>& ripe, const Plan& plan) {
  const base::Millis since = std::ranges::min(ripe, {}, &ConsentEvent::effective_at).effective_at;
  const LateParts late{parts_.store, &plan, nullptr, parts_.keys, parts_.journal->origin()};
  const auto found = FindLateOf(late, ripe, FirstToldSince(*parts_.journal, since), stopping_);
  if (!found) return found.error();
  return parts_.desk->Open(*found, plan);
}

void LateWatch::Sweep() {
  if (stopping_ || !FindMark() || !CatchUp() || !Gather() || waiting_.empty()) return;
  const auto past = parts_.config();
  if (!past) return;
  const base::Millis over = parts_.clock->WallNow() - WireOf(*past->plan);
  std::vector<ConsentEvent> ripe;  // the oldest first
  for (const auto& [place, event] : waiting_) {
    if (place.first >= over || ripe.size() == parts_.at_once) break;
    ripe.push_back(event);
  }
  // Of what is ripe every outcome is on the journal; the store must have it too.
  if (ripe.empty() || !IsProjected()) return;
  if (const auto opened = OpenTasksOf(ripe, *past->plan); !opened) {
    if (stopping_) return;
    base::Log::Error("late_watch.failed", {{"where", base::Id::OfConfig(opened.error().where)}});
    return;
  }
  for (const ConsentEvent& event : ripe) waiting_.erase({event.recorded_at, event.id});
  base::Millis through = over;
  if (!waiting_.empty()) through = std::min(through, waiting_.begin()->first.first);
  if (caught_up_) through = std::min(through, caught_up_->first);
  {
    const std::lock_guard lock(mutex_);
    for (const Heard& one : heard_) through = std::min(through, one.recorded_at);
  }
  static_cast<void>(SetMark(through));  // else once more
}

}  // namespace octroi::gateway
