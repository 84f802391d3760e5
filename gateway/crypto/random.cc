// Random bytes from getrandom(2), a small buffer a thread: one system call for some twenty nonces.
#include <openssl/crypto.h>
#include <pthread.h>
#include <sys/random.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "crypto/hmac.h"
#include "crypto/openssl.h"

namespace octroi::crypto {
namespace {

// A child of fork() has a copy of the buffer and must not hand out the same bytes.
std::atomic<std::uint32_t> forks{0};

void CountForks() {
  static const int registered = pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1); });
  if (registered != 0) Fatal("no fork handler for the random buffer");
}

void Fill(std::uint8_t* at, std::size_t size) {
  while (size > 0) {
    const ssize_t got = getrandom(at, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) Fatal("the operating system gave no random bytes");
    at += got;
    size -= static_cast<std::size_t>(got);
  }
}

struct Buffer {
  std::uint8_t bytes[256];
  std::size_t left = 0;
  std::uint32_t fork = 0;

  Buffer() { CountForks(); }
  ~Buffer() { OPENSSL_cleanse(bytes, sizeof bytes); }

  void Take(std::span<std::uint8_t> out) {
    if (out.size() > left || fork != forks.load(std::memory_order_relaxed)) {
      fork = forks.load(std::memory_order_relaxed);
      Fill(bytes, sizeof bytes);
      left = sizeof bytes;
    }
    left -= out.size();
    std::memcpy(out.data(), bytes + left, out.size());
    OPENSSL_cleanse(bytes + left, out.size());  // what was handed out is not kept
  }
};

}  // namespace

void RandomBytes(std::span<std::uint8_t> out) {
  thread_local Buffer buffer;
  if (out.empty()) return;
  if (out.size() > sizeof buffer.bytes / 4) return Fill(out.data(), out.size());
  buffer.Take(out);
}

}  // namespace octroi::crypto
