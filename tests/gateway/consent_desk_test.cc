// The way of one consent event: journal, store, index, answer, in this order; and what happens when
// one of them does not answer.
#include "gateway/consent_desk.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/text.h"
#include "gateway/world.h"
#include "sender/rig.h"

namespace octroi::gateway {
namespace {

using policies::ConsentState;

struct Posted {
  std::string subject = R"("email":"reader@example.org")";
  std::string state = "granted";
  std::string id = "";  // empty: none
  std::string purpose = "marketing.email";
  std::string effective_at = "2026-11-21T09:00:00Z";
};

std::string BodyOf(const Posted& posted) {
  return R"({"subject":{)" + posted.subject + R"(},"purpose":")" + posted.purpose +
         R"(","state":")" + posted.state + R"(","effective_at":")" + posted.effective_at +
         R"(","notice":"newsletter-v4","evidence":{})" +
         (posted.id.empty() ? "" : R"(,"id":")" + posted.id + '"') + "}";
}

const Posted kBoth = {R"("email":"reader@example.org","customer_id":"c-1")"};
const Posted kCustomerOnly = {R"("customer_id":"c-1")"};

Posted As(Posted posted, std::string state, std::string effective_at = "2026-11-21T10:00:00Z") {
  posted.state = std::move(state);
  posted.effective_at = std::move(effective_at);
  return posted;
}

class DeskTest : public ::testing::Test {
 protected:
  void Begin() {
    desk_ = std::make_unique<ConsentDesk>(world_.DeskParts());
    ASSERT_TRUE(desk_->Recover(*world_.plan));
    desk_->Start();
  }
  void Restart() {
    desk_.reset();
    world_.Restart();
    Begin();
  }
  std::optional<Response> Submit(const Posted& posted, Reply& reply) {
    return desk_->Submit(world_.plan, world_.plan->sources[kShop], BodyOf(posted),
                         [&] { return reply.Promise(); });
  }
  Response Post(const Posted& posted) {
    Reply reply;
    auto refused = Submit(posted, reply);
    return refused ? *std::move(refused) : reply.Wait();
  }
  void Accept(const Posted& posted) {
    const Response answer = Post(posted);
    ASSERT_EQ(answer.status, 201) << answer.body;
  }
  void ExpectTryAgain(const Response& answer) {
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(CodeOf(answer), "store.unavailable");
    EXPECT_NE(HeaderOf(answer, "Retry-After"), "");
  }
  ConsentState CustomerState() const {
    const auto print = world_.gate->FingerprintOf("customer_id", "c-1");
    return world_.index->Get(world_.index->Find(print), kNewsletter).state;
  }
  ConsentState ReaderState() const { return world_.StateOf("reader@example.org"); }

  World world_;
  std::unique_ptr<ConsentDesk> desk_;
};

TEST_F(DeskTest, JournalThenStoreThenIndexThenAnswer) {
  Begin();
  Reply reply;
  std::vector<std::string> steps;
  const auto index_knows = [&] { return ReaderState() == ConsentState::kGranted; };
  world_.consents.before_append = [&](const policies::ConsentEvent& event) {
    steps.push_back("append");
    EXPECT_GE(world_.journal->durable_through(), event.sequence) << "not durable on the journal";
    EXPECT_EQ(world_.ConsentsOnJournal().size(), 1u);
    EXPECT_FALSE(index_knows() || reply.now());
  };
  world_.consents.before_history = [&] {
    steps.push_back("history");
    EXPECT_EQ(world_.ConsentsInStore().size(), 1u);
    EXPECT_FALSE(index_knows() || reply.now());
  };
  ASSERT_FALSE(Submit({}, reply));
  EXPECT_EQ(reply.Wait().status, 201);
  EXPECT_TRUE(index_knows());
  EXPECT_EQ(steps, (std::vector<std::string>{"append", "history"}));
}

