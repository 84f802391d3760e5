// AES-256-SIV: against RFC 5297 put together here from its parts (S2V over AES-CMAC, then AES-CTR),
// and refusal of whatever was changed. The vector of P2 is in pseudonymizer_methods_test.cc.
#include "crypto/siv.h"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <thread>

#include "crypto/hmac.h"
#include "test_data.h"

namespace octroi::crypto {
namespace {

using Strings = std::vector<std::string>;

const unsigned char* In(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Out(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string Cmac(const std::string& key, const std::string& text) {
  std::string tag(16, '\0');
  std::size_t size = 0;
  EXPECT_NE(EVP_Q_mac(nullptr, "CMAC", nullptr, "AES-256-CBC", nullptr, key.data(), key.size(),
                      In(text), text.size(), Out(tag), tag.size(), &size),
            nullptr);
  return tag;
}

std::string Dbl(std::string block) {
  const bool carry = (block[0] & 0x80) != 0;
  for (std::size_t i = 0; i < 16; ++i) {
    const int next = i < 15 ? static_cast<unsigned char>(block[i + 1]) >> 7 : 0;
    block[i] = static_cast<char>(static_cast<unsigned char>(block[i]) << 1 | next);
  }
  if (carry) block[15] = static_cast<char>(block[15] ^ 0x87);
  return block;
}

std::string Xor(std::string a, const std::string& b) {
  for (std::size_t i = 0; i < b.size(); ++i) a[a.size() - b.size() + i] ^= b[i];
  return a;
}

std::string ReferenceBox(const std::string& key, const Strings& associated, std::string plain) {
  const std::string mac_key = key.substr(0, 32), ctr_key = key.substr(32);
  std::string d = Cmac(mac_key, std::string(16, '\0'));
  for (const std::string& part : associated) d = Xor(Dbl(d), Cmac(mac_key, part));
  std::string last;
  if (plain.size() >= 16) {
    last = Xor(plain, d);
  } else {
    std::string padded = plain + '\x80';
    padded.resize(16, '\0');
    last = Xor(Dbl(d), padded);
  }
  const std::string iv = Cmac(mac_key, last);
  std::string counter = iv;
  counter[8] = static_cast<char>(counter[8] & 0x7f);
  counter[12] = static_cast<char>(counter[12] & 0x7f);
  std::string sealed(plain.size(), '\0');
  int written = 0;
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  EXPECT_EQ(EVP_EncryptInit_ex(context, EVP_aes_256_ctr(), nullptr, In(ctr_key), In(counter)), 1);
  EXPECT_EQ(
      EVP_EncryptUpdate(context, Out(sealed), &written, In(plain), static_cast<int>(plain.size())),
      1);
  EVP_CIPHER_CTX_free(context);
  return iv + sealed;
}

std::string RandomText(std::size_t size) {
  std::string text(size, '\0');
  RandomBytes({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  return text;
}

std::string SealedBy(const SivKey& key, std::string_view plain) {
  std::string box;
  key.Seal(plain, box);
  return box;
}

TEST(Siv, IsRfc5297) {
  for (std::size_t size = 1; size <= 100; ++size) {
    const std::string key = RandomText(64), plain = RandomText(size);
    const Strings associated = {RandomText(1 + size % 7), RandomText(16), RandomText(size)};
    const SivKey ours(key, associated);
    const std::string box = SealedBy(ours, plain);
    EXPECT_EQ(box, ReferenceBox(key, associated, plain)) << size;
    EXPECT_EQ(box, SealedBy(ours, plain)) << "a second time";
    EXPECT_EQ(ours.Open(box), plain) << size;
  }
}

TEST(Siv, RefusesWhateverWasChanged) {
  const std::string key = RandomText(64);
  const Strings associated = {"tenant", "crm", "email"};
  const SivKey ours(key, associated);
  const std::string box = SealedBy(ours, "somebody@example.com");
  for (std::size_t bit = 0; bit < box.size() * 8; ++bit) {
    std::string changed = box;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(ours.Open(changed).has_value()) << bit;
  }
  EXPECT_FALSE(ours.Open(box.substr(0, 16)).has_value());
  EXPECT_FALSE(ours.Open(box.substr(0, box.size() - 1)).has_value());
  EXPECT_FALSE(ours.Open("").has_value());
  EXPECT_FALSE(SivKey(key, Strings{"tenant", "ads", "email"}).Open(box).has_value());
  EXPECT_FALSE(SivKey(key, Strings{"crm", "tenant", "email"}).Open(box).has_value()) << "order";
  EXPECT_FALSE(SivKey(RandomText(64), associated).Open(box).has_value());
  EXPECT_TRUE(ours.Open(box).has_value()) << "a refusal must not spoil the key";
}

TEST(Siv, IsSafeFromAnyThread) {
  const SivKey ours(std::string(64, 'k'), Strings{"a"});
  const std::string wanted = SealedBy(ours, "plain");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 200; ++n) {
        if (SealedBy(ours, "plain") != wanted || ours.Open(wanted) != "plain") std::abort();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(SivDeath, WhatOnlyABugCanAskFor) {
  EXPECT_DEATH(SivKey("short", Strings{"a"}), "64 bytes");
  EXPECT_DEATH(SivKey(std::string(64, 'k'), Strings{""}), "associated");
  std::string box;
  EXPECT_DEATH(SivKey(std::string(64, 'k'), Strings{"a"}).Seal("", box), "wrong size");
}

}  // namespace
}  // namespace octroi::crypto
