// Order, accounting, memory, restarts and a journal that refuses: what must hold whatever the
// destinations do.
#include <gtest/gtest.h>

#include <latch>
#include <random>
#include <set>

#include "sender/dispatching.h"

namespace octroi::gateway {
namespace {

constexpr std::uint64_t kSubjects = 200;
constexpr std::uint64_t kEventsEach = 50;

std::string SubjectOf(std::uint64_t n) { return "person-" + std::to_string(n % kSubjects); }

// First arrivals at each destination: per subject, in order; each event at least once. "Arrived"
// includes attempts whose answer was lost.
void ExpectOrder(const std::vector<Attempt>& attempts, std::size_t destinations,
                 std::uint64_t events) {
  std::map<std::string, std::set<std::uint64_t>> arrived;
  std::map<std::pair<std::string, std::string>, std::uint64_t> newest;
  std::uint64_t inversions = 0;
  for (const Attempt& attempt : attempts) {
    if (attempt.receipt.kind == Receipt::Kind::kRetry && attempt.receipt.http_status != 0) continue;
    for (const std::uint64_t n : attempt.numbers) {
      if (!arrived[attempt.destination].insert(n).second) continue;
      std::uint64_t& before = newest[{attempt.destination, SubjectOf(n)}];
      if (n < before) ++inversions;
      before = std::max(before, n);
    }
  }
  EXPECT_EQ(inversions, 0u);
  EXPECT_EQ(arrived.size(), destinations);
  for (const auto& [destination, numbers] : arrived)
    EXPECT_EQ(numbers.size(), events) << destination;
}

class LoadTest : public DispatcherTest {
 protected:
  // A fifth of the attempts fails, each way there is.
  void FailAtRandom() {
    sink_.script = [this](const Attempt&) {
      const std::uint64_t roll = random_.With([](auto& random) { return random() % 20; });
      if (roll == 0) return TryLater(500);
      if (roll == 1) return TryLater(429);
      if (roll <= 3) return TryLater(0);  // it did arrive, but the answer was lost
      return Delivered();
    };
  }
  void AdmitAll(std::uint64_t first, std::uint64_t last) {
    std::vector<TestEvent> events;
    for (std::uint64_t n = first; n <= last; ++n) {
      events.push_back({n, SubjectOf(n)});
      if (events.size() == 37 || n == last) {
        rig_.Admit(*plan(), events);
        events.clear();
      }
    }
  }
  void GrantAll() {
    for (std::uint64_t n = 0; n < kSubjects; ++n) Grant(SubjectOf(n));
  }
  PlanOptions TwoDestinations() {
    DestinationPlan crm = DestinationNamed("crm"), ads = DestinationNamed("ads");
    crm.batch_up_to = 20;
    crm.batch_after = 1;
    ads.batch_up_to = 7;
    PlanOptions options;
    options.destinations = {crm, ads};
    return options;
  }
  // Until it refuses, and goes on refusing once all that it took is written.
  void FillTheJournal() {
    std::uint64_t last = 0;
    for (int refused = 0; refused < 100;) {
      auto filler = std::make_shared<journal::Frame>();
      journal::OutcomeRecord smallest;
      smallest.outcome = base::Outcome::kInFlight;
      filler->Add(smallest);
      if (const auto appended = rig_.journal->Append(filler, journal::Claim::kOutcomes)) {
        last = *appended;
        refused = 0;
        continue;
      }
      rig_.journal->WaitDurable(last);
      ++refused;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  base::Guarded<std::mt19937_64> random_{std::mt19937_64(11)};
};

struct Load {
  std::size_t memory;  // all fits; some does; none does
  std::uint64_t events;
};
class OrderTest : public LoadTest, public ::testing::WithParamInterface<Load> {};

TEST_P(OrderTest, OrderPerSubjectHoldsAndEveryEventHasOneOutcome) {
  const std::uint64_t events = GetParam().events;
  Begin(TwoDestinations(), [](auto& parts) {
    parts.memory_bytes_max = GetParam().memory;
    parts.lanes_per_destination = 3;
  });
  GrantAll();
  FailAtRandom();
  AdmitAll(1, events);
  Settle();
  ExpectOrder(sink_.attempts(), 2, events);
  const auto lines = Lines();
  EXPECT_EQ(lines.size(), 2 * events);
  for (const std::string& line : lines) {
    EXPECT_TRUE(line.ends_with(" sent delivery.acknowledged")) << line;
  }
}

INSTANTIATE_TEST_SUITE_P(Memory, OrderTest,
                         ::testing::Values(Load{64 << 20, kSubjects* kEventsEach},
                                           Load{20'000, kSubjects* kEventsEach / 5},
                                           Load{0, kSubjects* kEventsEach / 5}));

TEST_F(LoadTest, ReadBackFromTheJournalGivesTheSameBytes) {
  FakeSink other_sink;
  PlanOptions options = To(DestinationNamed("crm"));
  std::unique_ptr<Dispatcher> other;
  before_start = [&] {
    auto parts = PartsFor([&](auto& p) {
      p.memory_bytes_max = 0;
      p.make_sender = [&](const DestinationPlan& d) { return other_sink.MakeSender(d); };
    });
    other = std::make_unique<Dispatcher>(std::move(parts));
    rig_.journal->Listen(other.get());
  };
  Begin(options);
  other->Start();
  GrantAll();
  AdmitAll(1, 300);
  Settle();
  ASSERT_TRUE(Eventually([&] { return other->pending() == 0; }));
  const auto bodies = [](const FakeSink& sink) {
    std::map<std::uint64_t, std::string> by_number;
    for (const Attempt& attempt : sink.attempts()) by_number[attempt.numbers.at(0)] = attempt.body;
    return by_number;
  };
  EXPECT_EQ(bodies(other_sink).size(), 300u);
  EXPECT_EQ(bodies(other_sink), bodies(sink_));
  other->Drain(1'000);
  End();  // the journal before the second listener
}

TEST_F(LoadTest, ARestartGoesOnWithoutLossAndWithoutNewEvents) {
  GrantAll();
  Begin(TwoDestinations());
  sink_.script = [&](const Attempt&) {
    return sink_.attempts().size() < 40 ? Delivered() : TryLater(503);
  };
  AdmitAll(1, 1'000);
  ASSERT_TRUE(Eventually([&] { return sink_.attempts().size() >= 60; }));
  End();
  const auto before = sink_.attempts();
  sink_.Forget();
  sink_.script = [](const Attempt&) { return Delivered(); };

  // As recovery does it: events, less what has an outcome.
  std::map<std::uint64_t, std::string> records;
  std::set<std::pair<std::uint64_t, std::uint16_t>> finals;
  std::map<std::uint64_t, std::uint32_t> attempts;
  rig_.OpenJournal({}, [&](std::uint64_t sequence, std::string_view record) {
    journal::OutcomeRecord outcome;
    if (*journal::KindOf(record) == journal::RecordKind::kEvent) records[sequence] = record;
    if (!journal::Decode(record, outcome)) return;
    for (const std::uint64_t event : outcome.events) {
      if (outcome.outcome == base::Outcome::kInFlight) {
        attempts[event] = outcome.attempt;
      } else {
        finals.emplace(event, outcome.destination);
      }
    }
  });
  ASSERT_EQ(records.size(), 1'000u);
  ASSERT_GT(finals.size(), 0u);
  ASSERT_LT(finals.size(), 2'000u);
  Use(TwoDestinations());
  dispatcher_ = std::make_unique<Dispatcher>(PartsFor([](auto&) {}));
  rig_.journal->Listen(dispatcher_.get());
  for (const auto& [sequence, record] : records) {
    std::vector<std::uint16_t> left;
    for (const auto place : {std::uint16_t{0}, std::uint16_t{1}}) {
      if (!finals.contains({sequence, place})) left.push_back(place);
    }
    dispatcher_->Requeue(sequence, record, left, attempts[sequence]);
  }
  EXPECT_EQ(dispatcher_->pending(), 2'000 - finals.size());
  rig_.StartJournal();
  dispatcher_->Start();
  // Nothing new is admitted, and the barrier of Settle may bring no ticket before the lanes have
  // found their own.
  ASSERT_TRUE(Eventually([&] { return dispatcher_->pending() == 0; }));
  EXPECT_EQ(Lines().size(), 2'000u);
  auto all = before;
  for (const Attempt& attempt : sink_.attempts()) all.push_back(attempt);
  ExpectOrder(all, 2, 1'000);
}

TEST_F(LoadTest, NoOutcomeIsLostWhileTheJournalRefuses) {
  rig_.segment_bytes = 64 * 1024;
  Begin(To(DestinationNamed("crm")), [](auto& parts) { parts.lanes_per_destination = 1; });
  Grant("a");
  std::latch refusing(1);
  sink_.script = [&](const Attempt& attempt) {
    if (attempt.numbers.at(0) == 2) {
      EXPECT_FALSE(rig_.disk.full) << "sent on while an outcome had no place";
      return Delivered();
    }
    rig_.disk.full = true;
    FillTheJournal();
    refusing.count_down();
    return Delivered();
  };
  rig_.Admit(*plan(), {{1, "a"}, {2, "a"}});
  refusing.wait();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));  // time for a wrong one to go on
  EXPECT_EQ(dispatcher_->pending(), 2u);
  rig_.disk.full = false;
  ASSERT_TRUE(Eventually([&] { return dispatcher_->pending() == 0; }));
  EXPECT_EQ(Lines(), (std::vector<std::string>{"1 sent delivery.acknowledged",
                                               "2 sent delivery.acknowledged"}));
}

TEST_F(LoadTest, DrainEndsTheBatchOnTheWireAndStartsNoOther) {
  Begin(To(DestinationNamed("crm")), [](auto& parts) { parts.lanes_per_destination = 1; });
  Grant("a");
  std::latch on_the_wire(1), answer(1);
  sink_.script = [&](const Attempt&) {
    on_the_wire.count_down();
    answer.wait();
    return Delivered();
  };
  rig_.Admit(*plan(), {{1, "a"}, {2, "a"}});
  on_the_wire.wait();
  std::thread draining([&] { dispatcher_->Drain(60'000); });
  answer.count_down();
  draining.join();
  EXPECT_LE(sink_.attempts().size(), 2u);
  const std::size_t sent = sink_.attempts().size();
  EXPECT_EQ(dispatcher_->pending(), 2 - sent);
  EXPECT_EQ(Lines().size(), sent);
  rig_.Admit(*plan(), {{3, "a"}});
  rig_.Barrier();
  EXPECT_EQ(sink_.attempts().size(), sent);
}

}  // namespace
}  // namespace octroi::gateway
