#include "gateway/sender/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace octroi::gateway {
namespace {

constexpr std::size_t kPiece = 256 * 1024;
constexpr int kGzip = 15 + 16;  // zlib: the largest window, and a gzip header

base::Error Wrong(base::ErrorCode code, std::string detail) {
  return {code, "sender.gzip", std::move(detail)};
}

Bytef* BytesOf(char* text) { return reinterpret_cast<Bytef*>(text); }

}  // namespace

base::Status GzipFile(const base::File& from, std::uint64_t size, base::File& to) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return Wrong(base::ErrorCode::kUnavailable, "no memory");
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> ends(&stream, deflateEnd);
  std::vector<char> in(kPiece), out(kPiece);
  std::uint64_t read = 0, written = 0;
  int result = Z_OK;
  while (result != Z_STREAM_END) {
    if (stream.avail_in == 0 && read < size) {
      const std::size_t want =
          static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, size - read));
      const auto got = from.ReadAt(read, {in.data(), want});
      if (!got) return got.error();
      if (*got != want) return Wrong(base::ErrorCode::kUnavailable, "the file became shorter");
      read += want;
      stream.next_in = BytesOf(in.data());
      stream.avail_in = static_cast<uInt>(want);
    }
    stream.next_out = BytesOf(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    result = deflate(&stream, read == size ? Z_FINISH : Z_NO_FLUSH);
    const std::size_t made = out.size() - stream.avail_out;
    if (made == 0) continue;
    if (auto wrote = to.WriteAt(written, {out.data(), made}); !wrote) return wrote;
    written += made;
  }
  return base::Ok();
}

base::Status GunzipFile(const base::File& from,
                        const std::function<void(std::string_view)>& visit) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzip) != Z_OK) {
    return Wrong(base::ErrorCode::kUnavailable, "no memory");
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> ends(&stream, inflateEnd);
  std::vector<char> in(kPiece), out(kPiece);
  std::uint64_t read = 0;
  for (int result = Z_OK; result != Z_STREAM_END;) {
    if (stream.avail_in == 0) {
      const auto got = from.ReadAt(read, in);
      if (!got) return got.error();
      if (*got == 0) return Wrong(base::ErrorCode::kInvalid, "it ends too early");
      read += *got;
      stream.next_in = BytesOf(in.data());
      stream.avail_in = static_cast<uInt>(*got);
    }
    stream.next_out = BytesOf(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    result = inflate(&stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END) {
      return Wrong(base::ErrorCode::kInvalid, "it is not gzip");
    }
    visit({out.data(), out.size() - stream.avail_out});
  }
  return base::Ok();
}

}  // namespace octroi::gateway
