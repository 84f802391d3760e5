// RequestReader: bytes of one connection in, whole requests out, one after the other. No socket, no
// clock: the fuzzer drives the same code.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "gateway/edge/body_reader.h"
#include "gateway/edge/head.h"

namespace octroi::gateway::edge {

// One request while it comes in. Pooled, so that an idle connection holds none.
struct Inbound {
  Head head;
  HeadReader head_reader;
  BodyReader body;
};

class InboundPool {
 public:
  std::unique_ptr<Inbound> Take();
  void Return(std::unique_ptr<Inbound> inbound);

 private:
  std::vector<std::unique_ptr<Inbound>> free_;
};

class RequestReader {
 public:
  enum class Step {
    kMore,     // needs more input
    kHead,     // the head is whole: call Admit
    kRequest,  // head and body are whole: use them, then call Next
    kFault,    // refuse and close; the reader takes no more
  };
  explicit RequestReader(InboundPool& pool) : pool_(pool) {}

  Step Advance(std::string_view& input);
  // After kHead. kRequest: there is no body to wait for.
  Step Admit(std::size_t body_bytes_max);
  void Next();  // forgets the request; its views end

  bool begun() const { return inbound_ != nullptr; }  // some bytes of a request came
  bool in_body() const { return in_body_; }
  Head& head() { return inbound_->head; }
  std::string_view body() const { return inbound_->body.bytes(); }  // as sent, dechunked
  std::uint64_t body_received() const { return inbound_->body.received(); }
  std::size_t memory() const { return inbound_ ? inbound_->body.memory() : 0; }
  Fault fault() const { return fault_; }

 private:
  Step Refuse(Fault fault);

  InboundPool& pool_;
  std::unique_ptr<Inbound> inbound_;
  Fault fault_ = Fault::kNone;
  bool in_body_ = false;
};

}  // namespace octroi::gateway::edge
