// tests/data/vectors/vectors.json (our Python oracle) and RFC 5869 for HKDF.
#include <gtest/gtest.h>

#include <string>

#include "crypto/hmac.h"
#include "crypto/key_ring.h"
#include "crypto/seal.h"
#include "test_data.h"

namespace octroi::crypto {
namespace {

std::string HexOf(const Digest& digest) { return base::Hex(AsBytes(digest)); }

class Vectors : public ::testing::Test {
 protected:
  const nlohmann::json all_ = ReadData("vectors/vectors.json");
  const nlohmann::json& in_ = all_["inputs"];
};

TEST_F(Vectors, PseudonymKey) {
  const std::uint32_t kv = in_["kv"];
  const auto ring = KeyRing::FromRoot(in_["tenant"], Unhex(in_["root_hex"]), kv);
  const auto key = ring->DeriveBytes("hmac", std::string(in_["domain"]),
                                     std::string(in_["id_type"]), std::string(in_["norm"]), kv, 32);
  ASSERT_TRUE(key);
  EXPECT_EQ(base::Hex(*key), all_["P1_hmac"]["key"]);
  const auto siv = ring->DeriveBytes("siv", std::string(in_["domain"]), std::string(in_["id_type"]),
                                     std::string(in_["norm"]), kv, 64);
  ASSERT_TRUE(siv);
  EXPECT_EQ(base::Hex(*siv), all_["P2_siv"]["key"]);
}

TEST_F(Vectors, PseudonymTag) {
  const std::uint32_t kv = in_["kv"];
  const auto ring = KeyRing::FromRoot(in_["tenant"], Unhex(in_["root_hex"]), kv);
  const auto key = ring->DeriveHmac("hmac", std::string(in_["domain"]), std::string(in_["id_type"]),
                                    std::string(in_["norm"]), kv);
  ASSERT_TRUE(key);
  std::string message;
  AppendLp(std::string(in_["id_type"]), message);
  AppendLp(std::string(in_["normalised_utf8"]), message);
  EXPECT_EQ(HexOf(Hmac(*key, message)), all_["P1_hmac"]["tag"]);
}

TEST_F(Vectors, EpochKey) {  // K("hmac-epoch") and one more step
  const std::uint32_t kv = in_["kv"];
  const auto ring = KeyRing::FromRoot(in_["tenant"], Unhex(in_["root_hex"]), kv);
  const auto key = ring->DeriveHmac("hmac-epoch", "analytics", "email", "email/1", kv);
  ASSERT_TRUE(key);
  std::string epoch;
  AppendLp("2026-11", epoch);
  EXPECT_EQ(HexOf(Hmac(*key, epoch)), all_["P3_epoch"]["epoch_key"]);
}

TEST_F(Vectors, Commitment) {
  const auto& vector = all_["commitment"];
  std::string message;
  AppendLp("cdg/lineage/v1", message);
  message += vector["detail_utf8"];
  EXPECT_EQ(HexOf(Hmac(HmacKey(Unhex(vector["r"])), message)), vector["C"]);
}

TEST_F(Vectors, DetailBox) {
  const auto& vector = all_["detail_box"];
  Sealer sealer(Unhex(vector["dek"]));
  std::string plain;
  ASSERT_TRUE(
      sealer.Open(Unhex(vector["aad"]), Unhex(vector["nonce"]) + Unhex(vector["ct"]), plain));
  const std::string detail = all_["commitment"]["detail_utf8"];
  EXPECT_EQ(plain, Unhex(all_["commitment"]["r"]) + detail);
}

struct Rfc5869 {
  std::string key, salt, info, made;
};

TEST(Hkdf, Rfc5869) {
  std::string keys, salts, infos;
  for (int i = 0; i < 80; ++i) {
    keys.push_back(static_cast<char>(i));
    salts.push_back(static_cast<char>(0x60 + i));
    infos.push_back(static_cast<char>(0xb0 + i));
  }
  const std::string b22(22, '\x0b');
  const Rfc5869 cases[] = {
      {b22, keys.substr(0, 13), std::string("\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9"),
       "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
      {keys, salts, infos,
       "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e5"
       "90e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
      {b22, "", "",
       "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"}};
  for (const Rfc5869& each : cases) {
    EXPECT_EQ(base::Hex(Hkdf(each.key, each.salt, each.info, each.made.size() / 2)), each.made);
  }
  EXPECT_EQ(Hkdf("key", "salt", "info", 0), "");
  EXPECT_EQ(Hkdf("key", "salt", "info", 8160).size(), 8160u);
  EXPECT_DEATH(Hkdf("key", "salt", "info", 8161), "8160");
}

}  // namespace
}  // namespace octroi::crypto
