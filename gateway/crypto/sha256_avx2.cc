// SHA-256 in eight lanes of 32 bits (compiled with -mavx2; called only where the CPU has it).
#include <immintrin.h>

#include "crypto/sha256_lane.h"

namespace octroi::crypto {
namespace {

constexpr size_t kLanes = 8;
constexpr size_t kWorthIt = 3;  // fewer lanes are cheaper one by one

using Words = uint32_t __attribute__((vector_size(32)));  // one word of each lane

inline Words RotateRight(Words x, int n) { return (x >> n) | (x << (32 - n)); }

// Rows become columns: row[i] holds eight words of lane i, then word i of eight lanes.
inline void Transpose(__m256i* row) {
  __m256i t[8], u[8];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    t[2 * i] = _mm256_unpacklo_epi32(row[2 * i], row[2 * i + 1]);
    t[2 * i + 1] = _mm256_unpackhi_epi32(row[2 * i], row[2 * i + 1]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 2; ++i) {
    u[4 * i] = _mm256_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
    u[4 * i + 1] = _mm256_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
    u[4 * i + 2] = _mm256_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
    u[4 * i + 3] = _mm256_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    row[i] = _mm256_permute2x128_si256(u[i], u[i + 4], 0x20);
    row[i + 4] = _mm256_permute2x128_si256(u[i], u[i + 4], 0x31);
  }
}

inline __m256i Load(const void* at) { return _mm256_loadu_si256(static_cast<const __m256i*>(at)); }

inline void LoadBlocks(const uint8_t* const* at, Words* w) {
  const __m256i swap = _mm256_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL,
                                         0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  for (size_t half = 0; half < 2; ++half) {
    __m256i rows[kLanes];
    for (size_t i = 0; i < kLanes; ++i) {
      rows[i] = _mm256_shuffle_epi8(Load(at[i] + 32 * half), swap);
    }
    Transpose(rows);
    for (size_t i = 0; i < kLanes; ++i) w[8 * half + i] = reinterpret_cast<Words>(rows[i]);
  }
}

inline void Rounds(Words* s, Words* w) {
  Words a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
#pragma GCC unroll 16
  for (int t = 0; t < 64; ++t) {
    Words& x = w[t & 15];
    if (t >= 16) {
      const Words x15 = w[(t + 1) & 15], x2 = w[(t + 14) & 15];
      x += (RotateRight(x15, 7) ^ RotateRight(x15, 18) ^ (x15 >> 3)) + w[(t + 9) & 15] +
           (RotateRight(x2, 17) ^ RotateRight(x2, 19) ^ (x2 >> 10));
    }
    const Words t1 = h + (RotateRight(e, 6) ^ RotateRight(e, 11) ^ RotateRight(e, 25)) +
                     (g ^ (e & (f ^ g))) + kSha256Constants[t] + x;
    const Words t2 =
        (RotateRight(a, 2) ^ RotateRight(a, 13) ^ RotateRight(a, 22)) + ((a & b) | (c & (a | b)));
    h = g, g = f, f = e, e = d + t1;
    d = c, c = b, b = a, a = t1 + t2;
  }
  s[0] += a, s[1] += b, s[2] += c, s[3] += d, s[4] += e, s[5] += f, s[6] += g, s[7] += h;
}

}  // namespace

void CompressAvx2(Sha256Lane* const* lanes, size_t count, size_t blocks) {
  if (count < kWorthIt) return CompressPortable(lanes, count, blocks);
  __m256i state[kLanes];
  const uint8_t* at[kLanes];
  for (size_t i = 0; i < kLanes; ++i) {  // an idle lane repeats the first
    const Sha256Lane& lane = *lanes[i < count ? i : 0];
    state[i] = Load(lane.state);
    at[i] = lane.blocks;
  }
  Transpose(state);
  Words s[kLanes];
  for (size_t i = 0; i < kLanes; ++i) s[i] = reinterpret_cast<Words>(state[i]);
  for (size_t block = 0; block < blocks; ++block) {
    Words w[16];
    LoadBlocks(at, w);
    Rounds(s, w);
    for (size_t i = 0; i < kLanes; ++i) at[i] += 64;
  }
  for (size_t i = 0; i < kLanes; ++i) state[i] = reinterpret_cast<__m256i>(s[i]);
  Transpose(state);
  for (size_t i = 0; i < count; ++i) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(lanes[i]->state), state[i]);
    lanes[i]->blocks = at[i];
  }
}

}  // namespace octroi::crypto
