// FlowStore: one test per sentence of its contract (db/flow.h).
#include <algorithm>

#include "contract.h"
#include "samples.h"

namespace octroi::testing {
namespace {

using base::ErrorCode;
using base::Outcome;
using base::Reason;
using store::Attention;
using store::Totals;

class FlowContract : public StoreContract {};
OCTROI_ON_EVERY_STORE(FlowContract);

store::EventRow Quarantined(std::uint64_t sequence) {
  return EventOf(sequence, Outcome::kQuarantined, Reason::kContractRequired);
}

TEST_P(FlowContract, AnEmptyProjectionSaysSo) {
  EXPECT_EQ(*store().ProjectedThrough(), 0u);
  EXPECT_FALSE(store().Find(1)->has_value());
  EXPECT_EQ(*store().Sum(), Totals());
  EXPECT_TRUE(store().Rules()->empty());
  EXPECT_TRUE(store().NeedAttention(10)->empty());
  EXPECT_FALSE(*store().AnyKept(0, 1'000, 0));
}

TEST_P(FlowContract, KeepsEveryMemberOfAnEventAlsoAfterReopening) {
  store::EventRow whole =
      EventOf(7, Outcome::kAccepted, Reason::kAccepted,
              {To(0, Outcome::kFailed, Reason::kRetriesExhausted, -5, 4'000'000, 503),
               To(65'535, Outcome::kWithheld, Reason{1'000}, 1'795'300'000'123)});
  whole.plan = 4'000'000'000;
  whole.source = 65'535;
  ASSERT_TRUE(IsOk(store().Apply(Batch(9, {whole, Quarantined(8)}))));
  for (int opened = 0; opened < 2; ++opened, Reopen()) {
    EXPECT_EQ(**store().Find(7), whole);
    EXPECT_EQ(**store().Find(8), Quarantined(8));
    EXPECT_FALSE(store().Find(9)->has_value());
    EXPECT_EQ(*store().ProjectedThrough(), 9u);
  }
}

// Whoever walks all pages from anywhere meets every event from there on once, in order, whole.
TEST_P(FlowContract, PagesHoldEveryEventOnce) {
  EXPECT_TRUE(store().Page(0)->empty());
  std::vector<store::EventRow> all;
  std::uint64_t through = 0;
  for (int batch = 0; batch < 5; ++batch) {
    std::vector<store::EventRow> events;
    for (int i = 0; i < 50; ++i) {
      through += 1 + static_cast<std::uint64_t>(i % 3);
      events.push_back(i % 7 == 0 ? Quarantined(through) : Accepted(through));
    }
    ASSERT_TRUE(IsOk(store().Apply(Batch(through + 5, events))));
    through += 5;
    all.insert(all.end(), events.begin(), events.end());
  }
  for (std::uint64_t from = 0; from <= through + 1; from += 1 + from % 11) {
    std::vector<store::EventRow> met;
    for (std::uint64_t next = from;;) {
      const auto page = store().Page(next);
      ASSERT_TRUE(page);
      if (page->empty()) break;
      met.insert(met.end(), page->begin(), page->end());
      next = met.back().sequence + 1;
    }
    const auto first = std::ranges::lower_bound(all, from, {}, &store::EventRow::sequence);
    EXPECT_TRUE(std::equal(first, all.end(), met.begin(), met.end())) << "from " << from;
  }
}

TEST_P(FlowContract, RefusesABatchThatDoesNotFollowOnOrIsNotWhole) {
  ASSERT_TRUE(IsOk(store().Apply(Batch(10, {Accepted(10)}))));
  const auto delivered = [](Outcome outcome, std::vector<store::DeliveryState> deliveries) {
    return Batch(12, {EventOf(11, outcome, Reason::kAccepted, std::move(deliveries))});
  };
  const auto queued = [](std::uint16_t to) { return To(to, Outcome::kInFlight, Reason::kQueued); };
  const std::vector<std::pair<const char*, store::Projection>> refused = {
      {"the same batch again", Batch(10, {Accepted(10)})},
      {"nothing new", Batch(10, {})},
      {"going back", Batch(9, {})},
      {"an event already projected", Batch(11, {Accepted(10)})},
      {"an event before", Batch(11, {Accepted(3)})},
      {"an event after through", Batch(11, {Accepted(12)})},
      {"descending", Batch(12, {Accepted(12), Accepted(11)})},
      {"twice", Batch(12, {Accepted(11), Accepted(11)})},
      {"a sequence beyond 63 bits", Batch(1ull << 63, {})},
      {"an event nobody decided", delivered(Outcome::kUndecided, {})},
      {"an event with the outcome of a delivery", delivered(Outcome::kSent, {})},
      {"a delivery nobody decided",
       delivered(Outcome::kAccepted, {To(0, Outcome::kUndecided, {})})},
      {"a delivery with the outcome of an event",
       delivered(Outcome::kAccepted, {To(0, Outcome::kAccepted, {})})},
      {"a quarantined event that is delivered", delivered(Outcome::kQuarantined, {queued(0)})},
      {"a destination twice", delivered(Outcome::kAccepted, {queued(1), queued(1)})},
      {"destinations that descend", delivered(Outcome::kAccepted, {queued(2), queued(1)})},
      {"a good event before a bad one", Batch(12, {Accepted(11), Accepted(13)})},
      {"an update that is no outcome of a delivery",
       Batch(12, {Accepted(11)}, {{10, To(0, Outcome::kAccepted, Reason::kAccepted)}})},
  };
  const Totals before = *store().Sum();
  for (auto [name, batch] : refused) {
    batch.rules[{0, "s", "c", "r"}] = {1, 1, 1};
    EXPECT_TRUE(IsError(store().Apply(batch), ErrorCode::kInvalid)) << name;
    EXPECT_EQ(*store().Sum(), before) << name;
    EXPECT_EQ(*store().ProjectedThrough(), 10u) << name;
    EXPECT_FALSE(store().Find(11)->has_value()) << name;
    EXPECT_EQ(**store().Find(10), Accepted(10)) << name;
    EXPECT_TRUE(store().Rules()->empty()) << name;
  }
  EXPECT_TRUE(IsOk(store().Apply(Batch(20, {Accepted(11), Accepted(15)})))) << "gaps are fine";
}

TEST_P(FlowContract, AFinalOutcomeNeverChangesButAFailedOneMay) {
  const std::vector<Outcome> outcomes = {Outcome::kInFlight, Outcome::kSent, Outcome::kWithheld,
                                         Outcome::kFailed, Outcome::kErased};
  std::uint64_t sequence = 0;
  for (const Outcome from : outcomes) {
    for (const Outcome to : outcomes) {
      const store::DeliveryState old = To(3, from, Reason::kQueued, 10, 1, 500);
      const store::DeliveryState next = To(3, to, Reason::kDelivered, 20, 2, 200);
      const store::EventRow event =
          EventOf(++sequence, Outcome::kAccepted, Reason::kAccepted, {old});
      ASSERT_TRUE(IsOk(store().Apply(Batch(sequence, {event}))));
      const base::Status applied = store().Apply(Batch(++sequence, {}, {{event.sequence, next}}));
      const bool open = from == Outcome::kInFlight || from == Outcome::kFailed;
      const std::string name = std::string(Name(from)) + " -> " + std::string(Name(to));
      if (!open && from != to) {
        EXPECT_TRUE(IsError(applied, ErrorCode::kInvalid)) << name;
      } else {
        EXPECT_TRUE(IsOk(applied)) << name;
      }
      EXPECT_EQ((*store().Find(event.sequence))->deliveries.at(0), open ? next : old) << name;
    }
  }
}

TEST_P(FlowContract, OutcomesOfTheSameBatchApplyInTheirOrder) {
  ASSERT_TRUE(IsOk(store().Apply(Batch(1, {Accepted(1)}))));
  ASSERT_TRUE(
      IsOk(store().Apply(Batch(9, {Accepted(5)},
                               {{5, To(0, Outcome::kInFlight, Reason::kRetrying, 10, 1, 503)},
                                {1, To(3, Outcome::kFailed, Reason::kRetriesExhausted, 11, 9, 503)},
                                {5, To(0, Outcome::kSent, Reason::kDelivered, 12, 2, 200)},
                                {1, To(3, Outcome::kSent, Reason::kDelivered, 13, 10, 200)}}))));
  EXPECT_EQ((*store().Find(5))->deliveries.at(0),
            To(0, Outcome::kSent, Reason::kDelivered, 12, 2, 200));
  EXPECT_EQ((*store().Find(1))->deliveries.at(1),
            To(3, Outcome::kSent, Reason::kDelivered, 13, 10, 200));
  EXPECT_TRUE(store().NeedAttention(10)->empty());
}

TEST_P(FlowContract, OutcomesOfTheUnknownAreLeftOutAndCounted) {
  ASSERT_TRUE(IsOk(store().Apply(Batch(3, {Accepted(1), Quarantined(2)}))));
  EXPECT_FALSE(store().Get(store::kMetaOrphanOutcomes)->has_value());
  const store::DeliveryState sent = To(0, Outcome::kSent, Reason::kDelivered);
  const store::DeliveryState elsewhere = To(5, Outcome::kSent, Reason::kDelivered);
  ASSERT_TRUE(IsOk(store().Apply(Batch(4, {}, {{3, sent}, {1, elsewhere}, {2, sent}}))));
  ASSERT_TRUE(IsOk(store().Apply(Batch(5, {}, {{77, sent}, {1, sent}}))));
  Reopen();
  EXPECT_EQ(**store().Get(store::kMetaOrphanOutcomes), "4");
  EXPECT_EQ(store().Sum()->destinations.at(0).sent, 1u);
}

TEST_P(FlowContract, BothSumsByName) {
  ASSERT_TRUE(IsOk(store().Apply(
      Batch(9,
            {Accepted(1), Accepted(2), EventOf(3, Outcome::kRejected, Reason::kJsonInvalid),
             Quarantined(4), EventOf(5, Outcome::kMerged, Reason::kDuplicateMessageId)},
            {{1, To(0, Outcome::kSent, Reason::kDelivered)},
             {2, To(0, Outcome::kFailed, Reason::kRefusedByDestination)},
             {2, To(3, Outcome::kErased, Reason::kPayloadGone)}}))));
  for (int opened = 0; opened < 2; ++opened, Reopen()) {
    const Totals totals = *store().Sum();
    EXPECT_EQ(totals.sources, (std::map<std::uint16_t, Totals::Source>{{2, {5, 1, 1, 1, 2}}}));
    EXPECT_EQ(totals.destinations.at(0),
              (Totals::Destination{.accepted = 2, .sent = 1, .failed = 1}));
    EXPECT_EQ(totals.destinations.at(3),
              (Totals::Destination{.accepted = 2, .in_flight = 1, .erased = 1}));
    EXPECT_EQ(totals.destinations.at(7), (Totals::Destination{.accepted = 2, .withheld = 2}));
    EXPECT_EQ(totals.source_reasons, (std::map<Totals::Why, std::uint64_t>{
                                         {{2, Outcome::kRejected, Reason::kJsonInvalid}, 1},
                                         {{2, Outcome::kQuarantined, Reason::kContractRequired}, 1},
                                         {{2, Outcome::kMerged, Reason::kDuplicateMessageId}, 1},
                                         {{2, Outcome::kAccepted, Reason::kAccepted}, 2}}));
    EXPECT_EQ(totals.destination_reasons,
              (std::map<Totals::Why, std::uint64_t>{
                  {{0, Outcome::kSent, Reason::kDelivered}, 1},
                  {{0, Outcome::kFailed, Reason::kRefusedByDestination}, 1},
                  {{3, Outcome::kInFlight, Reason::kQueued}, 1},
                  {{3, Outcome::kErased, Reason::kPayloadGone}, 1},
                  {{7, Outcome::kWithheld, Reason::kConsentWithdrawn}, 2}}));
  }
}

TEST_P(FlowContract, TheSumShowsAMissingDelivery) {
  store::EventRow short_of_one = Accepted(2);
  short_of_one.deliveries.pop_back();
  ASSERT_TRUE(IsOk(store().Apply(Batch(2, {Accepted(1), short_of_one}))));
  EXPECT_EQ(store().Sum()->destinations.at(7), (Totals::Destination{.accepted = 2, .withheld = 1}));
}

TEST_P(FlowContract, PlansAreSummedApartBecausePlacesMove) {
  store::EventRow later = EventOf(2, Outcome::kAccepted, Reason::kAccepted,
                                  {To(0, Outcome::kWithheld, Reason::kConsentDenied)});
  later.plan = 2;
  ASSERT_TRUE(IsOk(store().Apply(Batch(2, {Accepted(1), later}))));
  const auto plans = *store().SumByPlan();
  ASSERT_EQ(plans.size(), 2u);
  EXPECT_EQ(plans.at(1).destinations.at(0), (Totals::Destination{.accepted = 1, .in_flight = 1}));
  EXPECT_EQ(plans.at(2).destinations.at(0), (Totals::Destination{.accepted = 1, .withheld = 1}));
  EXPECT_EQ(store().Sum()->destinations.at(0),
            (Totals::Destination{.accepted = 2, .withheld = 1, .in_flight = 1}));
  EXPECT_EQ(store().Sum()->destinations.at(3),
            (Totals::Destination{.accepted = 1, .in_flight = 1}));
}

TEST_P(FlowContract, RuleCountsAdd) {
  const store::RuleKey hour{3'600'000, "site-web", "lead@2", "email-valid"};
  const store::RuleKey next{7'200'000, "site-web", "lead@2", "email-valid"};
  store::Projection batch = Batch(1, {});
  batch.rules = {{hour, {10, 2, 1}}};
  ASSERT_TRUE(IsOk(store().Apply(batch)));
  batch.through = 2;
  batch.rules = {{hour, {5, 1, 0}}, {next, {7, 0, 3}}};
  ASSERT_TRUE(IsOk(store().Apply(batch)));
  Reopen();
  EXPECT_EQ(*store().Rules(),
            (std::map<store::RuleKey, store::RuleCount>{{hour, {15, 3, 1}}, {next, {7, 0, 3}}}));
}

TEST_P(FlowContract, AttentionIsNewestFirstAndLimited) {
  store::EventRow born_failed = EventOf(4, Outcome::kAccepted, Reason::kAccepted,
                                        {To(1, Outcome::kFailed, Reason::kProtectFailed, 1'002)});
  ASSERT_TRUE(IsOk(
      store().Apply(Batch(9, {Accepted(1), Quarantined(2), Quarantined(3), born_failed},
                          {{1, To(3, Outcome::kFailed, Reason::kRetriesExhausted, 5'000)},
                           {1, To(0, Outcome::kFailed, Reason::kRefusedByDestination, 5'000)}}))));
  const std::vector<Attention> all = {
      {1, 3, Outcome::kFailed, Reason::kRetriesExhausted, 5'000, 1, 2},
      {1, 0, Outcome::kFailed, Reason::kRefusedByDestination, 5'000, 1, 2},
      {3, 0xffff, Outcome::kQuarantined, Reason::kContractRequired, 1'003, 1, 2},
      {4, 1, Outcome::kFailed, Reason::kProtectFailed, 1'002, 1, 2},
      {2, 0xffff, Outcome::kQuarantined, Reason::kContractRequired, 1'002, 1, 2},
  };
  for (int opened = 0; opened < 2; ++opened, Reopen()) {
    EXPECT_EQ(*store().NeedAttention(10), all);
    EXPECT_EQ(*store().NeedAttention(2), std::vector(all.begin(), all.begin() + 2));
    EXPECT_TRUE(store().NeedAttention(0)->empty());
  }
  ASSERT_TRUE(IsOk(
      store().Apply(Batch(10, {}, {{1, To(3, Outcome::kFailed, Reason::kPayloadGone, 6'000)}}))));
  EXPECT_EQ(store().NeedAttention(1)->at(0),
            (Attention{1, 3, Outcome::kFailed, Reason::kPayloadGone, 6'000, 1, 2}));
  ASSERT_TRUE(
      IsOk(store().Apply(Batch(11, {}, {{1, To(3, Outcome::kInFlight, Reason::kQueued, 7'000)}}))));
  EXPECT_EQ(store().NeedAttention(1)->at(0), all[1]) << "replayed: no longer failed";
}

TEST_P(FlowContract, AnyKeptAsksForQuarantinedAndFailedLaterThanSince) {
  ASSERT_TRUE(
      IsOk(store().Apply(Batch(90, {Quarantined(20), Accepted(40), Accepted(41)},
                               {{40, To(0, Outcome::kFailed, Reason::kRetriesExhausted, 9'000)},
                                {41, To(0, Outcome::kSent, Reason::kDelivered, 9'500)}}))));
  struct Row {
    std::uint64_t first, last;
    base::Millis since;
    bool kept;
  };
  const std::vector<Row> table = {
      {1, 90, 0, true},        {20, 20, 0, true},        {1, 19, 0, false},
      {21, 39, 0, false},      {20, 20, 1'019, true},    {20, 20, 1'020, false},
      {40, 40, 8'999, true},   {40, 40, 9'000, false},   {41, 90, 0, false},
      {0, ~0ull, 8'999, true}, {0, ~0ull, 9'000, false}, {40, 20, 0, false},
  };
  for (const Row& row : table) {
    EXPECT_EQ(*store().AnyKept(row.first, row.last, row.since), row.kept)
        << row.first << ".." << row.last << " since " << row.since;
  }
}

TEST_P(FlowContract, ClearForgetsTheFlowAndKeepsTheRegister) {
  const policies::ConsentEvent grant = Consent(1, {1}, policies::ConsentState::kGranted);
  const store::ArchivedConfig config{std::string(32, 'a'), 1, 100, "files", "{}"};
  ASSERT_TRUE(IsOk(store().Append(grant)));
  ASSERT_TRUE(IsOk(store().Archive(config)));
  ASSERT_TRUE(IsOk(store().Set("key-check", "one")));
  store::Projection batch = Batch(5, {Accepted(1), Quarantined(2)},
                                  {{1, To(0, Outcome::kFailed, Reason::kRetriesExhausted)},
                                   {4, To(0, Outcome::kSent, Reason::kDelivered)}});
  batch.rules[{0, "s", "c", "r"}] = {1, 1, 1};
  ASSERT_TRUE(IsOk(store().Apply(batch)));
  const Totals before = *store().Sum();
  ASSERT_TRUE(IsOk(store().Clear()));
  for (int opened = 0; opened < 2; ++opened, Reopen()) {
    EXPECT_EQ(*store().ProjectedThrough(), 0u);
    EXPECT_FALSE(store().Find(1)->has_value());
    EXPECT_EQ(*store().Sum(), Totals());
    EXPECT_TRUE(store().Rules()->empty());
    EXPECT_TRUE(store().NeedAttention(10)->empty());
    EXPECT_FALSE(store().Get(store::kMetaOrphanOutcomes)->has_value());
    EXPECT_TRUE(Equal(**store().BySequence(1), grant));
    EXPECT_EQ(**store().Latest(), config);
    EXPECT_EQ(**store().Get("key-check"), "one");
  }
  ASSERT_TRUE(IsOk(store().Apply(batch))) << "rebuilt from the start";
  EXPECT_EQ(*store().Sum(), before);
}

}  // namespace
}  // namespace octroi::testing
