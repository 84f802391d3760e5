// ConsentStore, ConfigStore and MetaStore: one test per sentence of their contract (db/store.h).
#include <algorithm>
#include <thread>

#include "contract.h"
#include "samples.h"

namespace octroi::testing {
namespace {

using base::ErrorCode;
using policies::ConsentEvent;
using policies::ConsentState;

class ConsentContract : public StoreContract {
 protected:
  std::vector<std::uint64_t> History(std::vector<std::uint8_t> who, std::string_view purpose) {
    std::vector<policies::Fingerprint> subject;
    for (const std::uint8_t one : who) subject.push_back(Print(one));
    const auto history = store().History(subject, purpose);
    EXPECT_TRUE(IsOk(history));
    std::vector<std::uint64_t> sequences;
    for (const ConsentEvent& event : *history) sequences.push_back(event.sequence);
    std::sort(sequences.begin(), sequences.end());
    return sequences;
  }
  std::vector<ConsentEvent> All() {
    std::vector<ConsentEvent> all;
    EXPECT_TRUE(IsOk(store().ForEach([&](const ConsentEvent& event) { all.push_back(event); })));
    return all;
  }
};
OCTROI_ON_EVERY_STORE(ConsentContract);
using Sequences = std::vector<std::uint64_t>;

TEST_P(ConsentContract, AnEmptyRegisterKnowsNobody) {
  EXPECT_EQ(*store().LastSequence(), 0u);
  EXPECT_TRUE(All().empty());
  EXPECT_EQ(History({1}, "marketing.email"), Sequences{});
  EXPECT_FALSE(store().BySequence(1)->has_value());
}

TEST_P(ConsentContract, KeepsEveryMemberOfAnEventAlsoAfterReopening) {
  const ConsentEvent grant = Consent(5, {9, 1, 4}, ConsentState::kGranted);
  ASSERT_TRUE(IsOk(store().Append(grant)));
  for (int opened = 0; opened < 2; ++opened, Reopen()) {
    ASSERT_EQ(All().size(), 1u);
    EXPECT_TRUE(Equal(All()[0], grant));
    EXPECT_TRUE(Equal(**store().BySequence(5), grant));
    EXPECT_TRUE(Equal(store().History({Print(4)}, "marketing.email")->at(0), grant));
  }
}

TEST_P(ConsentContract, TheSameIdAgainIsNoSecondRow) {
  const ConsentEvent grant = Consent(5, {1}, ConsentState::kGranted);
  ConsentEvent again = grant;
  again.sequence = 8;  // journalled twice, sealed twice
  again.detail = "sealed with another nonce";
  again.recorded_at += 5;
  ASSERT_TRUE(IsOk(store().Append(grant)));
  ASSERT_TRUE(IsOk(store().Append(again)));
  Reopen();
  ASSERT_TRUE(IsOk(store().Append(again)));
  ASSERT_EQ(All().size(), 1u);
  EXPECT_TRUE(Equal(All()[0], grant));
}

TEST_P(ConsentContract, TheIdOfAnotherEventIsRefused) {
  const ConsentEvent grant = Consent(5, {1}, ConsentState::kGranted);
  ASSERT_TRUE(IsOk(store().Append(grant)));
  const std::vector<std::pair<const char*, std::function<void(ConsentEvent&)>>> differences = {
      {"record", [](ConsentEvent& e) { e.record_id = "other"; }},
      {"subject", [](ConsentEvent& e) { e.subject = {Print(2)}; }},
      {"purpose", [](ConsentEvent& e) { e.purpose = "ads"; }},
      {"state", [](ConsentEvent& e) { e.state = ConsentState::kWithdrawn; }},
      {"when the person acted", [](ConsentEvent& e) { e.effective_at += 1; }},
      {"validity", [](ConsentEvent& e) { e.valid_until = 0; }},
      {"age", [](ConsentEvent& e) { e.age = policies::AgeBand::kAdult; }},
      {"who agreed", [](ConsentEvent& e) { e.by_parent = false; }},
      {"how", [](ConsentEvent& e) { e.explicit_word = true; }},
      {"for whom", [](ConsentEvent& e) { e.limits = policies::StoredLimits("vendors=crm"); }},
      {"what its identifiers are of", [](ConsentEvent& e) { e.accounts = 0; }},
  };
  for (const auto& [name, change] : differences) {
    ConsentEvent other = grant;
    change(other);
    EXPECT_TRUE(IsError(store().Append(other), ErrorCode::kInvalid)) << name;
  }
  EXPECT_EQ(All().size(), 1u);
}

TEST_P(ConsentContract, AnEventWithoutIdOrSubjectIsRefused) {
  ConsentEvent nameless = Consent(5, {1}, ConsentState::kGranted);
  nameless.id.clear();
  EXPECT_TRUE(IsError(store().Append(nameless), ErrorCode::kInvalid));
  EXPECT_TRUE(IsError(store().Append(Consent(5, {}, ConsentState::kGranted)), ErrorCode::kInvalid));
  EXPECT_TRUE(All().empty());
}

TEST_P(ConsentContract, SeveralEventsAreAppendedTogetherOrNotAtAll) {
  const auto one = Consent(1, {1}, ConsentState::kGranted);
  const auto two = Consent(2, {2}, ConsentState::kGranted);
  auto taken = Consent(3, {3}, ConsentState::kGranted);
  taken.id = one.id;
  const std::vector<ConsentEvent> refused = {one, two, taken}, whole = {one, two, one};
  EXPECT_TRUE(IsError(store().AppendAll(refused), ErrorCode::kInvalid));
  EXPECT_EQ(*store().LastSequence(), 0u);
  EXPECT_TRUE(IsOk(store().AppendAll(whole)));
  EXPECT_EQ(*store().LastSequence(), 2u);
  std::size_t count = 0;
  EXPECT_TRUE(IsOk(store().ForEach([&](const ConsentEvent&) { ++count; })));
  EXPECT_EQ(count, 2u);
}

TEST_P(ConsentContract, HistoryIsOfAnyOfTheFingerprintsAndOnePurpose) {
  ASSERT_TRUE(IsOk(store().Append(Consent(1, {1, 2}, ConsentState::kGranted))));
  ASSERT_TRUE(IsOk(store().Append(Consent(2, {2}, ConsentState::kWithdrawn))));
  ASSERT_TRUE(IsOk(store().Append(Consent(3, {1}, ConsentState::kDenied, "ads"))));
  ASSERT_TRUE(IsOk(store().Append(Consent(4, {3}, ConsentState::kGranted))));
  ASSERT_TRUE(IsOk(store().Append(Consent(5, {6, 6}, ConsentState::kGranted))));
  for (int opened = 0; opened < 2; ++opened, Reopen()) {
    EXPECT_EQ(History({1}, "marketing.email"), (Sequences{1}));
    EXPECT_EQ(History({2}, "marketing.email"), (Sequences{1, 2}));
    EXPECT_EQ(History({1, 2}, "marketing.email"), (Sequences{1, 2})) << "each event once";
    EXPECT_EQ(History({1, 3}, "marketing.email"), (Sequences{1, 4}));
    EXPECT_EQ(History({1, 2, 3}, "ads"), (Sequences{3}));
    EXPECT_EQ(History({1}, ""), (Sequences{1, 3})) << "of every purpose";
    EXPECT_EQ(History({6}, "marketing.email"), (Sequences{5})) << "named twice in one event";
    EXPECT_EQ(History({5}, "marketing.email"), (Sequences{}));
    EXPECT_EQ(History({}, "marketing.email"), (Sequences{}));
    EXPECT_EQ(History({1}, "marketing"), (Sequences{})) << "a purpose is not a prefix";
  }
}

TEST_P(ConsentContract, WhatFoldNeedsComesBackWhateverTheOrderOfArrival) {
  ConsentEvent grant = Consent(1, {1}, ConsentState::kGranted);
  ConsentEvent late = Consent(2, {1}, ConsentState::kWithdrawn);
  late.effective_at = grant.effective_at - 10'000;  // told late: before the grant
  ASSERT_TRUE(IsOk(store().Append(late)));
  ASSERT_TRUE(IsOk(store().Append(grant)));
  EXPECT_EQ(History({1}, "marketing.email"), (Sequences{1, 2}));
}

TEST_P(ConsentContract, ForEachGoesBySequenceAndLastSequenceIsTheHighest) {
  for (const std::uint64_t sequence : {30, 10, 20, 5}) {
    ASSERT_TRUE(IsOk(store().Append(Consent(sequence, {1}, ConsentState::kGranted))));
  }
  for (int opened = 0; opened < 2; ++opened, Reopen()) {
    Sequences seen;
    for (const ConsentEvent& event : All()) seen.push_back(event.sequence);
    EXPECT_EQ(seen, (Sequences{5, 10, 20, 30}));
    EXPECT_EQ(*store().LastSequence(), 30u);
  }
}

TEST_P(ConsentContract, ForEachSeesEveryEventOfMoreThanAPage) {
  std::vector<std::string> ids;
  for (std::uint64_t i = 0; i < 600; ++i) {
    ConsentEvent event = Consent(i, {static_cast<std::uint8_t>(i)}, ConsentState::kGranted);
    event.sequence = i / 7;  // shared sequences, also across the ends of pages
    ids.push_back(event.id);
    ASSERT_TRUE(IsOk(store().Append(event)));
  }
  std::vector<std::string> seen;
  for (const ConsentEvent& event : All()) seen.push_back(event.id);
  std::sort(ids.begin(), ids.end());
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, ids);
}

TEST_P(ConsentContract, ForEachMayCallTheStore) {
  ASSERT_TRUE(IsOk(store().Append(Consent(1, {1}, ConsentState::kGranted))));
  int calls = 0;
  ASSERT_TRUE(IsOk(store().ForEach([&](const ConsentEvent& event) {
    ++calls;
    EXPECT_EQ(*store().LastSequence(), event.sequence);
    EXPECT_TRUE(IsOk(store().Set("seen", event.id)));
  })));
  EXPECT_EQ(calls, 1);
}

TEST_P(ConsentContract, AnyThreadMayCall) {
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint64_t i = 1; i <= 10; ++i) {
        EXPECT_TRUE(IsOk(store().Append(Consent(t * 10 + i, {1}, ConsentState::kGranted))));
        EXPECT_TRUE(IsOk(store().Set("last", "value")));
        EXPECT_TRUE(IsOk(store().Sum()));
        EXPECT_GE(store().History({Print(1)}, "marketing.email")->size(), i);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(All().size(), 40u);
}

TEST_P(ConsentContract, ConfigsAreArchivedOnce) {
  const store::ArchivedConfig first{std::string(32, 'a'), 1, 100, std::string("files\0", 6), "{}"};
  const store::ArchivedConfig second{std::string(32, 'b'), 2, 50, "other", "{\"sources\":[]}"};
  const store::ArchivedConfig back{std::string(32, 'a'), 3, 300, std::string("files\0", 6), "{}"};
  EXPECT_FALSE(store().Latest()->has_value());
  EXPECT_FALSE(store().ByPlan(1)->has_value());
  ASSERT_TRUE(IsOk(store().Archive(second)));
  ASSERT_TRUE(IsOk(store().Archive(first)));
  EXPECT_EQ(**store().Latest(), second) << "the highest plan, not the last archived";
  ASSERT_TRUE(IsOk(store().Archive(back)));

  store::ArchivedConfig again = first;
  again.since = 999;
  EXPECT_TRUE(IsOk(store().Archive(again)));
  store::ArchivedConfig other = first;
  other.digest = std::string(32, 'c');
  EXPECT_TRUE(IsError(store().Archive(other), ErrorCode::kInvalid));
  store::ArchivedConfig cut = first;
  cut.plan = 4;
  cut.digest = "short";
  EXPECT_TRUE(IsError(store().Archive(cut), ErrorCode::kInvalid));
  for (int opened = 0; opened < 2; ++opened, Reopen()) {
    EXPECT_EQ(**store().ByPlan(1), first);
    EXPECT_EQ(**store().ByPlan(2), second);
    EXPECT_EQ(**store().Latest(), back);
    EXPECT_FALSE(store().ByPlan(4)->has_value());
  }
}

TEST_P(ConsentContract, MetaHoldsTheLastValueOfAKey) {
  EXPECT_FALSE(store().Get("key-check")->has_value());
  ASSERT_TRUE(IsOk(store().Set("key-check", "one")));
  ASSERT_TRUE(IsOk(store().Set("key-check", std::string_view("t\0o", 3))));
  ASSERT_TRUE(IsOk(store().Set("empty", "")));
  for (int opened = 0; opened < 2; ++opened, Reopen()) {
    EXPECT_EQ(**store().Get("key-check"), std::string("t\0o", 3));
    EXPECT_EQ(**store().Get("empty"), "");
    EXPECT_FALSE(store().Get("key")->has_value());
  }
}

}  // namespace
}  // namespace octroi::testing
