// An open loop of single events over HTTP: so many arrive each second, whatever becomes of them.
//
//   OCTROI_LOAD_AUTH="Bearer …" open_load PORT PATH CONNECTIONS RATE SECONDS [MOST]
//
// Each arrival goes to the next connection and waits there for the socket to take it; requests are
// pipelined. Where more than kWaitingMax wait already it is given up, as a client that has waited
// long enough would. MOST: no more than that many without an answer on a connection (1 is what wrk
// does; then the loop is closed, and RATE only an upper bound). 0, or left out: as many as the
// sockets and the other side take. A connection that is closed is opened again after a second, as
// Retry-After asks. Events have the shape of tests/bench/load.lua.
//
// Prints one line of JSON: what was offered, given up, sent, how each was answered, those without
// an answer though 30 s were waited for it, and `taken_per_s`: 2xx a second, of the seconds from
// kRampSeconds on to the end of the arrivals. One thread; its CPU is the machine's, so a figure is
// only comparable with another of this program.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "open_load_requests.h"

namespace {

using octroi::testing::Requests;
constexpr std::size_t kWaitingMax = 16;   // arrivals on a connection that its socket did not take
constexpr std::size_t kTogether = 32;     // requests a write
constexpr std::size_t kWritesATurn = 64;  // answers are read between them
constexpr double kRampSeconds = 2, kAgainSeconds = 1, kAnswersWithin = 30;
constexpr int kSendBufferBytes = 64 * 1024;  // what waits in it is of no use to anybody

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Connection {
  int fd = -1;
  double again = 0;  // when it is to be opened, where fd is -1
  std::size_t waiting = 0;
  std::string out;  // written up to out_from
  std::size_t out_from = 0;
  std::deque<double> unanswered;  // when they were given to the socket's buffer
  std::string in;                 // an answer's head that is not whole yet
  std::size_t body_left = 0;
  bool wants_write = false;
};

class Load {
 public:
  Load(std::uint16_t port, Requests& requests, std::size_t connections, double rate, double seconds,
       std::size_t most)
      : requests_(requests), rate_(rate), seconds_(seconds), most_(most), all_(connections) {
    address_.sin_family = AF_INET;
    address_.sin_port = htons(port);
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    taken_.resize(static_cast<std::size_t>(seconds) + 1);
  }

  void Run() {
    for (Connection& one : all_) Open(one);
    begin_ = Now();
    for (double now = begin_; now < begin_ + seconds_; now = Now()) {
      Arrive(now);
      Turn(ready_.empty() ? 1 : 0);
    }
    over_ = true;
    for (Connection& one : all_) one.waiting = 0;
    const double until = Now() + kAnswersWithin;
    while (Now() < until && Unanswered() > 0) Turn(100);
  }

  void Print() {
    std::sort(latencies_.begin(), latencies_.end());
    const auto at = [&](double part) {
      return latencies_.empty() ? 0
                                : latencies_[static_cast<std::size_t>(
                                      part * static_cast<double>(latencies_.size() - 1))];
    };
    double taken = 0;
    const auto whole = static_cast<std::size_t>(seconds_);
    for (std::size_t s = static_cast<std::size_t>(kRampSeconds); s < whole; ++s) {
      taken += static_cast<double>(taken_[s]);
    }
    std::printf("{\"offered\":%zu,\"given_up\":%zu,\"sent\":%zu,\"answers\":{", offered_,
                offered_ - sent_, sent_);
    const char* comma = "";
    for (const auto& [status, count] : answers_) {
      std::printf("%s\"%d\":%zu", comma, status, count);
      comma = ",";
    }
    std::printf(
        "},\"closed_before_an_answer\":%zu,\"without_answer\":%zu,\"no_retry_after\":%zu,"
        "\"opened_again\":%zu,\"p50_ms\":%.1f,\"p99_ms\":%.1f,\"taken_per_s\":%.0f}\n",
        cut_, Unanswered(), no_retry_after_, opened_again_, at(0.5) * 1e3, at(0.99) * 1e3,
        taken / (static_cast<double>(whole) - kRampSeconds));
  }

 private:
  std::size_t Unanswered() const {
    std::size_t count = 0;
    for (const Connection& one : all_) count += one.unanswered.size();
    return count;
  }

  void Open(Connection& one) {
    one.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(one.fd, SOL_SOCKET, SO_SNDBUF, &kSendBufferBytes, sizeof kSendBufferBytes);
    const auto* to = reinterpret_cast<const sockaddr*>(&address_);
    if (one.fd < 0 || connect(one.fd, to, sizeof address_) != 0) return Close(one);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &one;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, one.fd, &event);
  }

  // What it had been sent has no answer any more; what waits goes with the next connection.
  void Close(Connection& one) {
    if (one.fd >= 0) close(one.fd);
    cut_ += one.unanswered.size();
    const std::size_t waiting = one.waiting;
    one = Connection{};
    one.waiting = waiting;
    one.again = Now() + kAgainSeconds;
    closed_.push_back(&one);
  }

