#include "crypto/sha256_backends.h"

#ifdef __x86_64__
#include <cpuid.h>
#endif

#include <algorithm>
#include <string>
#include <vector>

#include "crypto/openssl.h"

namespace octroi::crypto {
namespace {

#ifdef __x86_64__
bool CpuHasSha() {  // the baseline of the build (x86-64-v2) has SSE 4.1 already
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
}

bool CpuHasAvx512() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0;
}
#endif

std::vector<Sha256Code> Detect() {
  std::vector<Sha256Code> found;
#ifdef __x86_64__
  if (CpuHasAvx512()) {
    if (CpuHasSha()) found.push_back({"avx512x16-sha-ni", CompressAvx512ShaNi, 16});
    found.push_back({"avx512x16", CompressAvx512, 16});
  }
  if (CpuHasSha()) found.push_back({"sha-ni", CompressShaNi, 2});
  if (__builtin_cpu_supports("avx2") != 0) found.push_back({"avx2x8", CompressAvx2, 8});
#endif
  found.push_back({"portable", CompressPortable, 1});
  return found;
}

void Check(const Digest& got, const Digest& wanted) {
  if (got != wanted)
    Fatal("sha-256 self-test failed: this CPU or this build computes wrong hashes");
}

// The lengths where padding takes another block, and some that are several blocks long.
constexpr std::size_t kLengths[] = {0,  1,  3,   30,  54,  55,  56,  57,  63,  64,
                                    65, 95, 119, 120, 121, 127, 128, 129, 200, 1000};

}  // namespace

std::span<const Sha256Code> AvailableSha256() {
  static const std::vector<Sha256Code> found = Detect();
  return found;
}

void SelfTest(const Sha256Code& code) {
  std::string text(1100, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 131 + (i >> 3));
  const std::string_view key = std::string_view(text).substr(7, 32);
  const HmacKey prepared = HmacAccess::MakeKey(code, key);
  constexpr std::size_t kCount = std::size(kLengths);
  for (std::size_t group = 1; group <= kCount; group = group * 2 + 1) {  // 1, 3, 7, 15 at a time
    for (std::size_t first = 0; first < kCount; first += group) {
      const std::size_t count = std::min(group, kCount - first);
      Digest hashes[kCount], macs[kCount];
      ShaJob sha_jobs[kCount];
      HmacJob mac_jobs[kCount];
      for (std::size_t i = 0; i < count; ++i) {
        const auto message = std::string_view(text).substr(i, kLengths[first + i]);
        sha_jobs[i] = {message, &hashes[i]};
        mac_jobs[i] = {&prepared, message, &macs[i]};
      }
      HmacAccess::Sha256(code, {sha_jobs, count});
      HmacAccess::Hmac(code, {mac_jobs, count});
      for (std::size_t i = 0; i < count; ++i) {
        Check(hashes[i], OpensslSha256(sha_jobs[i].message));
        Check(macs[i], OpensslHmac(key, mac_jobs[i].message));
      }
    }
  }
}

const Sha256Code& ChosenSha256() {
  static const Sha256Code& chosen = []() -> const Sha256Code& {
    const Sha256Code& best = AvailableSha256().front();
    SelfTest(best);
    return best;
  }();
  return chosen;
}

}  // namespace octroi::crypto
