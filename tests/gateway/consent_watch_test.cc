// The lease to send: held while the shared register can be read, with what others recorded obeyed
// first.
#include "gateway/consent_watch.h"

#include <gtest/gtest.h>

#include "base/guarded.h"
#include "gateway/world.h"
#include "sender/rig.h"

namespace octroi::gateway {
namespace {

using policies::ConsentEvent;
using policies::ConsentState;

// A register that another gateway appends to as well.
class SharedRegister final : public store::ConsentStore {
 public:
  explicit SharedRegister(testing::FakeStore& store) : store_(store) {}
  std::atomic<bool> down{false};
  std::atomic<int> asked{0};
  std::atomic<bool> loses_answers{false};   // of commits, which do happen
  void Record(const ConsentEvent& event) {  // by the other gateway
    ASSERT_TRUE(store_.Append(event));
    others_.With([&](auto& others) { others.push_back(event); });
  }

  bool shared() const override { return true; }
  base::Result<Others> Since(std::uint64_t generation) override {
    ++asked;
    if (down) return base::Error{base::ErrorCode::kUnavailable, "test", "down"};
    return others_.With([&](const std::vector<ConsentEvent>& others) {
      Others page{others.size(), {}};
      for (std::size_t i = generation; i < others.size(); ++i) page.events.push_back(others[i]);
      return base::Result<Others>(page);
    });
  }
  base::Status AppendAll(std::span<const ConsentEvent> events) override {
    auto done = store_.AppendAll(events);
    if (loses_answers) return base::Error{base::ErrorCode::kInDoubt, "test", "no answer"};
    return done;
  }
  base::Result<std::vector<ConsentEvent>> History(const std::vector<policies::Fingerprint>& subject,
                                                  std::string_view purpose) override {
    return store_.History(subject, purpose);
  }
  base::Status ForEach(const std::function<void(const ConsentEvent&)>& each) override {
    return store_.ForEach(each);
  }
  base::Result<std::optional<ConsentEvent>> BySequence(std::uint64_t sequence) override {
    return store_.BySequence(sequence);
  }
  base::Result<std::uint64_t> LastSequence() override { return store_.LastSequence(); }

 private:
  testing::FakeStore& store_;
  base::Guarded<std::vector<ConsentEvent>> others_;
};

class ConsentWatchTest : public ::testing::Test {
 protected:
  ConsentWatch::Parts Parts(store::ConsentStore& store) {
    ConsentWatch::Parts parts;
    parts.store = &store;
    parts.desk = &desk_;
    parts.sends = &world_.sends;
    parts.clock = &world_.disk.clock;
    parts.plan = [this] { return PlanPtr(world_.plan); };
    parts.every = 1;
    return parts;
  }
  ConsentEvent Event(std::uint64_t number, ConsentState state) {
    ConsentEvent event;
    event.id = "other-" + std::to_string(number);
    event.record_id = "record";
    event.subject = {world_.PrintOf("reader@example.org")};
    event.purpose = "marketing.email";
    event.state = state;
    event.effective_at = 1'795'251'600'000 + static_cast<base::Millis>(number) * 1'000;
    event.valid_until = event.effective_at + 86'400'000'000;
    event.sequence = 100 + number;
    return event;
  }
  bool Open(base::Millis later = 0) {
    return world_.sends.Open(world_.disk.clock.BootNowNanos() + later * 1'000'000);
  }
  ConsentState State() const { return world_.StateOf("reader@example.org"); }

