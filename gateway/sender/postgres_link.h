// PostgresLink: one connection to a PostgreSQL server of somebody else's, on which no call outlasts
// its deadline: libpq without its blocking calls. (db/postgres/session.h is the store's: libpqxx,
// which says nothing between a statement's first byte and its answer. A sender must know when that
// byte is on its way.)
//
// What the server says is kept as its SQLSTATE only: its text quotes values.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "gateway/sender.h"
#include "gateway/sender/resolver.h"

struct pg_conn;

namespace octroi::gateway {

// Used by one thread.
class PostgresLink {
 public:
  // `connection`: a libpq connection string. It is read once; kInvalid: it cannot be.
  // `patience`: the server gives a statement up after it.
  static base::Result<PostgresLink> For(const std::string& connection, bool allow_private,
                                        base::Millis patience);
  PostgresLink(PostgresLink&&) noexcept;
  ~PostgresLink();

  // Connects, to addresses that were resolved and checked right before, unless it is connected.
  // Errors: kUnavailable (no answer, refused: the detail is an SQLSTATE or a reason of ours),
  // kTimeout, kInvalid (an address that may not be connected to).
  base::Status Open(Resolver& resolver, const base::Clock& clock, std::int64_t until_nanos);
  void Close();

  struct Answer {
    enum class Kind {
      kDone,        // and committed: the server has nothing open any more
      kRefused,     // `state` says why; it had no effect
      kLost,        // nobody knows whether it had one
      kNotStarted,  // SendStart said no
    } kind = Kind::kLost;
    std::string state;              // SQLSTATE
    std::vector<std::string> rows;  // first column
  };
  // One statement, which is a transaction of its own. `start`, if there is one, is inside while the
  // first byte leaves, and no longer. After kLost the connection is closed.
  Answer Run(const char* sql, std::span<const std::string> parameters, SendStart* start,
             const base::Clock& clock, std::int64_t until_nanos);

 private:
  struct Option {
    std::string keyword, value;
  };
  PostgresLink() = default;
  base::Result<std::vector<Option>> Resolved(Resolver& resolver, base::Millis within) const;
  base::Status Connect(const base::Clock& clock, std::int64_t until_nanos);
  bool Usable() const;
  Answer Await(const base::Clock& clock, std::int64_t until_nanos);

  struct Ends {
    void operator()(pg_conn* connection) const;
  };
  std::vector<Option> options_;  // without host, hostaddr and port
  struct Host {
    std::string name, address, port;
  };
  std::vector<Host> hosts_;
  bool allow_private_ = false;
  base::Millis patience_ = 0;
  std::unique_ptr<pg_conn, Ends> connection_;
};

}  // namespace octroi::gateway
