// What the audit names, one planted fault a row; and that it names nothing where all adds up.
#include "gateway/audit.h"

#include <gtest/gtest.h>

#include <functional>

#include "gateway/projector.h"
#include "gateway/world.h"
#include "support/fake_store.h"

namespace octroi::gateway {
namespace {

using base::Outcome;
using base::Reason;

constexpr base::Millis kNine = 1'795'251'600'000;  // 2026-11-21T09:00:00Z

journal::EventRecord Event(Outcome outcome, std::size_t destinations = 2) {
  journal::EventRecord record;
  record.plan = 1;
  record.outcome = outcome;
  record.reason = outcome == Outcome::kAccepted ? Reason::kAccepted : Reason::kContractRequired;
  record.received = kNine;
  if (outcome != Outcome::kAccepted) return record;
  record.verdicts.resize(destinations);
  for (std::size_t i = 0; i < destinations; ++i) {
    record.verdicts[i].destination = static_cast<std::uint16_t>(i);
    record.verdicts[i].allowed = i == 0;
    record.verdicts[i].reason = i == 0 ? Reason::kConsentGranted : Reason::kConsentDenied;
  }
  return record;
}

journal::OutcomeRecord Delivered(std::uint64_t sequence, std::uint16_t destination = 0,
                                 Outcome outcome = Outcome::kSent) {
  journal::OutcomeRecord record;
  record.plan = 1;
  record.destination = destination;
  record.outcome = outcome;
  record.reason = outcome == Outcome::kSent ? Reason::kDelivered : Reason::kRetriesExhausted;
  record.at = kNine + 7;
  record.attempt = 1;
  record.events = {sequence};
  return record;
}

// A store that was changed behind our back. A row whose sequence becomes 0 is gone.
class ChangedStore final : public testing::FakeStore {
 public:
  std::function<void(store::EventRow&)> tamper = [](auto&) {};
  base::Result<std::vector<store::EventRow>> Page(std::uint64_t from) override {
    auto rows = FakeStore::Page(from);
    if (!rows) return rows;
    for (store::EventRow& row : *rows) tamper(row);
    std::erase_if(*rows, [](const auto& row) { return row.sequence == 0; });
    return rows;
  }
};

// A real journal: records 1, 2, 3, ... and the store that was projected from them.
class Flow {
 public:
  template <class Record>
  Flow& Add(const Record& record) {
    Encode(record, records_.emplace_back());
    return *this;
  }
  AuditReport Audit(base::Millis since = 0,
                    const std::function<void(store::EventRow&)>& tamper = {}) const {
    return Audit(Auditor(since), tamper);
  }
  AuditReport Audit(Auditor auditor,
                    const std::function<void(store::EventRow&)>& tamper = {}) const {
    World world;
    ProjectionBuilder builder([](std::uint32_t) { return std::string(); });
    for (const std::string& record : records_) {
      auto frame = std::make_shared<journal::Frame>();
      frame->AddEncoded(record);
      builder.Add(world.Write(frame), record);
    }
    EXPECT_EQ(world.journal->durable_through(), records_.size());
    ChangedStore store;
    EXPECT_TRUE(store.Apply(builder.Take()));
    if (tamper) store.tamper = tamper;
    auto report = gateway::Audit(*world.journal, store, std::move(auditor));
    EXPECT_TRUE(report);
    EXPECT_EQ(report->through, records_.size());
    return *std::move(report);
  }

