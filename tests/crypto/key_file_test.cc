// Key files: what is accepted, what is refused, and what the operator is told.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "crypto/key_ring.h"
#include "test_data.h"

namespace octroi::crypto {
namespace {

const std::string kHexA(64, 'a');
const std::string kHexB(64, 'b');
const std::string kZeros(64, '0');

struct Case {
  const char* what;
  std::string text;
  std::string error;  // part of the detail; empty: accepted
};

TEST(KeyFile, IsReadStrictly) {
  const std::string active = "octroi-key-v1 pseudonym kv=1 active\n" + kHexA + "\n";
  const Case table[] = {
      {"one version", active, ""},
      {"no newline at the end", active.substr(0, active.size() - 1), ""},
      {"two versions", active + "octroi-key-v1 pseudonym kv=2 pre-active\n" + kHexB, ""},
      {"a destroyed version", active + "octroi-key-v1 pseudonym kv=2 destroyed\n" + kZeros, ""},
      {"a rotation under way",
       "octroi-key-v1 pseudonym kv=1 verify-only until=2027-01-31\n" + kHexA +
           "\noctroi-key-v1 pseudonym kv=2 active\n" + kHexB,
       ""},
      {"a day that is none",
       active + "octroi-key-v1 pseudonym kv=2 verify-only until=2027-02-30\n" + kHexB, "<state>"},
      {"a time instead of a day",
       active + "octroi-key-v1 pseudonym kv=2 verify-only until=2027-01-31T00:00:00Z\n" + kHexB,
       "<state>"},
      {"a day behind another state",
       active + "octroi-key-v1 pseudonym kv=2 retired until=2027-01-31\n" + kHexB, "<state>"},
      {"nothing", "", "exactly one active"},
      {"two active", active + "octroi-key-v1 pseudonym kv=2 active\n" + kHexB,
       "exactly one active"},
      {"none active", "octroi-key-v1 pseudonym kv=1 retired\n" + kHexA, "exactly one active"},
      {"the same version twice", active + "octroi-key-v1 pseudonym kv=1 retired\n" + kHexB,
       "kv=1 twice"},
      {"the same key twice", active + "octroi-key-v1 pseudonym kv=2 retired\n" + kHexA,
       "the same key"},
      {"a key for something else", "octroi-key-v1 storage kv=1 active\n" + kHexA, "pseudonym"},
      {"another format", "octroi-key-v2 pseudonym kv=1 active\n" + kHexA, "octroi-key-v1"},
      {"version 0", "octroi-key-v1 pseudonym kv=0 active\n" + kHexA, "kv="},
      {"no version", "octroi-key-v1 pseudonym active\n" + kHexA, "kv="},
      {"a version that is no number", "octroi-key-v1 pseudonym kv=1x active\n" + kHexA, "kv="},
      {"a version beyond 32 bits", "octroi-key-v1 pseudonym kv=4294967296 active\n" + kHexA, "kv="},
      {"an unknown state", "octroi-key-v1 pseudonym kv=1 Active\n" + kHexA, "<state>"},
      {"a word too many", "octroi-key-v1 pseudonym kv=1 active now\n" + kHexA, "<state>"},
      {"63 digits", "octroi-key-v1 pseudonym kv=1 active\n" + kHexA.substr(1), "64 hex"},
      {"66 digits", "octroi-key-v1 pseudonym kv=1 active\n" + kHexA + "aa", "64 hex"},
      {"no hex", "octroi-key-v1 pseudonym kv=1 active\n" + std::string(64, 'g'), "64 hex"},
      {"no key", "octroi-key-v1 pseudonym kv=1 active\n", "64 hex"},
      {"a key of zeros", "octroi-key-v1 pseudonym kv=1 active\n" + kZeros, "zeros"},
      {"a destroyed key still there", active + "octroi-key-v1 pseudonym kv=2 destroyed\n" + kHexB,
       "64 zeros"},
      {"an empty line", "\n" + active, "empty line"},
      {"Windows line ends", "octroi-key-v1 pseudonym kv=1 active\r\n" + kHexA + "\r\n", "<state>"}};
  for (const Case& each : table) {
    const Folder folder;
    const std::string path = folder.Write("p.key", each.text);
    const auto ring = KeyRing::Open("acme", {path, ""});
    EXPECT_EQ(static_cast<bool>(ring), each.error.empty()) << each.what;
    if (ring) continue;
    EXPECT_EQ(ring.error().code, base::ErrorCode::kInvalid) << each.what;
    EXPECT_NE(ring.error().detail.find(each.error), std::string::npos)
        << each.what << ": " << ring.error().detail;
    EXPECT_NE(ring.error().detail.find(path), std::string::npos) << each.what;
    for (const std::string& secret : {kHexA, kHexB}) {
      EXPECT_EQ(ring.error().detail.find(secret.substr(0, 8)), std::string::npos) << each.what;
    }
  }
}

TEST(KeyFile, ThatOthersMayUseIsRefused) {
  for (const ::mode_t mode : {0400u, 0600u, 0440u, 0404u, 0644u, 0420u, 0401u, 0777u}) {
    const Folder folder;
    const std::string path =
        folder.Write("p.key", "octroi-key-v1 pseudonym kv=1 active\n" + kHexA, mode);
    const auto ring = KeyRing::Open("acme", {path, ""});
    EXPECT_EQ(static_cast<bool>(ring), (mode & 077) == 0) << std::oct << mode;
    if (ring) continue;
    EXPECT_EQ(ring.error().code, base::ErrorCode::kUnavailable);
    EXPECT_NE(ring.error().detail.find("chmod 0400 " + path), std::string::npos)
        << ring.error().detail;
  }
}

TEST(KeyFile, ThatIsNoFileIsRefused) {
  const Folder folder;
  ASSERT_EQ(::mkfifo(folder.Path("pipe").c_str(), 0400), 0);
  for (const std::string& path : {folder.Path("absent"), folder.Path("pipe"), folder.Path("."),
                                  folder.Write("huge", std::string(65 * 1024, 'x'))}) {
    const auto ring = KeyRing::Open("acme", {path, ""});
    ASSERT_FALSE(ring) << path;
    EXPECT_EQ(ring.error().code, base::ErrorCode::kUnavailable) << path;
    EXPECT_NE(ring.error().detail.find(path), std::string::npos) << ring.error().detail;
  }
}

TEST(KeyFile, ThatWasCreatedOpensAndIsNeverWrittenOver) {
  const Folder folder;
  const std::string pseudonym = folder.Path("pseudonym.key");
  const std::string storage = folder.Path("storage.key");
  const ::mode_t umask_before = ::umask(0);  // the widest
  ASSERT_TRUE(CreateKeyFile(pseudonym, kPseudonymPurpose));
  ::umask(0777);  // the narrowest
  ASSERT_TRUE(CreateKeyFile(storage, kStoragePurpose));
  ::umask(umask_before);
  for (const std::string& path : {pseudonym, storage}) {
    struct stat info {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777, 0400u) << path;
  }
  const auto ring = KeyRing::Open("acme", {pseudonym, storage});
  ASSERT_TRUE(ring) << ring.error().detail;
  EXPECT_EQ((*ring)->active_version(), 1u);

  const std::string check = (*ring)->CheckValue();
  const auto again = CreateKeyFile(pseudonym, kPseudonymPurpose);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, base::ErrorCode::kInvalid);
  EXPECT_EQ((*KeyRing::Open("acme", {pseudonym, storage}))->CheckValue(), check);

  EXPECT_FALSE(KeyRing::Open("acme", {storage, pseudonym})) << "swapped";
  EXPECT_FALSE(KeyRing::Open("", {pseudonym, storage})) << "no tenant";
  EXPECT_EQ(CreateKeyFile(folder.Path("x"), "other").error().code, base::ErrorCode::kInvalid);
  EXPECT_EQ(CreateKeyFile(folder.Path("no/such/x"), kStoragePurpose).error().code,
            base::ErrorCode::kUnavailable);
}

TEST(KeyFile, TwoAreNeverTheSame) {
  const Folder folder;
  ASSERT_TRUE(CreateKeyFile(folder.Path("a"), kPseudonymPurpose));
  ASSERT_TRUE(CreateKeyFile(folder.Path("b"), kPseudonymPurpose));
  EXPECT_NE((*KeyRing::Open("acme", {folder.Path("a"), ""}))->CheckValue(),
            (*KeyRing::Open("acme", {folder.Path("b"), ""}))->CheckValue());
}

}  // namespace
}  // namespace octroi::crypto