TEST_F(DeskTest, AStoreThatIsDownMeansTryAgainAndTheIndexStays) {
  Begin();
  Accept({});
  const auto before = world_.index->generation();
  world_.store.SetDown(true);
  ::testing::internal::CaptureStderr();
  ExpectTryAgain(Post(As({}, "withdrawn")));
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("consent.not_stored"), std::string::npos);
  EXPECT_EQ(world_.index->generation(), before);
  EXPECT_EQ(ReaderState(), ConsentState::kGranted);
  world_.store.SetDown(false);
  Accept(As({}, "withdrawn"));
  EXPECT_EQ(ReaderState(), ConsentState::kWithdrawn);
}

TEST_F(DeskTest, AStoreThatTakesButDoesNotTellMeansTryAgainAndTheIndexStays) {
  Begin();
  world_.consents.before_history = [&] { world_.store.FailNext(1); };
  ExpectTryAgain(Post({.id = "mine"}));
  EXPECT_EQ(world_.index->subjects(), 0u);
  world_.consents.before_history = [] {};
  Accept({.id = "mine"});
  EXPECT_EQ(world_.ConsentsInStore().size(), 1u);
  EXPECT_EQ(ReaderState(), ConsentState::kGranted);
}

// What was answered 503 is on the journal: the register and what is obeyed must agree on it.
TEST_F(DeskTest, WhatWasLeftInDoubtIsSettledBothWays) {
  struct Row {
    const char* name;
    std::function<void(World&)> fault;
    std::size_t in_store;  // when it was answered 503
  };
  const std::vector<Row> rows = {
      {"the store was down", [](World& world) { world.store.SetDown(true); }, 1},
      {"the commit happened, its answer was lost",
       [](World& world) {
         world.consents.before_append = [&world](const policies::ConsentEvent& event) {
           if (world.store.Append(event)) world.store.SetDown(true);
         };
       },
       2},
      {"taken, but the history could not be read",
       [](World& world) {
         world.consents.before_history = [&world] { world.store.SetDown(true); };
       },
       2},
  };
  Begin();
  int hour = 10;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const std::size_t before = world_.ConsentsInStore().size();
    const std::string at = "2026-11-21T" + std::to_string(hour++) + ":0";
    Accept(As({}, "granted", at + "0:00Z"));
    row.fault(world_);
    ExpectTryAgain(Post(As({}, "withdrawn", at + "1:00Z")));
    EXPECT_FALSE(desk_->Settle(*world_.plan)) << "the store is still down";
    EXPECT_EQ(ReaderState(), ConsentState::kGranted);
    world_.consents.before_append = [](const auto&) {};
    world_.consents.before_history = [] {};
    world_.store.SetDown(false);
    EXPECT_EQ(world_.ConsentsInStore().size(), before + row.in_store);
    ASSERT_TRUE(desk_->Settle(*world_.plan));
    EXPECT_EQ(world_.ConsentsInStore().size(), before + 2);
    EXPECT_EQ(ReaderState(), ConsentState::kWithdrawn);
  }
}

