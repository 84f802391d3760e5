#include "gateway/import/text_file.h"

#include <Poco/DigestEngine.h>
#include <Poco/SHA2Engine.h>

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "gateway/import/file_bytes.h"

namespace octroi::gateway::import {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kZerosLookedFor = 64 * 1024;
constexpr std::array<std::string_view, 4> kNames = {"utf-8", "utf-16le", "utf-16be",
                                                    "windows-1252"};
// What Windows-1252 has at 0x80 to 0x9F; 0: nothing.
constexpr std::array<char16_t, 32> kWindows = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};
constexpr char kUndecodable = '\xff';

void Append(char32_t code, std::string& text) {
  std::array<char, 4> bytes;
  char* end = bytes.data();
  base::AppendUtf8(code, end);
  text.append(bytes.data(), end);
}

// Counts, over pieces, characters of several bytes and bytes that are none.
class Utf8Count {
 public:
  void Take(std::string_view bytes) {
    std::string joined;
    if (!left_.empty()) {
      joined = left_ + std::string(bytes);
      bytes = joined;
      left_.clear();
    }
    for (std::size_t at = 0; at < bytes.size();) {
      if (static_cast<unsigned char>(bytes[at]) < 0x80) {
        ++at;
        continue;
      }
      const auto one = base::Utf8At(bytes, at);
      if (one.size == 0 && bytes.size() - at < 4) {
        left_ = bytes.substr(at);  // perhaps the rest follows
        return;
      }
      (one.size == 0 ? bad : good) += 1;
      at += std::max<std::size_t>(one.size, 1);
    }
  }
  bool IsUtf8() const { return bad + left_.size() == 0 || good > bad + left_.size(); }

 private:
  std::string left_;
  std::uint64_t good = 0, bad = 0;
};

// What the first bytes say, if they say it.
std::optional<Encoding> Marked(std::string_view head, std::size_t& mark) {
  const auto is = [&](std::string_view with) {
    if (head.starts_with(with)) mark = with.size();
    return head.starts_with(with);
  };
  if (is("\xef\xbb\xbf")) return Encoding::kUtf8;
  if (is("\xff\xfe")) return Encoding::kUtf16Le;
  if (is("\xfe\xff")) return Encoding::kUtf16Be;
  return std::nullopt;
}

std::optional<Encoding> ByZeros(std::string_view head) {
  std::array<std::size_t, 2> zeros{};
  for (std::size_t i = 0; i < head.size(); ++i) zeros[i % 2] += head[i] == '\0' ? 1 : 0;
  const auto nearly_all = [&](std::size_t count) { return count * 10 > head.size() / 2 * 7; };
  if (head.size() < 4) return std::nullopt;
  if (nearly_all(zeros[1]) && zeros[0] * 10 < zeros[1]) return Encoding::kUtf16Le;
  if (nearly_all(zeros[0]) && zeros[1] * 10 < zeros[0]) return Encoding::kUtf16Be;
  return std::nullopt;
}

base::Result<bool> IsGzip(const base::File& file) {
  std::array<char, 4> head{};
  const auto got = file.ReadAt(0, head);
  if (!got) return got.error();
  const std::string_view bytes(head.data(), *got);
  const bool archive = bytes == std::string_view("PK\x03\x04", 4) || bytes == "\xd0\xcf\x11\xe0";
  if (archive) return Error{ErrorCode::kInvalid, "import.file", "file.archive"};
  return bytes.starts_with("\x1f\x8b");
}

}  // namespace

std::string_view NameOf(Encoding encoding) { return kNames[static_cast<std::size_t>(encoding)]; }

std::optional<Encoding> EncodingNamed(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Encoding>(found - kNames.begin());
}

