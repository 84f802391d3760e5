#include "gateway/edge/request_reader.h"

namespace octroi::gateway::edge {
namespace {
constexpr std::size_t kPooled = 64;
}

std::unique_ptr<Inbound> InboundPool::Take() {
  if (free_.empty()) return std::make_unique<Inbound>();
  std::unique_ptr<Inbound> inbound = std::move(free_.back());
  free_.pop_back();
  return inbound;
}

void InboundPool::Return(std::unique_ptr<Inbound> inbound) {
  if (free_.size() >= kPooled) return;
  inbound->head.Clear();
  inbound->head_reader.Reset();
  inbound->body.Clear();
  free_.push_back(std::move(inbound));
}

RequestReader::Step RequestReader::Refuse(Fault fault) {
  fault_ = fault;
  return Step::kFault;
}

RequestReader::Step RequestReader::Advance(std::string_view& input) {
  if (fault_ != Fault::kNone) return Step::kFault;
  if (input.empty()) return Step::kMore;
  if (!inbound_) inbound_ = pool_.Take();
  if (in_body_) {
    const Fault fault = inbound_->body.Take(input);
    if (fault != Fault::kNone) return Refuse(fault);
    return inbound_->body.done() ? Step::kRequest : Step::kMore;
  }
  const Fault fault = inbound_->head_reader.Take(input, inbound_->head);
  if (fault != Fault::kNone) return Refuse(fault);
  return inbound_->head_reader.whole() ? Step::kHead : Step::kMore;
}

RequestReader::Step RequestReader::Admit(std::size_t body_bytes_max) {
  Inbound& inbound = *inbound_;
  switch (inbound.head.body) {
    case Head::Body::kNone:
      return Step::kRequest;
    case Head::Body::kLength:
      if (inbound.head.content_length > body_bytes_max) return Refuse(Fault::kBodyTooLarge);
      inbound.body.StartLength(inbound.head.content_length);
      break;
    case Head::Body::kChunked:
      inbound.body.StartChunked(body_bytes_max);
      break;
  }
  in_body_ = true;
  return Step::kMore;
}

void RequestReader::Next() {
  if (inbound_) pool_.Return(std::move(inbound_));
  in_body_ = false;
}

}  // namespace octroi::gateway::edge