// What came while one was on its way goes together, and each gets its own answer.
TEST_F(DeskTest, WhatWaitsGoesTogether) {
  Begin();
  Accept({.id = "mine"});
  const auto person = [](int i) {
    return R"("email":"reader)" + std::to_string(i) + R"(@example.org")";
  };
  const auto run = [&](bool conflict, bool down) {
    std::vector<std::size_t> sizes;
    std::atomic<bool> held{false}, go{false};
    world_.consents.before_append_all = [&](std::size_t size) {
      sizes.push_back(size);
      held = true;
      EXPECT_TRUE(Eventually([&] { return go.load(); }));
    };
    Reply first, odd;
    EXPECT_FALSE(Submit({.subject = person(0)}, first));
    EXPECT_TRUE(Eventually([&] { return held.load(); }));
    std::vector<Reply> replies(3);
    for (int i = 0; i < 3; ++i) {
      EXPECT_FALSE(Submit({.subject = person(i + 1)}, replies[static_cast<std::size_t>(i)]));
      if (conflict && i == 1) {
        EXPECT_FALSE(Submit({.state = "denied", .id = "mine"}, odd));
      }
    }
    if (down) world_.store.SetDown(true);
    go = true;
    std::vector<int> statuses{first.Wait().status};
    for (Reply& reply : replies) statuses.push_back(reply.Wait().status);
    if (conflict) statuses.push_back(odd.Wait().status);
    world_.consents.before_append_all = [](std::size_t) {};
    return std::pair(statuses, sizes);
  };
  using Statuses = std::vector<int>;
  using Sizes = std::vector<std::size_t>;
  EXPECT_EQ(run(false, false), std::pair(Statuses({201, 201, 201, 201}), Sizes({1, 3})));
  EXPECT_EQ(world_.ConsentsInStore().size(), 5u);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(world_.StateOf("reader" + std::to_string(i) + "@example.org"),
              ConsentState::kGranted);
  }
  const auto events = world_.ConsentsInStore();
  for (std::size_t i = 1; i < events.size(); ++i) {
    EXPECT_GT(events[i].sequence, events[i - 1].sequence);
  }
  EXPECT_EQ(run(true, false),
            std::pair(Statuses({201, 201, 201, 201, 409}), Sizes({1, 4, 1, 1, 1, 1})));
  EXPECT_EQ(world_.ConsentsInStore().size(), 9u);
  EXPECT_EQ(ReaderState(), ConsentState::kGranted) << "the one that is a conflict is no event";
  EXPECT_EQ(run(false, true), std::pair(Statuses({503, 503, 503, 503}), Sizes({1, 3})));
  world_.store.SetDown(false);
  ASSERT_TRUE(desk_->Settle(*world_.plan));
  EXPECT_EQ(world_.ConsentsInStore().size(), 13u);
  EXPECT_EQ(world_.ConsentsOnJournal().size(), 14u);
}

// A purpose that was not in force when something was recorded of it.
TEST_F(DeskTest, WhatComesIntoForceBringsItsRegister) {
  Begin();
  Accept({});
  Accept(As({}, "withdrawn"));
  world_.index = std::make_unique<policies::ConsentIndex>(4);
  desk_ = std::make_unique<ConsentDesk>(world_.DeskParts());
  ASSERT_EQ(ReaderState(), ConsentState::kUnknown);
  bool in_force = false;
  ASSERT_TRUE(desk_->Enter(*world_.plan, [&] {
    EXPECT_EQ(ReaderState(), ConsentState::kWithdrawn) << "before anything is decided by it";
    in_force = true;
    return base::Ok();
  }));
  EXPECT_TRUE(in_force);
  world_.store.SetDown(true);
  EXPECT_FALSE(desk_->Enter(*world_.plan, [&] {
    ADD_FAILURE() << "came into force without its register";
    return base::Ok();
  }));
}

TEST_F(DeskTest, AConflictLeftInDoubtIsNoEvent) {
  Begin();
  Accept({.id = "mine"});
  world_.store.SetDown(true);
  Posted other = As({.id = "mine"}, "denied", "2026-11-21T09:00:00Z");
  ExpectTryAgain(Post(other));
  world_.store.SetDown(false);
  ASSERT_TRUE(desk_->Settle(*world_.plan));
  EXPECT_EQ(world_.ConsentsInStore().size(), 1u);
  EXPECT_EQ(ReaderState(), ConsentState::kGranted);
}

TEST_F(DeskTest, NoMoreIsTakenThanCanBeSettled) {
  auto parts = world_.DeskParts();
  parts.waiting_max = 2;
  desk_ = std::make_unique<ConsentDesk>(parts);
  desk_->Start();
  world_.store.SetDown(true);
  for (int i = 0; i < 3; ++i) ExpectTryAgain(Post({}));
  EXPECT_EQ(world_.ConsentsOnJournal().size(), 2u) << "the third was refused before it was written";
}

