// Every SHA-256 code path that this CPU has, against OpenSSL EVP.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "base/text.h"
#include "crypto/openssl.h"
#include "crypto/sha256_backends.h"

namespace octroi::crypto {
namespace {

class Lanes : public ::testing::TestWithParam<Sha256Code> {
 protected:
  std::string Random(std::size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }
  std::size_t Below(std::size_t end) { return random_() % end; }

  std::mt19937_64 random_{20261121};
};

TEST_P(Lanes, HashesEveryLengthAlone) {
  const std::string text = Random(1000);
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const auto message = std::string_view(text).substr(text.size() - size);
    Digest got;
    const ShaJob job{message, &got};
    HmacAccess::Sha256(GetParam(), {&job, 1});
    ASSERT_EQ(got, OpensslSha256(message)) << size;
  }
}

TEST_P(Lanes, HashesGroupsOfAnyNumberAndLength) {
  for (int round = 0; round < 300; ++round) {
    const std::size_t count = Below(41);
    std::deque<std::string> messages;
    std::vector<Digest> got(count);
    std::vector<ShaJob> jobs;
    for (std::size_t i = 0; i < count; ++i) {
      messages.push_back(Random(Below(1001)));
      jobs.push_back({messages.back(), &got[i]});
    }
    HmacAccess::Sha256(GetParam(), jobs);
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(got[i], OpensslSha256(messages[i])) << round;
  }
}

TEST_P(Lanes, AuthenticatesGroupsWithAKeyEach) {
  for (int round = 0; round < 300; ++round) {
    const std::size_t count = Below(41);
    std::deque<std::string> messages, keys;
    std::deque<HmacKey> prepared;
    std::vector<Digest> got(count);
    std::vector<HmacJob> jobs;
    for (std::size_t i = 0; i < count; ++i) {
      messages.push_back(Random(round % 2 == 0 ? Below(1001) : 20 + Below(30)));
      keys.push_back(Random(Below(150)));
      prepared.push_back(HmacAccess::MakeKey(GetParam(), keys.back()));
      jobs.push_back({&prepared.back(), messages.back(), &got[i]});
    }
    HmacAccess::Hmac(GetParam(), jobs);
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(got[i], OpensslHmac(keys[i], messages[i])) << round;
    }
  }
}

TEST_P(Lanes, OneLongJobAmongShortOnes) {
  const std::string text = Random(300'000);
  std::vector<Digest> got(20);
  std::vector<ShaJob> jobs;
  for (std::size_t i = 0; i < got.size(); ++i) {
    jobs.push_back({std::string_view(text).substr(0, i == 3 ? text.size() : i), &got[i]});
  }
  HmacAccess::Sha256(GetParam(), jobs);
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i], OpensslSha256(jobs[i].message));
}

TEST_P(Lanes, ManyKeysAtOnceAreTheKeysMadeOneByOne) {
  for (std::size_t count = 0; count <= 33; ++count) {
    std::vector<std::array<std::uint8_t, 32>> secrets(count);
    std::vector<HmacKey> keys(count);
    for (auto& secret : secrets) std::memcpy(secret.data(), Random(32).data(), 32);
    HmacAccess::MakeKeys(GetParam(), secrets, keys);
    for (std::size_t i = 0; i < count; ++i) {
      Digest got;
      const HmacJob job{&keys[i], "message", &got};
      HmacAccess::Hmac(GetParam(), {&job, 1});
      const std::string secret(reinterpret_cast<const char*>(secrets[i].data()), 32);
      ASSERT_EQ(got, OpensslHmac(secret, "message")) << i << " of " << count;
    }
  }
}

TEST_P(Lanes, PassesItsOwnSelfTest) { SelfTest(GetParam()); }

// What the self-test is for: code that is wrong in one lane, or in one bit, stops the process.
void WrongInLastLane(Sha256Lane* const* lanes, std::size_t count, std::size_t blocks) {
  CompressPortable(lanes, count, blocks);
  if (count == 8) lanes[7]->state[7] ^= 1;
}

TEST(LanesDeath, WrongCodeStopsTheProcess) {
  EXPECT_DEATH(SelfTest({"wrong", WrongInLastLane, 8}), "self-test failed");
}

TEST(LanesDeath, AKeyThatWasNeverMadeStopsTheProcess) {
  EXPECT_DEATH(Hmac(HmacKey(), "message"), "before it was made");
}

INSTANTIATE_TEST_SUITE_P(EveryBackend, Lanes,
                         ::testing::ValuesIn(AvailableSha256().begin(), AvailableSha256().end()),
                         [](const ::testing::TestParamInfo<Sha256Code>& each) {
                           std::string name(each.param.name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(Backend, IsTheBestThatTheCpuHas) {
  EXPECT_EQ(Sha256Backend(), AvailableSha256().front().name);
  EXPECT_EQ(AvailableSha256().back().name, "portable");
}

// RFC 4231, 4.2 to 4.8, through the public functions.
struct Rfc4231 {
  std::string key, message, mac;
};

TEST(Hmac, Rfc4231) {
  const std::string aa(131, '\xaa');
  std::string counted;
  for (char c = 1; c <= 25; ++c) counted.push_back(c);
  const Rfc4231 cases[] = {
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {counted, std::string(50, '\xcd'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {std::string(20, '\x0c'), "Test With Truncation", "a3b6167473100ee06e0c796c2955552b"},
      {aa, "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {aa,
       "This is a test using a larger than block-size key and a larger than block-size data. The "
       "key needs to be hashed before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"}};
  for (const Rfc4231& each : cases) {
    const Digest digest = Hmac(HmacKey(each.key), each.message);
    EXPECT_EQ(base::Hex(AsBytes(digest)).substr(0, each.mac.size()), each.mac) << each.message;
  }
}

TEST(Sha256, Fips180) {
  EXPECT_EQ(base::Hex(AsBytes(Sha256(""))),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(base::Hex(AsBytes(Sha256("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Equal, ComparesContentAndLength) {
  EXPECT_TRUE(Equal("", ""));
  EXPECT_TRUE(Equal("token", "token"));
  EXPECT_FALSE(Equal("token", "tokem"));
  EXPECT_FALSE(Equal("token", "token "));
}

TEST(AppendLp, IsBigEndianLengthThenBytes) {
  std::string out = "x";
  AppendLp("email", out);
  EXPECT_EQ(out, std::string("x\0\5email", 8));
  AppendLp(std::string(258, 'a'), out);
  EXPECT_EQ(out.substr(8, 3),
            "\x01\x02"
            "a");
  EXPECT_DEATH(AppendLp(std::string(65536, 'a'), out), "length-prefixed");
}

}  // namespace
}  // namespace octroi::crypto
