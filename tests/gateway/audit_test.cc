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

// A journal in memory: records 1, 2, 3, ... and the store that was projected from them.
class Flow {
 public:
  template <class Record>
  Flow& Add(const Record& record) {
    Encode(record, records_.emplace_back());
    return *this;
  }
  AuditReport Audit(base::Millis since = 0,
                    const std::function<void(store::EventRow&)>& tamper = {}) {
    Auditor auditor(since);
    ProjectionBuilder builder([](std::uint32_t) { return std::string(); });
    testing::FakeStore store;
    for (std::size_t i = 0; i < records_.size(); ++i) {
      auditor.Take(i + 1, records_[i]);
      builder.Add(i + 1, records_[i]);
    }
    EXPECT_TRUE(store.Apply(builder.Take()));
    AuditReport report;
    for (const std::uint64_t sequence : auditor.Events()) {
      auto row = store.Find(sequence);
      if (*row && tamper) tamper(**row);
      const bool gone = !*row || (*row)->sequence == 0;
      for (const auto& one : auditor.Compare(sequence, gone ? nullptr : &**row)) {
        report.discrepancies.push_back(one);
      }
    }
    auditor.Conclude(report);
    return report;
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
  EXPECT_TRUE(report.discrepancies.empty());
  EXPECT_EQ(report.events, 4u);
  EXPECT_EQ(report.outcomes, 1u);
  ASSERT_EQ(report.minutes.size(), 1u);
  const store::Totals& minute = report.minutes.at({kNine, 1});
  EXPECT_EQ(minute.sources.at(0).received, 4u);
  EXPECT_EQ(minute.destinations.at(0).sent, 1u);
  EXPECT_EQ(minute.destinations.at(0).in_flight, 1u);
  EXPECT_EQ(minute.destinations.at(1).withheld, 2u);
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
    ASSERT_EQ(report.discrepancies.size(), 1u);
    EXPECT_EQ(report.discrepancies[0], row.named);
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
    EXPECT_EQ(flow.Audit().discrepancies, row.named);
  }
  Flow undecided = Honest();
  EXPECT_FALSE(undecided.Add(Event(Outcome::kAccepted, 1)).Audit().holds);  // the sum fails too
}

TEST(Audit, AnOutcomeAfterAFinalOneIsNamed) {
  Auditor auditor(0);
  std::string event, sent, withheld;
  Encode(Event(Outcome::kAccepted), event);
  Encode(Delivered(1), sent);
  Encode(Delivered(1, 0, Outcome::kWithheld), withheld);
  auditor.Take(1, event);
  auditor.Take(2, sent);
  auditor.Take(3, withheld);
  AuditReport report;
  auditor.Conclude(report);
  EXPECT_EQ(report.discrepancies, std::vector<Discrepancy>({{1, 0, "outcome_after_final"}}));
}

TEST(Audit, WhatWasReceivedEarlierIsLeftOut) {
  Flow flow;
  auto early = Event(Outcome::kAccepted), late = early;
  late.received = kNine + 120'000;
  flow.Add(early).Add(late).Add(Delivered(1)).Add(Delivered(2));
  const AuditReport report = flow.Audit(kNine + 60'000);
  EXPECT_EQ(report.events, 1u);
  EXPECT_EQ(report.outcomes, 1u);
  EXPECT_TRUE(report.discrepancies.empty());
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
  EXPECT_TRUE(report.discrepancies.empty());
}

}  // namespace
}  // namespace octroi::gateway
