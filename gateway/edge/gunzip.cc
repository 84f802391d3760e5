#include "gateway/edge/gunzip.h"

#include <zlib.h>

#include <algorithm>

#include "base/limits.h"

namespace octroi::gateway::edge {
namespace {

// Below this a high ratio is repetitive JSON and not a bomb.
constexpr std::size_t kRatioFreeBytes = 64 * 1024;
constexpr int kGzipOnly = 16 + MAX_WBITS;

std::size_t OutputMax(std::size_t input) {
  return std::min(base::kBodyInflatedBytesMax,
                  std::max(kRatioFreeBytes, input * base::kInflateRatioMax));
}

}  // namespace

struct Gunzip::Stream {
  z_stream z{};
  bool ready = false;
};

Gunzip::Gunzip() : stream_(std::make_unique<Stream>()) {}

Gunzip::~Gunzip() {
  if (stream_->ready) inflateEnd(&stream_->z);
}

Fault Gunzip::Inflate(std::string_view gzip, std::string& out) {
  z_stream& z = stream_->z;
  out.clear();
  if (!stream_->ready) {
    if (inflateInit2(&z, kGzipOnly) != Z_OK) return Fault::kMemoryFull;
    stream_->ready = true;
  } else if (inflateReset(&z) != Z_OK) {
    return Fault::kMemoryFull;
  }
  const std::size_t output_max = OutputMax(gzip.size());
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gzip.data()));  // zlib only reads it
  z.avail_in = static_cast<uInt>(gzip.size());
  for (;;) {
    const std::size_t filled = out.size();
    const std::size_t step =
        std::min(std::max<std::size_t>(filled, 16 * 1024), output_max - filled);
    out.resize(filled + step + 1);  // one more than allowed, to see that it is more
    z.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
    z.avail_out = static_cast<uInt>(step + 1);
    const int code = inflate(&z, Z_NO_FLUSH);
    out.resize(out.size() - z.avail_out);
    if (out.size() > output_max) return Fault::kGzipTooLarge;
    if (code == Z_STREAM_END) return z.avail_in == 0 ? Fault::kNone : Fault::kGzipInvalid;
    if (code != Z_OK || z.avail_out > 0) return Fault::kGzipInvalid;  // damaged, or cut short
  }
}

}  // namespace octroi::gateway::edge