  void Arrive(double now) {
    for (const auto due = static_cast<std::size_t>((now - begin_) * rate_); offered_ < due;) {
      ++offered_;
      Connection& one = all_[offered_ % all_.size()];
      if (one.waiting >= kWaitingMax) continue;
      ++one.waiting;
      if (one.fd >= 0 && !one.wants_write && one.waiting == 1) ready_.push_back(&one);
    }
    for (std::size_t i = 0; i < kWritesATurn && !ready_.empty(); ++i) {
      if (ready_.front()->fd >= 0) Write(*ready_.front());
      ready_.pop_front();
    }
    while (!over_ && !closed_.empty() && closed_.front()->again <= now) {
      Connection& one = *closed_.front();
      closed_.pop_front();
      ++opened_again_;
      Open(one);
      if (one.fd >= 0) Write(one);
    }
  }

  void Write(Connection& one) {
    for (;;) {
      if (one.out_from == one.out.size()) {
        one.out.clear();
        one.out_from = 0;
        std::size_t count = std::min(one.waiting, kTogether);
        if (most_ != 0) {
          count = std::min(count, most_ - std::min(most_, one.unanswered.size()));
        }
        if (count == 0) break;
        one.waiting -= count;
        sent_ += count;
        const double now = Now();
        for (; count > 0; --count) {
          requests_.AppendNext(one.out);
          one.unanswered.push_back(now);
        }
      }
      const ssize_t done = send(one.fd, one.out.data() + one.out_from,
                                one.out.size() - one.out_from, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (done < 0 && errno != EAGAIN) return Close(one);
      if (done < 0) break;
      one.out_from += static_cast<std::size_t>(done);
    }
    const bool wants = one.out_from != one.out.size();
    if (wants == one.wants_write) return;
    one.wants_write = wants;
    epoll_event event{};
    event.events = EPOLLIN | (wants ? EPOLLOUT : 0u);
    event.data.ptr = &one;
    epoll_ctl(epoll_, EPOLL_CTL_MOD, one.fd, &event);
  }

  void Turn(int wait_ms) {
    std::array<epoll_event, 512> events;
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_ms);
    for (int i = 0; i < count; ++i) {
      Connection& one = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      const std::uint32_t what = events[static_cast<std::size_t>(i)].events;
      if ((what & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !Read(one)) continue;
      if ((what & EPOLLOUT) != 0 || one.waiting > 0) Write(one);
    }
  }

  bool Read(Connection& one) {
    static char buffer[256 * 1024];
    const ssize_t got = recv(one.fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return true;
    if (got <= 0) return Close(one), false;
    one.in.append(buffer, static_cast<std::size_t>(got));
    std::string_view rest = one.in;
    for (;;) {
      const std::size_t body = std::min(one.body_left, rest.size());
      one.body_left -= body;
      rest.remove_prefix(body);
      const std::size_t end = rest.find("\r\n\r\n");
      if (one.body_left > 0 || end == std::string_view::npos) break;
      Answered(one, rest.substr(0, end + 2));
      rest.remove_prefix(end + 4);
    }
    one.in.erase(0, one.in.size() - rest.size());
    return true;
  }

  void Answered(Connection& one, std::string_view head) {
    const int status = std::atoi(std::string(head.substr(9, 3)).c_str());
    const std::size_t length = head.find("Content-Length: ");
    if (length != std::string_view::npos) {
      one.body_left = std::strtoul(std::string(head.substr(length + 16, 12)).c_str(), nullptr, 10);
    }
    const bool busy = status == 503 || status == 429;
    if (busy && head.find("Retry-After: ") == std::string_view::npos) ++no_retry_after_;
    ++answers_[status];
    if (one.unanswered.empty()) return;  // refused before it had sent anything
    if (status / 100 == 2) {
      const double now = Now();
      latencies_.push_back(static_cast<float>(now - one.unanswered.front()));
      const auto second = static_cast<std::size_t>(now - begin_);
      if (second < taken_.size()) ++taken_[second];
    }
    one.unanswered.pop_front();
  }

  sockaddr_in address_{};
  Requests& requests_;
  const double rate_, seconds_;
  const std::size_t most_;
  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::vector<Connection> all_;
  std::deque<Connection*> ready_;  // something waits, and nothing did before
  std::deque<Connection*> closed_;
  double begin_ = 0;
  bool over_ = false;
  std::size_t offered_ = 0, sent_ = 0, cut_ = 0, no_retry_after_ = 0, opened_again_ = 0;
  std::map<int, std::size_t> answers_;
  std::vector<std::size_t> taken_;  // 2xx, by second
  std::vector<float> latencies_;    // of 2xx
};

}  // namespace

int main(int argc, char** argv) {
  const char* auth = std::getenv("OCTROI_LOAD_AUTH");
  if (argc < 6 || auth == nullptr || std::atof(argv[5]) < kRampSeconds + 1) {
    std::fputs("OCTROI_LOAD_AUTH=… open_load PORT PATH CONNECTIONS RATE SECONDS [MOST]\n", stderr);
    return 2;
  }
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  Requests requests(argv[2], auth);
  Load load(static_cast<std::uint16_t>(std::atoi(argv[1])), requests,
            static_cast<std::size_t>(std::atoll(argv[3])), std::atof(argv[4]), std::atof(argv[5]),
            argc > 6 ? static_cast<std::size_t>(std::atoll(argv[6])) : 0);
  load.Run();
  load.Print();
  return 0;
}
