// Opening: whose file it is, which schema, who else has it, and whether it is sound.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "sqlite_fixture.h"
#include "store_sqlite/migrations.h"

namespace octroi::testing {
namespace {

using base::ErrorCode;
using policies::ConsentState;

class SqliteOpenTest : public SqliteStoreTest {
 protected:
  void ExpectRefused(const Opened& opened, ErrorCode code, const std::string& sentence) {
    ASSERT_TRUE(IsError(opened, code));
    EXPECT_NE(opened.error().detail.find(sentence), std::string::npos) << opened.error().detail;
  }
  // A store with some consents in it, closed.
  void Fill() {
    const Opened opened = Open();
    ASSERT_TRUE(IsOk(opened));
    for (std::uint64_t i = 1; i <= 60; ++i) {
      policies::ConsentEvent event =
          Consent(i, {static_cast<std::uint8_t>(i)}, ConsentState::kGranted);
      event.detail = std::string(3'000, 'x');
      ASSERT_TRUE(IsOk((*opened)->Append(event)));
    }
  }
  void Overwrite(std::streamoff at, const std::string& bytes) {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file << bytes;
  }
};

TEST_F(SqliteOpenTest, WhatIsForgottenIsOverwritten) {
  const std::string box = "the box of somebody's random token";
  const auto in_file = [&] {
    std::ostringstream bytes;
    bytes << std::ifstream(path_, std::ios::binary).rdbuf();
    return bytes.str().find(box) != std::string::npos;
  };
  store::TokenRow row;
  row.subject = Print(1);
  row.sealed = box;
  ASSERT_TRUE(IsOk((*Open())->Mint("crm", {&row, 1})));  // and closed: from the WAL into the file
  ASSERT_TRUE(in_file());
  const std::vector<policies::Fingerprint> gone = {row.subject};
  ASSERT_EQ(*(*Open())->Forget(gone), 1u);
  EXPECT_FALSE(in_file());
}

TEST_F(SqliteOpenTest, OnlyItsOwnerCanReadTheFiles) {
  const Opened opened = Open();
  ASSERT_TRUE(IsOk((*opened)->Set("a", "b")));
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    struct stat info {};
    ASSERT_EQ(stat((path_ + suffix).c_str(), &info), 0) << suffix;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << suffix;
  }
}

TEST_F(SqliteOpenTest, ANewerSchemaIsRefusedWithWhatToDo) {
  Fill();
  ASSERT_EQ(Raw("PRAGMA user_version = 9999"), SQLITE_OK);
  ExpectRefused(Open(), ErrorCode::kInvalid,
                "use the newer octroi, or restore the copy made before");
  ExpectRefused(Open(true), ErrorCode::kInvalid, "has schema 9999");
}

TEST_F(SqliteOpenTest, AnotherProgramsDatabaseIsRefusedAndNotTouched) {
  ASSERT_EQ(Raw("CREATE TABLE theirs (x); PRAGMA user_version = 3"), SQLITE_OK);
  ExpectRefused(Open(), ErrorCode::kInvalid, "database of another program");
  EXPECT_EQ(Raw("INSERT INTO theirs VALUES (1)"), SQLITE_OK);
  EXPECT_EQ(Raw("SELECT * FROM consents"), SQLITE_ERROR) << "no table of ours";
}

TEST_F(SqliteOpenTest, AnOlderSchemaIsBroughtUpToDateByAWriterOnly) {
  ASSERT_EQ(Raw(std::string(store_sqlite::Migrations()[0]) +
                "PRAGMA application_id = 1329812562; PRAGMA user_version = 1;"),
            SQLITE_OK);
  ExpectRefused(Open(true), ErrorCode::kInvalid, "start the gateway once");
  const Opened opened = Open();
  ASSERT_TRUE(IsOk(opened));
  EXPECT_TRUE(IsOk((*opened)->Append(Consent(1, {1}, ConsentState::kGranted))));
  EXPECT_TRUE(IsOk((*opened)->Apply(Batch(1, {Accepted(1)}))));
  EXPECT_TRUE(IsOk(Open(true)));
}

TEST_F(SqliteOpenTest, AFileThatIsNoDatabaseIsRefusedWithASentence) {
  std::ofstream(path_) << std::string(10'000, '#');
  ExpectRefused(Open(), ErrorCode::kInvalid, "damaged or not a database");
  ExpectRefused(Open(true), ErrorCode::kInvalid, "damaged or not a database");
}

TEST_F(SqliteOpenTest, ADamagedFileIsRefusedWithASentence) {
  for (const int page : {2, 5, 20, 40}) {
    std::filesystem::remove(path_);
    Fill();
    Overwrite(4'096 * page, std::string(4'096, '\x5a'));
    ExpectRefused(Open(), ErrorCode::kInvalid, "restore the last copy");
  }
}

TEST_F(SqliteOpenTest, ReadOnlyOfNothingSaysSoAndMakesNothing) {
  EXPECT_TRUE(IsError(Open(true), ErrorCode::kUnavailable));
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_FALSE(std::filesystem::exists(path_ + ".lock"));
}

TEST_F(SqliteOpenTest, ReadOnlyReadsBesideAWriterAndNeverWrites) {
  const Opened writer = Open();
  ASSERT_TRUE(IsOk(writer));
  const Opened reader = Open(true);
  ASSERT_TRUE(IsOk(reader));
  for (std::uint64_t i = 1; i <= 5; ++i) {
    ASSERT_TRUE(IsOk((*writer)->Append(Consent(i, {1}, ConsentState::kGranted))));
    ASSERT_TRUE(IsOk((*writer)->Apply(Batch(i, {Accepted(i)}))));
    EXPECT_EQ(*(*reader)->LastSequence(), i);
    EXPECT_EQ((*reader)->Sum()->sources.at(2).received, i);
  }
  store::Store& read = **reader;
  EXPECT_TRUE(
      IsError(read.Append(Consent(9, {1}, ConsentState::kGranted)), ErrorCode::kUnavailable));
  EXPECT_TRUE(IsError(read.Apply(Batch(9, {})), ErrorCode::kInvalid));
  EXPECT_TRUE(IsError(read.Set("a", "b"), ErrorCode::kInvalid));
  EXPECT_TRUE(IsError(read.Clear(), ErrorCode::kInvalid));
  EXPECT_EQ(*(*writer)->LastSequence(), 5u);
}

TEST_F(SqliteOpenTest, ASecondWriterInThisProcessIsRefused) {
  const Opened first = Open();
  ASSERT_TRUE(IsOk(first));
  ExpectRefused(Open(), ErrorCode::kUnavailable, "another process has");
  EXPECT_TRUE(IsOk((*first)->Set("a", "b")));
}

// Another process holds it: refused; it is killed: free again. The pipe says when it has opened.
TEST_F(SqliteOpenTest, ASecondWritingProcessIsRefusedUntilTheFirstIsGone) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const Opened held = Open();
    const char word = held ? 'y' : 'n';
    if (write(ready[1], &word, 1) != 1) _exit(1);
    for (;;) pause();
  }
  char word = 0;
  ASSERT_EQ(read(ready[0], &word, 1), 1);
  ASSERT_EQ(word, 'y');
  ExpectRefused(Open(), ErrorCode::kUnavailable, "stop the other gateway");
  EXPECT_TRUE(IsOk(Open(true)));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(IsOk(Open()));
  close(ready[0]);
  close(ready[1]);
}

}  // namespace
}  // namespace octroi::testing
