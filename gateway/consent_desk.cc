#include "gateway/consent_desk.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/crash_point.h"
#include "base/log.h"
#include "base/text.h"
#include "base/thread_name.h"
#include "crypto/hmac.h"
#include "gateway/cmp_request.h"
#include "gateway/consent_answers.h"
#include "gateway/consent_history.h"
#include "gateway/consent_request.h"
#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

using base::Error;
using base::ErrorCode;
using policies::ConsentEvent;
using policies::ConsentState;
using policies::Fingerprint;

constexpr std::size_t kTogetherBytes = 1024 * 1024;  // well below what the journal takes at once

// What the journal's record carries besides its own members, so that the store's row can be made
// from it.
std::string Pack(const ConsentEvent& event) {
  std::string out;
  base::ByteWriter w(out);
  for (const std::string* part :
       {&event.id, &event.record_id, &event.notice, &event.source, &event.detail}) {
    w.Sized(*part);
  }
  w.Fixed(event.valid_until);
  w.Fixed(policies::MarksOf(event));
  if (event.limits != nullptr) w.Sized(policies::TextOf(event.limits.get()));
  return out;
}

bool Unpack(const journal::ConsentRecord& record, std::uint64_t sequence, ConsentEvent& event) {
  base::ByteReader in(record.detail);
  for (std::string* part :
       {&event.id, &event.record_id, &event.notice, &event.source, &event.detail}) {
    *part = in.Sized();
  }
  event.valid_until = in.Fixed<std::int64_t>();
  // Older records have none, or only what fits into one byte.
  if (in.left() == 1) policies::SetMarks(in.Fixed<std::uint8_t>(), event);
  if (in.left() != 0) policies::SetMarks(in.Fixed<std::uint16_t>(), event);
  if (in.left() != 0) {
    const auto limits = policies::LimitsOf(in.Sized());
    if (!limits) return false;
    event.limits = *limits;
  }
  event.subject = record.subject;
  event.purpose = record.purpose;
  event.state = static_cast<ConsentState>(record.state);
  event.effective_at = record.effective_at;
  event.recorded_at = record.recorded_at;
  event.sequence = sequence;
  return in.done();
}

}  // namespace

ConsentDesk::ConsentDesk(Parts parts) : parts_(std::move(parts)) {}

ConsentDesk::~ConsentDesk() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ConsentDesk::Start() {
  thread_ = std::thread([this] { Run(); });
}

std::optional<Response> ConsentDesk::Submit(const PlanPtr& plan, const SourcePlan& source,
                                            std::string_view body, const Defer& defer) {
  Waiting waiting{plan, {{}}, {}, nullptr};
  if (auto refusal = ReadConsent(*plan, source, body, *parts_.keys, parts_.clock->WallNow(),
                                 waiting.events.front())) {
    return refusal;
  }
  return Queue(std::move(waiting), defer);
}

std::optional<Response> ConsentDesk::SubmitMessage(const PlanPtr& plan, const SourcePlan& source,
                                                   std::string_view body, const Defer& defer) {
  CmpMessage message;
  if (auto refusal =
          ReadCmpMessage(*plan, source, body, *parts_.keys, parts_.clock->WallNow(), message)) {
    return refusal;
  }
  if (!message.unmapped.empty()) {
    parts_.metrics
        ->CounterOf("octroi_choices_unmapped",
                    {{base::Id("source"), base::Id::OfConfig(source.id)}})
        .Add(message.unmapped.size());
  }
  if (message.events.empty()) return MessageAnswer(200, {}, Beside(message));
  return Queue({plan, std::move(message.events), Beside(message), nullptr}, defer);
}

std::optional<Response> ConsentDesk::Queue(Waiting waiting, const Defer& defer) {
  const std::lock_guard lock(mutex_);
  if (queue_.size() >= parts_.waiting_max || stopping_) return Busy("overload.consents", 1);
  if (unsettled_.size() >= parts_.waiting_max) return Busy("store.unavailable", 2);
  waiting.answer = defer();
  queue_.push_back(std::move(waiting));
  work_.notify_one();
  return std::nullopt;
}

