// The tap beside a journal that does not wait for it: what is kept for a watcher is bounded, and
// what did not fit is counted.
#include "gateway/tap.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/guarded.h"
#include "sender/rig.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::json;

// Takes no line while it is held; is done when the test says so.
class Watcher final : public Live {
 public:
  std::uint32_t uid() const override { return 0; }
  bool Put(std::string_view line) override {
    lines.With([&](auto& all) { all.push_back(Json::parse(line)); });
    ++putting;
    while (held) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return true;
  }
  bool Done(int) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ++looks;
    return done;
  }
  std::vector<Json> Lines() const {
    return lines.With([](const auto& all) { return all; });
  }
  base::Guarded<std::vector<Json>> lines;
  std::atomic<bool> held{false}, done{false};
  std::atomic<int> putting{0}, looks{0};
};

class TapTest : public ::testing::Test {
 protected:
  TapTest() {
    rig_.segment_bytes = 64 * 1024 * 1024;
    rig_.OpenJournal({});
    PlanOptions options;
    options.destinations = {DestinationNamed("crm")};
    plan_ = rig_.MakePlan(options);
    tap_ = std::make_unique<Tap>(
        Tap::Parts{&rig_.clock, [this] { return plan_; }, rig_.journal->origin()});
    rig_.journal->Listen(tap_.get());
    rig_.StartJournal();
    rig_.Consent("a", kMarketing, policies::ConsentState::kGranted);
  }
  ~TapTest() override {
    watcher_.held = false;
    watcher_.done = true;
    if (watching_.joinable()) watching_.join();
    rig_.journal->Stop();
  }
  void Watch(const std::string& ask = "{}") {
    watching_ = std::thread([this, ask] { tap_->Watch(ask, watcher_); });
    ASSERT_TRUE(Eventually([&] { return watcher_.putting > 0; }));
  }
  Json End() {
    watcher_.done = true;
    watching_.join();
    return watcher_.Lines().back();
  }
  // One record of about that size; the bytes that a watcher holds of it.
  std::size_t Append(std::size_t bytes) {
    journal::ConsentRecord record;
    record.detail.assign(bytes, 'd');
    const auto frame = std::make_shared<journal::Frame>();
    frame->Add(record);
    const std::size_t size = frame->records.size();
    EXPECT_TRUE(Eventually([&] { return static_cast<bool>(rig_.journal->Append(frame)); }));
    return size;
  }
  // All decisions of what was admitted so far were looked at.
  void WaitRead() {
    rig_.Barrier();
    const int now = watcher_.looks;
    ASSERT_TRUE(Eventually([&] { return watcher_.looks > now + 1; }));
  }

  Rig rig_;
  PlanPtr plan_;
  std::unique_ptr<Tap> tap_;
  Watcher watcher_;
  std::thread watching_;
};

TEST_F(TapTest, WhatAWatcherIsTooSlowForIsDroppedAndCounted) {
  watcher_.held = true;  // in its first line
  Watch();
  constexpr std::uint64_t kRecords = 500;
  std::size_t size = 0;
  for (std::uint64_t n = 0; n < kRecords; ++n) size = Append(20'000);
  rig_.Barrier();  // the journal went on; its own record is small and may still fit
  watcher_.held = false;
  WaitRead();
  rig_.Admit(*plan_, {{1, "a"}});  // there is room again
  WaitRead();
  const Json totals = End()["totals"];
  const std::uint64_t kept = kTapBytesMax / size;
  ASSERT_LT(kept, kRecords);
  EXPECT_GE(totals["dropped"], kRecords - kept);
  EXPECT_LE(totals["dropped"], kRecords - kept + 2) << "and what the barriers append";
  EXPECT_EQ(totals["received"], 1);
  EXPECT_EQ(totals["shown"], 1);
}

TEST_F(TapTest, NothingIsKeptForNobody) {
  rig_.Admit(*plan_, {{1, "a"}});
  rig_.Barrier();
  Watch();
  WaitRead();
  const Json totals = End()["totals"];
  EXPECT_EQ(totals["received"], 0);
  EXPECT_EQ(totals["dropped"], 0);
}

// What is not shown is counted: never more than it may show, never less than all.
TEST_F(TapTest, ShownAndNotShownAreAll) {
  Watch(R"({"outcome":"accepted"})");
  std::vector<TestEvent> events;
  for (std::uint64_t n = 1; n <= 200; ++n) events.push_back({n, n % 2 == 0 ? "a" : "nobody"});
  rig_.Admit(*plan_, events);
  WaitRead();
  const Json totals = End()["totals"];
  EXPECT_EQ(totals["received"], 200);
  EXPECT_EQ(totals["matched"], 100);
  EXPECT_EQ(totals["shown"].get<int>() + totals["not_shown"].get<int>(), 100);
  const auto lines = watcher_.Lines();
  EXPECT_EQ(static_cast<int>(lines.size()), totals["shown"].get<int>() + 2);
  std::set<std::string> members;
  for (const Json& line : lines) {
    if (!line.contains("id")) continue;
    EXPECT_EQ(line["outcome"], "accepted");
    EXPECT_EQ(line["destination"], "crm");
    EXPECT_EQ(line["source"], "site-web");
    for (const auto& [name, value] : line.items()) members.insert(name);
  }
  EXPECT_EQ(members, (std::set<std::string>{"at", "destination", "event", "id", "outcome", "reason",
                                            "source", "subject"}));
}

TEST_F(TapTest, WhatIsNotInThePlanIsAnError) {
  for (const auto& [ask, error] :
       std::map<std::string, std::string>{{R"({"source":"nobody"})", "source.unknown"},
                                          {R"({"destination":"nobody"})", "destination.unknown"},
                                          {R"({"limit":"x"})", "request.invalid"},
                                          {"no json", "request.invalid"}}) {
    Watcher live;
    tap_->Watch(ask, live);
    EXPECT_EQ(live.Lines(), std::vector<Json>({{{"error", error}}})) << ask;
  }
}

}  // namespace
}  // namespace octroi::gateway
