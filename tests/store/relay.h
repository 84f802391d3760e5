// Between a client and a server on 127.0.0.1: passes bytes on, until it is told to do what networks
// do to a COMMIT.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace octroi::testing {

class Relay {
 public:
  enum class Mode {
    kPass,
    kCutBeforeCommit,  // the server never sees it
    kCutAfterCommit,   // the server has answered it, the client never hears
    kSilent,           // connections stay open, nothing passes
  };
  // `word`: what in a client's bytes makes them a COMMIT.
  explicit Relay(int server_port, std::string word = "COMMIT");
  ~Relay();
  int port() const { return port_; }
  // What to do from now on; `times`: a COMMIT is cut that often, then all pass again.
  void Set(Mode mode, int times = 1 << 30);
  int cuts() const { return cuts_; }

 private:
  void Accept();
  void Serve(int client);

  int server_port_, listener_ = -1, port_ = 0;
  const std::string word_;
  std::atomic<Mode> mode_{Mode::kPass};
  std::atomic<int> times_{0}, cuts_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<std::thread> serving_;
  std::thread accepting_;
};

}  // namespace octroi::testing
