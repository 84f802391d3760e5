#include "postgres_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <pqxx/pqxx>
#include <stdexcept>
#include <thread>
#include <vector>

#include "contract.h"
#include "store_postgres/postgres_store.h"

namespace octroi::testing {
namespace {

std::string Bin() {
  for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql")) {
    if (std::filesystem::exists(version.path() / "bin/postgres")) {
      return (version.path() / "bin").string();
    }
  }
  throw std::runtime_error("no PostgreSQL server is installed");
}

int FreePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(socket, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(socket);
  return ntohs(address.sin_port);
}

// In the child: give up root, die with the parent.
void BecomePostgres() {
  if (geteuid() == 0) {
    const passwd* user = getpwnam("postgres");
    if (user == nullptr || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0) _exit(127);
  }
  prctl(PR_SET_PDEATHSIG, SIGQUIT);
}

pid_t Spawn(const std::vector<std::string>& command, const std::string& log) {
  std::fflush(nullptr);  // or the child prints it again
  const pid_t pid = fork();
  if (pid != 0) return pid;
  BecomePostgres();
  if (std::freopen(log.c_str(), "a", stdout) == nullptr) _exit(127);
  dup2(1, 2);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  _exit(127);
}

}  // namespace

PostgresServer::PostgresServer() {
  const std::string data = folder_ / "data";
  std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
  const pid_t made = Spawn({Bin() + "/initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E",
                            "UTF8", "--locale=C", "--no-sync"},
                           folder_ / "log");
  int status = 0;
  waitpid(made, &status, 0);
  if (status != 0) throw std::runtime_error("initdb failed");
  port_ = FreePort();
  Start();
  Execute("CREATE ROLE octroi_owner LOGIN");
  Execute("CREATE ROLE octroi_gateway LOGIN");
  Execute("CREATE DATABASE octroi OWNER octroi_owner");
  MigrateSchema();
}

PostgresServer::~PostgresServer() {
  if (pid_ > 0) Stop(SIGQUIT);
}

PostgresServer& PostgresServer::Shared() {
  static PostgresServer server;
  return server;
}

std::string PostgresServer::Connection(const std::string& role, int port) const {
  return "host=127.0.0.1 port=" + std::to_string(port == 0 ? port_ : port) +
         " dbname=" + (role == "postgres" ? "postgres" : "octroi") + " user=" + role;
}

void PostgresServer::Start() {
  pid_ = Spawn({Bin() + "/postgres", "-D", folder_ / "data", "-p", std::to_string(port_), "-h",
                "127.0.0.1", "-k", folder_.path(), "-c", "max_connections=60"},
               folder_ / "log");
  for (int i = 0; i < 600; ++i) {
    try {
      pqxx::connection ready(Admin());
      return;
    } catch (const std::exception&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
  throw std::runtime_error("PostgreSQL does not start");
}

void PostgresServer::Stop(int signal) {
  kill(pid_, signal);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
}

void PostgresServer::Signal(int signal) {
  // Every backend first, so that none is born meanwhile.
  if (signal == SIGSTOP) kill(pid_, signal);
  for (const auto& process : std::filesystem::directory_iterator("/proc")) {
    const std::string name = process.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::FILE* stat = std::fopen((process.path() / "stat").c_str(), "r");
    int pid = 0, parent = 0;
    const bool read =
        stat != nullptr && std::fscanf(stat, "%d (%*[^)]) %*c %d", &pid, &parent) == 2;
    if (stat != nullptr) std::fclose(stat);
    if (read && parent == pid_) kill(pid, signal);
  }
  if (signal != SIGSTOP) kill(pid_, signal);
}

void PostgresServer::Execute(const std::string& sql) const {
  pqxx::connection connection(Admin());
  pqxx::nontransaction work(connection);
  work.exec(sql);
}

std::string PostgresServer::Value(const std::string& sql) const {
  pqxx::connection connection("host=127.0.0.1 port=" + std::to_string(port_) +
                              " dbname=octroi user=postgres");
  pqxx::nontransaction work(connection);
  return work.exec(sql)[0][0].c_str();
}

void PostgresServer::MigrateSchema() const {
  const auto migrated = store_postgres::Migrate(Owner(), Gateway());
  if (!migrated) throw std::runtime_error(migrated.error().detail);
}

std::string PostgresServer::NewTenant() { return "tenant-" + std::to_string(++tenants_); }

std::unique_ptr<store::Store> PostgresServer::OpenStore(const std::string& tenant, int port) const {
  auto opened = store_postgres::Open({Gateway(port), tenant});
  if (!opened) throw std::runtime_error(opened.error().detail);
  if (auto attached = (*opened)->Attach(kOrigin); !attached) {
    throw std::runtime_error(attached.error().detail);
  }
  return std::move(*opened);
}

}  // namespace octroi::testing