  World world_;
  SharedRegister register_{world_.store};
  ConsentDesk desk_{world_.DeskParts()};
};

TEST_F(ConsentWatchTest, AnEmbeddedRegisterIsNobodyElses) {
  ConsentWatch watch(Parts(world_.consents));
  ASSERT_TRUE(watch.Begin());
  EXPECT_FALSE(Open());
  ASSERT_TRUE(watch.Start());
  EXPECT_TRUE(Open(1'000'000'000));
}

TEST_F(ConsentWatchTest, WhatAnotherGatewayRecordsIsObeyed) {
  register_.Record(Event(1, ConsentState::kGranted));
  ConsentWatch watch(Parts(register_));
  ASSERT_TRUE(watch.Begin());
  ASSERT_TRUE(desk_.Recover(*world_.plan));
  ASSERT_TRUE(watch.Start());
  EXPECT_EQ(State(), ConsentState::kGranted);
  EXPECT_TRUE(Open(499));
  EXPECT_FALSE(Open(501));
  register_.Record(Event(2, ConsentState::kWithdrawn));
  EXPECT_TRUE(Eventually([&] { return State() == ConsentState::kWithdrawn; }));
}

// Between reading how far the register is and filling the index from it.
TEST_F(ConsentWatchTest, NothingFallsBetweenTheStartAndTheFirstLease) {
  ConsentWatch watch(Parts(register_));
  ASSERT_TRUE(watch.Begin());
  ASSERT_TRUE(desk_.Recover(*world_.plan));
  register_.Record(Event(1, ConsentState::kWithdrawn));
  ASSERT_TRUE(watch.Start());
  EXPECT_EQ(State(), ConsentState::kWithdrawn);  // before the lease, not some time after
}

TEST_F(ConsentWatchTest, WithoutAnAnswerTheLeaseRunsOutAndComesBack) {
  ConsentWatch watch(Parts(register_));
  ASSERT_TRUE(watch.Begin());
  ASSERT_TRUE(watch.Start());
  register_.down = true;
  const int asked = register_.asked;
  ASSERT_TRUE(Eventually([&] { return register_.asked > asked + 2; }));
  EXPECT_FALSE(Open(501));
  register_.Record(Event(1, ConsentState::kWithdrawn));
  world_.disk.clock.Advance(10'000);
  EXPECT_FALSE(Open());
  register_.down = false;
  ASSERT_TRUE(Eventually([&] { return Open(); }));
  EXPECT_EQ(State(), ConsentState::kWithdrawn);
}

// The commit happened, the answer to it was lost, and the client does not come back.
TEST_F(ConsentWatchTest, WhatIsInDoubtIsObeyedBeforeTheLeaseIsRenewed) {
  register_.Record(Event(1, ConsentState::kGranted));
  auto parts = world_.DeskParts();
  parts.store = &register_;
  ConsentDesk desk(parts);
  auto watched = Parts(register_);
  watched.desk = &desk;
  ConsentWatch watch(watched);
  ASSERT_TRUE(watch.Begin());
  ASSERT_TRUE(desk.Recover(*world_.plan));
  desk.Start();
  ASSERT_TRUE(watch.Start());
  ASSERT_EQ(State(), ConsentState::kGranted);
  register_.loses_answers = true;
  Reply reply;
  const auto refused =
      desk.Submit(world_.plan, world_.plan->sources[kShop],
                  R"({"subject":{"email":"reader@example.org"},"purpose":"marketing.email",)"
                  R"("state":"withdrawn","effective_at":"2026-11-21T10:00:00Z"})",
                  [&] { return reply.Promise(); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(reply.Wait().status, 503);
  EXPECT_EQ(world_.ConsentsInStore().size(), 2u);
  const int asked = register_.asked;
  world_.disk.clock.Advance(10'000);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(State(), ConsentState::kGranted);
  EXPECT_EQ(register_.asked, asked) << "nothing is asked for a lease while something is in doubt";
  EXPECT_FALSE(Open()) << "nothing is sent on a state that may be outdated";
  register_.loses_answers = false;
  ASSERT_TRUE(Eventually([&] { return Open(); }));
  EXPECT_EQ(State(), ConsentState::kWithdrawn);
}

TEST_F(ConsentWatchTest, AStartWithoutAnAnswerIsRefused) {
  register_.down = true;
  ConsentWatch watch(Parts(register_));
  EXPECT_FALSE(watch.Begin());
  EXPECT_FALSE(watch.Start());
  EXPECT_FALSE(Open());
}

}  // namespace
}  // namespace octroi::gateway
