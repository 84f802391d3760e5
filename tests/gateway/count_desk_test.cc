// A recipient is told once, when the day is over and all of it is on file, and of enough people
// only.
#include "gateway/count_desk.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gateway/register.h"
#include "journal/records.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::json;

struct CountDeskTest : ::testing::Test, Register {
  std::uint64_t sequence = 0, projected = 1'000'000;
  std::vector<std::string> told;  // "source id"
  std::vector<Json> events;
  bool takes = true;
  const base::SteadyWall* steady = nullptr;
  std::optional<CountDesk> desk;

  CountDeskTest() {
    world.disk.clock.Set(At("2026-03-10T08:00:00Z"));
    plan->sources[kTill].counted = true;
    plan->sources[kTill].accepts.push_back({"counted.crm", 0});
    Restart();
  }
  void Restart() {
    desk.emplace(CountDesk::Parts{
        world.journal.get(), &world.store, &world.disk.clock, steady, [this] { return plan; },
        [this] { return projected; },
        [this](const Plan& in, std::uint16_t source, std::span<const std::string_view> texts) {
          if (!takes)
            return base::Status(base::Error{base::ErrorCode::kUnavailable, "journal", ""});
          for (const std::string_view text : texts) {
            events.push_back(Json::parse(text));
            told.push_back(in.sources[source].id + " " + events.back()["id"].get<std::string>());
          }
          return base::Ok();
        }});
  }
  void Count(int people, const char* received, std::uint16_t destination = 0) {
    for (int i = 0; i < people; ++i) {
      journal::EventRecord record;
      record.plan = 1;
      record.outcome = base::Outcome::kAccepted;
      record.received = At(received);
      record.subject = {Print("email", "p" + std::to_string(i))};
      const auto reason = base::Reason::kVariantCounted;
      record.verdicts = {{destination, false, reason, 0b10, 0}};
      store::EventRow row;
      row.sequence = ++sequence;
      row.plan = 1;
      row.outcome = base::Outcome::kAccepted;
      row.received = record.received;
      journal::Encode(record, row.record);
      row.deliveries = {{destination, base::Outcome::kWithheld, reason, 0, 0, record.received}};
      EXPECT_TRUE(world.store.Apply({sequence, {row}, {}, {}, {}, {}}));
    }
  }
  std::vector<std::string> SweepAt(const char* time) {
    world.disk.clock.Set(At(time));
    told.clear();
    events.clear();
    desk->Sweep();
    return told;
  }
  std::string Id(const char* rest) const { return "till " + world.journal->origin() + "/" + rest; }
  using Told = std::vector<std::string>;
};

TEST_F(CountDeskTest, OnceADayWhenItIsOver) {
  EXPECT_EQ(SweepAt("2026-03-10T08:00:00Z"), Told{});  // the first of all: from here on
  Count(12, "2026-03-10T09:00:00Z");
  EXPECT_EQ(SweepAt("2026-03-10T23:59:59Z"), Told{});
  EXPECT_EQ(SweepAt("2026-03-11T00:59:59Z"), Told{}) << "what is in flight may still end";
  EXPECT_EQ(SweepAt("2026-03-11T01:00:00Z"), Told{Id("2026-03-10/crm/statistics.audience")});
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0]["type"], "counted.crm");
  EXPECT_EQ(events[0]["time"], "2026-03-11T00:00:00.000Z");
  EXPECT_EQ(events[0]["data"], (Json{{"day", "2026-03-10"},
                                     {"purpose", "statistics.audience"},
                                     {"records", 12},
                                     {"people", 12}}));
  Restart();
  EXPECT_EQ(SweepAt("2026-03-11T01:00:01Z"), Told{});
}

TEST_F(CountDeskTest, FewPeopleOthersAndDaysBeforeAreNotTold) {
  Count(12, "2026-03-09T09:00:00Z");  // before the gateway counted
  SweepAt("2026-03-10T08:00:00Z");
  Count(9, "2026-03-10T09:00:00Z");
  Count(30, "2026-03-10T09:00:00Z", 1);  // of a destination that the source does not name
  EXPECT_EQ(SweepAt("2026-03-11T02:00:00Z"), Told{});
  Count(10, "2026-03-11T09:00:00Z");
  EXPECT_EQ(SweepAt("2026-03-13T02:00:00Z"), Told{Id("2026-03-11/crm/statistics.audience")});
}

