// What an idle keep-alive connection costs: allocated bytes before and after 2,000 of them, each of
// which was served a request.
#include <malloc.h>
#include <sys/resource.h>

#include <cstdio>

#include "edge_fixture.h"

#if defined(__SANITIZE_ADDRESS__)
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace octroi::testing {
namespace {

std::size_t AllocatedBytes() {
#if defined(__SANITIZE_ADDRESS__)
  return __sanitizer_get_current_allocated_bytes();
#else
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
#endif
}

class IdleMemory : public EdgeTest {};

TEST_F(IdleMemory, StaysUnderTwoKibibytesEach) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "this sanitizer replaces the allocator and counts nothing";
#endif
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur < 4200) GTEST_SKIP() << "needs 4,200 descriptors";
  Start();
  {
    Client first(port());  // what the loop itself needs
    first.Send(Get("/durable?0"));
    ASSERT_EQ(StatusOf(first.ReadAnswer()), 202);
  }
  constexpr std::size_t kConnections = 2000;
  std::vector<int> sockets;
  sockets.reserve(kConnections);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string sent =
      Post("/durable?0", std::string(700, 'x'), "X-More: " + std::string(200, 'y') + "\r\n");
  handler_.Forget();
  const std::size_t before = AllocatedBytes();
  for (std::size_t i = 0; i < kConnections; ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(send(fd, sent.data(), sent.size(), 0), static_cast<ssize_t>(sent.size()));
    char answer[1024];
    ASSERT_GT(recv(fd, answer, sizeof answer, 0), 0);
    sockets.push_back(fd);
    handler_.Forget();
  }
  const std::size_t each = (AllocatedBytes() - before) / kConnections;
  std::printf("idle connection: %zu bytes\n", each);
  EXPECT_LT(each, 2048u);
  for (const int fd : sockets) close(fd);
}

}  // namespace
}  // namespace octroi::testing
