// Session: transactions on one PostgreSQL connection that is opened, dropped and opened again in
// plain sight. What libpqxx and libpq would do by themselves is excluded (reliability.md D):
//
//   * no silent reconnect: after any failure the connection is dropped, and the next transaction
//     starts on a new one with all its settings;
//   * every round trip has a deadline (Watchdog), also where the server is frozen;
//   * a COMMIT without an answer is in doubt: the work runs once more on a new connection and finds
//     by key what is there. A COMMIT with a warning (synchronous replication was cancelled: "might
//     not have been replicated") is in doubt too, whatever its language says;
//   * the tenant is named inside each transaction, never on the connection.
//
// Exceptions of libpqxx end here, and none of their text leaves: it may quote values. Errors:
// kUnavailable, kInDoubt and kInvalid as store.h says. Not thread-safe: its owner holds a lock.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/result.h"
#include "store_postgres/watchdog.h"

namespace octroi::store_postgres {

inline constexpr base::Millis kRoundTripMs =
    2'000;  // a server that says nothing for longer is down

struct Identity {
  std::string connection;  // libpq connection string; holds a password, never printed
  std::string tenant;
  std::string origin;  // of the journal; empty until it is known
};

// A statement by name, prepared on a connection when it is first used there.
struct Sql {
  const char* name;
  const char* text;
};

// One open transaction. Methods throw what libpqxx throws; Session::Transact catches it.
class Tx {
 public:
  template <class... Args>
  pqxx::result Run(const Sql& sql, const Args&... args) {
    const Watchdog::Watch watch(dog_, connection_.sock(), within_);
    connection_.prepare(sql.name, sql.text);
    return work_->exec_prepared(sql.name, args...);
  }
  pqxx::result Execute(const std::string& sql);  // constant text only: it may come back in no error
  bool again() const { return again_; }          // a commit of the same work was in doubt before
  ~Tx();

 private:
  friend class Session;
  Tx(Watchdog& dog, pqxx::connection& connection, base::Millis within, bool again);
  void Commit();

  Watchdog& dog_;
  pqxx::connection& connection_;
  base::Millis within_;
  bool again_;
  std::optional<pqxx::work> work_;
};

class Session {
 public:
  using Work = std::function<base::Status(Tx&)>;
  Session(Watchdog& dog, Identity identity);
  Session(Session&&) noexcept;
  ~Session();

  void SetOrigin(std::string origin) { identity_.origin = std::move(origin); }
  // BEGIN, work, COMMIT. `work` may run twice, and must then find by key what its first run did.
  // An error that `work` returns rolls back and is returned. What fails at once (a connection that
  // died while it was idle, a backend that was killed) is tried once more; what took its time is
  // not, so that a server that is gone is noticed within `within` and half a second.
  base::Status Transact(std::string_view where, const Work& work,
                        base::Millis within = kRoundTripMs);
  void Close();  // the next transaction connects again

 private:
  class Notices;
  enum class Attempt { kDone, kInDoubt, kBroken, kUnreachable };
  Attempt Try(std::string_view where, const Work& work, base::Millis within, bool again,
              base::Status& status);
  void Open();

  Watchdog& dog_;
  Identity identity_;
  base::SystemClock clock_;
  std::unique_ptr<pqxx::connection> connection_;
  std::unique_ptr<Notices> notices_;
  std::int64_t closed_until_nanos_ = 0;  // while it does not answer: fail at once
};

// The connection string with what must not be left to chance: deadlines of the server and the
// network, an application name, and, for a host that is not this machine, sslmode=verify-full
// unless the string says otherwise. kInvalid: libpq cannot read it; the detail quotes none of it.
base::Result<std::string> HardenedConnection(const std::string& connection);

}  // namespace octroi::store_postgres