TEST_F(CountDeskTest, WhatIsNotOnFileOrNotTakenIsToldLater) {
  SweepAt("2026-03-10T08:00:00Z");
  Count(12, "2026-03-10T09:00:00Z");
  const auto frame = world.journal->NewFrame();
  frame->Add(journal::EventRecord{});
  world.Write(frame);
  projected = 0;
  EXPECT_EQ(SweepAt("2026-03-11T02:00:00Z"), Told{}) << "the store does not have the day yet";
  projected = 1'000'000;
  takes = false;
  EXPECT_EQ(SweepAt("2026-03-11T02:01:00Z"), Told{});
  takes = true;
  world.store.SetDown(true);
  EXPECT_EQ(SweepAt("2026-03-11T02:02:00Z"), Told{});
  world.store.SetDown(false);
  EXPECT_EQ(SweepAt("2026-03-11T02:03:00Z").size(), 1u);
}

TEST_F(CountDeskTest, AGatewayThatWasOffTellsAWeekAtMost) {
  SweepAt("2026-03-10T08:00:00Z");
  for (const char* day : {"2026-03-10", "2026-03-14", "2026-03-19"}) Count(12, day);
  EXPECT_EQ(SweepAt("2026-03-20T08:00:00Z"), (Told{Id("2026-03-14/crm/statistics.audience"),
                                                   Id("2026-03-19/crm/statistics.audience")}));
}

// A clock that is set ahead makes no day over, nor silences the desk once it is right again.
TEST_F(CountDeskTest, AClockThatJumpsEndsNoDay) {
  struct Jumping final : base::Clock {
    base::Millis wall = At("2026-03-10T08:00:00Z"), boot = 0;
    base::Millis WallNow() const override { return wall; }
    std::int64_t BootNowNanos() const override { return boot * 1'000'000; }
  } clock;
  const base::SteadyWall wall(clock);
  std::vector<std::string> days;
  CountDesk jumping(
      CountDesk::Parts{world.journal.get(), &world.store, &clock, &wall, [this] { return plan; },
                       [this] { return projected; },
                       [&](const Plan&, std::uint16_t, std::span<const std::string_view> texts) {
                         for (const auto text : texts)
                           days.push_back(Json::parse(text)["data"]["day"]);
                         return base::Ok();
                       }});
  jumping.Sweep();
  Count(12, "2026-03-10T09:00:00Z");
  clock.wall += 3 * 365 * kDayMs;
  jumping.Sweep();
  EXPECT_EQ(days, Told{});
  clock.wall -= 3 * 365 * kDayMs;
  clock.wall += kDayMs;
  clock.boot += kDayMs;
  jumping.Sweep();
  EXPECT_EQ(days, Told{"2026-03-10"});
  // Of a gateway that started under the wrong clock.
  EXPECT_TRUE(world.store.Set(std::string(store::kMetaCountedThrough) + world.journal->origin(),
                              std::to_string(At("2030-01-01"))));
  Count(12, "2026-03-11T09:00:00Z");
  jumping.Sweep();
  clock.wall += kDayMs;
  clock.boot += kDayMs;
  jumping.Sweep();
  EXPECT_EQ(days, (Told{"2026-03-10", "2026-03-11"}));
}

TEST_F(CountDeskTest, AStopEndsTheWalk) {
  SweepAt("2026-03-10T08:00:00Z");
  Count(12, "2026-03-10T09:00:00Z");
  desk->Stop();
  EXPECT_EQ(SweepAt("2026-03-11T02:00:00Z"), Told{});
  Restart();
  EXPECT_EQ(SweepAt("2026-03-11T02:00:00Z").size(), 1u);
}

// A source that is there only later is not told what was before.
TEST_F(CountDeskTest, ASourceThatComesLaterIsToldFromThenOn) {
  plan->sources[kTill].counted = false;
  SweepAt("2026-03-10T08:00:00Z");
  Count(12, "2026-03-10T09:00:00Z");
  EXPECT_EQ(SweepAt("2026-03-11T02:00:00Z"), Told{});
  plan->sources[kTill].counted = true;
  EXPECT_EQ(SweepAt("2026-03-11T03:00:00Z"), Told{});
}

}  // namespace
}  // namespace octroi::gateway
