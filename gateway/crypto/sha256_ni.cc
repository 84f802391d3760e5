// SHA-256 with the SHA extensions (compiled with -msha -msse4.1; called only where the CPU has
// them). Two lanes are interleaved: one alone waits for the latency of sha256rnds2.
#include <immintrin.h>

#include "crypto/sha256_lane.h"

namespace octroi::crypto {
namespace {

template <int kLanes>
struct Registers {
  __m128i abef[kLanes];
  __m128i cdgh[kLanes];
};

inline void LoadState(const uint32_t* state, __m128i& abef, __m128i& cdgh) {
  const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state));
  const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state + 4));
  const __m128i cdab = _mm_shuffle_epi32(low, 0xB1);
  const __m128i efgh = _mm_shuffle_epi32(high, 0x1B);
  abef = _mm_alignr_epi8(cdab, efgh, 8);
  cdgh = _mm_blend_epi16(efgh, cdab, 0xF0);
}

inline void StoreState(__m128i abef, __m128i cdgh, uint32_t* state) {
  const __m128i feba = _mm_shuffle_epi32(abef, 0x1B);
  const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xB1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state), _mm_blend_epi16(feba, dchg, 0xF0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

// One block in every lane. w[i] holds four message words and becomes those sixteen words later.
template <int kLanes>
inline void Block(Registers<kLanes>& s, Sha256Lane* const* lanes) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  const Registers<kLanes> before = s;
  __m128i w[kLanes][4];
#pragma GCC unroll 2
  for (int lane = 0; lane < kLanes; ++lane) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      const auto* at = reinterpret_cast<const __m128i*>(lanes[lane]->blocks + 16 * i);
      w[lane][i] = _mm_shuffle_epi8(_mm_loadu_si128(at), swap);
    }
    lanes[lane]->blocks += 64;
  }
#pragma GCC unroll 16
  for (int r = 0; r < 16; ++r) {
    const auto* constants = reinterpret_cast<const __m128i*>(kSha256Constants + 4 * r);
#pragma GCC unroll 2
    for (int lane = 0; lane < kLanes; ++lane) {
      __m128i* m = w[lane];
      const __m128i words = _mm_add_epi32(m[r & 3], _mm_load_si128(constants));
      s.cdgh[lane] = _mm_sha256rnds2_epu32(s.cdgh[lane], s.abef[lane], words);
      s.abef[lane] =
          _mm_sha256rnds2_epu32(s.abef[lane], s.cdgh[lane], _mm_shuffle_epi32(words, 0x0E));
      if (r < 12) {
        const __m128i early = _mm_sha256msg1_epu32(m[r & 3], m[(r + 1) & 3]);
        const __m128i middle = _mm_alignr_epi8(m[(r + 3) & 3], m[(r + 2) & 3], 4);
        m[r & 3] = _mm_sha256msg2_epu32(_mm_add_epi32(early, middle), m[(r + 3) & 3]);
      }
    }
  }
#pragma GCC unroll 2
  for (int lane = 0; lane < kLanes; ++lane) {
    s.abef[lane] = _mm_add_epi32(s.abef[lane], before.abef[lane]);
    s.cdgh[lane] = _mm_add_epi32(s.cdgh[lane], before.cdgh[lane]);
  }
}

template <int kLanes>
void Compress(Sha256Lane* const* lanes, size_t blocks) {
  Registers<kLanes> s;
  for (int i = 0; i < kLanes; ++i) LoadState(lanes[i]->state, s.abef[i], s.cdgh[i]);
  for (size_t block = 0; block < blocks; ++block) Block<kLanes>(s, lanes);
  for (int i = 0; i < kLanes; ++i) StoreState(s.abef[i], s.cdgh[i], lanes[i]->state);
}

}  // namespace

void CompressShaNi(Sha256Lane* const* lanes, size_t count, size_t blocks) {
  for (; count >= 2; count -= 2, lanes += 2) Compress<2>(lanes, blocks);
  if (count == 1) Compress<1>(lanes, blocks);
}

}  // namespace octroi::crypto
