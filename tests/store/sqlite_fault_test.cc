// Bad and full disks: an acknowledged write is there afterwards, a refused one is not, and after a
// failed fsync the process ends. The loop is SQLite's own: fail call 1, 2, 3, ... until a run has
// no fault.
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "fault_disk.h"
#include "sqlite_fixture.h"

namespace octroi::testing {
namespace {

using base::ErrorCode;
using policies::ConsentState;

store::Projection Large(std::uint64_t from) {  // beyond a checkpoint's pages
  store::Projection batch = Batch(from + 5'000, {});
  for (std::uint64_t i = 0; i < 5'000; ++i) {
    batch.events.push_back(Accepted(from + i));
    batch.events.back().record.assign(4'000, 'r');
  }
  return batch;
}

class SqliteFaultTest : public SqliteStoreTest {
 protected:
  ~SqliteFaultTest() override { HealDisk(); }

  // What was acknowledged must be there, what was refused must not; in doubt may be either.
  void ExpectKept(const std::vector<std::pair<std::uint64_t, base::Status>>& appended, int nth) {
    const Opened opened = Open();
    ASSERT_TRUE(IsOk(opened));
    for (const auto& [sequence, status] : appended) {
      const bool there = (*opened)->BySequence(sequence)->has_value();
      if (status) {
        EXPECT_TRUE(there) << "call " << nth << ": acknowledged and lost, " << sequence;
      } else if (status.error().code != ErrorCode::kInDoubt) {
        EXPECT_FALSE(there) << "call " << nth << ": refused and there, " << sequence;
      }
      if (!status) {
        EXPECT_EQ(status.error().detail.find("marketing"), std::string::npos);
      }
    }
    const store::Totals totals = *(*opened)->Sum();
    for (const auto& [place, d] : totals.destinations) {
      EXPECT_EQ(d.accepted, d.withheld + d.sent + d.in_flight + d.failed + d.erased);
    }
  }
  // Appends 1 before the fault, 2..4 under it and, if the store is still alive, 5 after it.
  void RunWithFault(DiskCall kind, int nth, int error, bool and_later) {
    std::filesystem::remove(path_);
    fatal_.clear();
    std::vector<std::pair<std::uint64_t, base::Status>> appended;
    {
      Opened opened = Open();
      ASSERT_TRUE(IsOk(opened));
      const auto append = [&](std::uint64_t sequence) {
        appended.emplace_back(sequence,
                              (*opened)->Append(Consent(sequence, {1}, ConsentState::kGranted)));
      };
      append(1);
      ASSERT_TRUE(IsOk(appended[0].second));
      FailDisk(kind, nth, error, and_later);
      for (const std::uint64_t sequence : {2, 3, 4}) append(sequence);
      static_cast<void>((*opened)->Apply(Batch(4, {Accepted(1), Accepted(2)})));
      faults_ = DiskFaults();
      HealDisk();
      append(5);
      EXPECT_TRUE(IsOk((*opened)->LastSequence())) << "reads work on";
    }
    ExpectKept(appended, nth);
    last_ = appended.back().second;
  }

  int faults_ = 0;
  base::Status last_ = base::Ok();
};

TEST_F(SqliteFaultTest, AppendReturnsAfterTheSync) {
  const Opened opened = Open();
  for (std::uint64_t i = 1; i <= 10; ++i) {
    const int before = DiskSyncs();
    ASSERT_TRUE(IsOk((*opened)->Append(Consent(i, {1}, ConsentState::kGranted))));
    EXPECT_GT(DiskSyncs(), before) << "acknowledged without fdatasync";
  }
}

TEST_F(SqliteFaultTest, AFailedSyncIsFatalWhereverItHappens) {
  int nth = 1;
  for (;; ++nth) {
    RunWithFault(DiskCall::kSync, nth, EIO, false);
    if (faults_ == 0) break;
    EXPECT_EQ(fatal_.size(), 1u) << "sync " << nth;
    EXPECT_TRUE(IsError(last_, ErrorCode::kUnavailable)) << "no write after a failed sync";
  }
  EXPECT_GT(nth, 3);
}

TEST_F(SqliteFaultTest, AFailedWriteIsFatalWhereverItHappens) {
  int nth = 1;
  for (;; ++nth) {
    RunWithFault(DiskCall::kWrite, nth, EIO, false);
    if (faults_ == 0) break;
    EXPECT_EQ(fatal_.size(), 1u) << "write " << nth;
    EXPECT_TRUE(IsError(last_, ErrorCode::kUnavailable));
  }
  EXPECT_GT(nth, 10);
}

// Whatever SQLite calls it: a 409 would tell who recorded the consent that it is theirs to mend.
TEST_F(SqliteFaultTest, WhatIsNotTheConsentsFaultIsNoRefusal) {
  Opened opened = Open();
  ASSERT_TRUE(IsOk(opened));
  ASSERT_TRUE(IsOk((*opened)->Append(Consent(1, {1}, ConsentState::kGranted))));
  ASSERT_EQ(Raw("CREATE TRIGGER no BEFORE INSERT ON consents BEGIN SELECT RAISE(ABORT, 'no'); END"),
            SQLITE_OK);
  const auto later = Consent(2, {1}, ConsentState::kWithdrawn);
  EXPECT_TRUE(IsError((*opened)->Append(later), ErrorCode::kUnavailable));
  auto other = Consent(1, {2}, ConsentState::kWithdrawn);
  EXPECT_TRUE(IsError((*opened)->Append(other), ErrorCode::kInvalid)) << "a conflict is one";
  ASSERT_EQ(Raw("DROP TRIGGER no"), SQLITE_OK);
  EXPECT_TRUE(IsOk((*opened)->Append(later)));
}

TEST_F(SqliteFaultTest, AFullDiskRefusesAndRecoversWhenThereIsRoomAgain) {
  int nth = 1;
  for (;; ++nth) {
    RunWithFault(DiskCall::kWrite, nth, ENOSPC, true);
    EXPECT_TRUE(IsOk(last_)) << "write " << nth << ": room again";
    EXPECT_TRUE(fatal_.empty()) << "write " << nth;
    if (faults_ == 0) break;
  }
  EXPECT_GT(nth, 10);
}

TEST_F(SqliteFaultTest, AFailedSyncOfACheckpointIsFatalToo) {
  int after_the_commit = 0;
  for (int nth = 1;; ++nth) {
    std::filesystem::remove(path_);
    fatal_.clear();
    Opened opened = Open();
    ASSERT_TRUE(IsOk(opened));
    FailDisk(DiskCall::kSync, nth, EIO, false);
    const base::Status applied = (*opened)->Apply(Large(1));
    const bool faulty = DiskFaults() > 0;
    HealDisk();
    if (!faulty) break;
    EXPECT_EQ(fatal_.size(), 1u) << "sync " << nth;
    EXPECT_TRUE(IsError((*opened)->Set("a", "b"), ErrorCode::kUnavailable)) << "sync " << nth;
    opened = Open(true);
    if (!applied) continue;
    ++after_the_commit;
    EXPECT_TRUE((*opened)->Find(5'000)->has_value()) << "its commit was durable before";
  }
  EXPECT_GT(after_the_commit, 0) << "no checkpoint, nothing tested";
}

// SQLite syncs the commit mark first and grows the WAL's index then: if that fails, the commit is
// in doubt.
TEST_F(SqliteFaultTest, ADiskFullForTheIndexLeavesTheCommitInDoubt) {
  Opened opened = Open();
  ASSERT_TRUE(IsOk((*opened)->Append(Consent(1, {1}, ConsentState::kGranted))));
  FailDisk(DiskCall::kGrowIndex, 1, ENOSPC, true);
  EXPECT_TRUE(IsError((*opened)->Apply(Large(1)), ErrorCode::kInDoubt));
  EXPECT_EQ(DiskFaults(), 1);
  EXPECT_EQ(fatal_.size(), 1u);
  EXPECT_TRUE(IsError((*opened)->Set("a", "b"), ErrorCode::kUnavailable));
  HealDisk();
  opened = Open(true);
  opened = Open();
  ASSERT_TRUE(IsOk(opened));
  EXPECT_EQ(*(*opened)->LastSequence(), 1u);
  const std::uint64_t through = *(*opened)->ProjectedThrough();
  EXPECT_TRUE(through == 0 || through == 5'001) << through;
}

// A disk that is really full: a tmpfs of 2 MiB in a mount namespace of a child. 0: as promised.
int FillATinyDisk(const std::string& folder) {
  if (unshare(CLONE_NEWNS) != 0 ||
      mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=2m") != 0) {
    return 77;
  }
  bool fatal = false;
  const store_sqlite::Options options{.path = folder + "/octroi.db",
                                      .read_only = false,
                                      .fatal = [&](const base::Error&) { fatal = true; }};
  std::uint64_t acknowledged = 0;
  {
    auto opened = store_sqlite::Open(options);
    if (!opened) return 1;
    for (std::uint64_t i = 1;; ++i) {
      policies::ConsentEvent event = Consent(i, {1}, ConsentState::kGranted);
      event.detail.assign(3'000, 'x');
      if (base::Status status = (*opened)->Append(event); !status) {
        if (status.error().code != ErrorCode::kUnavailable || fatal) return 2;
        break;
      }
      acknowledged = i;
    }
    if (acknowledged < 10 || *(*opened)->LastSequence() != acknowledged) return 3;
    if (mount(nullptr, folder.c_str(), nullptr, MS_REMOUNT, "size=8m") != 0) return 4;
    if (!(*opened)->Append(Consent(acknowledged + 1, {1}, ConsentState::kGranted))) return 5;
  }
  auto again = store_sqlite::Open(options);
  return again && *(*again)->LastSequence() == acknowledged + 1 ? 0 : 6;
}

TEST_F(SqliteFaultTest, AReallyFullDiskRefusesAndRecovers) {
  const pid_t child = fork();
  if (child == 0) _exit(FillATinyDisk(folder_ / ""));
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "not allowed to mount a tmpfs here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace octroi::testing
