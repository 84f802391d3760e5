#include "gateway/sender/postgres_link.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace octroi::gateway {
namespace {

constexpr std::string_view kWhere = "sender.postgres";
constexpr std::int64_t kNanosPerMilli = 1'000'000;

base::Error Wrong(std::string detail) {
  return {base::ErrorCode::kInvalid, kWhere, std::move(detail)};
}
base::Error NoAnswer() { return {base::ErrorCode::kTimeout, kWhere, "no answer in time"}; }

std::vector<std::string> Split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    parts.emplace_back(list.substr(0, comma));
    if (comma + 1 == list.size()) parts.emplace_back();
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return parts;
}

std::string At(const std::vector<std::string>& parts, std::size_t i) {
  return i < parts.size() ? parts[i] : std::string();
}

bool IsAddress(const std::string& text) {
  return text.find(':') != std::string::npos ||
         text.find_first_not_of("0123456789.") == std::string::npos;
}

// A path is a socket of this machine; `@` begins an abstract one.
bool IsSocket(const std::string& host) {
  return host.empty() || host.front() == '/' || host.front() == '@';
}

bool IsLocal(const std::string& host) {
  return IsSocket(host) || host == "localhost" || host.starts_with("127.") || host == "::1";
}

// Waits for `events` on the connection's socket. False: not in time.
bool Wait(const PGconn* connection, int events, const base::Clock& clock, std::int64_t until) {
  for (;;) {
    const std::int64_t left = until - clock.BootNowNanos();
    if (left <= 0) return false;
    pollfd waiting{PQsocket(connection), static_cast<short>(events), 0};
    const auto millis = static_cast<int>(std::min<std::int64_t>(left / kNanosPerMilli + 1, 60'000));
    const int ready = ::poll(&waiting, 1, millis);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;  // the next call on it will say
  }
}

void Say(void*, const PGresult*) {}  // a notice quotes values, and nobody reads it

struct Clears {
  void operator()(PGresult* result) const { PQclear(result); }
};

}  // namespace

void PostgresLink::Ends::operator()(pg_conn* connection) const { PQfinish(connection); }
PostgresLink::PostgresLink(PostgresLink&&) noexcept = default;
PostgresLink::~PostgresLink() = default;
void PostgresLink::Close() { connection_.reset(); }

base::Result<PostgresLink> PostgresLink::For(const std::string& connection, bool allow_private,
                                             base::Millis patience) {
  char* complaint = nullptr;
  PQconninfoOption* parsed = PQconninfoParse(connection.c_str(), &complaint);
  PQfreemem(complaint);  // it quotes the string
  if (parsed == nullptr) {
    return Wrong("not a connection string: `host=... dbname=... user=... password=...`");
  }
  PostgresLink link;
  link.allow_private_ = allow_private;
  link.patience_ = patience;
  std::string hosts, addresses, ports;
  bool encrypts = false, gss = false;
  for (const PQconninfoOption* option = parsed; option->keyword != nullptr; ++option) {
    if (option->val == nullptr || *option->val == '\0') continue;
    const std::string name = option->keyword;
    if (name == "host") {
      hosts = option->val;
    } else if (name == "hostaddr") {
      addresses = option->val;
    } else if (name == "port") {
      ports = option->val;
    } else {
      encrypts = encrypts || name == "sslmode";
      gss = gss || name == "gssencmode";
      link.options_.push_back({name, option->val});
    }
  }
  PQconninfoFree(parsed);
  const std::vector<std::string> names = Split(hosts), literals = Split(addresses),
                                 numbers = Split(ports);
  const std::size_t count = std::max({names.size(), literals.size(), std::size_t{1}});
  bool local = true;
  for (std::size_t i = 0; i < count; ++i) {
    Host host{At(names, i), At(literals, i), numbers.size() == 1 ? numbers[0] : At(numbers, i)};
    if (host.address.empty() && IsAddress(host.name) && !IsSocket(host.name)) {
      host.address = host.name;
    }
    const std::string& goes_to = host.address.empty() ? host.name : host.address;
    if (!allow_private &&
        (IsLocal(goes_to) || (!host.address.empty() && !IsPublicAddress(goes_to)))) {
      return Wrong("the server's address is not a public one; private_network: true allows it");
    }
    local = local && IsLocal(goes_to);
    link.hosts_.push_back(std::move(host));
  }
  if (!local && !encrypts) link.options_.push_back({"sslmode", "verify-full"});
  if (!gss) link.options_.push_back({"gssencmode", "disable"});  // its look-ups know no deadline
  for (const auto& [name, value] :
       {std::pair("client_encoding", "UTF8"), std::pair("application_name", "octroi"),
        std::pair("keepalives_idle", "10")}) {
    const bool said = std::ranges::any_of(
        link.options_,
        [name = std::string_view(name)](const Option& o) { return o.keyword == name; });
    if (!said || std::string_view(name) == "client_encoding")
      link.options_.push_back({name, value});
  }
  return link;
}

// Every name as the addresses it has now, each checked: libpq would ask DNS itself, without a
// deadline, and might be told something else.
base::Result<std::vector<PostgresLink::Option>> PostgresLink::Resolved(Resolver& resolver,
                                                                       base::Millis within) const {
  std::string names, addresses, ports;
  bool first = true;
  const auto add = [&](const Host& host, const std::string& address) {
    for (std::string* list : {&names, &addresses, &ports}) *list += first ? "" : ",";
    first = false;
    names += host.name;
    addresses += address;
    ports += host.port;
  };
  for (const Host& host : hosts_) {
    if (!host.address.empty() || IsSocket(host.name)) {
      add(host, host.address);
      continue;
    }
    const auto found = resolver.Resolve(host.name, within);
    if (!found) return found.error();
    for (const std::string& address : *found) {
      if (!allow_private_ && !IsPublicAddress(address)) {
        return Wrong("the server's address is not a public one");
      }
      add(host, address);
    }
  }
  std::vector<Option> all = options_;
  if (names.find_first_not_of(',') != std::string::npos) all.push_back({"host", names});
  if (addresses.find_first_not_of(',') != std::string::npos) all.push_back({"hostaddr", addresses});
  if (ports.find_first_not_of(',') != std::string::npos) all.push_back({"port", ports});
  return all;
}

bool PostgresLink::Usable() const {
  if (!connection_ || PQstatus(connection_.get()) != CONNECTION_OK) return false;
  pollfd idle{PQsocket(connection_.get()), POLLIN, 0};
  if (::poll(&idle, 1, 0) == 0) return true;
  // Somebody spoke while it was idle: a notice, or the end.
  return PQconsumeInput(connection_.get()) == 1 && PQisBusy(connection_.get()) == 0 &&
         PQstatus(connection_.get()) == CONNECTION_OK && ::poll(&idle, 1, 0) == 0;
}

base::Status PostgresLink::Open(Resolver& resolver, const base::Clock& clock,
                                std::int64_t until_nanos) {
  if (Usable()) return base::Ok();
  Close();
  const base::Millis left = (until_nanos - clock.BootNowNanos()) / kNanosPerMilli;
  if (left <= 0) return NoAnswer();
  const auto options = Resolved(resolver, left);
  if (!options) return options.error();
  std::vector<const char*> keywords, values;
  for (const Option& option : *options) {
    keywords.push_back(option.keyword.c_str());
    values.push_back(option.value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  connection_.reset(PQconnectStartParams(keywords.data(), values.data(), 0));
  if (!connection_) return NoAnswer();
  auto connected = Connect(clock, until_nanos);
  if (!connected) {
    Close();
    return connected;
  }
  PQsetNoticeReceiver(connection_.get(), Say, nullptr);
  // What we no longer wait for, the server shall not go on with either.
  const std::string patience =
      "SET statement_timeout = " + std::to_string(std::max<base::Millis>(1, patience_));
  const Answer set = Run(patience.c_str(), {}, nullptr, clock, until_nanos);
  if (set.kind == Answer::Kind::kDone) return base::Ok();
  Close();
  return base::Error{base::ErrorCode::kUnavailable, kWhere, set.state};
}

base::Status PostgresLink::Connect(const base::Clock& clock, std::int64_t until_nanos) {
  PGconn* connection = connection_.get();
  PQsetNoticeReceiver(connection, Say, nullptr);
  if (PQstatus(connection) == CONNECTION_BAD) {
    return base::Error{base::ErrorCode::kUnavailable, kWhere, "no server there"};
  }
  for (int events = POLLOUT;;) {
    if (!Wait(connection, events, clock, until_nanos)) return NoAnswer();
    const PostgresPollingStatusType now = PQconnectPoll(connection);
    if (now == PGRES_POLLING_OK) break;
    if (now == PGRES_POLLING_FAILED) {
      return base::Error{base::ErrorCode::kUnavailable, kWhere,
                         "no server there, or it refused us"};
    }
    events = now == PGRES_POLLING_READING ? POLLIN : POLLOUT;
  }
  if (PQsetnonblocking(connection, 1) != 0) {
    return base::Error{base::ErrorCode::kUnavailable, kWhere, "the connection is of no use"};
  }
  return base::Ok();
}

PostgresLink::Answer PostgresLink::Run(const char* sql, std::span<const std::string> parameters,
                                       SendStart* start, const base::Clock& clock,
                                       std::int64_t until_nanos) {
  std::vector<const char*> values;
  for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
  const auto send = [&] {  // what the socket takes at once is on its way when this returns
    return PQsendQueryParams(connection_.get(), sql, static_cast<int>(values.size()), nullptr,
                             values.data(), nullptr, nullptr, 0) == 1;
  };
  bool sent = false;
  if (start == nullptr) {
    sent = send();
  } else {
    Starting starting(*start);
    if (!starting) return {Answer::Kind::kNotStarted, {}, {}};
    sent = send();
  }
  Answer answer;
  if (sent) answer = Await(clock, until_nanos);
  if (answer.kind == Answer::Kind::kLost) Close();
  return answer;
}

// Reads to the very end. A statement is answered before its transaction is committed: only what
// follows, "ready for the next", says that this happened too.
PostgresLink::Answer PostgresLink::Await(const base::Clock& clock, std::int64_t until_nanos) {
  PGconn* connection = connection_.get();
  Answer answer{Answer::Kind::kDone, {}, {}};
  for (;;) {
    const int unsent = PQflush(connection);
    if (unsent < 0) return {};
    if (unsent == 0 && PQisBusy(connection) == 0) {
      const std::unique_ptr<PGresult, Clears> result(PQgetResult(connection));
      if (!result) break;
      const ExecStatusType status = PQresultStatus(result.get());
      if (status == PGRES_TUPLES_OK) {
        for (int i = 0; i < PQntuples(result.get()); ++i) {
          answer.rows.emplace_back(PQgetvalue(result.get(), i, 0));
        }
      } else if (status != PGRES_COMMAND_OK) {
        const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
        answer.kind = Answer::Kind::kRefused;
        if (answer.state.empty() && state != nullptr) answer.state = state;
      }
      continue;
    }
    if (!Wait(connection, unsent == 0 ? POLLIN : POLLIN | POLLOUT, clock, until_nanos)) return {};
    if (PQconsumeInput(connection) == 0) return {};
  }
  const bool whole =
      PQstatus(connection) == CONNECTION_OK && PQtransactionStatus(connection) == PQTRANS_IDLE;
  // 57P: the server is ending this backend, at whatever moment.
  const bool known = answer.kind == Answer::Kind::kDone ||
                     (!answer.state.empty() && !answer.state.starts_with("57P"));
  if (!whole || !known) return {};
  return answer;
}

base::Status CheckConnection(const std::string& connection, bool allow_private) {
  const auto link = PostgresLink::For(connection, allow_private, 0);
  if (!link) return link.error();
  return base::Ok();
}

}  // namespace octroi::gateway