TEST_F(DeskTest, AJournalThatStoppedMeansTryAgainAndNothingHappened) {
  Begin();
  world_.journal->Stop();
  const Response answer = Post({});
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(CodeOf(answer), "overload.journal");
  EXPECT_TRUE(world_.ConsentsInStore().empty());
  EXPECT_EQ(world_.index->subjects(), 0u);
}

TEST_F(DeskTest, TheSameIdAgainIsHarmless) {
  Begin();
  const Response first = Post({.id = "mine"});
  world_.disk.clock.Advance(60'000);
  const Response again = Post({.id = "mine"});
  ASSERT_EQ(first.status, 201);
  ASSERT_EQ(again.status, 201);
  EXPECT_EQ(again.body.substr(0, again.body.find("recorded_at")),
            first.body.substr(0, first.body.find("recorded_at")));
  EXPECT_EQ(world_.ConsentsInStore().size(), 1u);
  EXPECT_EQ(ReaderState(), ConsentState::kGranted);
}

TEST_F(DeskTest, WhatTheStoreAnsweredForIsToldAndNothingElse) {
  std::vector<std::uint64_t> told;
  auto parts = world_.DeskParts();
  parts.stored = [&](const policies::ConsentEvent& event) { told.push_back(event.sequence); };
  desk_ = std::make_unique<ConsentDesk>(parts);
  desk_->Start();
  ASSERT_EQ(Post({.id = "mine"}).status, 201);
  ASSERT_EQ(Post({.id = "mine"}).status, 201);
  EXPECT_EQ(told.size(), 2u) << "a repeat, too, under a sequence of its own";
  ASSERT_EQ(Post({.state = "denied", .id = "mine"}).status, 409);
  world_.store.SetDown(true);
  ExpectTryAgain(Post({.id = "other"}));
  EXPECT_EQ(told.size(), 2u);
  world_.store.SetDown(false);
  ASSERT_TRUE(desk_->Settle(*world_.plan));
  ASSERT_EQ(told.size(), 3u);
  EXPECT_TRUE(world_.store.BySequence(told[2])->has_value());
  desk_.reset();
}

TEST_F(DeskTest, TheSameIdWithOtherContentIsAConflictForGood) {
  Begin();
  const Posted first = {.id = "mine"};
  Accept(first);
  Posted other_person = first, other_state = first, other_purpose = first;
  other_person.subject = R"("email":"other@example.org")";
  other_state.state = "denied";
  other_purpose.purpose = "statistics.audience";
  for (const Posted& posted : {other_person, other_state, other_purpose}) {
    SCOPED_TRACE(BodyOf(posted));
    const Response answer = Post(posted);
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(CodeOf(answer), "conflict.consent_id");
    EXPECT_EQ(HeaderOf(answer, "Retry-After"), "") << "trying again would not help";
  }
  EXPECT_EQ(world_.ConsentsInStore().size(), 1u);
  EXPECT_EQ(ReaderState(), ConsentState::kGranted);
  EXPECT_EQ(world_.StateOf("other@example.org"), ConsentState::kUnknown);
}

TEST_F(DeskTest, AWithdrawalThatLinksTwoIdentifiersWorksForBoth) {
  struct Row {
    const char* name;
    std::vector<Posted> before;
  };
  const std::vector<Row> rows = {
      {"neither was known", {}},
      {"one was known", {As({}, "granted", "2026-11-21T08:00:00Z")}},
      {"both were, as two people", {{}, kCustomerOnly}},
      {"both were, as one person", {kBoth}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    World fresh;
    ConsentDesk desk(fresh.DeskParts());
    desk.Start();
    std::vector<Posted> all = row.before;
    all.push_back(As(kBoth, "withdrawn"));
    for (const Posted& posted : all) {
      Reply reply;
      ASSERT_FALSE(desk.Submit(fresh.plan, fresh.plan->sources[kShop], BodyOf(posted),
                               [&] { return reply.Promise(); }));
      ASSERT_EQ(reply.Wait().status, 201);
    }
    const auto customer = fresh.index->Find(fresh.gate->FingerprintOf("customer_id", "c-1"));
    EXPECT_EQ(fresh.index->Get(customer, kNewsletter).state, ConsentState::kWithdrawn);
    EXPECT_EQ(fresh.StateOf("reader@example.org"), ConsentState::kWithdrawn);
    EXPECT_EQ(fresh.StateOf("reader@example.org", kAudience), ConsentState::kUnknown);
  }
}

// C4 24.
TEST_F(DeskTest, WhatAnAgentTypesInCountsAsThePersonsWord) {
  Begin();
  Accept(kCustomerOnly);
  Reply reply;
  const std::string body =
      R"({"subject":{"customer_id":"c-1"},"purpose":"marketing.email","state":"withdrawn",)"
      R"("effective_at":"2026-11-21T10:00:00Z","actor":{"kind":"agent"},)"
      R"("collection":{"method":"phone"},"evidence":[{"kind":"call_recording","digest":"sha256:)" +
      std::string(64, 'a') + R"("}]})";
  ASSERT_FALSE(desk_->Submit(world_.plan, world_.plan->sources[kShop], body,
                             [&] { return reply.Promise(); }));
  EXPECT_EQ(reply.Wait().status, 201);
  EXPECT_EQ(CustomerState(), ConsentState::kWithdrawn);
}

