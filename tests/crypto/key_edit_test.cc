// A key file through its life: rotated, retired, destroyed; and every step that would lose a key.
#include "crypto/key_edit.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "base/text.h"
#include "test_data.h"

namespace octroi::crypto {
namespace {

constexpr base::Millis kFebruary = 1'801'440'000'000;  // 2027-02-01T00:00:00Z

class Life : public ::testing::Test {
 protected:
  Life() { EXPECT_TRUE(CreateKeyFile(path_, kPseudonymPurpose)); }
  std::string Text() const {
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }
  std::string States() const {
    std::string states;
    const auto versions = KeyVersions(path_, kPseudonymPurpose);
    EXPECT_TRUE(versions) << versions.error().detail;
    for (const KeyVersion& one : *versions)
      states += std::to_string(one.version) + " " + std::string(Name(one.state)) +
                (one.until != 0 ? "!" : "") + ";";
    return states;
  }
  std::string End(std::uint32_t version, KeyState state) const {
    const auto done = EndKey(path_, kPseudonymPurpose, version, state);
    return done ? "" : std::string(done.error().where);
  }
  const Folder folder_;
  const std::string path_ = folder_.Path("p.key");
};

TEST_F(Life, ARotationKeepsTheOldKeyAndSaysUntilWhen) {
  const std::string before = Text();
  EXPECT_EQ(*RotateKey(path_, kPseudonymPurpose, kFebruary), 2u);
  EXPECT_EQ(States(), "1 verify-only!;2 active;");
  const std::string after = Text();
  EXPECT_NE(
      after.find("kv=1 verify-only until=2027-01-31\n" + before.substr(before.find('\n') + 1)),
      after.npos)
      << "the key itself is as it was";
  struct stat info {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0400u);
  EXPECT_NE(stat((path_ + ".new").c_str(), &info), 0) << "nothing is left beside it";
  const auto ring = KeyRing::Open("acme", {path_, ""});
  ASSERT_TRUE(ring);
  EXPECT_EQ((*ring)->active_version(), 2u);
  ASSERT_TRUE((*ring)->previous());
  EXPECT_EQ((*ring)->previous()->version, 1u);
  EXPECT_EQ((*ring)->previous()->until, kFebruary);

  EXPECT_EQ(*RotateKey(path_, kPseudonymPurpose, 0), 3u);
  EXPECT_EQ(States(), "1 verify-only;2 verify-only;3 active;") << "one rotation at a time";
  const auto next = KeyRing::Open("acme", {path_, ""});
  EXPECT_FALSE((*next)->previous());
}

TEST_F(Life, TheFileSaysSinceWhenAVersionIsActive) {
  const std::string key = Text().substr(Text().find('\n') + 1);
  const std::string path =
      folder_.Write("old.key", "octroi-key-v1 pseudonym kv=1 active since=2026-01-31\n" + key);
  const auto since = [](const std::string& file) {
    return KeyVersions(file, kPseudonymPurpose)->back().since;
  };
  EXPECT_EQ(since(path), 1'769'817'600'000) << "2026-01-31T00:00:00Z";
  ASSERT_TRUE(RotateKey(path, kPseudonymPurpose, 0));
  EXPECT_GT(since(path), 1'769'817'600'000) << "of the new one: the day it was written";
  EXPECT_EQ(KeyVersions(path, kPseudonymPurpose)->front().since, 0) << "of the active one only";
  const base::Millis day = since(path);
  ASSERT_TRUE(EndKey(path, kPseudonymPurpose, 1, KeyState::kRetired));
  EXPECT_EQ(since(path), day);
  EXPECT_EQ(day % 86'400'000, 0);
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_NE(text.str().find("kv=2 active since=20"), std::string::npos) << "now it is written down";
  for (const char* bad : {"active since=2026-1-31", "active since=", "retired since=2026-01-31",
                          "active until=2026-01-31"}) {
    const std::string wrong =
        folder_.Write("bad.key", "octroi-key-v1 pseudonym kv=1 " + std::string(bad) + "\n" + key);
    EXPECT_FALSE(KeyVersions(wrong, kPseudonymPurpose)) << bad;
    ASSERT_EQ(unlink(wrong.c_str()), 0);
  }
}

TEST_F(Life, TheFileSaysSinceWhenAVersionIsKnownToBeCompromised) {
  const auto first = [&] { return KeyVersions(path_, kPseudonymPurpose)->front(); };
  ASSERT_TRUE(RotateKey(path_, kPseudonymPurpose, 0));
  const base::Millis before = base::SystemClock().WallNow();
  ASSERT_EQ(End(1, KeyState::kCompromised), "");
  const base::Millis said = first().since;
  EXPECT_GE(said, before);
  EXPECT_NE(Text().find("kv=1 compromised since=" + base::FormatRfc3339(said) + "\n"),
            std::string::npos);
  ASSERT_TRUE(RotateKey(path_, kPseudonymPurpose, 0));
  EXPECT_EQ(first().since, said) << "a later change of the file does not move it";
  const std::string key = Text().substr(Text().find('\n') + 1);
  const std::string old =
      folder_.Write("old.key", "octroi-key-v1 pseudonym kv=1 compromised\n" + key);
  EXPECT_GE(KeyVersions(old, kPseudonymPurpose)->front().since, said - 1'000)
      << "when it was written";
  const std::string wrong = folder_.Write(
      "wrong.key", "octroi-key-v1 pseudonym kv=1 compromised since=2026-11-23\n" + key);
  EXPECT_FALSE(KeyVersions(wrong, kPseudonymPurpose));
}

TEST_F(Life, TheFileStaysItsOwners) {
  if (geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  ASSERT_EQ(chown(path_.c_str(), 1234, 1235), 0);
  ASSERT_TRUE(RotateKey(path_, kPseudonymPurpose, 0));
  struct stat info {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_uid, 1234u);
  EXPECT_EQ(info.st_gid, 1235u);
}

TEST_F(Life, AVersionEndsStepByStep) {
  EXPECT_EQ(End(1, KeyState::kRetired), "keys.active");
  EXPECT_EQ(End(1, KeyState::kCompromised), "keys.active");
  EXPECT_EQ(End(7, KeyState::kRetired), "keys.version_unknown");
  ASSERT_TRUE(RotateKey(path_, kPseudonymPurpose, kFebruary));
  const std::string text = Text();
  EXPECT_EQ(End(1, KeyState::kDestroyed), "keys.state") << "not before it is retired";
  EXPECT_EQ(End(1, KeyState::kActive), "keys.state");
  EXPECT_EQ(End(1, KeyState::kVerifyOnly), "keys.state");
  EXPECT_EQ(Text(), text) << "a refusal changes nothing";
  EXPECT_EQ(End(1, KeyState::kRetired), "");
  EXPECT_EQ(States(), "1 retired;2 active;");
  EXPECT_EQ(End(1, KeyState::kRetired), "keys.state");
  EXPECT_EQ(End(1, KeyState::kVerifyOnly), "") << "taken back";
  EXPECT_EQ(States(), "1 verify-only;2 active;") << "the window does not come back";
  EXPECT_EQ(End(1, KeyState::kRetired), "");
  EXPECT_EQ(End(1, KeyState::kCompromised), "");
  EXPECT_EQ(End(1, KeyState::kDestroyed), "");
  EXPECT_EQ(States(), "1 destroyed;2 active;");
  EXPECT_NE(Text().find("kv=1 destroyed\n" + std::string(64, '0') + "\n"), std::string::npos);
  EXPECT_EQ(Text().find(text.substr(text.find('\n') + 1, 64)), std::string::npos) << "it is gone";
  EXPECT_EQ(End(1, KeyState::kCompromised), "keys.state");
  EXPECT_EQ(*RotateKey(path_, kPseudonymPurpose, 0), 3u) << "a number is not used again";
}

TEST_F(Life, WhatIsNoKeyFileStaysAsItIs) {
  const std::string path = folder_.Write("x.key", "something else");
  EXPECT_FALSE(RotateKey(path, kPseudonymPurpose, 0));
  EXPECT_FALSE(RotateKey(path_, kStoragePurpose, 0)) << "a key for something else";
  EXPECT_FALSE(EndKey(path, kPseudonymPurpose, 1, KeyState::kRetired));
  EXPECT_EQ(States(), "1 active;");
}

}  // namespace
}  // namespace octroi::crypto
