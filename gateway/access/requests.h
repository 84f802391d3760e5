// Requests to see the value of a token, as they stand: waiting for a second person, or approved and
// not opened yet. In memory: a restart ends them, and they are asked again (the journal keeps what
// was done). Also how often anything may be asked, for each value that is given is one guess less.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "base/clock.h"
#include "journal/records.h"
#include "policies/token_reader.h"

namespace octroi::gateway::access {

inline constexpr base::Millis kApproveWithinMs = 24 * 3'600'000LL;
inline constexpr base::Millis kOpenWithinMs = 3'600'000;  // of the approval
inline constexpr std::size_t kWaitingMax = 100;
// In an hour: requests of one role; statements of everybody, whatever they are.
inline constexpr std::size_t kAsksAnHour = 10, kStatementsAnHour = 200;

struct Request {
  std::uint64_t id = 0;
  std::string asked = {};  // the text that was signed
  std::string reason = {};
  std::string role = {}, name = {};  // who asked
  std::string approver = {};         // role; empty: nobody yet
  base::Millis asked_at = 0, approved_at = 0;
  policies::TokenParts token = {};
  std::string field = {};
  journal::Fingerprint subject = {};

  base::Millis until() const {
    return approver.empty() ? asked_at + kApproveWithinMs : approved_at + kOpenWithinMs;
  }
};

// How many of something there were in the last hour.
class Hourly {
 public:
  // Counts one more; false: there were `most` already, and it does not count.
  bool Take(base::Millis now, std::size_t most);

 private:
  std::deque<base::Millis> taken_;
};

// Not safe from several threads. `now` is a clock that nobody sets back (base::SteadyWall).
class Requests {
 public:
  // Under a fresh id. Null: too many wait.
  const Request* Add(Request request, base::Millis now);
  Request* Find(std::uint64_t id);  // expired ones too, for a day; null: there is none
  void Remove(std::uint64_t id) { waiting_.erase(id); }
  const std::map<std::uint64_t, Request>& waiting() const { return waiting_; }

  bool MayState(base::Millis now) { return statements_.Take(now, kStatementsAnHour); }
  bool MayAsk(const std::string& role, base::Millis now) {
    return asks_[role].Take(now, kAsksAnHour);
  }

 private:
  std::map<std::uint64_t, Request> waiting_;
  std::map<std::string, Hourly> asks_;
  Hourly statements_;
};

std::string IdText(std::uint64_t id);  // 16 hex digits

}  // namespace octroi::gateway::access
