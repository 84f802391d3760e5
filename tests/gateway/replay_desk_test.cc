// Which failed deliveries a replay finds and what becomes of them: on each store, however many
// there are, and where the payload is no longer kept.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "gateway/projector.h"
#include "gateway/replay.h"
#include "journal/harness.h"
#include "sender/dispatching.h"
#include "store/contract.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::json;
using Numbers = std::vector<std::uint64_t>;

constexpr std::size_t kMore = 4;  // failures that the desk lists; here there are more

class Listening final : public Live {
 public:
  std::uint32_t uid() const override { return 7; }
  bool Put(std::string_view line) override {
    lines.push_back(Json::parse(line));
    return true;
  }
  bool Done(int wait_ms) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(std::min(wait_ms, 1)));
    return false;
  }
  std::vector<Json> lines;
};

class ReplayDeskTest : public DispatcherTest,
                       public ::testing::WithParamInterface<octroi::testing::Kind> {
 protected:
  void TearDown() override {
    if (dispatcher_) dispatcher_->Drain(10'000);
    if (rig_.journal) rig_.journal->Stop();
    projector_.reset();
    desk_.reset();
  }
  // Events 1..3*each to crm, which refuses them with 400, each third with 422; mail takes them all.
  void FailAll(std::uint64_t each) {
    rig_.segment_bytes = 64 * 1024;
    before_start = [this] {
      projector_ = std::make_unique<Projector>(
          Projector::Parts{rig_.journal.get(), &subject_->store(), &rig_.metrics,
                           [](std::uint32_t) { return std::string(); }, /*quiet=*/1, /*every=*/5});
      rig_.journal->Listen(projector_.get());
      rig_.journal->Listen(&heard_);
    };
    PlanOptions options = To(BatchesOf(1));
    options.destinations.push_back(DestinationNamed("mail"));
    Begin(options);
    projector_->Start();
    Grant("a");
    sink_.script = [](const Attempt& attempt) {
      if (attempt.destination == "mail") return Delivered();
      return Refused(attempt.numbers[0] % 3 == 0 ? 422 : 400);
    };
    for (std::uint64_t round = 0; round < 3; ++round) {  // so that the store has several pages
      std::vector<TestEvent> events;
      for (std::uint64_t n = 1; n <= each; ++n) events.push_back({round * each + n, "a"});
      rig_.Admit(*plan(), events);
      Settle();
      WaitProjected();
    }
    sink_.Forget();
    sink_.script = [](const Attempt&) { return Delivered(); };
  }
  void WaitProjected() {
    rig_.Barrier();
    const std::uint64_t last = rig_.journal->durable_through();
    ASSERT_TRUE(Eventually([&] { return projector_->through() >= last; }));
  }
  ReplayDesk& Desk(std::size_t attention_max) {
    ReplayDesk::Parts parts;
    parts.journal = rig_.journal.get();
    parts.store = &subject_->store();
    parts.index = &rig_.index;
    parts.dispatcher = dispatcher_.get();
    parts.clock = &rig_.clock;
    parts.plan = [this] { return plan(); };
    parts.projected = [this] { return projector_->through(); };
    parts.attention_max = attention_max;
    parts.patience = 60'000;
    heard_.to = nullptr;
    desk_ = std::make_unique<ReplayDesk>(parts);
    heard_.to = desk_.get();
    return *desk_;
  }
  std::string IdOf(std::uint64_t number) const {
    for (const auto& [sequence, n] : rig_.number_of) {
      if (n == number) return rig_.journal->origin() + "." + std::to_string(sequence);
    }
    return {};
  }
  Numbers Arrived() const {
    Numbers numbers;
    for (const Attempt& attempt : sink_.attempts()) {
      EXPECT_EQ(attempt.destination, "crm");
      numbers.insert(numbers.end(), attempt.numbers.begin(), attempt.numbers.end());
    }
    std::ranges::sort(numbers);
    return numbers;
  }
  static Numbers Range(std::uint64_t first, std::uint64_t last) {
    Numbers numbers;
    for (std::uint64_t n = first; n <= last; ++n) numbers.push_back(n);
    return numbers;
  }
  // Payload segments that are closed, removed as retention does.
  void ForgetPayloads() {
    const auto payloads = [&] {
      auto all = rig_.journal->Segments();
      std::erase_if(all, [](const auto& segment) { return !segment.payload; });
      return all;
    };
    const std::string open = payloads().back().name;
    while (payloads().back().name == open) {
      journal::EventRecord record;
      record.outcome = base::Outcome::kRejected;
      record.reason = base::Reason::kAccepted;
      record.received = rig_.clock.WallNow();
      record.has_payload = true;
      auto frame = std::make_shared<journal::Frame>();
      frame->Add(record);
      frame->AddPayload(0, journal::PayloadOf(1, 20'000));
      ASSERT_TRUE(Eventually([&] { return static_cast<bool>(rig_.journal->Append(frame)); }));
      rig_.journal->WaitDurable(frame->last_sequence());
    }
    for (const auto& segment : payloads()) {
      if (segment.name != payloads().back().name) {
        ASSERT_TRUE(rig_.journal->Remove(segment));
      }
    }
  }

  struct Hears final : journal::DurableListener {
    std::atomic<journal::DurableListener*> to{nullptr};
    void OnDurable(const std::vector<journal::FramePtr>& frames,
                   const journal::Ticket& ticket) override {
      if (journal::DurableListener* listener = to) listener->OnDurable(frames, ticket);
    }
  };
  std::unique_ptr<octroi::testing::Subject> subject_ = GetParam().make();
  Hears heard_;
  std::unique_ptr<Projector> projector_;
  std::unique_ptr<ReplayDesk> desk_;
};
using octroi::testing::Kinds;
using octroi::testing::NameOf;
OCTROI_ON_EVERY_STORE(ReplayDeskTest);

TEST_P(ReplayDeskTest, EveryFailureIsFoundHoweverManyThereAre) {
  FailAll(10);
  for (const std::size_t attention_max : {std::size_t{1'000'000}, kMore}) {
    SCOPED_TRACE(attention_max);
    ReplayDesk& desk = Desk(attention_max);
    const auto would_go = [&](const ReplayAsk& ask) {
      const auto outlook = desk.Look(ask);
      EXPECT_TRUE(outlook);
      return outlook ? outlook->would_go : 0;
    };
    EXPECT_EQ(would_go({}), 30u);
    EXPECT_EQ(would_go({.limit = 7}), 7u);
    EXPECT_EQ(would_go({.status = 422}), 10u);
    EXPECT_EQ(would_go({.status = 503}), 0u);
    EXPECT_EQ(would_go({.reason = "delivery.refused"}), 30u);
    EXPECT_EQ(would_go({.reason = "delivery.exhausted"}), 0u);
    EXPECT_EQ(would_go({.since = rig_.clock.WallNow() + 60'000}), 0u);
    EXPECT_EQ(would_go({.destination = 1}), 0u) << "mail took them";
    Withdraw("a");
    const auto outlook = desk.Look({});
    ASSERT_TRUE(outlook);
    EXPECT_EQ(outlook->would_go, 0u);
    EXPECT_EQ(outlook->withheld, 30u);
    Grant("a");
  }
}

TEST_P(ReplayDeskTest, TheOldestGoFirstAndEachOnce) {
  FailAll(10);
  ReplayDesk& desk = Desk(kMore);
  Listening five, rest, none;
  desk.Serve(R"({"destination":"crm","limit":5})", five);
  EXPECT_EQ(five.lines.back()["replayed"]["sent"], 5);
  EXPECT_EQ(Arrived(), Range(1, 5));
  WaitProjected();
  desk.Serve(R"({"destination":"crm"})", rest);
  EXPECT_EQ(rest.lines.front()["outlook"]["would_go"], 25);
  const Json end = rest.lines.back()["replayed"];
  EXPECT_EQ(end["queued"], 25);
  EXPECT_EQ(end["sent"], 25);
  EXPECT_EQ(end["skipped"], 0);
  EXPECT_EQ(end["left"], 0);
  EXPECT_EQ(Arrived(), Range(1, 30));
  WaitProjected();
  desk.Serve(R"({"destination":"crm"})", none);
  EXPECT_EQ(none.lines.front()["outlook"]["would_go"], 0);
  EXPECT_EQ(Arrived(), Range(1, 30));
}

// Retention came first: answered and counted, and nothing is sent.
TEST_P(ReplayDeskTest, WhatIsNoLongerKeptIsCountedAndNotSent) {
  FailAll(10);
  ForgetPayloads();
  WaitProjected();
  sink_.script = [](const Attempt&) { return Refused(400); };
  rig_.Admit(*plan(), {{31, "a"}});  // whose payload is still there
  Settle();
  WaitProjected();
  sink_.Forget();
  sink_.script = [](const Attempt&) { return Delivered(); };
  for (const std::size_t attention_max : {std::size_t{1'000'000}, kMore}) {
    ReplayDesk& desk = Desk(attention_max);
    Listening dry, named, go;
    desk.Serve(R"({"destination":"crm","dry_run":true})", dry);
    const bool first = attention_max != kMore;
    EXPECT_EQ(dry.lines.back()["outlook"]["gone"], 30);
    EXPECT_EQ(dry.lines.back()["outlook"]["would_go"], first ? 1 : 0);
    desk.Serve(Json{{"destination", "crm"}, {"ids", {IdOf(3), IdOf(20)}}}.dump(), named);
    EXPECT_EQ(named.lines.front()["outlook"]["gone"], 2);
    EXPECT_EQ(named.lines.back()["replayed"]["queued"], 0);
    desk.Serve(R"({"destination":"crm"})", go);
    EXPECT_EQ(go.lines.front()["outlook"]["gone"], 30);
    EXPECT_EQ(go.lines.back()["replayed"]["sent"], first ? 1 : 0);
    EXPECT_EQ(Arrived(), Numbers{31});
    WaitProjected();
  }
  for (std::uint64_t n = 1; n <= 30; ++n) {
    const auto sequence =
        std::ranges::find(rig_.number_of, n, [](const auto& one) { return one.second; })->first;
    const auto row = subject_->store().Find(sequence);
    ASSERT_TRUE(row && *row);
    EXPECT_EQ((*row)->deliveries.at(0).outcome, base::Outcome::kFailed) << "left as it was";
  }
}

}  // namespace
}  // namespace octroi::gateway