 private:
  std::vector<std::string> records_;
};

Flow Honest() {
  Flow flow;
  flow.Add(Event(Outcome::kAccepted)).Add(Event(Outcome::kRejected));
  return flow.Add(Event(Outcome::kQuarantined)).Add(Delivered(1)).Add(Event(Outcome::kAccepted));
}

TEST(Audit, WhereAllAddsUpNothingIsNamed) {
  const AuditReport report = Honest().Audit();
  EXPECT_TRUE(report.holds);
  EXPECT_EQ(report.discrepancies.total(), 0u);
  EXPECT_EQ(report.events, 4u);
  EXPECT_EQ(report.outcomes, 1u);
  ASSERT_EQ(report.minutes.size(), 1u);
  const store::Totals& minute = report.minutes.at({kNine, 1});
  EXPECT_EQ(minute.sources.at(0).received, 4u);
  EXPECT_EQ(minute.destinations.at(0).sent, 1u);
  EXPECT_EQ(minute.destinations.at(0).in_flight, 1u);
  EXPECT_EQ(minute.destinations.at(1).withheld, 2u);
}

journal::AccessRecord Access(journal::Access what, const char* role, base::Millis after = 0) {
  journal::AccessRecord record;
  record.at = kNine + after;
  record.access = what;
  record.role = role;
  record.request = 7;
  return record;
}

TEST(Audit, AValueThatNobodyElseApprovedIsNamed) {
  using enum journal::Access;
  const auto asked = Access(kAsked, "support"), approved = Access(kApproved, "dpo");
  const auto opened = Access(kOpened, "support");
  const auto named = [](const std::vector<journal::AccessRecord>& records, base::Millis since = 0) {
    Flow flow = Honest();
    for (const auto& record : records) flow.Add(record);
    return flow.Audit(since);
  };
  const AuditReport fine = named({asked, approved, opened});
  EXPECT_TRUE(fine.holds);
  EXPECT_EQ(fine.accesses, 3u);
  EXPECT_EQ(named({asked, approved, opened}, kNine + 1).accesses, 0u);
  const std::vector<journal::AccessRecord> wrong[] = {{asked, opened},
                                                      {opened},
                                                      {approved, opened},
                                                      {asked, Access(kApproved, "support"), opened},
                                                      {asked, approved, Access(kOpened, "it")}};
  for (const auto& records : wrong) {
    const AuditReport report = named(records);
    EXPECT_FALSE(report.holds);
    ASSERT_EQ(report.discrepancies.total(), 1u);
    EXPECT_EQ(report.discrepancies.first()[0].what, "access_unapproved");
    EXPECT_EQ(report.discrepancies.first()[0].sequence, 5 + records.size());
  }
  EXPECT_EQ(named({asked, approved, opened, opened}).discrepancies.total(), 1u) << "twice";
}

TEST(Audit, WhatTheStoreSaysOtherwiseIsNamed) {
  struct Row {
    const char* what;
    std::function<void(store::EventRow&)> tamper;
    Discrepancy named;
  };
  const Row rows[] = {
      {"the event is gone", [](auto& row) { row.sequence = 0; }, {1, 0xffff, "store_missing"}},
      {"another outcome",
       [](auto& row) { row.outcome = Outcome::kMerged; },
       {1, 0xffff, "store_differs"}},
      {"another reason",
       [](auto& row) { row.reason = Reason::kJsonInvalid; },
       {1, 0xffff, "store_differs"}},
      {"another source", [](auto& row) { row.source = 9; }, {1, 0xffff, "store_differs"}},
      {"another time", [](auto& row) { ++row.received; }, {1, 0xffff, "store_differs"}},
      {"another record", [](auto& row) { row.record += "x"; }, {1, 0xffff, "store_differs"}},
      {"withheld, it says, and it was sent",
       [](auto& row) { row.deliveries[0].outcome = Outcome::kWithheld; },
       {1, 0, "store_differs"}},
      {"sent, it says, and it was withheld",
       [](auto& row) { row.deliveries[1].outcome = Outcome::kSent; },
       {1, 1, "store_differs"}},
      {"another answer",
       [](auto& row) { row.deliveries[0].http_status = 500; },
       {1, 0, "store_differs"}},
      {"a delivery is gone", [](auto& row) { row.deliveries.pop_back(); }, {1, 1, "store_differs"}},
      {"a delivery too many",
       [](auto& row) { row.deliveries.push_back({7}); },
       {1, 7, "store_differs"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    const auto report = Honest().Audit(0, [&](store::EventRow& stored) {
      if (stored.sequence == 1) row.tamper(stored);
    });
    EXPECT_EQ(report.discrepancies.first(), std::vector<Discrepancy>{row.named});
  }
}

TEST(Audit, WhatTheJournalDoesNotExplainIsNamed) {
  struct Row {
    const char* what;
    std::function<void(Flow&)> more;
    std::vector<Discrepancy> named;
  };
  const Row rows[] = {
      {"an outcome of no event",
       [](Flow& flow) { flow.Add(Delivered(4)); },
       {{4, 0, "outcome_of_nothing"}}},
      {"an outcome at no destination",
       [](Flow& flow) { flow.Add(Delivered(1, 9)); },
       {{1, 9, "outcome_of_nothing"}}},
      {"failed at last is replayed and sent",
       [](Flow& flow) { flow.Add(Delivered(5, 0, Outcome::kFailed)).Add(Delivered(5)); },
       {}},
      {"an event that nobody decided for a destination",
       [](Flow& flow) { flow.Add(Event(Outcome::kAccepted, 1)); },
       {{6, 1, "verdict_missing"}}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    Flow flow = Honest();
    row.more(flow);
    EXPECT_EQ(flow.Audit().discrepancies.first(), row.named);
  }
  Flow undecided = Honest();
  EXPECT_FALSE(undecided.Add(Event(Outcome::kAccepted, 1)).Audit().holds);  // the sum fails too
}

// No store takes it: the auditor alone.
TEST(Audit, AnOutcomeAfterAFinalOneIsNamed) {
  for (const bool settled_before : {false, true}) {
    Auditor auditor(0);
    std::string event, sent, withheld;
    Encode(Event(Outcome::kAccepted), event);
    Encode(Delivered(1), sent);
    Encode(Delivered(1, 0, Outcome::kWithheld), withheld);
    auditor.Begin(1);
    auditor.Take(1, event);
    EXPECT_EQ(auditor.Final(), std::vector<std::uint64_t>{});
    auditor.Take(2, sent);
    EXPECT_EQ(auditor.Final(), std::vector<std::uint64_t>{1});
    if (settled_before) auditor.Settle(1, {});
    auditor.Take(3, withheld);
    if (!settled_before) auditor.Settle(1, {});
    EXPECT_EQ(auditor.Conclude().discrepancies.first(),
              std::vector<Discrepancy>({{1, 0, "outcome_after_final"}}));
  }
}

// What a pass has no memory for is in the next: the same is counted and named, however many events
// may be remembered at a time.
TEST(Audit, HowMuchIsRememberedChangesNothing) {
  Flow flow = Honest();
  for (std::uint64_t n = 6; n < 60; n += 3) {
    flow.Add(Event(Outcome::kAccepted, n == 30 ? 1 : 2));
    flow.Add(Event(Outcome::kAccepted));
    flow.Add(Delivered(n, 0, n % 2 == 0 ? Outcome::kFailed : Outcome::kSent));
  }
  flow.Add(Delivered(4)).Add(Delivered(7)).Add(Delivered(12)).Add(Delivered(55, 9));
  const auto tamper = [](store::EventRow& row) {
    if (row.sequence == 3 || row.sequence == 40) row.sequence = 0;
    if (row.sequence == 13 || row.sequence == 57) row.deliveries[1].http_status = 1;
  };
  const std::vector<Discrepancy> named{{3, 0xffff, "store_missing"},  {4, 0, "outcome_of_nothing"},
                                       {13, 1, "store_differs"},      {30, 1, "verdict_missing"},
                                       {40, 0xffff, "store_missing"}, {55, 9, "outcome_of_nothing"},
                                       {57, 1, "store_differs"}};
  for (const std::size_t open_max : {1, 2, 3, 7, 1'000}) {
    SCOPED_TRACE(open_max);
    const AuditReport report = flow.Audit(Auditor(0, open_max), tamper);
    EXPECT_EQ(report.discrepancies.first(), named);
    EXPECT_EQ(report.discrepancies.total(), named.size());
    EXPECT_EQ(report.events, 40u);
    EXPECT_EQ(report.outcomes, 23u);
    ASSERT_EQ(report.minutes.size(), 1u);
    EXPECT_EQ(report.minutes.begin()->second, flow.Audit().minutes.begin()->second);
  }
}

TEST(Audit, MoreThanCanBeNamedIsCounted) {
  Flow flow;
  for (std::size_t n = 0; n < kDiscrepanciesMax + 200; ++n) flow.Add(Event(Outcome::kRejected));
  const AuditReport report =
      flow.Audit(Auditor(0, 100), [](store::EventRow& row) { row.sequence = 0; });
  EXPECT_EQ(report.discrepancies.total(), kDiscrepanciesMax + 200);
  EXPECT_EQ(report.discrepancies.first().size(), kDiscrepanciesMax);
  EXPECT_EQ(report.discrepancies.first().back().sequence, kDiscrepanciesMax);
  EXPECT_FALSE(report.holds);
}

TEST(Audit, WhatWasReceivedEarlierIsLeftOut) {
  Flow flow;
  auto early = Event(Outcome::kAccepted), late = early;
  late.received = kNine + 120'000;
  flow.Add(early).Add(late).Add(Delivered(1)).Add(Delivered(2));
  const AuditReport report = flow.Audit(kNine + 60'000);
  EXPECT_EQ(report.events, 1u);
  EXPECT_EQ(report.outcomes, 1u);
  EXPECT_EQ(report.discrepancies.total(), 0u);
  EXPECT_EQ(flow.Audit().minutes.size(), 2u);
}

TEST(Audit, WhereTheClockWasSetBackWhatFollowsStillBelongsToIt) {
  Flow flow;
  auto early = Event(Outcome::kAccepted), late = early;
  late.received = kNine + 120'000;
  flow.Add(early).Add(late).Add(early).Add(Delivered(2)).Add(Delivered(3));
  const AuditReport report = flow.Audit(kNine + 60'000);
  EXPECT_EQ(report.events, 2u);
  EXPECT_EQ(report.outcomes, 2u);
  EXPECT_EQ(report.discrepancies.total(), 0u);
}

}  // namespace
}  // namespace octroi::gateway
