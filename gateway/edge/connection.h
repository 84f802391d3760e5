// Connection: one accepted socket. Reads requests, asks the handler, keeps answers in order,
// enforces deadlines.
//
//   handshake -> open -> closing (reads no more, still answers) -> lingering (said all, lets it
//   arrive) -> dead
//
// Every On... call may end in dead(); the loop then destroys it. One thread.
#pragma once

#include <cstdint>
#include <string>

#include "gateway/edge/answer_queue.h"
#include "gateway/edge/loop_context.h"
#include "gateway/edge/stream.h"

namespace octroi::gateway::edge {

class Connection {
 public:
  Connection(LoopContext& context, std::uint64_t id, int fd, TlsSession tls, std::string peer);
  ~Connection();

  bool Register();  // with epoll; false: out of memory
  void OnReady(std::uint32_t events);
  void OnDurable();  // context.durable moved
  void OnDeferred(std::uint64_t request, const Response& response);
  void OnDue(std::int64_t scheduled);  // an entry of context.deadlines came up
  void OnDrain();
  // Beyond the limit of connections: one request, soon, and only if it is essential.
  void OnlyEssential();

  bool dead() const { return state_ == State::kDead; }
  std::uint64_t id() const { return id_; }

 private:
  class Now;  // the Exchange of the request being handled
  enum class State : std::uint8_t { kHandshake, kOpen, kClosing, kLingering, kDead };
  enum class Phase : std::uint8_t {
    kNew,
    kHandshake,
    kHead,
    kBody,
    kWaiting,
    kIdle,
    kBlocked,
    kLingering
  };

  // connection.cc: input
  void Shake();
  void ReadMore();
  void OnPeerEnd();
  void TakeRequests(std::string_view& input);
  void TakeStash();
  void OnHead(bool body_at_hand);
  void OnRequest();
  void Refuse(Fault fault);
  bool CanTake() const;  // whether another request may be taken from the input
  bool CanRead() const { return !peer_ended_ && stash_.empty() && CanTake(); }
  AnswerForm FormOfRequest();

  // connection_output.cc: answers, closing, time
  void Respond(const Response& response, AnswerForm form);
  void RespondLater(AnswerQueue::Slot slot);
  void Settle();  // sends what is ready, then takes what had to wait, until nothing moves
  void Flush();
  void Send(std::string_view bytes, bool is_unsent);
  void Linger();
  void Close();
  void Finish();  // ends every On...: interest, deadline, memory
  void Account();
  void UpdateInterest();
  void UpdateDeadline();
  void ReadWhatCame();
  void Expire();
  Phase CurrentPhase() const;
  std::int64_t DeadlineOf(Phase phase) const;
  bool idle() const { return queue_.empty() && unsent_.empty() && !reader_.begun(); }

  LoopContext& context_;
  const std::uint64_t id_;
  Stream stream_;
  RequestReader reader_;
  AnswerQueue queue_;
  std::string peer_;
  std::string stash_;   // read, but its turn has not come
  std::string unsent_;  // the socket did not take it yet
  std::size_t stash_used_ = 0;
  std::size_t charged_ = 0;    // of context.shared.buffered
  std::size_t dropped_ = 0;    // while lingering
  std::uint64_t request_ = 0;  // number of the last whole head
  void* handler_context_ = nullptr;
  std::int64_t since_ = 0;  // when phase_ began
  std::int64_t deadline_ = kNever;
  std::int64_t scheduled_ = kNever;  // the earliest entry in context.deadlines that counts
  std::uint64_t phase_request_ = 0;
  std::uint32_t interest_ = 0;
  State state_;
  Phase phase_ = Phase::kNew;
  bool peer_ended_ = false;
  bool ended_ = false;      // the last answer is written or unsent
  bool waiting_ = false;    // listed in context.waiting
  bool beyond_ = false;     // OnlyEssential
  bool essential_ = false;  // the request being read
};

}  // namespace octroi::gateway::edge
