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
  // Null: there is none, it is over, or its user is gone or another by now. `by_hand`: somebody is
  // there; what a page asks by itself keeps no session alive.
  const Session* Find(std::string_view token, const Users& users, base::Millis now,
                      bool by_hand = true);
  void End(std::string_view token);

 private:
  std::map<std::string, Session> sessions_;  // by SHA-256 of the token
};

inline constexpr base::Millis kTriesMs = 15 * 60'000;
inline constexpr std::size_t kTriesOfNameAndClient = 5, kTriesOfName = 20, kTriesOfClient = 20,
                             kTriesOfNobody = 600;

// Passwords that were wrong, of the last fifteen minutes: five of one name from one address, twenty
// of one name or from one address; 600 of names that nobody has, over all addresses, which keep
// nobody out who has one. Good ones count nothing.
class Tries {
 public:
  // Milliseconds to wait; 0: try.
  base::Millis Wait(std::string_view name, std::string_view client, bool known, base::Millis now);
  void Bad(std::string_view name, std::string_view client, bool known, base::Millis now);
  void Good(std::string_view name, std::string_view client);  // forgets theirs from there

 private:
  struct Try {
    base::Millis at = 0;
    std::string name, client;
    bool known = false;
  };
  std::deque<Try> tries_;  // oldest first
};

}  // namespace octroi::gateway::console
