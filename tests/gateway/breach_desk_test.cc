// The documentation of a breach: opened once, by itself, with what is known, and only added to.
#include "gateway/breach_desk.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sender/rig.h"
#include "support/fake_store.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::json;
using crypto::KeyState;

constexpr std::uint32_t kUid = 1000;

class Breaches : public ::testing::Test {
 protected:
  Breaches() {
    rig_.OpenJournal({});
    plan_ = rig_.MakePlan({.destinations = {DestinationNamed("crm")}});
    rig_.StartJournal();
    desk_ = std::make_unique<BreachDesk>(BreachDesk::Parts{&store_, rig_.journal.get(), &rig_.clock,
                                                           [this] { return plan_; },
                                                           [] { return std::size_t{7}; }, false});
  }
  void Sent(std::uint32_t version, std::vector<std::uint64_t> events) {
    journal::OutcomeRecord record;
    record.outcome = base::Outcome::kSent;
    record.reason = base::Reason::kDelivered;
    record.at = rig_.clock.WallNow();
    record.key_version = version;
    record.events = std::move(events);
    auto frame = std::make_shared<journal::Frame>();
    frame->Add(record);
    ASSERT_TRUE(rig_.journal->Append(frame));
    rig_.Barrier();
  }
  Json Listed() { return Json::parse(desk_->List())["breaches"]; }
  Json Add(const std::string& what, const std::string& reference) {
    return Json::parse(desk_->Add(
        Json{{"breach", "key-1"}, {"what", what}, {"reference", reference}}.dump(), kUid));
  }
  Rig rig_;
  octroi::testing::FakeStore store_;
  PlanPtr plan_;
  std::unique_ptr<BreachDesk> desk_;
};

TEST_F(Breaches, SaysWhatLeftUnderThatKeyAndByWhenToTell) {
  Sent(1, {1, 2, 3});
  Sent(2, {4});
  const Json opened = Json::parse(desk_->Open(R"({"key_version":1})", kUid));
  EXPECT_EQ(opened["breach"], "key-1");
  const Json one = Listed().at(0);
  EXPECT_EQ(one["state"], "open");
  EXPECT_EQ(one["destinations"].size(), 1u);
  EXPECT_EQ(one["destinations"][0]["id"], "crm");
  EXPECT_EQ(one["destinations"][0]["records"], 3);
  EXPECT_EQ(one["people_at_most"], 7);
  EXPECT_EQ(one["store_key_too"], true);
  EXPECT_EQ(one["counted"], true);
  EXPECT_EQ(one["entries"][0]["uid"], kUid);
  EXPECT_EQ(one["notify_by"], opened["notify_by"]);
  desk_->Open(R"({"key_version":1})", 0);
  EXPECT_EQ(Listed().size(), 1u) << "once";
}

// What another gateway sent under the key is on its journal only.
TEST_F(Breaches, BesideOtherGatewaysTheCountIsNotWhole) {
  Sent(1, {1});
  BreachDesk desk({&store_, rig_.journal.get(), &rig_.clock, [this] { return plan_; },
                   [] { return std::size_t{7}; }, false, true});
  desk.Open(R"({"key_version":1})", kUid);
  EXPECT_EQ(Listed().at(0)["counted"], false);
  EXPECT_EQ(Listed().at(0)["destinations"][0]["records"], 1);
}

TEST_F(Breaches, TheHoursRunUntilItIsToldOrClosed) {
  desk_->Open(R"({"key_version":1})", kUid);
  EXPECT_EQ(desk_->Look().overdue, 0);
  rig_.clock.Advance(kNotifyWithinMs + 1'000);
  EXPECT_EQ(desk_->Look().overdue, 1);
  EXPECT_EQ(Add("notified", "Mme Dupont a appelé")["error"], "breach.reference");
  EXPECT_EQ(Add("forgotten", "R-1")["error"], "request.invalid");
  EXPECT_EQ(Add("notified", "CNIL-2026-118")["state"], "notified");
  EXPECT_EQ(desk_->Look().overdue, 0);
  EXPECT_EQ(desk_->Look().open, 1);
  EXPECT_EQ(Add("closed", "R-7")["state"], "closed");
  EXPECT_EQ(Add("closed", "R-8")["error"], "breach.closed");
  EXPECT_EQ(desk_->Look().open, 0);
  EXPECT_EQ(Listed().at(0)["entries"].size(), 3u);
}

TEST_F(Breaches, AStartOpensWhatTheKeyFileSaysAndOnlyThat) {
  const base::Millis known = rig_.clock.WallNow() - kNotifyWithinMs - 5'000;
  ASSERT_TRUE(
      desk_->Begin({{1, KeyState::kCompromised, 0, known}, {2, KeyState::kActive, 0, 0}}, kUid));
  EXPECT_EQ(Listed().size(), 1u);
  EXPECT_EQ(desk_->Look().overdue, 1) << "from when it was known, not from the start";
  store_.SetDown(true);
  EXPECT_FALSE(desk_->Begin({{3, KeyState::kCompromised, 0, known}}, kUid));
  EXPECT_EQ(Json::parse(desk_->Open(R"({"key_version":4})", kUid))["error"], "breach.unrecorded");
}

}  // namespace
}  // namespace octroi::gateway
