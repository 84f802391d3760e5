#include "gateway/late_watch.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <thread>

#include "base/log.h"
#include "gateway/left_walk.h"

namespace octroi::gateway {
namespace {

using policies::ConsentEvent;

constexpr std::size_t kAtOnce = 10'000;       // looked up in one walk
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
  const auto [at, fresh] = waiting_.try_emplace(event.id, event);
  if (fresh) at->second.detail.clear();
}

// What is not done yet of the whole register.
base::Status LateWatch::Begin() {
  if (begun_) return base::Ok();
  const auto now = parts_.store->Since(std::numeric_limits<std::int64_t>::max());
  if (!now) return now.error();
  generation_ = now->generation;
  const auto mark = parts_.store->Get(MarkKey());
  if (!mark) return mark.error();
  const base::Millis through = NumberIn(*mark) - kOverlapMs;
  const auto read = parts_.store->ForEach([&](const ConsentEvent& event) {
    if (event.recorded_at >= through) Wait(event);
  });
  begun_ = static_cast<bool>(read);
  return read;
}

void LateWatch::OnDurable(const std::vector<journal::FramePtr>& frames, const journal::Ticket&) {
  journal::ConsentRecord consent;
  for (const journal::FramePtr& frame : frames) {
    journal::ForEachRecord(frame->records, [&](std::uint32_t index, std::string_view record) {
      const auto kind = journal::KindOf(record);
      if (!kind || *kind != journal::RecordKind::kConsent || !Decode(record, consent)) return true;
      const auto state = static_cast<policies::ConsentState>(consent.state);
      if (!IsLate(state, consent.effective_at, consent.recorded_at)) return true;
      const std::lock_guard lock(mutex_);
      heard_.push_back(frame->first_sequence + index);
      return true;
    });
  }
}

// What was recorded since the last round, here and by gateways that share the register.
base::Status LateWatch::Gather() {
  std::vector<std::uint64_t> heard;
  {
    const std::lock_guard lock(mutex_);
    heard.swap(heard_);
  }
  base::Status read = base::Ok();
  for (const std::uint64_t sequence : heard) {
    const auto event = read ? parts_.store->BySequence(sequence) : read.error();
    if (event && *event) {
      Wait(**event);
      continue;
    }
    if (!event) read = event.error();
    const std::lock_guard lock(mutex_);
    heard_.push_back(sequence);  // the store has it not yet, or does not answer: next time
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
  if (stopping_ || !Begin() || !Gather() || waiting_.empty()) return;
  const auto past = parts_.config();
  if (!past) return;
  const base::Millis over = parts_.clock->WallNow() - WireOf(*past->plan);
  std::vector<ConsentEvent> ripe;
  for (const auto& [id, event] : waiting_) {
    if (event.recorded_at < over) ripe.push_back(event);
  }
  // Of what is ripe every outcome is on the journal; the store must have it too.
  if (ripe.empty() || !IsProjected()) return;
  std::ranges::sort(ripe, {}, &ConsentEvent::recorded_at);
  if (ripe.size() > kAtOnce) ripe.resize(kAtOnce);
  if (const auto opened = OpenTasksOf(ripe, *past->plan); !opened) {
    if (stopping_) return;
    base::Log::Error("late_watch.failed", {{"where", base::Id::OfConfig(opened.error().where)}});
    return;
  }
  for (const ConsentEvent& event : ripe) waiting_.erase(event.id);
  {
    const std::lock_guard lock(mutex_);
    if (!heard_.empty()) return;  // older than they are, perhaps
  }
  base::Millis through = over;
  for (const auto& [id, event] : waiting_) through = std::min(through, event.recorded_at);
  static_cast<void>(parts_.store->Set(MarkKey(), std::to_string(through)));  // else once more
}

}  // namespace octroi::gateway
