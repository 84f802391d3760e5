// Text out of files: encodings as they are found, gzip, and what is refused.
#include "gateway/import/text_file.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/disk.h"

namespace octroi::gateway::import {
namespace {

class TextFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = "/tmp/octroi-text-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // "utf-8 text", or the code of what is wrong.
  std::string Read(std::string_view bytes, std::optional<Encoding> said = std::nullopt) {
    const std::string path = folder_ + "/file";
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<long>(bytes.size()));
    base::SystemDisk disk;
    const auto file = disk.Open(path, base::OpenMode::kRead);
    const auto facts = Inspect(**file, said);
    if (!facts) return facts.error().detail;
    facts_ = *facts;
    TextFile text(**file, *facts);
    std::string all;
    for (;;) {
      const auto piece = text.Next();
      if (!piece) return piece.error().detail;
      if (piece->empty()) break;
      all += *piece;
    }
    EXPECT_EQ(text.consumed(), facts->stored_bytes);
    return std::string(NameOf(facts->encoding)) + " " + all;
  }

  std::string folder_;
  FileFacts facts_;
};

std::string Gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string Utf16(std::u16string_view text, bool big) {
  std::string bytes;
  for (const char16_t unit : text) {
    const char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xff);
    bytes += big ? high : low;
    bytes += big ? low : high;
  }
  return bytes;
}

TEST_F(TextFileTest, EncodingsAreFoundByTheirBytes) {
  EXPECT_EQ(Read("a,b\n"), "utf-8 a,b\n");
  EXPECT_EQ(Read("é,€\n"), "utf-8 é,€\n");
  EXPECT_EQ(Read("\xef\xbb\xbf"
                 "é\n"),
            "utf-8 é\n");
  EXPECT_EQ(Read("caf\xe9,\x80,\x9c\n"), "windows-1252 café,€,œ\n");
  EXPECT_EQ(Read(Utf16(u"\ufeffa,é,😀\n", false)), "utf-16le a,é,😀\n");
  EXPECT_EQ(Read(Utf16(u"\ufeffa,é,😀\n", true)), "utf-16be a,é,😀\n");
  EXPECT_EQ(Read(Utf16(u"nom,prénom\nx,y\n", false)), "utf-16le nom,prénom\nx,y\n");
  EXPECT_EQ(Read("caf\xc3\xa9\n", Encoding::kWindows1252), "windows-1252 cafÃ©\n");
}

// The accents of thousands are not given up for one broken byte: its record is.
TEST_F(TextFileTest, AFewBrokenBytesLeaveUtf8WhatItIs) {
  EXPECT_EQ(Read("é,è,ç\n\xe9,x\n"), "utf-8 é,è,ç\n\xe9,x\n");
  EXPECT_EQ(Utf8Fault("é\xe9x"), 2u);
  EXPECT_EQ(Utf8Fault("éx"), std::string_view::npos);
  EXPECT_EQ(Read("\x81\xe9\n"),
            "windows-1252 \xff"
            "é\n");
  EXPECT_EQ(Read(Utf16(u"\ufeff", false) + std::string("\x00\xd8x\0", 4)),
            "utf-16le \xff"
            "x");
  EXPECT_EQ(Read(Utf16(u"\ufeffab", false) + "x"), "utf-16le ab\xff");
}

TEST_F(TextFileTest, GzipIsUnpackedAndBounded) {
  const std::string text = "a,é\n1,2\n", packed = Gzip(text);
  EXPECT_EQ(Read(packed), "utf-8 " + text);
  EXPECT_TRUE(facts_.gzip);
  EXPECT_EQ(Read(packed + Gzip("3,4\n")), "utf-8 " + text + "3,4\n");
  for (std::size_t cut = 4; cut < packed.size(); ++cut)
    EXPECT_EQ(Read(packed.substr(0, cut)), "file.gzip_damaged") << cut;
  EXPECT_EQ(Read(packed + "x"), "file.gzip_damaged");
  std::string damaged = packed;
  damaged[damaged.size() - 6] ^= 1;
  EXPECT_EQ(Read(damaged), "file.gzip_damaged");
  EXPECT_EQ(Read(Gzip(std::string(100 * 1024 * 1024, 'a'))), "file.gzip_too_large");
}

TEST_F(TextFileTest, WhatIsNoTextIsRefused) {
  EXPECT_EQ(Read(""), "file.empty");
  EXPECT_EQ(Read(std::string("PK\x03\x04rest", 8)), "file.archive");
  EXPECT_EQ(Read("\xd0\xcf\x11\xe0rest"), "file.archive");
}

TEST_F(TextFileTest, TheDigestIsTheFiles) {
  Read("abc");
  EXPECT_EQ(facts_.digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace octroi::gateway::import
