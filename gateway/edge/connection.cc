// The input side: bytes to requests to the handler.
#include "gateway/edge/connection.h"

#include <sys/epoll.h>

#include "base/limits.h"

namespace octroi::gateway::edge {

class Connection::Now final : public Exchange {
 public:
  Now(Connection& connection, std::string_view body, std::string_view wire_body)
      : connection_(connection), body_(body), wire_body_(wire_body) {}

  const RequestHead& head() const override { return connection_.reader_.head().request; }
  std::string_view body() const override { return body_; }
  std::string_view wire_body() const override { return wire_body_; }
  void* context() const override { return connection_.handler_context_; }
  base::Millis received() const override { return connection_.context_.wall; }
  unsigned loop() const override { return connection_.context_.loop; }

  void Answer(Response response) override {
    if (First()) connection_.Respond(response, connection_.FormOfRequest());
  }
  void AnswerWhenDurable(std::uint64_t sequence, Response response) override;
  std::shared_ptr<Deferred> Defer() override;
  bool answered() const { return answered_; }

 private:
  bool First() { return !std::exchange(answered_, true); }

  Connection& connection_;
  const std::string_view body_, wire_body_;
  bool answered_ = false;
};

void Connection::Now::AnswerWhenDurable(std::uint64_t sequence, Response response) {
  if (!First()) return;
  LoopContext& context = connection_.context_;
  if (sequence > context.durable && context.parts.durable_through) {
    context.durable = context.parts.durable_through();
  }
  const AnswerForm form = connection_.FormOfRequest();
  if (sequence <= context.durable) {
    context.shared.counters.durable->Record(0);
    return connection_.Respond(response, form);
  }
  AnswerQueue::Slot slot;
  slot.state = AnswerQueue::State::kDurable;
  slot.sequence = sequence;
  slot.since = context.now;
  slot.last = AppendAnswer(response, form, slot.bytes);
  context.shared.counters.Answered(response.status);
  connection_.RespondLater(std::move(slot));
}

std::shared_ptr<Deferred> Connection::Now::Defer() {
  answered_ = true;
  AnswerQueue::Slot slot;
  slot.state = AnswerQueue::State::kDeferred;
  slot.form = connection_.FormOfRequest();
  slot.last = slot.form.close;
  slot.request = connection_.request_;
  connection_.RespondLater(std::move(slot));
  return MakeDeferred(connection_.context_.mailbox, connection_.id_, connection_.request_);
}

Connection::Connection(LoopContext& context, std::uint64_t id, int fd, TlsSession tls,
                       std::string peer)
    : context_(context),
      id_(id),
      stream_(fd, std::move(tls)),
      reader_(context.pool),
      peer_(std::move(peer)),
      state_(stream_.is_tls() ? State::kHandshake : State::kOpen) {
  context_.shared.connections.fetch_add(1);
  context_.shared.counters.connections->Add(1);
}

Connection::~Connection() {
  reader_.Next();
  context_.shared.connections.fetch_sub(1);
  context_.shared.counters.connections->Add(-1);
  context_.shared.buffered.fetch_sub(charged_);
}

void Connection::OnReady(std::uint32_t events) {
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    state_ = State::kDead;
    return;
  }
  if (state_ == State::kHandshake) Shake();
  if (state_ == State::kLingering) {
    Linger();
  } else {
    if (CanRead() && ((events & EPOLLIN) != 0 || stream_.is_tls())) ReadMore();
    Settle();
  }
  Finish();
}

void Connection::Shake() {
  switch (stream_.Handshake()) {
    case Stream::Io::kDone:
      state_ = State::kOpen;
      break;
    case Stream::Io::kAgain:
      break;
    case Stream::Io::kEnd:
    case Stream::Io::kBroken:
      state_ = State::kDead;
      break;
  }
}

