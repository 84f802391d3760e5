#include "base/disk.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "base/clock.h"

namespace octroi::base {
namespace {

class DiskTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "octroi_disk_XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string In(const std::string& name) const { return folder_ + "/" + name; }
  static mode_t ModeOf(const std::string& path) {
    struct stat info {};
    return stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
  }

  SystemDisk disk_;
  std::string folder_;
};

TEST_F(DiskTest, WritesReadsTruncates) {
  Result<std::unique_ptr<File>> opened = disk_.Open(In("a"), OpenMode::kCreateNew);
  ASSERT_TRUE(opened);
  File& file = **opened;
  EXPECT_EQ(ModeOf(In("a")), 0600u);
  ASSERT_TRUE(file.WriteAt(0, "hello"));
  ASSERT_TRUE(file.WriteAt(8, "world"));  // leaves a hole of zeros
  ASSERT_TRUE(file.WriteAt(0, ""));
  ASSERT_TRUE(file.SyncData());
  EXPECT_EQ(*file.Size(), 13u);
  char into[32] = {};
  EXPECT_EQ(*file.ReadAt(0, into), 13u);
  EXPECT_EQ(std::string_view(into, 13), std::string_view("hello\0\0\0world", 13));
  EXPECT_EQ(*file.ReadAt(11, into), 2u);
  EXPECT_EQ(*file.ReadAt(99, into), 0u);
  ASSERT_TRUE(file.Truncate(3));
  EXPECT_EQ(*file.Size(), 3u);
}

TEST_F(DiskTest, OpenModes) {
  EXPECT_EQ(disk_.Open(In("a"), OpenMode::kRead).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(disk_.Open(In("a"), OpenMode::kReadWrite).error().code, ErrorCode::kInvalid);
  ASSERT_TRUE(disk_.Open(In("a"), OpenMode::kCreateNew));
  const Error exists = disk_.Open(In("a"), OpenMode::kCreateNew).error();
  EXPECT_EQ(exists.code, ErrorCode::kInvalid);
  EXPECT_EQ(exists.where, "disk.open");
  EXPECT_NE(exists.detail.find(In("a")), std::string::npos);
  Result<std::unique_ptr<File>> read = disk_.Open(In("a"), OpenMode::kRead);
  ASSERT_TRUE(read);
  EXPECT_FALSE((*read)->WriteAt(0, "x"));
  Result<std::unique_ptr<File>> write = disk_.Open(In("a"), OpenMode::kReadWrite);
  ASSERT_TRUE(write);
  EXPECT_TRUE((*write)->WriteAt(0, "x"));
}

TEST_F(DiskTest, Folders) {
  ASSERT_TRUE(disk_.MakeFolder(In("x/y/z")));
  ASSERT_TRUE(disk_.MakeFolder(In("x/y/z")));
  ASSERT_TRUE(disk_.MakeFolder(In("x/y/z/")));
  EXPECT_EQ(ModeOf(In("x")), 0700u);
  EXPECT_EQ(ModeOf(In("x/y/z")), 0700u);
  ASSERT_TRUE(disk_.Open(In("x/b"), OpenMode::kCreateNew));
  ASSERT_TRUE(disk_.Open(In("x/a"), OpenMode::kCreateNew));
  EXPECT_EQ(*disk_.List(In("x")), (std::vector<std::string>{"a", "b", "y"}));
  EXPECT_TRUE(disk_.SyncFolder(In("x")));
  EXPECT_FALSE(disk_.MakeFolder(In("x/a")));  // a file is in the way
  EXPECT_FALSE(disk_.MakeFolder(In("x/a/deep")));
  EXPECT_FALSE(disk_.MakeFolder(""));
  EXPECT_FALSE(disk_.List(In("nowhere")));
  EXPECT_FALSE(disk_.SyncFolder(In("nowhere")));
}

TEST_F(DiskTest, RenamesAndRemoves) {
  ASSERT_TRUE(disk_.Open(In("a"), OpenMode::kCreateNew));
  ASSERT_TRUE(disk_.Rename(In("a"), In("b")));
  EXPECT_EQ(*disk_.List(folder_), std::vector<std::string>{"b"});
  EXPECT_FALSE(disk_.Rename(In("a"), In("c")));
  ASSERT_TRUE(disk_.Remove(In("b")));
  EXPECT_FALSE(disk_.Remove(In("b")));
  EXPECT_TRUE(disk_.List(folder_)->empty());
}

TEST_F(DiskTest, FullDiskIsUnavailable) {
  Result<std::unique_ptr<File>> full = disk_.Open("/dev/full", OpenMode::kReadWrite);
  ASSERT_TRUE(full);
  const Status wrote = (*full)->WriteAt(0, "x");
  ASSERT_FALSE(wrote);
  EXPECT_EQ(wrote.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(wrote.error().where, "disk.write");
}

TEST(Clock, BootTimeNeverGoesBack) {
  const SystemClock clock;
  const std::int64_t first = clock.BootNowNanos();
  EXPECT_GE(clock.BootNowNanos(), first);
  EXPECT_GT(clock.WallNow(), 1'700'000'000'000);
}

}  // namespace
}  // namespace octroi::base
