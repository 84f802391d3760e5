#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "crypto/hmac.h"

namespace octroi::crypto {
namespace {

using Nonce = std::array<std::uint8_t, 16>;

Nonce Draw() {
  Nonce nonce{};
  RandomBytes(nonce);
  return nonce;
}

TEST(RandomBytes, DoesNotRepeatInAThreadOrAcrossThreads) {
  std::vector<std::vector<Nonce>> drawn(4);
  std::vector<std::thread> threads;
  for (auto& mine : drawn) {
    threads.emplace_back([&mine] {
      for (int i = 0; i < 2000; ++i) mine.push_back(Draw());
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<Nonce> all;
  for (const auto& mine : drawn) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), 8000u);
}

TEST(RandomBytes, FillsAnySize) {
  for (const std::size_t size : {0u, 1u, 63u, 64u, 65u, 256u, 257u, 5000u}) {
    std::vector<std::uint8_t> bytes(size + 1, 0);
    std::set<std::uint8_t> first, last;
    for (int i = 0; i < 64; ++i) {
      RandomBytes({bytes.data(), size});
      if (size == 0) continue;
      first.insert(bytes[0]);
      last.insert(bytes[size - 1]);
    }
    EXPECT_EQ(bytes[size], 0) << "wrote past the end";
    if (size == 0) continue;
    EXPECT_GT(std::min(first.size(), last.size()), 16u) << size;
  }
}

TEST(RandomBytes, AChildProcessDrawsItsOwn) {
  Draw();  // fills this thread's buffer
  int pipes[2];
  ASSERT_EQ(::pipe(pipes), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const Nonce drawn = Draw();
    const bool wrote = ::write(pipes[1], drawn.data(), drawn.size()) == sizeof drawn;
    ::_exit(wrote ? 0 : 1);
  }
  Nonce theirs{};
  ASSERT_EQ(::read(pipes[0], theirs.data(), theirs.size()), static_cast<ssize_t>(sizeof theirs));
  ::close(pipes[0]);
  ::close(pipes[1]);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_NE(Draw(), theirs);
}

}  // namespace
}  // namespace octroi::crypto
