#include "gateway/import/file_bytes.h"

#include <zlib.h>

#include <string>

namespace octroi::gateway::import {
namespace {

constexpr int kGzip = 15 + 16;  // zlib: the largest window, and a gzip header

base::Error Fault(std::string_view code) {
  return {base::ErrorCode::kInvalid, "import.file", std::string(code)};
}

}  // namespace

struct TextFile::Bytes::Unpacker {
  z_stream stream{};
  bool member = false;  // within one
  bool good = inflateInit2(&stream, kGzip) == Z_OK;
  Unpacker() = default;
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;
  ~Unpacker() { inflateEnd(&stream); }
};

TextFile::Bytes::Bytes(const base::File& file, bool gzip) : file_(file), in_(kPieceBytes) {
  if (!gzip) return;
  out_.resize(kPieceBytes);
  unpacker_ = std::make_unique<Unpacker>();
}
TextFile::Bytes::~Bytes() = default;

base::Result<std::string_view> TextFile::Bytes::Stored() {
  const auto got = file_.ReadAt(read_, in_);
  if (!got) return got.error();
  read_ += *got;
  const std::string_view piece(in_.data(), *got);
  if (visit_ && !piece.empty()) visit_(piece);
  return piece;
}

base::Result<std::string_view> TextFile::Bytes::Next() {
  return unpacker_ == nullptr ? Stored() : Unpacked();
}

// One or more members, one after the other (RFC 1952, 2.2), and nothing behind them.
base::Result<std::string_view> TextFile::Bytes::Unpacked() {
  if (!unpacker_->good) return base::Error{base::ErrorCode::kUnavailable, "import", "no memory"};
  z_stream& stream = unpacker_->stream;
  while (!ended_) {
    if (stream.avail_in == 0) {
      const auto piece = Stored();
      if (!piece) return piece.error();
      if (piece->empty()) {
        if (unpacker_->member) return Fault("file.gzip_damaged");
        ended_ = true;
        break;
      }
      stream.next_in = reinterpret_cast<Bytef*>(in_.data());
      stream.avail_in = static_cast<uInt>(piece->size());
    }
    unpacker_->member = true;
    stream.next_out = reinterpret_cast<Bytef*>(out_.data());
    stream.avail_out = static_cast<uInt>(out_.size());
    const int result = inflate(&stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
      return Fault("file.gzip_damaged");
    if (result == Z_STREAM_END) {
      unpacker_->member = false;
      inflateReset(&stream);
    }
    const std::size_t made = out_.size() - stream.avail_out;
    made_ += made;
    if (made_ > kUnpackedBytesMax || (made_ > kUnpackedFree && made_ / kUnpackRatioMax > read_))
      return base::Error{base::ErrorCode::kTooLarge, "import.file", "file.gzip_too_large"};
    if (made > 0) return std::string_view(out_.data(), made);
  }
  return std::string_view();
}

}  // namespace octroi::gateway::import