void Connection::ReadMore() {
  do {
    std::size_t size = 0;
    switch (stream_.Read(context_.read_buffer, size)) {
      case Stream::Io::kDone: {
        context_.shared.counters.bytes_in->Add(size);
        std::string_view input(context_.read_buffer.data(), size);
        TakeRequests(input);
        if (state_ == State::kOpen) stash_ = input;
        break;
      }
      case Stream::Io::kAgain:
        return;
      case Stream::Io::kEnd:
        return OnPeerEnd();
      case Stream::Io::kBroken:
        state_ = State::kDead;
        return;
    }
  } while (stream_.pending() && CanRead());
}

void Connection::OnPeerEnd() {
  peer_ended_ = true;
  if (reader_.begun()) return Refuse(Fault::kTruncated);
  state_ = State::kClosing;
}

bool Connection::CanTake() const {
  return state_ == State::kOpen && unsent_.empty() && queue_.size() < base::kPipelinedRequestsMax &&
         context_.out.size() < kOutputBytesMax;
}

void Connection::TakeRequests(std::string_view& input) {
  while (CanTake()) {
    switch (reader_.Advance(input)) {
      case RequestReader::Step::kMore:
        return;
      case RequestReader::Step::kHead:
        OnHead(/*body_at_hand=*/!input.empty());
        break;
      case RequestReader::Step::kRequest:
        OnRequest();
        break;
      case RequestReader::Step::kFault:
        return Refuse(reader_.fault());
    }
  }
}

void Connection::TakeStash() {
  std::string_view input = std::string_view(stash_).substr(stash_used_);
  TakeRequests(input);
  stash_used_ = stash_.size() - input.size();
  if (input.empty() || state_ != State::kOpen) {
    stash_ = std::string();
    stash_used_ = 0;
  }
}

AnswerForm Connection::FormOfRequest() {
  const Head& head = reader_.head();
  AnswerForm form;
  form.head_only = head.request.method == "HEAD";
  form.close = !head.keep_alive || context_.draining || beyond_;
  form.say_keep_alive = !head.http_1_1;
  return form;
}

void Connection::OnHead(bool body_at_hand) {
  ++request_;
  Head& head = reader_.head();
  head.request.peer = peer_;
  const Handler::Admission admission = context_.parts.handler->OnHead(head.request, context_.loop);
  if (admission.refused) {
    AnswerForm form = FormOfRequest();
    form.close = form.close || head.body != Head::Body::kNone;
    Respond(admission.refusal, form);
    reader_.Next();
    return;
  }
  if (beyond_ && !admission.essential) return Refuse(Fault::kTooManyConnections);
  essential_ = admission.essential;
  handler_context_ = admission.context;
  switch (reader_.Admit(admission.body_bytes_max)) {
    case RequestReader::Step::kRequest:
      return OnRequest();
    case RequestReader::Step::kFault:
      return Refuse(reader_.fault());
    default:
      break;
  }
  if (head.expects_continue && !body_at_hand) {
    AnswerQueue::Slot slot;  // in order: it must not overtake answers that are owed
    slot.bytes = kContinue;
    queue_.Push(std::move(slot));
  }
}

void Connection::OnRequest() {
  const std::string_view wire_body = reader_.body();
  std::string_view body = wire_body;
  if (reader_.head().gzip && reader_.head().body != Head::Body::kNone) {
    const Fault fault = context_.gunzip.Inflate(wire_body, context_.inflated);
    if (fault != Fault::kNone) return Refuse(fault);
    body = context_.inflated;
  }
  Now exchange(*this, body, wire_body);
  context_.parts.handler->Handle(exchange);
  if (!exchange.answered()) exchange.Answer(AnswerTo(Fault::kNotAnswered));
  reader_.Next();
}

void Connection::Refuse(Fault fault) {
  context_.shared.counters.Refused(fault);
  AnswerForm form;
  form.close = true;
  Respond(AnswerTo(fault), form);
  reader_.Next();
}

void Connection::OnlyEssential() {
  beyond_ = true;
  Finish();
}

}  // namespace octroi::gateway::edge
