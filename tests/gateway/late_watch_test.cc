// A no that comes late opens its tasks by itself, once; closing one is on the journal, and the
// journal alone rebuilds them.
#include "gateway/late_watch.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gateway/left_walk.h"
#include "gateway/projector.h"
#include "gateway/register.h"
#include "journal/records.h"

namespace octroi::gateway {
namespace {

using policies::ConsentState;
using policies::Fingerprint;
using Json = nlohmann::json;

constexpr std::uint32_t kUid = 1'234;

// A register that no watch looked at yet.
struct FirstLateWatchTest : ::testing::Test, Register {
  const Fingerprint anna = Print("email", "anna@example.org");
  const Fingerprint bob = Print("email", "bob@example.org");
  const base::Millis now = world.disk.clock.WallNow();
  ConfigFolder config;
  std::optional<TaskDesk> desk;
  std::optional<LateWatch> watch;
  bool project = true;

  FirstLateWatchTest() {
    world.Close();
    world.Open({});
    EXPECT_TRUE(world.store.Attach(world.journal->origin()));
    Say("ga", anna, ConsentState::kGranted, now - 30 * kDayMs);
    Say("gb", bob, ConsentState::kGranted, now - 30 * kDayMs);
    Begin();
  }

  // As a start does.
  void Begin(std::size_t at_once = 10'000) {
    const auto projected = [this] { return Project(); };
    const auto past = [this] { return base::Result<PastConfig>(PastConfig{config, plan}); };
    desk.emplace(TaskDesk::Parts{world.journal.get(), &world.store, world.disk.keys.get(),
                                 &world.disk.clock, projected, past});
    watch.emplace(LateWatch::Parts{world.journal.get(), &world.store, world.disk.keys.get(),
                                   &world.disk.clock, &*desk, projected, past, at_once});
  }
  // What the projector does, when asked.
  std::uint64_t Project() {
    const std::uint64_t durable = world.journal->durable_through();
    const std::uint64_t through = *world.store.ProjectedThrough();
    if (!project || through >= durable) return through;
    ProjectionBuilder builder([](std::uint32_t) { return "{}"; });
    EXPECT_TRUE(world.journal->Read(
        through + 1, durable,
        [&](std::uint64_t sequence, std::string_view record) { builder.Add(sequence, record); }));
    EXPECT_TRUE(world.store.Apply(builder.Take()));
    return durable;
  }
  // On the journal and in the store, as the consent desk records it.
  void Say(std::string_view name, const Fingerprint& person, ConsentState state,
           base::Millis effective, std::string purpose = "marketing.email") {
    auto event =
        Event(name, {person}, state, effective, world.disk.clock.WallNow(), std::move(purpose));
    journal::ConsentRecord record;
    record.subject = event.subject;
    record.purpose = event.purpose;
    record.state = static_cast<std::uint8_t>(event.state);
    record.effective_at = event.effective_at;
    record.recorded_at = event.recorded_at;
    const auto frame = world.journal->NewFrame();
    frame->Add(record);
    event.sequence = world.Write(frame);
    Add(event);
    if (watch) watch->OnStored(event);
  }
  base::Millis Mark() {
    const auto mark =
        world.store.Get(std::string(store::kMetaLateThrough) + world.journal->origin());
    return std::stoll(**mark);
  }
  // An event that is delivered at once.
  std::uint64_t Deliver(const Fingerprint& person, std::uint16_t destination = 0,
                        base::Outcome outcome = base::Outcome::kSent) {
    journal::EventRecord record;
    record.plan = 1;
    record.outcome = base::Outcome::kAccepted;
    record.received = world.disk.clock.WallNow();
    record.subject = {person};
    record.verdicts = {{destination, true, base::Reason::kConsentGranted, 1, 1}};
    auto frame = world.journal->NewFrame();
    frame->Add(record);
    const std::uint64_t sequence = world.Write(frame);
    Tell(sequence, destination, outcome);
    return sequence;
  }
  void Tell(std::uint64_t sequence, std::uint16_t destination, base::Outcome outcome) {
    journal::OutcomeRecord told;
    told.plan = 1;
    told.destination = destination;
    told.outcome = outcome;
    told.at = world.disk.clock.WallNow();
    told.attempt = 1;
    told.events = {sequence};
    const auto frame = world.journal->NewFrame();
    frame->Add(told);
    world.Write(frame);
  }
  void Later(base::Millis by = kDayMs) { world.disk.clock.Advance(by); }
  Json Ask(Json order) { return Json::parse(desk->Take(order.dump(), kUid)); }
  Json List(bool all = false) { return Ask({{"what", "list"}, {"all", all}}); }
  std::vector<journal::TaskRecord> TaskRecords() {
    std::vector<journal::TaskRecord> records;
    EXPECT_TRUE(world.journal->Read(1, world.journal->durable_through(),
                                    [&](std::uint64_t, std::string_view bytes) {
                                      journal::TaskRecord record;
                                      if (Decode(bytes, record)) records.push_back(record);
                                    }));
    return records;
  }
};

struct LateWatchTest : FirstLateWatchTest {
  LateWatchTest() { watch->Sweep(); }
};

TEST_F(LateWatchTest, ALateWithdrawalOpensATaskForEachRecipient) {
  Deliver(anna);
  Later();
  const base::Millis left = world.disk.clock.WallNow();
  Deliver(anna);
  Deliver(anna, 1);
  Deliver(anna, 1, base::Outcome::kFailed);
  Deliver(bob);
  Later();
  Say("w", anna, ConsentState::kWithdrawn, left - 1);
  const base::Millis recorded = world.disk.clock.WallNow();
  watch->Sweep();
  EXPECT_EQ(List()["open"], 0) << "what is on the wire may end yet";
  Later(60'000);
  watch->Sweep();
  const Json list = List();
  ASSERT_EQ(list["open"], 2) << list.dump(1);
  Json crm = list["tasks"][0], other = list["tasks"][1];
  if (crm["deliveries"] != 1) std::swap(crm, other);
  EXPECT_EQ(crm["deliveries"], 1);
  EXPECT_EQ(other["deliveries"], 2);
  EXPECT_EQ(other["perhaps"], 1);
  EXPECT_EQ(crm["article"], "19");
  EXPECT_EQ(crm["claims"], "17(1)(b)");
  EXPECT_EQ(crm["consent"]["state"], "withdrawn");
  EXPECT_EQ(crm["consent"]["recorded_at"], base::FormatRfc3339(recorded));
  EXPECT_EQ(crm["due"], base::FormatRfc3339(recorded + kTaskDueMs));
  EXPECT_TRUE(crm["handle"].get<std::string>().starts_with("s_"));
  EXPECT_EQ(list.dump().find("anna"), std::string::npos);
}

TEST_F(LateWatchTest, NothingIsOpenedTwiceAlsoAfterARestart) {
  const base::Millis left = world.disk.clock.WallNow();
  Deliver(anna);
  Later();
  Say("w", anna, ConsentState::kWithdrawn, left);
  Later();
  watch->Sweep();
  watch->Sweep();
  EXPECT_EQ(TaskRecords().size(), 1u);
  Begin();  // the mark of the store is behind by an overlap: it is looked up again
  watch->Sweep();
  EXPECT_EQ(TaskRecords().size(), 1u);
  EXPECT_TRUE(world.store.Set(std::string(store::kMetaLateThrough) + world.journal->origin(), "0"));
  Begin();
  watch->Sweep();
  EXPECT_EQ(TaskRecords().size(), 1u);
}

// A start takes up what the one before it heard of and did not do.
TEST_F(LateWatchTest, ARestartTakesUpWhatWaits) {
  const base::Millis left = world.disk.clock.WallNow();
  Deliver(anna);
  Later();
  Say("w", anna, ConsentState::kWithdrawn, left);
  Later();
  Begin();
  watch->Sweep();
  EXPECT_EQ(List()["open"], 1);
}

// The first start of all does not go through the whole register; `octroi consent late` does.
TEST_F(FirstLateWatchTest, BeginsShortlyBeforeItself) {
  const base::Millis left = world.disk.clock.WallNow();
  Deliver(anna);
  Deliver(bob);
  Later();
  Say("long-ago", anna, ConsentState::kWithdrawn, left);
  Later();
  Say("just-before", bob, ConsentState::kWithdrawn, left);
  const base::Millis said = world.disk.clock.WallNow();
  Later(60'000);
  Begin();
  watch->Sweep();
  const Json list = List();
  ASSERT_EQ(list["open"], 1) << list.dump(1);
  EXPECT_EQ(list["tasks"][0]["consent"]["recorded_at"], base::FormatRfc3339(said));
}

// More than one round takes: the oldest first, and the mark goes no further.
TEST_F(LateWatchTest, MuchIsCaughtUpWithRoundByRound) {
  const base::Millis left = world.disk.clock.WallNow();
  Deliver(anna);
  Deliver(bob);
  Later();
  Say("first", anna, ConsentState::kWithdrawn, left);
  Later();
  Say("again", anna, ConsentState::kObjected, left);
  Later();
  Say("last", bob, ConsentState::kWithdrawn, left);
  const base::Millis last = world.disk.clock.WallNow();
  Later();
  Begin(2);
  watch->Sweep();
  EXPECT_EQ(List()["open"], 1);
  EXPECT_LT(Mark(), last);
  watch->Sweep();
  EXPECT_EQ(List()["open"], 2);
  EXPECT_GT(Mark(), last);
}

// The desk records a repeat before the store finds that it has it: there is no second event.
TEST_F(LateWatchTest, ARepeatedNoHoldsNothingBack) {
  const base::Millis left = world.disk.clock.WallNow();
  Deliver(anna);
  Later();
  Say("w", anna, ConsentState::kWithdrawn, left);
  const base::Millis said = world.disk.clock.WallNow();
  Later();
  policies::ConsentEvent repeated =
      Event("w", {anna}, ConsentState::kWithdrawn, left, world.disk.clock.WallNow());
  repeated.sequence = 1'000'000;
  Add(repeated);
  watch->OnStored(repeated);
  watch->Sweep();
  EXPECT_EQ(List()["open"], 1);
  EXPECT_GT(Mark(), said);
  Later();
  watch->Sweep();
  EXPECT_EQ(TaskRecords().size(), 1u);
}

TEST_F(LateWatchTest, ANoInTimeOrWithoutADeliveryOpensNothing) {
  Deliver(anna);
  Later();
  Say("a", anna, ConsentState::kWithdrawn, world.disk.clock.WallNow());  // in time
  Say("b", bob, ConsentState::kWithdrawn, now);                          // nothing left
  Later();
  watch->Sweep();
  EXPECT_EQ(List(true)["tasks"], Json::array());
  EXPECT_TRUE(TaskRecords().empty());
}

TEST_F(LateWatchTest, ADeliveryOfAnOldEventIsFound) {
  journal::EventRecord record;
  record.plan = 1;
  record.outcome = base::Outcome::kAccepted;
  record.received = world.disk.clock.WallNow();
  record.subject = {anna};
  // It waited for an answer, and was released.
  record.verdicts = {{0, false, base::Reason::kHoldConsentUnknown, 1, 0}};
  auto frame = world.journal->NewFrame();
  frame->Add(record);
  const std::uint64_t sequence = world.Write(frame);
  Later();
  const base::Millis acted = world.disk.clock.WallNow();
  Deliver(bob);
  Later();
  Tell(sequence, 0, base::Outcome::kSent);
  EXPECT_EQ(FirstToldSince(*world.journal, acted + 1), sequence);
  Later();
  Say("w", anna, ConsentState::kWithdrawn, acted + 1);
  Later();
  watch->Sweep();
  EXPECT_EQ(List()["open"], 1);
}

TEST_F(LateWatchTest, ClosingIsRecordedWithWhoAndWhy) {
  const base::Millis left = world.disk.clock.WallNow();
  Deliver(anna);
  Later();
  Say("w", anna, ConsentState::kWithdrawn, left);
  Later();
  watch->Sweep();
  const std::string id = List()["tasks"][0]["task"];
  EXPECT_EQ(Ask({{"what", "close"}, {"task", id}})["error"], "task.reason_missing");
  EXPECT_EQ(Ask({{"what", "close"}, {"task", "t_"}, {"reason", "x"}})["error"], "task.unknown");
  EXPECT_EQ(Ask({{"what", "show"}, {"task", "t_"}})["error"], "task.unknown");
  EXPECT_EQ(Ask({{"what", "drop"}, {"task", id}})["error"], "request.invalid");
  const std::string reason = "Courriel à M. Dupont";
  const Json closed = Ask({{"what", "close"}, {"task", id}, {"reason", reason}});
  EXPECT_EQ(closed["state"], "done") << closed.dump();
  EXPECT_EQ(closed["closed"]["uid"], kUid);
  EXPECT_EQ(closed["closed"]["reason"], reason);
  EXPECT_EQ(Ask({{"what", "show"}, {"task", id}}), closed) << "as the store has it";
  EXPECT_EQ(Ask({{"what", "close"}, {"task", id}, {"reason", "x"}})["error"], "task.closed");
  EXPECT_EQ(List()["tasks"], Json::array());
  ASSERT_EQ(List(true)["tasks"].size(), 1u);
  const auto records = TaskRecords();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].step, journal::TaskStep::kClosed);
  EXPECT_EQ(records[1].note.find("Dupont"), std::string::npos) << "sealed";
  // Another delivery that the recipient was not told of opens it again.
  store::Task more = **world.store.TaskById(id);
  ++more.deliveries;
  EXPECT_TRUE(store::Changed(**world.store.TaskById(id), {store::TaskAct::kOpen, more}));
}

TEST_F(LateWatchTest, TheJournalRebuildsThemTheSame) {
  const base::Millis left = world.disk.clock.WallNow();
  Deliver(anna);
  Deliver(anna, 1);
  Later();
  Say("w", anna, ConsentState::kSuppressed, left, "*");
  Later();
  watch->Sweep();
  const std::string id = List()["tasks"][0]["task"];
  Ask({{"what", "close"}, {"task", id}, {"reason", "fait"}});
  const auto before = *world.store.Tasks(false, 10);
  ASSERT_EQ(before.size(), 2u);
  ASSERT_TRUE(Rebuild(
      *world.journal, world.store, [](std::uint32_t) { return "{}"; },
      [](std::uint64_t, std::uint64_t) {}));
  EXPECT_EQ(*world.store.Tasks(false, 10), before);
}

TEST_F(LateWatchTest, WhatTheStoreHasNotYetIsWaitedFor) {
  const base::Millis left = world.disk.clock.WallNow();
  project = false;
  Deliver(anna);
  Later();
  Say("w", anna, ConsentState::kWithdrawn, left);
  Later();
  watch->Stop();  // so that it does not wait five seconds for it
  watch->Sweep();
  EXPECT_TRUE(TaskRecords().empty());
  project = true;
  Begin();
  world.store.SetDown(true);
  watch->Sweep();
  world.store.SetDown(false);
  EXPECT_TRUE(TaskRecords().empty());
  watch->Sweep();
  EXPECT_EQ(List()["open"], 1);
  world.store.SetDown(true);
  EXPECT_EQ(List()["error"], "store.unavailable");
}

}  // namespace
}  // namespace octroi::gateway
