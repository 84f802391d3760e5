// The limits of the socket that the command line talks through: who, how many, how long, how much.
#include "gateway/admin_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <vector>

#include "sender/rig.h"

namespace octroi::gateway {
namespace {

// One client, by hand.
class Caller {
 public:
  explicit Caller(const std::string& folder) : fd_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, AdminSocketPath(folder).c_str(), sizeof address.sun_path - 1);
    connected = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Caller() { HangUp(); }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  void Say(const std::string& bytes) const {
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t sent = send(fd_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) return;  // refused: it answers all the same
      at += static_cast<std::size_t>(sent);
    }
  }
  std::string Hear() const {  // all, until it hangs up
    std::string all;
    char part[4096];
    for (ssize_t got = 0; (got = recv(fd_, part, sizeof part, 0)) > 0;)
      all.append(part, static_cast<std::size_t>(got));
    return all;
  }
  void HangUp() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  bool connected = false;

 private:
  int fd_;
};

class AdminSocketTest : public ::testing::Test {
 protected:
  AdminSocketTest() {
    std::string name = "/tmp/octroi-admin-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
  }
  ~AdminSocketTest() override {
    open_ = true;
    socket_.reset();
    rmdir(folder_.c_str());
  }
  // Answers "hold" when the test says so or nobody listens; anything else with its length.
  void Listen() {
    auto listening =
        AdminSocket::Listen(AdminSocketPath(folder_), [this](std::string_view line, Live& client) {
          ++asked_;
          while (line == "hold" && !open_ && !client.Done(10)) {
          }
          while (line == "flood" && client.Put(std::string(64 * 1024, 'x'))) {
          }
          client.Put(std::to_string(line.size()));
          ++answered_;
        });
    ASSERT_TRUE(listening) << listening.error().detail;
    socket_ = *std::move(listening);
  }
  std::string Ask(const std::string& bytes) const {
    const Caller caller(folder_);
    caller.Say(bytes);
    return caller.Hear();
  }

  std::string folder_;
  std::atomic<bool> open_{false};
  std::atomic<int> asked_{0}, answered_{0};
  std::unique_ptr<AdminSocket> socket_;
};

TEST_F(AdminSocketTest, SoManyAtOnceAndNoMore) {
  Listen();
  std::vector<std::unique_ptr<Caller>> callers;
  for (std::size_t i = 0; i < kAdminClientsMax; ++i) {
    callers.push_back(std::make_unique<Caller>(folder_));
    callers.back()->Say("hold\n");
  }
  ASSERT_TRUE(Eventually([&] { return asked_ == static_cast<int>(kAdminClientsMax); }));
  EXPECT_EQ(Ask("status\n"), "{\"error\":\"overload.admin\"}\n");
  EXPECT_EQ(asked_, static_cast<int>(kAdminClientsMax));
  callers.front()->HangUp();  // one place is free again
  EXPECT_TRUE(Eventually([&] { return Ask("status\n") == "6\n"; }));
  open_ = true;
  for (std::size_t i = 1; i < kAdminClientsMax; ++i) EXPECT_EQ(callers[i]->Hear(), "4\n");
}

TEST_F(AdminSocketTest, ALineHasItsLength) {
  Listen();
  const std::string invalid = "{\"error\":\"request.invalid\"}\n";
  EXPECT_EQ(Ask(std::string(60'000, 'a') + "\n"), "60000\n");
  EXPECT_EQ(Ask(std::string(64 * 1024, 'a')), invalid) << "no end where one must be";
  EXPECT_EQ(Ask("first\nsecond\n"), "5\n") << "one line a connection";
  EXPECT_EQ(asked_, 2);
}

// Two seconds for the question, five for a reader that does not read: neither holds a place for
// ever.
TEST_F(AdminSocketTest, WhoSaysOrReadsNothingIsLetGo) {
  Listen();
  const Caller mute(folder_), deaf(folder_);
  mute.Say("half a quest");
  deaf.Say("flood\n");
  EXPECT_EQ(mute.Hear(), "{\"error\":\"request.invalid\"}\n");
  EXPECT_TRUE(Eventually([&] { return answered_ == 1; })) << "the answer was given up";
  EXPECT_EQ(asked_, 1);
}

TEST_F(AdminSocketTest, AStopWaitsForNoListener) {
  Listen();
  const Caller one(folder_), two(folder_);
  one.Say("hold\n");
  two.Say("hold\n");
  ASSERT_TRUE(Eventually([&] { return asked_ == 2; }));
  socket_.reset();
  EXPECT_EQ(answered_, 2) << "each was told that it is done, and waited for";
  EXPECT_EQ(one.Hear(), "4\n") << "a last line";
  EXPECT_FALSE(Caller(folder_).connected);
  EXPECT_FALSE(AskGateway(folder_, "status"));
}

TEST_F(AdminSocketTest, OnlyOurOwnUserAndRootAreHeard) {
  Listen();
  struct stat info {};
  ASSERT_EQ(stat(AdminSocketPath(folder_).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  // Were the file's mode wrong, the kernel still says who it is.
  ASSERT_EQ(chmod(folder_.c_str(), 0755), 0);
  ASSERT_EQ(chmod(AdminSocketPath(folder_).c_str(), 0666), 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, AdminSocketPath(folder_).c_str(), sizeof address.sun_path - 1);
  const pid_t child = fork();
  if (child == 0) {  // no library call that might wait for another thread's lock
    if (setuid(65534) != 0) _exit(3);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) _exit(4);
    static_cast<void>(send(fd, "status\n", 7, MSG_NOSIGNAL));
    char byte = 0;
    _exit(recv(fd, &byte, 1, 0) > 0 ? 5 : 0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0) << "5: it was answered";
  EXPECT_EQ(asked_, 0);
  EXPECT_EQ(Ask("status\n"), "6\n");
}

}  // namespace
}  // namespace octroi::gateway
