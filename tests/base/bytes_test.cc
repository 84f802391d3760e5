#include "base/bytes.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/words.h"

namespace octroi::base {
namespace {

TEST(Bytes, ReadsWhatItWrote) {
  std::string out;
  ByteWriter writer(out);
  writer.Fixed(std::uint32_t{0x01020304});
  writer.Fixed(std::int64_t{-2});
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128},
                                    std::numeric_limits<std::uint64_t>::max()}) {
    writer.Varint(value);
  }
  writer.Sized("abc");
  writer.Raw("z");
  EXPECT_EQ(out.substr(0, 4), "\x04\x03\x02\x01");

  ByteReader reader(out);
  EXPECT_EQ(reader.Fixed<std::uint32_t>(), 0x01020304u);
  EXPECT_EQ(reader.Fixed<std::int64_t>(), -2);
  EXPECT_EQ(reader.Varint(), 0u);
  EXPECT_EQ(reader.Varint(), 127u);
  EXPECT_EQ(reader.Varint(), 128u);
  EXPECT_EQ(reader.Varint(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(reader.Sized(), "abc");
  EXPECT_FALSE(reader.done());
  EXPECT_EQ(reader.Raw(1), "z");
  EXPECT_TRUE(reader.done());
}

TEST(Bytes, StaysFailedAfterAShortRead) {
  ByteReader reader("abc");
  EXPECT_EQ(reader.Fixed<std::uint32_t>(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.Raw(1), "");
  EXPECT_FALSE(reader.done());
}

TEST(Bytes, RefusesVarintsThatDoNotFit) {
  ByteReader over(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10));
  over.Varint();
  EXPECT_FALSE(over.ok());
  ByteReader endless(std::string_view("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11));
  endless.Varint();
  EXPECT_FALSE(endless.ok());
  ByteReader sized(
      std::string_view("\x05"
                       "abc",
                       4));
  EXPECT_EQ(sized.Sized(), "");
  EXPECT_FALSE(sized.ok());
}

TEST(Crc32c, VectorsOfRfc3720) {
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(Crc32c(""), 0u);
}

TEST(Crc32c, BothWaysAgreeAndChain) {
  std::string text;
  for (int i = 0; i < 200; ++i) {
    text.push_back(static_cast<char>(i * 37));
    const std::uint32_t whole = Crc32c(text);
    ASSERT_EQ(whole, Crc32cPortable(text));
    const std::string_view view = text;
    const std::size_t cut = view.size() / 3;
    ASSERT_EQ(whole, Crc32c(view.substr(cut), Crc32c(view.substr(0, cut))));
  }
}

TEST(Words, NamesAreTheContract) {
  EXPECT_EQ(Name(Outcome::kUndecided), "undecided");
  EXPECT_EQ(Name(Outcome::kInFlight), "in_flight");
  EXPECT_EQ(Name(Outcome::kErased), "erased");
  EXPECT_EQ(Name(Reason::kUndecided), "undecided");
  EXPECT_EQ(Name(Reason::kJsonDuplicateKey), "json.duplicate_key");
  EXPECT_EQ(Name(Reason::kConsentWithdrawn), "consent.withdrawn");
  EXPECT_EQ(Name(Reason::kBasisLegitimateInterests), "basis.legitimate_interests");
  EXPECT_EQ(Name(Reason::kPayloadGone), "delivery.payload_gone");
  EXPECT_EQ(Name(Reason::kFirstConfigured), "");
  EXPECT_EQ(Name(static_cast<Reason>(300)), "");
}

}  // namespace
}  // namespace octroi::base
