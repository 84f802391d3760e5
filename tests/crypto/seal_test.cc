#include "crypto/seal.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "crypto/hmac.h"
#include "test_data.h"

namespace octroi::crypto {
namespace {

const std::string kKey(32, 'k');

std::string SealedBy(Sealer& sealer, std::string_view aad, std::string_view plain) {
  std::string box;
  sealer.Seal(aad, plain, box);
  return box;
}

TEST(Sealer, OpensWhatItSealed) {
  Sealer sealer(kKey);
  for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 1000u, 100'000u}) {
    const std::string plain(size, 'p');
    std::string box = "before";
    sealer.Seal("place", plain, box);
    EXPECT_EQ(box.size(), 6 + size + kBoxOverheadBytes);
    std::string opened = "after";
    ASSERT_TRUE(sealer.Open("place", std::string_view(box).substr(6), opened)) << size;
    EXPECT_EQ(opened, "after" + plain);
  }
}

TEST(Sealer, NeverUsesANonceTwice) {
  Sealer sealer(kKey);
  std::set<std::string> nonces;
  for (int i = 0; i < 5000; ++i) nonces.insert(SealedBy(sealer, "", "same").substr(0, 12));
  EXPECT_EQ(nonces.size(), 5000u);
}

struct Tamper {
  const char* what;
  std::string aad;
  std::string (*change)(std::string box);
};

TEST(Sealer, RefusesWhateverWasChanged) {
  const Tamper table[] = {
      {"another place", "place/2", [](std::string box) { return box; }},
      {"no place", "", [](std::string box) { return box; }},
      {"first bit of the nonce", "place/1", [](std::string box) { return box[0] ^= 1, box; }},
      {"last bit of the nonce", "place/1",
       [](std::string box) { return box[11] ^= static_cast<char>(0x80), box; }},
      {"first byte of the text", "place/1", [](std::string box) { return box[12] ^= 1, box; }},
      {"last byte of the text", "place/1",
       [](std::string box) { return box[box.size() - 17] ^= 1, box; }},
      {"first byte of the tag", "place/1",
       [](std::string box) { return box[box.size() - 16] ^= 1, box; }},
      {"last byte of the tag", "place/1",
       [](std::string box) { return box[box.size() - 1] ^= 1, box; }},
      {"a byte less", "place/1", [](std::string box) { return box.substr(0, box.size() - 1); }},
      {"a byte more", "place/1", [](std::string box) { return box + '\0'; }},
      {"a nonce only", "place/1", [](std::string box) { return box.substr(0, 12); }},
      {"27 bytes", "place/1", [](std::string box) { return box.substr(0, 27); }},
      {"nothing", "place/1", [](std::string) { return std::string(); }},
      {"two boxes", "place/1", [](std::string box) { return box + box; }}};
  Sealer sealer(kKey);
  const std::string box = SealedBy(sealer, "place/1", "a detail of somebody");
  for (const Tamper& each : table) {
    std::string plain = "kept";
    const auto opened = sealer.Open(each.aad, each.change(box), plain);
    ASSERT_FALSE(opened) << each.what;
    EXPECT_EQ(opened.error().code, base::ErrorCode::kInvalid) << each.what;
    EXPECT_EQ(plain, "kept") << each.what;
  }
  std::string plain;
  EXPECT_TRUE(sealer.Open("place/1", box, plain)) << "a refusal must not spoil the sealer";
  EXPECT_FALSE(Sealer(std::string(32, 'x')).Open("place/1", box, plain)) << "another key";
}

TEST(Sealer, MovesWithItsKey) {
  Sealer first(kKey);
  const std::string box = SealedBy(first, "", "text");
  Sealer second(std::move(first));
  std::string plain;
  EXPECT_TRUE(second.Open("", box, plain));
}

TEST(WrapKey, Rfc3394Section46) {
  const std::string kek = Unhex("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F");
  const std::string key = Unhex("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F");
  const std::string wrapped = WrapKey(kek, key);
  EXPECT_EQ(base::Hex(wrapped),
            "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21");
  EXPECT_EQ(UnwrapKey(kek, wrapped), key);
}

TEST(WrapKey, RefusesWhateverWasChanged) {
  const std::string wrapped = WrapKey(kKey, std::string(32, 'd'));
  for (std::size_t bit = 0; bit < wrapped.size() * 8; ++bit) {
    std::string changed = wrapped;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(UnwrapKey(kKey, changed).has_value()) << bit;
  }
  EXPECT_FALSE(UnwrapKey(std::string(32, 'x'), wrapped).has_value()) << "another key";
  for (const std::size_t size : {0u, 8u, 16u, 32u, 39u}) {
    EXPECT_FALSE(UnwrapKey(kKey, wrapped.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(UnwrapKey(kKey, wrapped + std::string(8, '\0')).has_value());
}

TEST(SealerDeath, KeysThatAreNot32Bytes) {
  EXPECT_DEATH(Sealer("short"), "32 bytes");
  EXPECT_DEATH(WrapKey(kKey, "short"), "32 bytes");
}

}  // namespace
}  // namespace octroi::crypto
