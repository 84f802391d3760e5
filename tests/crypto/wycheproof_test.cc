// Project Wycheproof (tests/data/wycheproof/SOURCE.txt) through our own code, for each primitive
// that it has vectors for and that we use. Every vector of a file is counted: as one that had to be
// accepted, one that had to be refused, or one that our interface cannot be asked (and why).
//
// Without vectors there: AES-256 key wrap (RFC 3394 4.6, seal_test.cc), AES-256-SIV (siv_test.cc).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "crypto/hmac.h"
#include "crypto/note.h"
#include "crypto/seal.h"
#include "test_data.h"

namespace octroi::crypto {
namespace {

struct Count {
  int good = 0, bad = 0, not_ours = 0;
  bool operator==(const Count&) const = default;
};
[[maybe_unused]] std::ostream& operator<<(std::ostream& out, const Count& count) {
  return out << count.good << "/" << count.bad << "/" << count.not_ours;
}

// Runs each vector: `ours(group)` says whether our interface can be asked, `accepts(group, test)`
// what it says. Whatever is not "valid" must be refused ("acceptable" would be, too).
template <class Ours, class Accepts>
Count Ran(const std::string& file, const char* why_not_ours, Ours ours, Accepts accepts) {
  Count count;
  const auto all = ReadData("wycheproof/testvectors_v1/" + file);
  for (const auto& group : all["testGroups"]) {
    for (const auto& test : group["tests"]) {
      if (!ours(group)) {
        ++count.not_ours;
        continue;
      }
      const bool valid = test["result"] == "valid";
      EXPECT_EQ(accepts(group, test), valid) << file << " " << test["tcId"] << test["comment"];
      valid ? ++count.good : ++count.bad;
    }
  }
  EXPECT_EQ(count.good + count.bad + count.not_ours, all["numberOfTests"].get<int>());
  std::printf("%-22s %3d valid, %3d to refuse, %3d not ours%s%s\n", file.c_str(), count.good,
              count.bad, count.not_ours, count.not_ours > 0 ? ": " : "",
              count.not_ours > 0 ? why_not_ours : "");
  return count;
}

const auto kAll = [](const nlohmann::json&) { return true; };

TEST(Wycheproof, Hmac) {
  EXPECT_EQ(Ran("hmac_sha256_test.json", "", kAll,
                [](const auto& group, const auto& test) {
                  const std::size_t size = group["tagSize"].template get<std::size_t>() / 8;
                  const Digest digest = Hmac(HmacKey(Unhex(test["key"])), Unhex(test["msg"]));
                  return Equal(AsBytes(digest).substr(0, size), Unhex(test["tag"]));
                }),
            (Count{66, 108, 0}));
}

// All that are to be refused ask for too much, which is a bug of the caller (Rfc5869 shows it).
TEST(Wycheproof, Hkdf) {
  EXPECT_EQ(Ran("hkdf_sha256_test.json", "", kAll,
                [](const auto&, const auto& test) {
                  const std::size_t size = test["size"];
                  if (size > 8160) return false;
                  return base::Hex(Hkdf(Unhex(test["ikm"]), Unhex(test["salt"]),
                                        Unhex(test["info"]), size)) == test["okm"];
                }),
            (Count{83, 3, 0}));
}

TEST(Wycheproof, AesGcm) {
  EXPECT_EQ(Ran(
                "aes_gcm_test.json", "a Sealer has 256-bit keys, 96-bit nonces, whole tags",
                [](const auto& group) {
                  return group["keySize"] == 256 && group["ivSize"] == 96 &&
                         group["tagSize"] == 128;
                },
                [](const auto&, const auto& test) {
                  Sealer sealer(Unhex(test["key"]));
                  std::string plain;
                  const bool opened = static_cast<bool>(sealer.Open(
                      Unhex(test["aad"]),
                      Unhex(test["iv"]) + Unhex(test["ct"]) + Unhex(test["tag"]), plain));
                  EXPECT_EQ(base::Hex(plain), opened ? test["msg"] : "") << test["tcId"];
                  return opened;
                }),
            (Count{39, 27, 250}));
}

std::string Base64(const std::string& bytes) {  // of a multiple of 3 bytes
  std::string text;
  base::AppendBase64Url(bytes, text);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  return text;
}

// As the verifier of a note sees them: the public key in its text form, any bytes as the text.
TEST(Wycheproof, Ed25519) {
  EXPECT_EQ(
      Ran("ed25519_test.json", "", kAll,
          [](const auto& group, const auto& test) {
            const std::string key = '\x01' + Unhex(group["publicKey"]["pk"]);
            const std::string id(AsBytes(Sha256("w\n" + key)).substr(0, 4));
            const auto verifier = NoteVerifier::Parse("w+" + base::Hex(id) + "+" + Base64(key));
            EXPECT_TRUE(verifier) << test["tcId"];
            return verifier && verifier->Signed(Unhex(test["msg"]), {"w", id + Unhex(test["sig"])});
          }),
      (Count{88, 63, 0}));
}

}  // namespace
}  // namespace octroi::crypto
