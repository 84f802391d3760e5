// Prints what each backend costs here. Asserts nothing: timing never decides a test.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "crypto/sha256_backends.h"
#include "thread_cpu.h"

namespace octroi::crypto {
namespace {

// The best of several short runs, in nanoseconds of processor time a call.
template <class Call>
double Best(const Call& call) {
  constexpr double kRunNanos = 4e6;
  double best = 1e18;
  for (int run = 0; run < 9; ++run) {
    const double start = ThreadCpuNanos();
    double took = 0;
    int calls = 0;
    for (; took < kRunNanos; took = ThreadCpuNanos() - start) {
      for (int i = 0; i < 20; ++i, ++calls) call();
    }
    best = std::min(best, took / calls);
  }
  return best;
}

TEST(Timing, PrintsEachBackend) {
  const std::string text(1024, 'x');
  const std::string_view identifier = std::string_view(text).substr(0, 30);
  std::vector<Digest> out(300);
  for (const Sha256Code& code : AvailableSha256()) {
    const HmacKey key = HmacAccess::MakeKey(code, "key");
    std::vector<HmacJob> macs;
    std::vector<ShaJob> hashes;
    for (Digest& digest : out) {
      macs.push_back({&key, identifier, &digest});
      hashes.push_back({text, &digest});
    }
    const double three = Best([&] { HmacAccess::Hmac(code, {macs.data(), 3}); });
    const double many = Best([&] { HmacAccess::Hmac(code, macs); }) / 300;
    const double kilobyte = Best([&] { HmacAccess::Sha256(code, {hashes.data(), 1}); });
    const double kilobytes = Best([&] { HmacAccess::Sha256(code, hashes); }) / 300;
    std::printf(
        "%-9.*s 3 HMACs of 30 bytes %6.0f ns, each of 300 %5.0f ns; SHA-256 of 1 KB %6.0f ns, "
        "each of 300 %6.0f ns\n",
        static_cast<int>(code.name.size()), code.name.data(), three, many, kilobyte, kilobytes);
  }
}

}  // namespace
}  // namespace octroi::crypto