// C4 11 over HTTP, the journal, the store and a restart; who is whom is people.cases'.
TEST_F(DeskTest, AMergeLeavesWhatBothGrantedAndIsUndone) {
  Begin();
  const auto customer = [&](const char* name) {
    const auto print = world_.gate->FingerprintOf("customer_id", name);
    return world_.index->Get(world_.index->Find(print), kNewsletter).state;
  };
  const auto who_is_whom = [&](const char* state, const char* at) {
    Reply reply;
    const std::string body = R"({"subject":{"customer_id":"c-1"},"with":{"customer_id":"c-2"},)"
                             R"("purpose":"*","state":")" +
                             std::string(state) + R"(","effective_at":")" + at + R"("})";
    auto refused = desk_->Submit(world_.plan, world_.plan->sources[kShop], body,
                                 [&] { return reply.Promise(); });
    const Response answer = refused ? *std::move(refused) : reply.Wait();
    ASSERT_EQ(answer.status, 201) << answer.body;
  };
  Accept(kBoth);
  Accept({R"("customer_id":"c-2")", "granted", "", "statistics.audience"});
  who_is_whom("merged", "2026-11-21T10:00:00Z");
  for (int restarted = 0; restarted < 2; ++restarted, Restart()) {
    EXPECT_EQ(customer("c-1"), ConsentState::kInvalidated);
    EXPECT_EQ(customer("c-2"), ConsentState::kInvalidated);
    EXPECT_EQ(ReaderState(), ConsentState::kInvalidated) << "the address too";
  }
  who_is_whom("separated", "2026-11-21T11:00:00Z");
  for (int restarted = 0; restarted < 2; ++restarted, Restart()) {
    EXPECT_EQ(customer("c-1"), ConsentState::kGranted);
    EXPECT_EQ(customer("c-2"), ConsentState::kUnknown);
    EXPECT_EQ(ReaderState(), ConsentState::kGranted);
  }
}

TEST_F(DeskTest, AnOlderGrantThatComesLateDoesNotUndoAWithdrawal) {
  Begin();
  Accept(As(kBoth, "withdrawn", "2026-11-21T10:00:00Z"));
  Accept(As(kCustomerOnly, "granted", "2026-11-21T09:00:00Z"));
  EXPECT_EQ(CustomerState(), ConsentState::kWithdrawn);
  EXPECT_EQ(ReaderState(), ConsentState::kWithdrawn);
}

