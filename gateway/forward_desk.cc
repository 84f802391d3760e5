#include "gateway/forward_desk.h"

#include <algorithm>
#include <chrono>

#include "base/thread_name.h"
#include "gateway/admission.h"

namespace octroi::gateway {
namespace {

constexpr std::int64_t kNanosPerMilli = 1'000'000;

bool IsAwaited(const AnswerPlan& answer, std::uint16_t destination) {
  return answer.destinations.empty() ||
         std::ranges::find(answer.destinations, destination) != answer.destinations.end();
}

base::Counter& CounterOf(base::Metrics& metrics, const char* ended) {
  return metrics.CounterOf("octroi_forward_answers",
                           {{base::Id("ended"), base::Id::OfConfig(ended)}});
}

}  // namespace

ForwardDesk::Announced::Announced(ForwardDesk& desk) : desk_(desk) {
  ++desk_.interested_;
  const std::lock_guard lock(desk_.mutex_);
  since_ = desk_.announced_.insert(desk_.durable_);
}

ForwardDesk::Announced::~Announced() {
  const std::lock_guard lock(desk_.mutex_);
  desk_.announced_.erase(since_);
  auto kept = desk_.early_.end();
  if (!desk_.announced_.empty())
    kept = desk_.early_.lower_bound({*desk_.announced_.begin() + 1, 0});
  desk_.early_.erase(desk_.early_.begin(), kept);
  --desk_.interested_;
}

ForwardDesk::ForwardDesk(Parts parts)
    : parts_(std::move(parts)),
      complete_(CounterOf(*parts_.metrics, "complete")),
      cut_short_(CounterOf(*parts_.metrics, "in_flight")),
      gauge_(parts_.metrics->GaugeOf("octroi_forward_waiting")),
      thread_([this] { Run(); }) {}

ForwardDesk::~ForwardDesk() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::vector<Delivery> ForwardDesk::DeliveriesOf(const std::vector<Admitted>& admitted,
                                                const AnswerPlan& answer) {
  std::vector<Delivery> deliveries;
  for (std::size_t i = 0; i < admitted.size(); ++i) {
    for (const base::Verdict& verdict : admitted[i].verdicts) {
      if (!IsAwaited(answer, verdict.destination)) continue;
      Delivery& delivery = deliveries.emplace_back();
      delivery.event = static_cast<std::uint32_t>(i);
      delivery.destination = verdict.destination;
      if (verdict.allowed) continue;
      delivery.outcome = OutcomeOf(verdict);
      delivery.reason = verdict.reason;
    }
  }
  return deliveries;
}

void ForwardDesk::Await(const Announced&, Request request, std::shared_ptr<Deferred> answer) {
  Waiting waiting{std::move(request), std::move(answer), 0, 0, parts_.clock->BootNowNanos()};
  const std::uint64_t first = waiting.request.taken.first_sequence;
  waiting.last = first + waiting.request.admitted.size() - 1;
  const std::lock_guard lock(mutex_);
  const std::uint64_t id = next_++;
  const bool room = open_.size() + waiting.request.deliveries.size() <= parts_.deliveries_max;
  if (room && !released_) waiting.until_nanos += waiting.request.within * kNanosPerMilli;
  for (Delivery& delivery : waiting.request.deliveries) {
    // What is held waits for a person: longer than who asked does.
    if (delivery.outcome != base::Outcome::kInFlight ||
        delivery.reason == base::Reason::kHoldConsentUnknown) {
      continue;
    }
    ++waiting.open;
    const Key key{first + delivery.event, delivery.destination};
    if (const auto early = early_.find(key); early != early_.end()) {
      Set(waiting, delivery, early->second);
    }
    if (room && delivery.outcome == base::Outcome::kInFlight) open_[key] = id;
  }
  if (waiting.open == 0) ended_.push_back(id);
  const bool sooner = waiting.until_nanos < wakes_nanos_;
  deadlines_.emplace(waiting.until_nanos, id);
  waiting_.emplace(id, std::move(waiting));
  ++interested_;
  gauge_.Set(static_cast<std::int64_t>(waiting_.size()));
  if (sooner || !ended_.empty()) changed_.notify_all();
}

void ForwardDesk::OnDurable(const std::vector<journal::FramePtr>& frames,
                            const journal::Ticket& ticket) {
  if (interested_ == 0) return;  // whoever comes now announced itself after these were appended
  const std::lock_guard lock(mutex_);
  durable_ = ticket.through();
  journal::OutcomeRecord outcome;
  for (const journal::FramePtr& frame : frames) {
    journal::ForEachRecord(frame->records, [&](std::uint32_t, std::string_view bytes) {
      const auto kind = journal::KindOf(bytes);
      if (!kind || *kind != journal::RecordKind::kOutcome) return true;
      if (!journal::Decode(bytes, outcome)) return true;
      for (const std::uint64_t sequence : outcome.events) {
        Tell({sequence, outcome.destination},
             {outcome.outcome, outcome.reason, outcome.http_status});
      }
      return true;
    });
  }
  if (overdue_ || !ended_.empty()) changed_.notify_all();
}

void ForwardDesk::Tell(const Key& key, const Known& known) {
  const auto found = open_.find(key);
  if (found == open_.end()) {
    const bool perhaps = !announced_.empty() && key.first > *announced_.begin();
    if (perhaps) early_.insert_or_assign(key, known);
    return;
  }
  Waiting& waiting = waiting_.at(found->second);
  auto& deliveries = waiting.request.deliveries;  // ascending by event
  const std::uint64_t event = key.first - waiting.request.taken.first_sequence;
  auto delivery = std::ranges::lower_bound(
      deliveries, event, {}, [](const Delivery& one) { return std::uint64_t{one.event}; });
  while (delivery != deliveries.end() && delivery->event == event &&
         delivery->destination != key.second) {
    ++delivery;
  }
  if (delivery != deliveries.end() && delivery->event == event) Set(waiting, *delivery, known);
  if (waiting.open == 0) ended_.push_back(found->second);
  if (known.outcome != base::Outcome::kInFlight) open_.erase(found);
}

void ForwardDesk::Set(Waiting& waiting, Delivery& delivery, const Known& known) {
  delivery.outcome = known.outcome;
  delivery.reason = known.reason;
  delivery.http_status = known.http_status;
  if (known.outcome != base::Outcome::kInFlight) --waiting.open;
}

void ForwardDesk::Forget(const Waiting& waiting) {
  for (const Delivery& delivery : waiting.request.deliveries) {
    open_.erase({waiting.request.taken.first_sequence + delivery.event, delivery.destination});
  }
}

void ForwardDesk::Release() {
  const std::lock_guard lock(mutex_);
  released_ = true;
  changed_.notify_all();
}

void ForwardDesk::Run() {
  base::NameThread("forward");
  std::vector<Waiting> answered;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const std::int64_t now = parts_.clock->BootNowNanos();
    std::vector<std::uint64_t> due;
    due.swap(ended_);
    overdue_ = false;
    std::int64_t next = now + 3'600'000 * kNanosPerMilli;
    for (const auto& [until, id] : deadlines_) {
      if (until > now && !released_) {
        next = until;
        break;
      }
      due.push_back(id);
    }
    for (const std::uint64_t id : due) {
      const auto found = waiting_.find(id);
      if (found == waiting_.end()) continue;
      if (durable_ < found->second.last) {
        overdue_ = true;  // looked at again when more is durable
        continue;
      }
      Forget(found->second);
      answered.push_back(std::move(found->second));
      const auto [first, last] = deadlines_.equal_range(answered.back().until_nanos);
      deadlines_.erase(std::find_if(first, last, [&](const auto& d) { return d.second == id; }));
      waiting_.erase(found);
      --interested_;
    }
    if (answered.empty()) {
      wakes_nanos_ = next;
      changed_.wait_for(lock, std::chrono::nanoseconds(next - now));
      continue;
    }
    gauge_.Set(static_cast<std::int64_t>(waiting_.size()));
    lock.unlock();
    for (const Waiting& waiting : answered) waiting.answer->Answer(AnswerOf(waiting));
    answered.clear();
    lock.lock();
  }
}

Response ForwardDesk::AnswerOf(const Waiting& waiting) const {
  (waiting.open == 0 ? complete_ : cut_short_).Add();
  const Request& request = waiting.request;
  return ReceiptOf({request.plan.get(), parts_.origin, request.taken, &request.admitted,
                    request.batch, request.segment, &request.deliveries});
}

}  // namespace octroi::gateway
