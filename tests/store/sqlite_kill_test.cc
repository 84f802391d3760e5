// kill -9 at random times, 50 times: every consent that a child had acknowledged is there
// afterwards, and both sums hold. (What the disk itself keeps when the power fails is not tested
// here.)
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "sqlite_fixture.h"

namespace octroi::testing {
namespace {

constexpr int kKills = 50;

class SqliteKillTest : public SqliteStoreTest {
 protected:
  // Appends and projects for ever; writes each sequence to the pipe once both are acknowledged.
  [[noreturn]] void Child(int pipe, std::uint64_t sequence) {
    const Opened opened = Open();
    if (!opened) _exit(1);
    for (;; ++sequence) {
      const auto who = static_cast<std::uint8_t>(sequence);
      if (!(*opened)->Append(Consent(sequence, {who}, policies::ConsentState::kGranted))) _exit(2);
      store::Projection batch = Batch(sequence, {Accepted(sequence)});
      batch.outcomes = {{sequence - 1, To(0, base::Outcome::kSent, base::Reason::kDelivered)}};
      if (!(*opened)->Apply(batch)) _exit(3);
      if (write(pipe, &sequence, sizeof sequence) != sizeof sequence) _exit(4);
    }
  }
};

TEST_F(SqliteKillTest, NothingAcknowledgedIsLost) {
  std::mt19937 random(20261121);
  std::uint64_t acknowledged = 0, next = 1;
  for (int kills = 0; kills < kKills; ++kills) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) Child(ends[1], next);
    close(ends[1]);
    std::uint64_t sequence = 0;
    // After some acknowledgements and a random moment more; what came through the pipe by then
    // counts too.
    for (int wait = static_cast<int>(random() % 8) + 1; wait > 0; --wait) {
      ASSERT_EQ(read(ends[0], &sequence, sizeof sequence), ssize_t{sizeof sequence});
      acknowledged = sequence;
    }
    usleep(static_cast<useconds_t>(random() % 9'000));
    kill(child, SIGKILL);
    while (read(ends[0], &sequence, sizeof sequence) == ssize_t{sizeof sequence})
      acknowledged = sequence;
    close(ends[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself with " << WEXITSTATUS(status);

    const Opened opened = Open();
    ASSERT_TRUE(IsOk(opened)) << "kill " << kills;
    const std::uint64_t projected = *(*opened)->ProjectedThrough();
    ASSERT_GE(projected, acknowledged);
    ASSERT_GE(*(*opened)->LastSequence(), acknowledged);
    std::uint64_t expected = 0;
    ASSERT_TRUE(IsOk((*opened)->ForEach([&](const policies::ConsentEvent& event) {
      EXPECT_EQ(event.sequence, ++expected) << "a hole";
    })));
    const store::Totals totals = *(*opened)->Sum();
    EXPECT_EQ(totals.sources.at(2).accepted, projected);
    for (const auto& [place, d] : totals.destinations) {
      EXPECT_EQ(d.accepted, d.withheld + d.sent + d.in_flight + d.failed + d.erased);
    }
    next = projected + 1;  // the consent may be a step ahead: appending it again is no second row
  }
  RecordProperty("acknowledged", static_cast<int>(acknowledged));
}

}  // namespace
}  // namespace octroi::testing
