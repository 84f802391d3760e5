// TaskStore: one test per sentence of its contract (db/tasks.h).
#include "contract.h"
#include "samples.h"

namespace octroi::testing {
namespace {

using store::Task;
using store::TaskAct;

class TaskContract : public StoreContract {
 protected:
  void Apply(std::vector<store::TaskChange> changes) {
    store::Projection batch = Batch(++through_, {});
    batch.tasks = std::move(changes);
    ASSERT_TRUE(IsOk(store().Apply(batch)));
  }

 private:
  std::uint64_t through_ = 0;
};
OCTROI_ON_EVERY_STORE(TaskContract);

Task Whole(std::string id, base::Millis due = 2'000) {
  return {std::move(id),
          "0190-consent",
          "s_01J8Z4Q0V5T6",
          "marketing.email",
          policies::ConsentState::kWithdrawn,
          -5,
          1'795'300'000'123,
          65'535,
          3'000'000'000,
          7,
          1'000,
          due,
          0,
          0,
          ""};
}
store::TaskChange Opened(const Task& task) { return {TaskAct::kOpen, task}; }
store::TaskChange Closed(std::string id, base::Millis at) {
  store::TaskChange change{TaskAct::kClose, {}};
  change.task.id = std::move(id);
  change.task.closed = at;
  change.task.closed_by = 4'000'000'000;
  change.task.note = std::string("a\0\xff", 3);
  return change;
}
std::vector<std::string> Ids(const base::Result<std::vector<Task>>& tasks) {
  std::vector<std::string> ids;
  for (const Task& one : *tasks) ids.push_back(one.id);
  return ids;
}

TEST_P(TaskContract, KeepsEveryMemberAlsoAfterReopening) {
  EXPECT_FALSE(store().TaskById("t_a")->has_value());
  EXPECT_TRUE(store().Tasks(false, 10)->empty());
  Apply({Opened(Whole("t_a")), Opened(Whole("t_b")), Closed("t_b", 1'500)});
  Task done = Whole("t_b");
  done.closed = 1'500;
  done.closed_by = 4'000'000'000;
  done.note = std::string("a\0\xff", 3);
  for (int opened = 0; opened < 2; ++opened, Reopen()) {
    EXPECT_EQ(**store().TaskById("t_a"), Whole("t_a"));
    EXPECT_EQ(**store().TaskById("t_b"), done);
  }
}

TEST_P(TaskContract, OpenOnesFirstThenByDueThenId) {
  Apply({Opened(Whole("t_c", 5)), Opened(Whole("t_b", 9)), Opened(Whole("t_a", 9)),
         Opened(Whole("t_d", 1)), Closed("t_d", 3)});
  EXPECT_EQ(Ids(store().Tasks(false, 10)), (std::vector<std::string>{"t_c", "t_a", "t_b", "t_d"}));
  EXPECT_EQ(Ids(store().Tasks(true, 10)), (std::vector<std::string>{"t_c", "t_a", "t_b"}));
  EXPECT_EQ(Ids(store().Tasks(true, 2)), (std::vector<std::string>{"t_c", "t_a"}));
}

TEST_P(TaskContract, TheSameFiguresAgainChangeNothingAndGreaterOnesOpenItAgain) {
  Apply({Opened(Whole("t_a")), Closed("t_a", 1'500)});
  Task again = Whole("t_a", 9'999);
  again.opened = 8'888;
  Apply({Opened(again)});
  EXPECT_EQ((*store().TaskById("t_a"))->closed, 1'500);
  EXPECT_EQ((*store().TaskById("t_a"))->due, 2'000);
  again.deliveries -= 1;
  again.perhaps -= 1;
  Apply({Opened(again)});
  EXPECT_EQ((*store().TaskById("t_a"))->closed, 1'500) << "fewer, and as many certain ones";
  EXPECT_EQ((*store().TaskById("t_a"))->deliveries, 3'000'000'000u);
  again = Whole("t_a", 9'999);
  again.perhaps += 1;
  Apply({Opened(again)});
  EXPECT_EQ((*store().TaskById("t_a"))->closed, 1'500) << "fewer that are certain";
  again.perhaps = Whole("t_a").perhaps - 1;
  Apply({Opened(again)});
  EXPECT_EQ((*store().TaskById("t_a"))->closed, 0) << "one more that is certain";
  Apply({Closed("t_a", 1'500)});
  again = Whole("t_a", 9'999);
  again.opened = 8'888;
  again.deliveries += 1;
  Apply({Opened(again)});
  const Task known = **store().TaskById("t_a");
  EXPECT_EQ(known.closed, 0);
  EXPECT_TRUE(known.note.empty());
  EXPECT_EQ(known.deliveries, 3'000'000'001u);
  EXPECT_EQ(known.opened, 1'000) << "since when it is owed does not move";
  EXPECT_EQ(known.due, 2'000);
}

TEST_P(TaskContract, ClosingOnceIsEnoughAndWhatIsUnknownIsLeftOut) {
  Apply({Closed("t_a", 1), Opened(Whole("t_a"))});
  EXPECT_EQ((*store().TaskById("t_a"))->closed, 0);
  Apply({Closed("t_a", 1'500)});
  Apply({Closed("t_a", 1'700), Closed("t_z", 1'700)});
  EXPECT_EQ((*store().TaskById("t_a"))->closed, 1'500);
  EXPECT_FALSE(store().TaskById("t_z")->has_value());
}

TEST_P(TaskContract, ARefusedBatchOpensNothingAndClearForgets) {
  Apply({Opened(Whole("t_a"))});
  store::Projection stale = Batch(1, {});
  stale.tasks = {Opened(Whole("t_b"))};
  EXPECT_TRUE(IsError(store().Apply(stale), base::ErrorCode::kInvalid));
  EXPECT_FALSE(store().TaskById("t_b")->has_value());
  ASSERT_TRUE(IsOk(store().Clear()));
  EXPECT_TRUE(store().Tasks(false, 10)->empty());
}

}  // namespace
}  // namespace octroi::testing
