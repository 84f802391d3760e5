// The file of users: read strictly, kept from others.
#include "gateway/console/users.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace octroi::gateway::console {
namespace {

class UsersFile : public testing::Test {
 protected:
  UsersFile() {
    std::string folder = testing::TempDir() + "octroi-users-XXXXXX";
    path_ = UsersPath(mkdtemp(folder.data()));
  }
  ~UsersFile() override { std::filesystem::remove_all(std::filesystem::path(path_).parent_path()); }
  std::string WhyNot(const std::string& text) {
    std::ofstream(path_) << text;
    chmod(path_.c_str(), 0600);
    const auto read = Users::Read(path_);
    return read ? "" : read.error().detail;
  }
  std::string path_;
};

TEST_F(UsersFile, ComesBackAsItWasWritten) {
  Users users;
  EXPECT_TRUE(Users::Read(path_)->empty()) << "no file: nobody";
  EXPECT_TRUE(users.Put({"camille", Role::kDpo, "a"}));
  EXPECT_TRUE(users.Put({"it-1", Role::kIt, "b"}));
  EXPECT_TRUE(users.Put({"camille", Role::kAdmin, "c"}));
  ASSERT_TRUE(users.Write(path_));
  struct stat info {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  auto read = Users::Read(path_);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->all().size(), 2u);
  EXPECT_EQ(read->Find("camille")->role, Role::kAdmin);
  EXPECT_EQ(read->Find("camille")->password, "c");
  EXPECT_EQ(read->Find("nobody"), nullptr);
  EXPECT_TRUE(read->Remove("it-1"));
  EXPECT_FALSE(read->Remove("it-1"));
}

TEST_F(UsersFile, ComesIntoAFolderThatIsMadeForIt) {
  const std::filesystem::path folder = std::filesystem::path(path_).parent_path() / "new" / "deep";
  Users users;
  users.Put({"camille", Role::kDpo, "a"});
  ASSERT_TRUE(users.Write(UsersPath(folder)));
  struct stat info {};
  ASSERT_EQ(stat(folder.parent_path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u) << "a folder that its owner may enter";
}

TEST_F(UsersFile, AFaultLetsNobodyIn) {
  const std::string head = "octroi-console-users-v1\n";
  EXPECT_EQ(WhyNot(head + "a dpo x\n"), "");
  EXPECT_NE(WhyNot("a dpo x\n").find("line 1"), std::string::npos);
  for (const char* bad : {"a king x\n", "A dpo x\n", "a dpo\n", "a dpo x y\n", "\n", " dpo x\n"})
    EXPECT_NE(WhyNot(head + bad).find("line 2"), std::string::npos) << bad;
  EXPECT_NE(WhyNot(head + "a dpo x\na it y\n").find("line 3"), std::string::npos);
  EXPECT_EQ(WhyNot(head + "a dpo secret y\n").find("secret"), std::string::npos);
}

TEST_F(UsersFile, ThatOthersMayReadLetsNobodyIn) {
  std::ofstream(path_) << "octroi-console-users-v1\na dpo x\n";
  chmod(path_.c_str(), 0640);
  const auto read = Users::Read(path_);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, base::ErrorCode::kUnavailable);
}

TEST(UserName, IsPlain) {
  for (const char* good : {"a", "camille.martin", "it-1", "0_x"}) EXPECT_TRUE(IsUserName(good));
  for (const char* bad : {"", "Camille", "-a", "a b", "é", "a/b", "camille@exemple.fr"})
    EXPECT_FALSE(IsUserName(bad)) << bad;
  EXPECT_FALSE(IsUserName(std::string(33, 'a')));
}

}  // namespace
}  // namespace octroi::gateway::console
