// A handler that records everything it was given.
#pragma once

#include <unistd.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "gateway/edge.h"

namespace octroi::testing {

struct Handled {
  std::string method, path, query, body, wire_body, peer;
  std::map<std::string, std::string> headers;
};

// Answers by path: /denied is refused at its head with 401; /echo returns the body; /durable?N
// waits for N; /defer waits for TakeDeferred; /large answers 4 MiB; /silent makes no answer; /busy
// keeps the loop busy with `busy` first; all else is 202.
class RecordingHandler final : public gateway::Handler {
 public:
  Admission OnHead(const gateway::RequestHead& head, unsigned) override {
    Admission admission;
    admission.body_bytes_max = base::kBodyBytesMax;
    admission.essential = head.path == "/essential";
    if (head.path == "/denied") {
      admission.refused = true;
      admission.refusal = gateway::Problem(401, "auth.key", "Unknown key", "Send a key.");
    }
    return admission;
  }

  void Handle(gateway::Exchange& exchange) override {
    const gateway::RequestHead& head = exchange.head();
    const std::string path(head.path), query(head.query);
    Record(exchange);
    gateway::Response response;
    response.status = path == "/echo" ? 200 : 202;
    response.body = path == "/echo" ? std::string(exchange.body()) : "{\"for\":\"" + path + "\"}";
    if (path == "/large") response.body.assign(4 * 1024 * 1024, 'x');
    if (path == "/silent") return;
    if (path == "/busy" && busy) busy();
    if (path == "/durable")
      return exchange.AnswerWhenDurable(std::stoull(query), std::move(response));
    if (path == "/defer") {
      std::shared_ptr<gateway::Deferred> deferred = exchange.Defer();
      const std::lock_guard lock(mutex_);
      deferred_[query] = std::move(deferred);
      return;
    }
    exchange.Answer(std::move(response));
  }

  std::function<void()> busy;  // set before the edge has a request

  std::vector<Handled> handled() const {
    const std::lock_guard lock(mutex_);
    return handled_;
  }
  std::size_t CountOf(std::string_view path) const {
    std::size_t count = 0;
    for (const Handled& one : handled()) count += one.path == path ? 1 : 0;
    return count;
  }
  void Forget() {
    const std::lock_guard lock(mutex_);
    handled_.clear();
  }
  // Waits until the request /defer?`query` was handled.
  std::shared_ptr<gateway::Deferred> TakeDeferred(const std::string& query) {
    for (int i = 0; i < 2000; ++i) {
      {
        const std::lock_guard lock(mutex_);
        if (const auto found = deferred_.find(query); found != deferred_.end()) {
          auto taken = std::move(found->second);
          deferred_.erase(found);
          return taken;
        }
      }
      usleep(5'000);
    }
    return nullptr;
  }

 private:
  void Record(const gateway::Exchange& exchange) {
    const gateway::RequestHead& head = exchange.head();
    Handled one{std::string(head.method),
                std::string(head.path),
                std::string(head.query),
                std::string(exchange.body()),
                std::string(exchange.wire_body()),
                head.peer,
                {}};
    for (const auto& [name, value] : head.headers) one.headers[std::string(name)] = value;
    const std::lock_guard lock(mutex_);
    handled_.push_back(std::move(one));
  }

  mutable std::mutex mutex_;
  std::vector<Handled> handled_;
  std::map<std::string, std::shared_ptr<gateway::Deferred>> deferred_;
};

}  // namespace octroi::testing
