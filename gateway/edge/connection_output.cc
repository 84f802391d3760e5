// The output side: answers in order, closing so that the client sees the answer, deadlines.
#include <sys/epoll.h>

#include <algorithm>

#include "base/limits.h"
#include "gateway/edge/connection.h"

namespace octroi::gateway::edge {
namespace {
constexpr std::int64_t kNanosPerMilli = 1'000'000;
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
}  // namespace

void Connection::Respond(const Response& response, AnswerForm form) {
  context_.shared.counters.Answered(response.status);
  if (queue_.empty()) {
    const bool last = AppendAnswer(response, form, context_.out);
    ended_ = ended_ || last;
    if (last) state_ = State::kClosing;
    return;
  }
  AnswerQueue::Slot slot;
  slot.last = AppendAnswer(response, form, slot.bytes);
  RespondLater(std::move(slot));
}

void Connection::RespondLater(AnswerQueue::Slot slot) {
  if (slot.last) state_ = State::kClosing;
  queue_.Push(std::move(slot));
}

void Connection::OnDurable() {
  waiting_ = false;
  Settle();
  Finish();
}

void Connection::OnDeferred(std::uint64_t request, const Response& response) {
  AnswerQueue::Slot* const slot = queue_.FindDeferred(request);
  if (slot == nullptr) return;  // dropped with an earlier, last answer
  context_.shared.counters.Answered(response.status);
  slot->form.close = slot->form.close || context_.draining;
  slot->state = AnswerQueue::State::kReady;
  slot->last = AppendAnswer(response, slot->form, slot->bytes);
  if (slot->last && state_ == State::kOpen) state_ = State::kClosing;
  Settle();
  Finish();
}

void Connection::OnDrain() {
  if (state_ == State::kHandshake) state_ = State::kDead;
  if (CanRead()) ReadMore();  // what arrived whole before is still answered
  Settle();
  Finish();
}

void Connection::Settle() {
  while (state_ == State::kOpen || state_ == State::kClosing) {
    Flush();
    if (!stash_.empty() && CanTake()) {
      TakeStash();
    } else if (stream_.pending() && CanRead()) {
      ReadMore();
    } else if (context_.out.empty()) {
      break;
    }
  }
  context_.out.clear();  // of a connection that broke: nobody else may get it
}

void Connection::Flush() {
  if (queue_.TakeReady(context_.durable, context_.now, *context_.shared.counters.durable,
                       context_.out))
    ended_ = true;
  if (!unsent_.empty()) {
    unsent_ += context_.out;
    Send(unsent_, /*is_unsent=*/true);
  } else if (!context_.out.empty()) {
    Send(context_.out, /*is_unsent=*/false);
  }
  context_.out.clear();
  const bool said_all = unsent_.empty() && (ended_ || (peer_ended_ && queue_.empty()));
  if (state_ == State::kClosing && said_all) Close();
}

void Connection::Send(std::string_view bytes, bool is_unsent) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    std::size_t size = 0;
    const Stream::Io io = stream_.Write(bytes.substr(sent), size);
    if (io == Stream::Io::kAgain) break;
    if (io != Stream::Io::kDone) {
      state_ = State::kDead;
      return;
    }
    sent += size;
  }
  context_.shared.counters.bytes_out->Add(sent);
  if (sent == bytes.size()) {
    if (is_unsent) unsent_ = std::string();
  } else if (is_unsent) {
    unsent_.erase(0, sent);
  } else {
    unsent_ = bytes.substr(sent);
  }
}

// A close while unread bytes wait would reset the connection and take our answer with it.
void Connection::Close() {
  stream_.ShutdownWrite();
  state_ = peer_ended_ ? State::kDead : State::kLingering;
}

void Connection::Linger() {
  std::size_t size = 0;
  const Stream::Io io = stream_.Drop(context_.read_buffer, size);
  dropped_ += size;
  const bool over = io == Stream::Io::kEnd || io == Stream::Io::kBroken;
  if (over || dropped_ > kLingerBytesMax) state_ = State::kDead;
}

void Connection::Finish() {
  if (state_ == State::kDead) return;
  Account();
  const std::size_t most = kBufferedBytesMax + (essential_ ? kEssentialBytesMax : 0);
  if (reader_.in_body() && context_.shared.buffered.load() > most) {
    Refuse(Fault::kMemoryFull);
    Settle();
    if (state_ == State::kDead) return;
    Account();
  }
  if (context_.draining && state_ == State::kOpen && idle()) {
    Close();
    if (state_ == State::kDead) return;
  }
  if (!waiting_ && queue_.front_waits_for_durable()) {
    waiting_ = true;
    context_.waiting.push_back(id_);
  }
  UpdateInterest();
  UpdateDeadline();
}