// What came while the last ones were on their way goes together: one commit on the journal, one in
// the store, one wait at the gate.
void ConsentDesk::Run() {
  base::NameThread("consents");
  std::vector<Waiting> taken;
  for (;;) {
    taken.clear();
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      std::size_t bytes = 0, events = 0;
      while (!queue_.empty() && events < parts_.together_max && bytes < kTogetherBytes) {
        events += queue_.front().events.size();
        for (const ConsentEvent& event : queue_.front().events) bytes += event.detail.size();
        taken.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    Take(taken);
  }
}

void ConsentDesk::Take(std::vector<Waiting>& taken) {
  std::vector<ConsentEvent> events;
  for (const Waiting& waiting : taken) {
    for (const ConsentEvent& event : waiting.events) {
      events.push_back(event);
      events.back().recorded_at = last_recorded_ =
          std::max(event.recorded_at, last_recorded_);  // never goes back
    }
  }
  if (!Record(events)) return TakeHalves(taken);
  OCTROI_CRASH_POINT("consent.recorded");
  // All or none: if one of them is refused, each request is told alone.
  const base::Status together = parts_.store->AppendAll(events);
  const bool refused = !together && together.error().code == ErrorCode::kInvalid;
  if (!together && !refused) {
    base::Log::Warn("consent.not_stored", {{"where", base::Id::OfConfig(together.error().where)},
                                           {"what", base::Id::OfConfig(together.error().detail)}});
  }
  OCTROI_CRASH_POINT("consent.stored");
  std::vector<Response> answers;
  Events rest(events);
  for (const Waiting& waiting : taken) {
    const Events own = rest.first(waiting.events.size());
    rest = rest.subspan(own.size());
    const base::Status stored =
        refused && taken.size() > 1 ? parts_.store->AppendAll(own) : together;
    answers.push_back(Obey(waiting, own, stored));
  }
  OCTROI_CRASH_POINT("consent.indexed");
  parts_.sends->AwaitStarted();
  OCTROI_CRASH_POINT("consent.sends_started");
  for (std::size_t i = 0; i < taken.size(); ++i) taken[i].answer->Answer(std::move(answers[i]));
  OCTROI_CRASH_POINT("consent.answered");
}

// There was no room for all of them: for some there may be.
void ConsentDesk::TakeHalves(std::vector<Waiting>& taken) {
  if (taken.size() == 1) return taken[0].answer->Answer(Busy("overload.journal", 1));
  const auto middle = taken.begin() + static_cast<std::ptrdiff_t>(taken.size() / 2);
  std::vector<Waiting> first(std::make_move_iterator(taken.begin()),
                             std::make_move_iterator(middle));
  std::vector<Waiting> second(std::make_move_iterator(middle),
                              std::make_move_iterator(taken.end()));
  Take(first);
  Take(second);
}

// What one request brought, which is on the journal, and what the store said of it. What it answers
// may leave once the sends that were let through before have started.
Response ConsentDesk::Obey(const Waiting& waiting, Events events, const base::Status& stored) {
  if (!stored && stored.error().code == ErrorCode::kInvalid) {
    return ProblemOf(409, "conflict.consent_id");
  }
  if (!stored) return Unsettled(events);
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!Index(*waiting.plan, events[i])) return Unsettled(events.subspan(i));
    Tell(events[i]);
    parts_.metrics
        ->CounterOf("octroi_consents",
                    {{base::Id("state"), base::Id::OfConfig(Name(events[i].state))}})
        .Add();
  }
  if (waiting.message) return MessageAnswer(201, events, *waiting.message);
  return ConsentAnswer(events.front());
}

Response ConsentDesk::Unsettled(Events events) {
  const std::lock_guard lock(mutex_);
  unsettled_.insert(unsettled_.end(), events.begin(), events.end());
  return Busy("store.unavailable", 2);
}

