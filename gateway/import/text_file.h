// Text out of a file, whatever it is written in: plain or gzip; UTF-8, UTF-16 or Windows-1252.
//
// How the encoding is found, in this order (the same file always reads the same):
//   1. a byte order mark: of UTF-8, UTF-16LE, UTF-16BE;
//   2. zeros: where nearly every second byte of the first 64 KiB is 0, UTF-16 without a mark;
//   3. the whole file is UTF-8, or has more multi-byte characters of it than bytes that are none:
//      UTF-8;
//   4. otherwise Windows-1252, which holds what Latin-1 can print.
// What cannot be decoded becomes a byte that no UTF-8 has (0xFF), or stays the byte that it was:
// who reads a record checks it (Utf8Fault), so one damaged character costs one record and no other.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/disk.h"
#include "base/result.h"

namespace octroi::gateway::import {

// RFC 1952. Nothing of a file is kept, so what is bounded is time: a file that unpacks to more than
// this, or beyond 64 MiB to more than so many times its size, is refused (file.gzip_too_large).
inline constexpr std::uint64_t kUnpackedBytesMax = std::uint64_t{64} * 1024 * 1024 * 1024;
inline constexpr std::uint64_t kUnpackedFree = 64 * 1024 * 1024;
inline constexpr std::uint64_t kUnpackRatioMax = 200;

enum class Encoding : std::uint8_t { kUtf8, kUtf16Le, kUtf16Be, kWindows1252 };
std::string_view NameOf(Encoding encoding);                    // "utf-8", "windows-1252", ...
std::optional<Encoding> EncodingNamed(std::string_view name);  // exactly as NameOf

struct FileFacts {
  std::string digest;       // SHA-256 of the file as it is, in hex
  std::uint64_t bytes = 0;  // of the file
  bool gzip = false;
  Encoding encoding = Encoding::kUtf8;
  std::size_t mark = 0;            // bytes of the byte order mark
  std::uint64_t stored_bytes = 0;  // of what is inside, in that encoding
};

// Text in pieces. The views are valid until the next call.
class TextSource {
 public:
  virtual ~TextSource() = default;
  virtual base::Result<std::string_view> Next() = 0;  // empty: the end
};

// A text that is there already.
class TextPiece final : public TextSource {
 public:
  explicit TextPiece(std::string_view text) : text_(text) {}
  base::Result<std::string_view> Next() override { return std::exchange(text_, {}); }

 private:
  std::string_view text_;
};

// Reads the whole file once. `said`: the encoding, where somebody knows it. kInvalid, kTooLarge:
// `detail` is a code of words.h ("file.gzip_damaged", "file.archive", ...). kUnavailable: the disk.
base::Result<FileFacts> Inspect(const base::File& file, std::optional<Encoding> said);

// The file once more, as UTF-8 without its mark. Errors: as Inspect. One thread.
class TextFile final : public TextSource {
 public:
  TextFile(const base::File& file, const FileFacts& facts);  // `file` outlives it
  ~TextFile() override;
  base::Result<std::string_view> Next() override;
  std::uint64_t consumed() const { return consumed_; }  // of FileFacts::stored_bytes

 private:
  class Bytes;
  friend base::Result<FileFacts> Inspect(const base::File&, std::optional<Encoding>);
  void Decode(std::string_view bytes, bool last);
  void DecodeUtf16(std::string_view bytes);

  FileFacts facts_;  // its mark: what of it was not read yet
  std::unique_ptr<Bytes> bytes_;
  std::string text_;
  std::string left_;  // an odd byte, or half a pair, of the piece before
  std::uint64_t consumed_ = 0;
  bool ended_ = false;
};

// Where the first byte stands that is no UTF-8, or a zero; npos: there is none.
std::size_t Utf8Fault(std::string_view text);

}  // namespace octroi::gateway::import
