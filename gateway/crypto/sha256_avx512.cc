// SHA-256 in sixteen lanes of 32 bits (compiled with -mavx512f -mavx512bw; called only where the
// CPU has both).
#include <immintrin.h>

#include "crypto/sha256_lane.h"

namespace octroi::crypto {
namespace {

constexpr size_t kLanes = 16;
constexpr size_t kHalf = kLanes / 2;
constexpr size_t kWorthItBesideShaNi = 9;  // fewer lanes are cheaper two by two
constexpr size_t kWorthItBesideAvx2 = 3;   // fewer lanes are cheaper one by one

inline __m512i Xor3(__m512i a, __m512i b, __m512i c) {
  return _mm512_ternarylogic_epi32(a, b, c, 0x96);
}

// In each quarter of 128 bits: rows of four words become columns.
inline void TransposeQuarters(__m512i* row) {
  const __m512i t0 = _mm512_unpacklo_epi32(row[0], row[1]);
  const __m512i t1 = _mm512_unpackhi_epi32(row[0], row[1]);
  const __m512i t2 = _mm512_unpacklo_epi32(row[2], row[3]);
  const __m512i t3 = _mm512_unpackhi_epi32(row[2], row[3]);
  row[0] = _mm512_unpacklo_epi64(t0, t2);
  row[1] = _mm512_unpackhi_epi64(t0, t2);
  row[2] = _mm512_unpacklo_epi64(t1, t3);
  row[3] = _mm512_unpackhi_epi64(t1, t3);
}

// Rows i and i + 4 exchange the odd quarters of the one for the even quarters of the other.
inline void ExchangeQuarters(__m512i* row) {
  const __m512i even = _mm512_set_epi64(13, 12, 5, 4, 9, 8, 1, 0);
  const __m512i odd = _mm512_set_epi64(15, 14, 7, 6, 11, 10, 3, 2);
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const __m512i a = row[i], b = row[i + 4];
    row[i] = _mm512_permutex2var_epi64(a, even, b);
    row[i + 4] = _mm512_permutex2var_epi64(a, odd, b);
  }
}

// row[i] holds eight words of lane i, then eight of lane i + 8; it becomes word i of all lanes.
inline void ToColumns(__m512i* row) {
  TransposeQuarters(row);
  TransposeQuarters(row + 4);
  ExchangeQuarters(row);
}

inline void ToRows(__m512i* row) {
  ExchangeQuarters(row);
  TransposeQuarters(row);
  TransposeQuarters(row + 4);
}

inline __m512i Load(const void* low, const void* high) {
  const __m256i first = _mm256_loadu_si256(static_cast<const __m256i*>(low));
  const __m256i second = _mm256_loadu_si256(static_cast<const __m256i*>(high));
  return _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
}

inline void LoadBlocks(const uint8_t* const* at, __m512i* w) {
  const __m512i swap =
      _mm512_broadcast_i32x4(_mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL));
#pragma GCC unroll 2
  for (size_t half = 0; half < 2; ++half) {
    __m512i* rows = w + 8 * half;
#pragma GCC unroll 8
    for (size_t i = 0; i < kHalf; ++i) {
      rows[i] = _mm512_shuffle_epi8(Load(at[i] + 32 * half, at[i + kHalf] + 32 * half), swap);
    }
    ToColumns(rows);
  }
}

inline __m512i Add(__m512i a, __m512i b) { return _mm512_add_epi32(a, b); }

inline void Rounds(__m512i* s, __m512i* w) {
  __m512i a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
#pragma GCC unroll 64
  for (int t = 0; t < 64; ++t) {
    __m512i& x = w[t & 15];
    if (t >= 16) {
      const __m512i x15 = w[(t + 1) & 15], x2 = w[(t + 14) & 15];
      const __m512i low =
          Xor3(_mm512_ror_epi32(x15, 7), _mm512_ror_epi32(x15, 18), _mm512_srli_epi32(x15, 3));
      const __m512i high =
          Xor3(_mm512_ror_epi32(x2, 17), _mm512_ror_epi32(x2, 19), _mm512_srli_epi32(x2, 10));
      x = Add(Add(x, w[(t + 9) & 15]), Add(low, high));
    }
    const __m512i constant = _mm512_set1_epi32(static_cast<int>(kSha256Constants[t]));
    const __m512i choose = _mm512_ternarylogic_epi32(e, f, g, 0xCA);
    const __m512i sum1 =
        Xor3(_mm512_ror_epi32(e, 6), _mm512_ror_epi32(e, 11), _mm512_ror_epi32(e, 25));
    const __m512i t1 = Add(Add(Add(h, constant), Add(x, choose)), sum1);
    const __m512i majority = _mm512_ternarylogic_epi32(a, b, c, 0xE8);
    const __m512i sum0 =
        Xor3(_mm512_ror_epi32(a, 2), _mm512_ror_epi32(a, 13), _mm512_ror_epi32(a, 22));
    h = g, g = f, f = e, e = Add(d, t1);
    d = c, c = b, b = a, a = Add(Add(majority, sum0), t1);
  }
  const __m512i after[8] = {a, b, c, d, e, f, g, h};
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) s[i] = Add(s[i], after[i]);
}

void Compress(Sha256Lane* const* lanes, size_t count, size_t blocks) {
  const Sha256Lane* lane[kLanes];
  const uint8_t* at[kLanes];
  for (size_t i = 0; i < kLanes; ++i) {  // an idle lane repeats the first
    lane[i] = lanes[i < count ? i : 0];
    at[i] = lane[i]->blocks;
  }
  __m512i s[8];
  for (size_t i = 0; i < kHalf; ++i) s[i] = Load(lane[i]->state, lane[i + kHalf]->state);
  ToColumns(s);
  for (size_t block = 0; block < blocks; ++block) {
    __m512i w[16];
    LoadBlocks(at, w);
    Rounds(s, w);
    for (size_t i = 0; i < kLanes; ++i) at[i] += 64;
  }
  ToRows(s);
  for (size_t i = 0; i < count; ++i) {
    const __m256i words =
        i < kHalf ? _mm512_castsi512_si256(s[i]) : _mm512_extracti64x4_epi64(s[i - kHalf], 1);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(lanes[i]->state), words);
    lanes[i]->blocks = at[i];
  }
}

}  // namespace

void CompressAvx512(Sha256Lane* const* lanes, size_t count, size_t blocks) {
  if (count < kWorthItBesideAvx2) return CompressPortable(lanes, count, blocks);
  Compress(lanes, count, blocks);
}

void CompressAvx512ShaNi(Sha256Lane* const* lanes, size_t count, size_t blocks) {
  if (count < kWorthItBesideShaNi) return CompressShaNi(lanes, count, blocks);
  Compress(lanes, count, blocks);
}

}  // namespace octroi::crypto
