// A real PostgreSQL server in a temporary folder, on a port of its own, for as long as the object
// lives; it dies with the test that started it. Its own user when the test runs as root: the server
// refuses root.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "store/store.h"
#include "temp_folder.h"

namespace octroi::testing {

class PostgresServer {
 public:
  PostgresServer();
  ~PostgresServer();
  static PostgresServer& Shared();  // one a test program; its schema is there

  int port() const { return port_; }
  // Connection strings. `port` 0: the server's own; else a relay's.
  std::string Admin() const { return Connection("postgres", 0); }
  std::string Owner() const { return Connection("octroi_owner", 0); }
  std::string Gateway(int port = 0) const { return Connection("octroi_gateway", port); }

  void Start();             // and waits until it answers
  void Stop(int signal);    // SIGINT fast, SIGQUIT immediate, SIGKILL
  void Signal(int signal);  // to the postmaster and every backend: SIGSTOP, SIGCONT
  void Execute(const std::string& sql) const;  // as the administrator
  std::string Value(const std::string& sql) const;
  void MigrateSchema() const;

  std::string NewTenant();
  std::unique_ptr<store::Store> OpenStore(const std::string& tenant,
                                          int port = 0) const;  // attached

 private:
  std::string Connection(const std::string& role, int port) const;
  std::string Run(const std::string& program, const std::string& arguments) const;

  TempFolder folder_;
  int port_ = 0;
  int tenants_ = 0;
  pid_t pid_ = -1;
};

}  // namespace octroi::testing
