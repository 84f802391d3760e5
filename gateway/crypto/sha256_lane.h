// One SHA-256 computation at block level: what the backends of sha256_backends.h advance.
//
// Plain data and plain functions on purpose: the sources that include this are compiled for newer
// CPUs than the rest of the program, so they must not emit any inline function that the linker
// could share.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace octroi::crypto {

struct Sha256Lane {
  uint32_t state[8];
  const uint8_t* blocks;  // the next 64 bytes
};

extern const uint32_t kSha256Constants[64];  // FIPS 180-4, 4.2.2

// Each advances every lane by `blocks` blocks: state and pointer. Lanes are independent. count
// >= 1.
void CompressPortable(Sha256Lane* const* lanes, size_t count, size_t blocks);
#ifdef __x86_64__
void CompressShaNi(Sha256Lane* const* lanes, size_t count, size_t blocks);
// At most 8 lanes, for the price of about three scalar ones whatever their number.
void CompressAvx2(Sha256Lane* const* lanes, size_t count, size_t blocks);
// At most 16 lanes, for the price of about three scalar ones, or of nine with SHA extensions; fewer
// are left to those.
void CompressAvx512(Sha256Lane* const* lanes, size_t count, size_t blocks);
void CompressAvx512ShaNi(Sha256Lane* const* lanes, size_t count, size_t blocks);
#endif

}  // namespace octroi::crypto