base::Status ConsentDesk::Settle(const Plan& plan) {
  for (;;) {
    ConsentEvent event;
    {
      const std::lock_guard lock(mutex_);
      if (unsettled_.empty()) return base::Ok();
      event = unsettled_.front();
    }
    const base::Status stored = parts_.store->Append(event);
    const bool refused = !stored && stored.error().code == ErrorCode::kInvalid;  // no event at all
    if (!stored && !refused) return stored;
    if (!refused) {
      if (auto indexed = Index(plan, event); !indexed) return indexed;
      Tell(event);
    }
    const std::lock_guard lock(mutex_);
    std::erase_if(unsettled_,
                  [&](const ConsentEvent& one) { return one.sequence == event.sequence; });
  }
}

// One frame; true: durable, and each has its sequence.
bool ConsentDesk::Record(std::vector<ConsentEvent>& events) {
  auto frame = std::make_shared<journal::Frame>();
  for (const ConsentEvent& event : events) {
    journal::ConsentRecord record;
    record.subject = event.subject;
    record.purpose = event.purpose;
    record.state = static_cast<std::uint8_t>(event.state);
    record.effective_at = event.effective_at;
    record.recorded_at = event.recorded_at;
    record.detail = Pack(event);
    // The box is under a key of ours and bound to the event's id: its digest commits to what was
    // said.
    const crypto::Digest digest = crypto::Sha256(event.detail);
    std::copy(digest.begin(), digest.end(), record.commitment.begin());
    frame->Add(record);
  }
  const auto last = parts_.journal->Append(frame, journal::Claim::kRegister);
  if (!last) return false;
  parts_.journal->WaitDurable(*last);
  std::uint64_t sequence = *last - events.size();
  for (ConsentEvent& event : events) event.sequence = ++sequence;
  return true;
}

base::Status ConsentDesk::Index(const Plan& plan, const ConsentEvent& event) {
  const std::lock_guard lock(indexing_);
  const auto history = [&](const std::vector<Fingerprint>& subject) {
    return parts_.store->History(subject, {});
  };
  const auto indexed =
      IndexPeople(plan, event.subject, history, parts_.clock->WallNow(), *parts_.index);
  return indexed ? base::Ok() : base::Status(indexed.error());
}

base::Status ConsentDesk::Learn(const Plan& plan, const ConsentEvent& event) {
  return Index(plan, event);
}

void ConsentDesk::Tell(const ConsentEvent& event) const {
  if (parts_.stored) parts_.stored(event);
}

// What the store refuses for good was answered by a conflict, and is no consent event.
base::Status ConsentDesk::Store(const ConsentEvent& event) {
  auto stored = parts_.store->Append(event);
  if (stored) Tell(event);
  if (stored || stored.error().code != ErrorCode::kInvalid) return stored;
  base::Log::Warn("consent.not_recovered", {{"sequence", event.sequence}});
  return base::Ok();
}

base::Status ConsentDesk::Recover(const Plan& plan) {
  const auto last = parts_.store->LastSequence();
  if (!last) return last.error();
  base::Status problem = base::Ok();
  const auto read =
      parts_.journal->Read(*last + 1, parts_.journal->durable_through(),
                           [&](std::uint64_t sequence, std::string_view bytes) {
                             const auto kind = journal::KindOf(bytes);
                             journal::ConsentRecord record;
                             ConsentEvent event;
                             if (!problem || !kind || *kind != journal::RecordKind::kConsent)
                               return;
                             if (!Decode(bytes, record) || !Unpack(record, sequence, event)) {
                               problem = Error{ErrorCode::kInvalid, "consent.recover",
                                               "a consent record of the journal is malformed"};
                             } else {
                               problem = Store(event);
                             }
                           });
  if (!read) return read;
  if (!problem) return problem;
  return Enter(plan, [] { return base::Ok(); });
}

// Read once and answered from memory: a server asked for each event costs a round trip each.
base::Status ConsentDesk::Enter(const Plan& plan, const std::function<base::Status()>& then) {
  const std::lock_guard lock(indexing_);
  ConsentHistory register_now;
  const auto all = parts_.store->ForEach([&](const ConsentEvent& event) {
    if (!thread_.joinable()) last_recorded_ = std::max(last_recorded_, event.recorded_at);
    register_now.Add(event);
  });
  if (!all) return all;
  register_now.Enter(plan, parts_.clock->WallNow(), *parts_.index);
  return then();
}

}  // namespace octroi::gateway
