// Secrets of sources and destinations: where they are read from, and what matches.
#include <gtest/gtest.h>

#include <string>

#include "crypto/key_ring.h"
#include "test_data.h"

namespace octroi::crypto {
namespace {

TEST(Secret, WhatInitWritesIsWhatMatches) {
  const Folder folder;
  for (const bool hashed : {true, false}) {
    const std::string text = SecretFileText("wk_4f9a s3cret", hashed);
    EXPECT_EQ(text.find("wk_4f9a") == std::string::npos, hashed);
    const auto secret = ReadSecret("file:" + folder.Write(hashed ? "h" : "r", text));
    ASSERT_TRUE(secret) << secret.error().detail;
    EXPECT_EQ(secret->hashed, hashed);
    EXPECT_TRUE(secret->Matches("wk_4f9a s3cret"));
    for (const char* wrong :
         {"", "wk_4f9a", "wk_4f9a s3cret\n", "wk_4f9a s3creT", " wk_4f9a s3cret"}) {
      EXPECT_FALSE(secret->Matches(wrong)) << wrong;
    }
    EXPECT_FALSE(secret->Matches(secret->bytes) && hashed) << "the hash is not the secret";
  }
}

TEST(Secret, NothingMatchesASecretNobodySet) {
  EXPECT_FALSE(Secret().Matches(""));
  EXPECT_FALSE(Secret().Matches("anything"));
}

struct Case {
  const char* what;
  std::string text;
  std::string bytes;  // empty: refused
};

TEST(Secret, TextIsReadStrictly) {
  const std::string hash(64, 'a');
  const Case table[] = {{"hash", "octroi-secret-sha256 " + hash + "\n", std::string(32, '\xaa')},
                        {"raw", "octroi-secret-raw tok en", "tok en"},
                        {"raw with a newline", "octroi-secret-raw token\n", "token"},
                        {"raw with a Windows newline", "octroi-secret-raw token\r\n", "token"},
                        {"short hash", "octroi-secret-sha256 " + hash.substr(2), ""},
                        {"long hash", "octroi-secret-sha256 " + hash + "aa", ""},
                        {"no hex", "octroi-secret-sha256 " + std::string(64, 'z'), ""},
                        {"empty raw", "octroi-secret-raw \n", ""},
                        {"two lines", "octroi-secret-raw one\ntwo\n", ""},
                        {"NUL", std::string("octroi-secret-raw a\0b", 21), ""},
                        {"just the secret", "token", ""},
                        {"nothing", "", ""}};
  for (const Case& each : table) {
    const Folder folder;
    const std::string from = "file:" + folder.Write("s", each.text);
    const auto secret = ReadSecret(from);
    ASSERT_EQ(static_cast<bool>(secret), !each.bytes.empty()) << each.what;
    if (secret) {
      EXPECT_EQ(secret->bytes, each.bytes) << each.what;
    } else {
      EXPECT_EQ(secret.error().code, base::ErrorCode::kInvalid) << each.what;
      EXPECT_EQ(secret.error().detail.find("token"), std::string::npos) << "leaks: " << each.what;
    }
  }
}

TEST(Secret, FileThatOthersMayReadIsRefused) {
  const Folder folder;
  const std::string path = folder.Write("s", "octroi-secret-raw token", 0440);
  const auto secret = ReadSecret("file:" + path);
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().code, base::ErrorCode::kUnavailable);
  EXPECT_NE(secret.error().detail.find("chmod 0400 " + path), std::string::npos);
}

TEST(Secret, FromTheEnvironment) {
  ASSERT_EQ(::setenv("OCTROI_TEST_SECRET", "octroi-secret-raw token", 1), 0);
  const auto secret = ReadSecret("env:OCTROI_TEST_SECRET");
  ASSERT_TRUE(secret) << secret.error().detail;
  EXPECT_TRUE(secret->Matches("token"));
  const auto unset = ReadSecret("env:OCTROI_TEST_NO_SUCH");
  ASSERT_FALSE(unset);
  EXPECT_EQ(unset.error().code, base::ErrorCode::kUnavailable);
}

TEST(Secret, FromElsewhereIsRefused) {
  for (const char* from : {"", "token", "/etc/key", "FILE:/etc/key", "http://x/"}) {
    const auto secret = ReadSecret(from);
    ASSERT_FALSE(secret) << from;
    EXPECT_EQ(secret.error().code, base::ErrorCode::kInvalid) << from;
  }
}

}  // namespace
}  // namespace octroi::crypto