TEST_F(DeskTest, RecordedTimeNeverGoesBack) {
  Begin();
  Accept({});
  const auto first = world_.ConsentsInStore().back().recorded_at;
  world_.disk.clock.Advance(-3'600'000);
  Accept(As({}, "denied"));
  EXPECT_EQ(world_.ConsentsInStore().back().recorded_at, first);
  Restart();
  Accept(As({}, "withdrawn"));
  EXPECT_EQ(world_.ConsentsInStore().back().recorded_at, first) << "a restart forgets no time";
}

TEST_F(DeskTest, BeyondWhatMayWaitItAnswersBusy) {
  auto parts = world_.DeskParts();
  parts.waiting_max = 2;
  desk_ = std::make_unique<ConsentDesk>(parts);  // not started: all of it waits
  Reply first, second, third;
  EXPECT_FALSE(Submit({}, first));
  EXPECT_FALSE(Submit({}, second));
  const auto refused = Submit({}, third);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(CodeOf(*refused), "overload.consents");
}

TEST_F(DeskTest, WhatWaitsIsFinishedBeforeItEnds) {
  Begin();
  std::vector<Reply> replies(50);
  for (Reply& reply : replies) ASSERT_FALSE(Submit({}, reply));
  desk_.reset();
  for (Reply& reply : replies) EXPECT_EQ(reply.Wait().status, 201);
  EXPECT_EQ(world_.ConsentsInStore().size(), replies.size());
}

TEST_F(DeskTest, ARestartFindsWhatTheJournalHasAndTheStoreHasNot) {
  Begin();
  Accept({});
  world_.store.SetDown(true);
  ExpectTryAgain(Post(As({}, "withdrawn")));
  world_.store.SetDown(false);
  Restart();
  EXPECT_EQ(world_.ConsentsInStore().size(), 2u);
  EXPECT_EQ(ReaderState(), ConsentState::kWithdrawn);
  const auto event = world_.ConsentsInStore().back();
  EXPECT_EQ(event.source, "shop");
  EXPECT_EQ(event.notice, "newsletter-v4");
  EXPECT_EQ(base::FormatRfc3339(event.effective_at), "2026-11-21T10:00:00.000Z");
  std::string said;
  EXPECT_TRUE(world_.disk.keys->StorageSealer("detail").Open(event.id, event.detail, said));
  EXPECT_EQ(said, BodyOf(As({}, "withdrawn")));
}

TEST_F(DeskTest, ARestartFillsTheWholeIndex) {
  Begin();
  Accept(kBoth);
  Accept(As({R"("email":"other@example.org")"}, "denied"));
  Restart();
  EXPECT_EQ(ReaderState(), ConsentState::kGranted);
  EXPECT_EQ(CustomerState(), ConsentState::kGranted);
  EXPECT_EQ(world_.StateOf("other@example.org"), ConsentState::kDenied);
  EXPECT_EQ(world_.ConsentsInStore().size(), 2u) << "and stores nothing twice";
}

TEST_F(DeskTest, ARestartAfterAConflictIsAStart) {
  Begin();
  Accept({.id = "mine"});
  EXPECT_NE(Post({.state = "denied", .id = "mine"}).status, 201);
  Restart();
  EXPECT_EQ(ReaderState(), ConsentState::kGranted);
  Accept(As({}, "withdrawn"));
  EXPECT_EQ(ReaderState(), ConsentState::kWithdrawn);
}

TEST_F(DeskTest, ARestartThatCannotReadSaysSo) {
  journal::ConsentRecord malformed;
  malformed.purpose = "marketing.email";
  auto frame = std::make_shared<journal::Frame>();
  frame->Add(malformed);
  world_.Write(frame);
  ConsentDesk desk(world_.DeskParts());
  const auto recovered = desk.Recover(*world_.plan);
  ASSERT_FALSE(recovered);
  EXPECT_EQ(recovered.error().code, base::ErrorCode::kInvalid);
  world_.store.SetDown(true);
  const auto down = desk.Recover(*world_.plan);
  ASSERT_FALSE(down);
  EXPECT_EQ(down.error().code, base::ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace octroi::gateway