base::Result<FileFacts> Inspect(const base::File& file, std::optional<Encoding> said) {
  FileFacts facts;
  const auto gzip = IsGzip(file);
  if (!gzip) return gzip.error();
  facts.gzip = *gzip;
  Poco::SHA2Engine digest(Poco::SHA2Engine::SHA_256);
  TextFile::Bytes bytes(file, facts.gzip);
  bytes.OnStored([&](std::string_view piece) { digest.update(piece.data(), piece.size()); });
  std::string head;
  Utf8Count utf8;
  for (;;) {
    const auto piece = bytes.Next();
    if (!piece) return piece.error();
    if (piece->empty()) break;
    facts.stored_bytes += piece->size();
    if (head.size() < kZerosLookedFor) head += piece->substr(0, kZerosLookedFor - head.size());
    utf8.Take(*piece);
  }
  facts.bytes = bytes.stored();
  facts.digest = Poco::DigestEngine::digestToHex(digest.digest());
  if (facts.stored_bytes == 0) return Error{ErrorCode::kInvalid, "import.file", "file.empty"};
  auto found = Marked(head, facts.mark);
  if (found && said && *found != *said) facts.mark = 0;
  if (!found) found = ByZeros(head);
  facts.encoding =
      said.value_or(found.value_or(utf8.IsUtf8() ? Encoding::kUtf8 : Encoding::kWindows1252));
  return facts;
}

TextFile::TextFile(const base::File& file, const FileFacts& facts)
    : facts_(facts), bytes_(std::make_unique<Bytes>(file, facts.gzip)) {}
TextFile::~TextFile() = default;

base::Result<std::string_view> TextFile::Next() {
  text_.clear();
  while (text_.empty() && !ended_) {
    auto piece = bytes_->Next();
    if (!piece) return piece.error();
    ended_ = piece->empty();
    consumed_ += piece->size();
    const std::size_t marked = std::min(facts_.mark, piece->size());
    facts_.mark -= marked;
    piece->remove_prefix(marked);
    if (facts_.encoding != Encoding::kUtf8) {
      Decode(*piece, ended_);
    } else if (!piece->empty()) {
      return *piece;
    }
  }
  return std::string_view(text_);
}

void TextFile::Decode(std::string_view bytes, bool last) {
  if (facts_.encoding == Encoding::kWindows1252) {
    for (const char byte : bytes) {
      const auto code = static_cast<unsigned char>(byte);
      const char32_t mapped = code < 0x80 || code >= 0xa0 ? code : kWindows[code - 0x80];
      if (mapped == 0 && code != 0) {
        text_ += kUndecodable;
      } else {
        Append(mapped, text_);
      }
    }
    return;
  }
  DecodeUtf16(bytes);
  if (last && !left_.empty()) text_ += kUndecodable;
  if (last) left_.clear();
}

// RFC 2781: half a pair on its own is no character.
void TextFile::DecodeUtf16(std::string_view bytes) {
  left_ += bytes;
  const std::size_t high = facts_.encoding == Encoding::kUtf16Le ? 1 : 0;
  const auto unit = [&](std::size_t at) {
    return static_cast<char32_t>(static_cast<unsigned char>(left_[at + high]) << 8 |
                                 static_cast<unsigned char>(left_[at + 1 - high]));
  };
  std::size_t at = 0;
  for (; at + 2 <= left_.size(); at += 2) {
    const char32_t code = unit(at);
    const bool first = code >= 0xd800 && code < 0xdc00;
    if (first && at + 4 > left_.size()) break;
    if (first && (unit(at + 2) & 0xfc00) == 0xdc00) {
      Append(0x10000 + ((code - 0xd800) << 10) + (unit(at + 2) - 0xdc00), text_);
      at += 2;
    } else if (code >= 0xd800 && code < 0xe000) {
      text_ += kUndecodable;
    } else {
      Append(code, text_);
    }
  }
  left_.erase(0, at);
}

std::size_t Utf8Fault(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto one = base::Utf8At(text, at);
    if (one.size == 0 || one.code == 0) return at;
    at += one.size;
  }
  return std::string_view::npos;
}

}  // namespace octroi::gateway::import
