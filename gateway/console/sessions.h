// Sessions: who is logged in, in memory (a restart ends them all), and how often a password may be
// tried. Of one thread. Moments are of a clock that nobody sets (CLOCK_BOOTTIME).
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "gateway/console/users.h"

namespace octroi::gateway::console {

inline constexpr base::Millis kIdleMs = 30 * 60'000;       // without a request
inline constexpr base::Millis kWholeMs = 8 * 3'600'000LL;  // whatever happens
inline constexpr std::size_t kSessionsMax = 1'000;         // the one unused longest goes

struct Session {
  std::string user, password;  // as kept when it began: another password ends it
  Role role = Role::kNobody;
  std::string csrf;
  base::Millis began = 0, seen = 0;
};

class Sessions {
 public:
  // The token: 256 random bits in base64url. Only its digest is kept.
  std::string Begin(const User& user, base::Millis now);
  // Null: there is none, it is over, or its user is gone or another by now.
  const Session* Find(std::string_view token, const Users& users, base::Millis now);
  void End(std::string_view token);

 private:
  std::map<std::string, Session> sessions_;  // by SHA-256 of the token
};

// Tries of passwords: five in fifteen minutes for one name, whether anybody has it or not, and
// sixty for all names.
class Tries {
 public:
  // Counts one more; else the milliseconds to wait.
  base::Millis Take(std::string_view name, base::Millis now);
  void Good(std::string_view name) { failed_.erase(std::string(name)); }

 private:
  std::map<std::string, std::deque<base::Millis>> failed_;
  std::deque<base::Millis> all_;
};

}  // namespace octroi::gateway::console
