// No send starts after a withdrawal was acknowledged, whatever is queued, retried or on its way.
#include "gateway/send_gate.h"

#include <atomic>
#include <cstdlib>
#include <latch>
#include <random>
#include <thread>

#include "sender/dispatching.h"

namespace octroi::gateway {
namespace {

using policies::ConsentState;

policies::Fingerprint Someone() {
  policies::Fingerprint print{};
  print.fill(7);
  return print;
}

void Change(policies::ConsentIndex& index, ConsentState state) {
  policies::ConsentEntry entry;
  entry.state = state;
  const policies::Fingerprint print = Someone();
  index.Set(print, 0, entry);
}

TEST(SendGate, TheLeaseIsClosedUntilRenewedAndNeverShortened) {
  SendGate gate;
  EXPECT_FALSE(gate.Open(0));
  gate.Renew(100);
  EXPECT_TRUE(gate.Open(99));
  EXPECT_FALSE(gate.Open(100));
  gate.Renew(50);
  EXPECT_TRUE(gate.Open(99));
  gate.Renew(SendGate::kForever);
  EXPECT_TRUE(gate.Open(SendGate::kForever - 1));
}

TEST(SendGate, NobodyEntersWithADecisionThatIsOlderThanTheIndex) {
  policies::ConsentIndex index(1);
  SendGate gate;
  SendGate::Place place(gate);
  const std::uint64_t before = index.generation();
  Change(index, ConsentState::kGranted);
  EXPECT_FALSE(place.Enter(index, before));
  EXPECT_TRUE(place.Enter(index, index.generation()));
  place.Leave();
}

TEST(SendGate, AnAnswerWaitsForWhoIsInsideAndForNobodyElse) {
  policies::ConsentIndex index(1);
  SendGate gate;
  SendGate::Place inside(gate), outside(gate);
  ASSERT_TRUE(outside.Enter(index, 0));
  outside.Leave();
  ASSERT_TRUE(inside.Enter(index, 0));
  std::atomic<bool> answered{false};
  std::thread desk([&] {
    Change(index, ConsentState::kWithdrawn);
    gate.AwaitStarted();
    answered = true;
  });
  ASSERT_TRUE(Eventually([&] { return index.generation() == 1; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(answered);
  inside.Leave();
  desk.join();
  EXPECT_TRUE(answered);
}

// Lanes decide and enter as fast as they can while consent is granted and withdrawn: inside, nobody
// may find that the withdrawal was acknowledged.
TEST(SendGate, NoLaneIsInsideOnceTheWithdrawalWasAcknowledged) {
  policies::ConsentIndex index(1);
  SendGate gate;
  std::atomic<bool> acknowledged{false}, done{false};
  std::atomic<std::uint64_t> starts{0}, late{0};
  const auto lane = [&] {
    SendGate::Place place(gate);
    while (!done) {
      const std::uint64_t generation = index.generation();
      if (index.Get(index.Find(Someone()), 0).state != ConsentState::kGranted) continue;
      if (!place.Enter(index, generation)) continue;
      late += acknowledged ? 1 : 0;
      ++starts;
      place.Leave();
    }
  };
  std::vector<std::thread> lanes;
  for (int i = 0; i < 4; ++i) lanes.emplace_back(lane);
  for (int i = 0; i < 2'000; ++i) {
    const std::uint64_t before = starts;
    Change(index, ConsentState::kGranted);
    if (i % 8 == 0) {
      ASSERT_TRUE(Eventually([&] { return starts > before; }));
    }
    Change(index, ConsentState::kWithdrawn);
    gate.AwaitStarted();
    acknowledged = true;
    std::this_thread::yield();
    acknowledged = false;
  }
  done = true;
  for (std::thread& one : lanes) one.join();
  EXPECT_EQ(late, 0u);
  EXPECT_GT(starts, 200u);
}

TEST_F(DispatcherTest, WithoutALeaseNothingIsSentAndNothingIsLost) {
  Begin(To(BatchesOf(1)), [this](auto& parts) { parts.gate = &closed_; });
  Grant("a");
  rig_.Admit(*plan(), {{1, "a"}, {2, "b"}});
  rig_.Barrier();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_TRUE(sink_.attempts().empty());
  EXPECT_GE(dispatcher_->pending(), 1u);
  closed_.Renew(rig_.clock.BootNowNanos() + 60'000'000'000);
  Settle();
  EXPECT_EQ(Lines(), std::vector<std::string>({"1 sent delivery.acknowledged"}));
}

// The lease runs out between the decision and the first byte.
TEST_F(DispatcherTest, ALeaseThatEndsAtTheLastMomentStopsTheSend) {
  Begin(To(BatchesOf(1)), [this](auto& parts) {
    parts.gate = &closed_;
    parts.lanes_per_destination = 1;
  });
  closed_.Renew(rig_.clock.BootNowNanos() + 60'000'000'000);
  std::atomic<int> looks{0};
  sink_.before_start = [&] {
    if (++looks == 1) rig_.clock.Advance(120'000);
  };
  Grant("a");
  rig_.Admit(*plan(), {{1, "a"}});
  ASSERT_TRUE(Eventually([&] { return looks == 1; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_TRUE(sink_.attempts().empty());
  closed_.Renew(rig_.clock.BootNowNanos() + 60'000'000'000);
  Settle();
  EXPECT_EQ(sink_.attempts().size(), 1u);
}

// Everybody else's consents change all the time; a send must get through all the same.
TEST_F(DispatcherTest, AStormOfOtherConsentsDelaysNoSendForEver) {
  Begin(To(BatchesOf(50)));
  Grant("a");
  std::atomic<bool> done{false};
  std::thread storm([&] {
    for (int i = 0; !done; ++i)
      rig_.Consent("x" + std::to_string(i % 50), kMarketing, ConsentState::kGranted);
  });
  std::vector<TestEvent> events;
  for (std::uint64_t n = 1; n <= 200; ++n) events.push_back({n, "a"});
  rig_.Admit(*plan(), events);
  Settle();
  done = true;
  storm.join();
  EXPECT_EQ(Lines().size(), 200u);
}

// OCTROI_WITHDRAWALS: how many; 2,000 by default.
TEST_F(DispatcherTest, NoSendStartsAfterItsWithdrawalWasAcknowledged) {
  const char* text = std::getenv("OCTROI_WITHDRAWALS");
  const std::size_t people = text == nullptr ? 2'000 : std::strtoull(text, nullptr, 10);
  constexpr std::size_t kEach = 4;
  PlanOptions options;
  for (const char* id : {"crm", "emailing", "ads"}) {
    options.destinations.push_back(DestinationNamed(id));
    options.destinations.back().batch_up_to = 20;
  }
  std::vector<std::atomic<bool>> acknowledged(people);
  std::atomic<std::uint64_t> late{0}, started{0}, attempts{0};
  // The two narrow moments, made wider: decided and not yet inside, inside and not yet sent.
  sink_.before_start = [] { std::this_thread::sleep_for(std::chrono::microseconds(100)); };
  sink_.inside = [&](const std::vector<std::uint64_t>& numbers) {
    std::this_thread::sleep_for(std::chrono::microseconds(100));
    for (const std::uint64_t n : numbers) {
      ++started;
      late += acknowledged[(n - 1) % people] ? 1 : 0;
    }
  };
  sink_.script = [&](const Attempt&) {  // slow enough for deep queues, and a third is tried again
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    return ++attempts % 3 == 0 ? TryLater(500) : Delivered();
  };
  Begin(options, [](auto& parts) { parts.lanes_per_destination = 4; });
  const auto name = [](std::size_t who) { return "p" + std::to_string(who); };
  for (std::size_t who = 0; who < people; ++who) Grant(name(who));
  for (std::size_t n = 1; n <= people * kEach;) {
    std::vector<TestEvent> events;
    for (; events.size() < 100 && n <= people * kEach; ++n) {
      events.push_back({n, name((n - 1) % people)});
    }
    rig_.Admit(*plan(), events);
    if (n % 2'000 == 1) rig_.Barrier();  // the journal holds only so much that is not durable
  }
  std::mt19937 random(20261122);
  std::vector<std::size_t> order(people);
  for (std::size_t i = 0; i < people; ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), random);
  for (std::size_t i = 0; i < people; ++i) {  // while the queues empty, at their pace
    while (started < 4 * i && dispatcher_->pending() > 0) std::this_thread::yield();
    Withdraw(name(order[i]));
    gate_.AwaitStarted();
    acknowledged[order[i]] = true;
  }
  Settle();
  EXPECT_EQ(late, 0u);
  EXPECT_GT(started, people);
  std::printf("%zu withdrawals, %llu starts of an event's send, %llu after the acknowledgement\n",
              people, static_cast<unsigned long long>(started.load()),
              static_cast<unsigned long long>(late.load()));
}

}  // namespace
}  // namespace octroi::gateway
