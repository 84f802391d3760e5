#include "store_postgres/session.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/crash_point.h"

namespace octroi::store_postgres {
namespace {

constexpr base::Millis kClosedMs = 250;
constexpr base::Millis kQuickMs = 400;  // a dead idle connection is noticed faster than this

// Errors that pass by themselves: connection, rollback (deadlock, serialization), resources, lock
// not available and operator intervention, system error, a server that is read-only (a standby).
// libpqxx 6 gives some errors a type and no SQLSTATE.
bool Passing(const pqxx::sql_error& error) {
  if (dynamic_cast<const pqxx::insufficient_resources*>(&error) != nullptr) return true;
  const std::string_view state = error.sqlstate();
  if (state == "55P03" || state == "25006") return true;
  constexpr std::array<std::string_view, 5> kClasses = {"08", "40", "53", "57", "58"};
  return std::any_of(kClasses.begin(), kClasses.end(),
                     [&](std::string_view one) { return state.starts_with(one); });
}

base::Error Unavailable(std::string_view where, std::string detail) {
  return {base::ErrorCode::kUnavailable, where, std::move(detail)};
}

base::Error FromSql(std::string_view where, const pqxx::sql_error& error) {
  const std::string& state = error.sqlstate();
  return {Passing(error) ? base::ErrorCode::kUnavailable : base::ErrorCode::kInvalid, where,
          "postgresql says " + (state.empty() ? std::string("no") : state)};
}

// Whether the connection is gone, or going: 57P is a server that ends this backend. What libpqxx
// says of a lost connection is an SQL error like any other.
bool Lost(const pqxx::connection& connection, const pqxx::sql_error& error) {
  return !connection.is_open() || error.sqlstate().starts_with("57P");
}

base::Error Unexpected(std::string_view where) {
  return {base::ErrorCode::kInvalid, where, "postgresql answered what is not expected"};
}

struct InDoubt {};  // thrown by Commit, caught by Try

}  // namespace

// Whatever the server says beside its answers. Only whether it spoke matters: the text depends on
// its language and may quote values.
class Session::Notices final : public pqxx::errorhandler {
 public:
  using pqxx::errorhandler::errorhandler;
  bool operator()(const char[]) noexcept override {
    spoke = true;
    return false;
  }
  bool spoke = false;
};

Tx::Tx(Watchdog& dog, pqxx::connection& connection, base::Millis within, bool again)
    : dog_(dog), connection_(connection), within_(within), again_(again) {
  const Watchdog::Watch watch(dog_, connection_.sock(), within_);
  work_.emplace(connection_);
}

Tx::~Tx() {  // rolls back what was not committed, and that waits for the server too
  const Watchdog::Watch watch(dog_, connection_.sock(), within_);
  work_.reset();
}

pqxx::result Tx::Execute(const std::string& sql) {
  const Watchdog::Watch watch(dog_, connection_.sock(), within_);
  return work_->exec(sql);
}

void Tx::Commit() {
  const Watchdog::Watch watch(dog_, connection_.sock(), within_);
  try {
    work_->commit();
  } catch (const pqxx::sql_error& error) {
    if (!Lost(connection_, error)) throw;  // a check refused it: not committed
    throw InDoubt{};
  } catch (const std::exception&) {
    throw InDoubt{};
  }
}

Session::Session(Watchdog& dog, Identity identity) : dog_(dog), identity_(std::move(identity)) {}
Session::Session(Session&&) noexcept = default;
Session::~Session() { Close(); }

void Session::Close() {
  if (connection_) {  // says goodbye, which may wait for a server that is gone
    const Watchdog::Watch watch(dog_, connection_->sock(), 0);
    notices_.reset();
    connection_.reset();
  }
}

base::Status Session::Transact(std::string_view where, const Work& work, base::Millis within) {
  const std::int64_t begun = clock_.BootNowNanos();
  if (!connection_ && begun < closed_until_nanos_) {
    return Unavailable(where, "postgresql did not answer a moment ago");
  }
  bool in_doubt = false;
  for (bool first = true;; first = false) {
    base::Status status = base::Ok();
    const Attempt attempt = Try(where, work, within, in_doubt, status);
    if (attempt == Attempt::kDone) return status;
    in_doubt = in_doubt || attempt == Attempt::kInDoubt;
    const bool quick = clock_.BootNowNanos() - begun < kQuickMs * 1'000'000;
    if (!quick || attempt == Attempt::kUnreachable) {
      closed_until_nanos_ = clock_.BootNowNanos() + kClosedMs * 1'000'000;
    } else if (first) {
      continue;
    }
    if (!in_doubt) return Unavailable(where, "postgresql does not answer");
    return base::Error{base::ErrorCode::kInDoubt, where,
                       "postgresql did not say whether the commit happened"};
  }
}

Session::Attempt Session::Try(std::string_view where, const Work& work, base::Millis within,
                              bool again, base::Status& status) {
  Attempt attempt = Attempt::kUnreachable;
  try {
    if (!connection_) Open();
    attempt = Attempt::kBroken;
    Tx tx(dog_, *connection_, within, again);
    constexpr Sql kIdentify = {
        "identify",
        "SELECT set_config('octroi.tenant', $1, true), set_config('octroi.origin', $2, true)"};
    tx.Run(kIdentify, identity_.tenant, identity_.origin);
    status = work(tx);
    if (!status) return Attempt::kDone;  // ~Tx rolls back
    notices_->spoke = false;
    OCTROI_CRASH_POINT("store.before_commit");
    tx.Commit();
    OCTROI_CRASH_POINT("store.committed");
    if (notices_->spoke) throw InDoubt{};
    return Attempt::kDone;
  } catch (const InDoubt&) {
    attempt = Attempt::kInDoubt;
  } catch (const pqxx::broken_connection&) {
  } catch (const pqxx::sql_error& error) {
    if (connection_ && !Lost(*connection_, error)) {
      status = FromSql(where, error);
      attempt = Attempt::kDone;
    }
  } catch (const pqxx::failure&) {  // usage, conversion: ours to mend, and never a yes
    status = Unexpected(where);
    attempt = Attempt::kDone;
  } catch (const std::logic_error&) {
    status = Unexpected(where);
    attempt = Attempt::kDone;
  }
  Close();
  return attempt;
}

void Session::Open() {
  connection_ = std::make_unique<pqxx::connection>(identity_.connection);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  connection_->inhibit_reactivation(true);
#pragma GCC diagnostic pop
  notices_ = std::make_unique<Notices>(*connection_);
}

base::Result<std::string> HardenedConnection(const std::string& connection) {
  constexpr std::string_view where = "store.connection";
  char* complaint = nullptr;
  PQconninfoOption* parsed = PQconninfoParse(connection.c_str(), &complaint);
  PQfreemem(complaint);
  if (parsed == nullptr) {
    return base::Error{base::ErrorCode::kInvalid, where,
                       "the connection string of postgresql cannot be read: write "
                       "`host=... dbname=... user=... password=...`"};
  }
  std::string host;
  bool sslmode = false;
  for (const PQconninfoOption* option = parsed; option->keyword != nullptr; ++option) {
    const std::string_view name = option->keyword;
    if (option->val == nullptr) continue;
    if (name == "host" || name == "hostaddr") host = option->val;
    if (name == "sslmode") sslmode = true;
  }
  std::string hardened;
  for (const PQconninfoOption* option = parsed; option->keyword != nullptr; ++option) {
    if (option->val == nullptr || *option->val == '\0') continue;
    hardened += std::string(option->keyword) + "='";
    for (const char c : std::string_view(option->val)) {
      if (c == '\'' || c == '\\') hardened += '\\';
      hardened += c;
    }
    hardened += "' ";
  }
  PQconninfoFree(parsed);
  const bool local = host.empty() || host.starts_with("/") || host == "localhost" ||
                     host.starts_with("127.") || host == "::1";
  if (!local && !sslmode) hardened += "sslmode=verify-full ";
  hardened +=
      "connect_timeout=2 tcp_user_timeout=2000 keepalives_idle=10 keepalives_interval=2 "
      "keepalives_count=3 client_encoding=UTF8 application_name=octroi "
      "options='-c statement_timeout=5000 -c lock_timeout=1500 "
      "-c idle_in_transaction_session_timeout=10000'";
  return hardened;
}

}  // namespace octroi::store_postgres
