// What a restart reads out of the journal: duplicates stay duplicates.
#include "gateway/recovery.h"

#include <gtest/gtest.h>

namespace octroi::gateway {
namespace {

constexpr base::Millis kNow = 1'795'300'000'000;
constexpr base::Millis kWeek = 7 * 86'400'000LL;

std::string Encoded(const auto& record) {
  std::string out;
  Encode(record, out);
  return out;
}

journal::EventRecord Event(std::uint8_t message, base::Millis received) {
  journal::EventRecord record;
  record.received = received;
  record.body_digest = 3;
  record.message.fill(message);
  return record;
}

TEST(JournalRecovery, MessagesOfTheWindowAreRemembered) {
  SeenIndex seen;
  JournalRecovery recovery(seen, kNow - kWeek);
  recovery.Take(1, Encoded(Event(1, kNow - kWeek - 1)));
  recovery.Take(2, Encoded(Event(2, kNow - kWeek + 1)));
  journal::Fingerprint old{}, recent{};
  old.fill(1);
  recent.fill(2);
  EXPECT_EQ(seen.Reserve(old, 3, kNow, kWeek).kind, SeenIndex::Answer::Kind::kNew);
  const auto answer = seen.Reserve(recent, 3, kNow, kWeek);
  EXPECT_EQ(answer.kind, SeenIndex::Answer::Kind::kSeen);
  EXPECT_EQ(answer.sequence, 2u);
  EXPECT_EQ(seen.Reserve(recent, 5, kNow, kWeek).kind, SeenIndex::Answer::Kind::kConflict);
}

TEST(JournalRecovery, TheHighestPlanIsKnown) {
  SeenIndex seen;
  JournalRecovery recovery(seen, 0);
  EXPECT_EQ(recovery.last_plan().number, 0u);
  for (const std::uint32_t number : {1u, 4u, 3u}) {
    journal::PlanRecord plan;
    plan.number = number;
    recovery.Take(0, Encoded(plan));
  }
  EXPECT_EQ(recovery.last_plan().number, 4u);
}

}  // namespace
}  // namespace octroi::gateway