void Connection::Account() {
  const std::size_t now = stash_.size() + unsent_.size() + reader_.memory() + queue_.memory();
  if (now == charged_) return;
  context_.shared.buffered.fetch_add(now - charged_);  // wraps around for less: the same sum
  charged_ = now;
}

bool Connection::Register() {
  epoll_event event{};
  event.events = interest_ = EPOLLIN;
  event.data.u64 = id_;
  if (epoll_ctl(context_.epoll, EPOLL_CTL_ADD, stream_.fd(), &event) != 0) return false;
  UpdateDeadline();
  return true;
}

void Connection::UpdateInterest() {
  std::uint32_t wanted = 0;
  const bool reads = state_ == State::kHandshake || state_ == State::kLingering || CanRead();
  if (reads) wanted |= EPOLLIN;
  if (!unsent_.empty() || stream_.wants_write()) wanted |= EPOLLOUT;
  if (wanted == interest_) return;
  epoll_event event{};
  event.events = interest_ = wanted;
  event.data.u64 = id_;
  if (epoll_ctl(context_.epoll, EPOLL_CTL_MOD, stream_.fd(), &event) != 0) state_ = State::kDead;
}

Connection::Phase Connection::CurrentPhase() const {
  if (state_ == State::kHandshake) return Phase::kHandshake;
  if (state_ == State::kLingering) return Phase::kLingering;
  if (!unsent_.empty()) return Phase::kBlocked;
  if (state_ == State::kOpen && reader_.in_body()) return Phase::kBody;
  if (state_ == State::kOpen && reader_.begun()) return Phase::kHead;
  return queue_.empty() ? Phase::kIdle : Phase::kWaiting;
}

std::int64_t Connection::DeadlineOf(Phase phase) const {
  const auto& spans = context_.parts.deadlines;
  switch (phase) {
    case Phase::kHandshake:
      return since_ + spans.handshake * kNanosPerMilli;
    case Phase::kHead:
      return since_ + spans.head * kNanosPerMilli;
    case Phase::kIdle:
      return since_ + spans.idle * kNanosPerMilli;
    case Phase::kLingering:
      return since_ + kLingerNanos;
    case Phase::kBlocked:
      return since_ + spans.body * kNanosPerMilli;
    case Phase::kBody: {
      // The minimum rate, as a deadline that every received byte moves on; the first span is free.
      const auto rate = static_cast<std::int64_t>(spans.body_bytes_per_second);
      const auto received = static_cast<std::int64_t>(reader_.body_received());
      const std::int64_t earned = received * (kNanosPerSecond / rate);
      return since_ + std::min(spans.head * kNanosPerMilli + earned, spans.body * kNanosPerMilli);
    }
    case Phase::kNew:
    case Phase::kWaiting:
      return kNever;  // it is our turn
  }
  return kNever;
}

void Connection::UpdateDeadline() {
  const Phase phase = CurrentPhase();
  if (phase != phase_ || request_ != phase_request_) {
    phase_ = phase;
    phase_request_ = request_;
    since_ = context_.now;
  }
  deadline_ = DeadlineOf(phase);
  if (beyond_ && (phase == Phase::kHandshake || phase == Phase::kHead || phase == Phase::kIdle))
    deadline_ = std::min(deadline_, since_ + kBeyondNanos);
  if (deadline_ < scheduled_) {
    scheduled_ = deadline_;
    context_.deadlines.Add({deadline_, id_});
  }
}

void Connection::OnDue(std::int64_t scheduled) {
  if (scheduled != scheduled_) return;  // an entry that an earlier one replaced
  scheduled_ = kNever;
  if (context_.now >= deadline_) ReadWhatCame();
  if (state_ != State::kDead && context_.now >= deadline_) Expire();
  Finish();
}

// That we were too busy to read is no fault of the client.
void Connection::ReadWhatCame() {
  if (state_ == State::kHandshake) Shake();
  if (CanRead()) ReadMore();
  Settle();
  if (state_ != State::kDead) UpdateDeadline();
}

void Connection::Expire() {
  if (phase_ == Phase::kHead) {
    Refuse(Fault::kHeadTimeout);
  } else if (phase_ == Phase::kBody) {
    Refuse(Fault::kBodyTimeout);
  } else {
    if (phase_ == Phase::kIdle) stream_.ShutdownWrite();
    state_ = State::kDead;
  }
  Settle();
}

}  // namespace octroi::gateway::edge
