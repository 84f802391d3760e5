// What the port says: one sender, one batch, one attempt.
#include "sender/contract.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "crypto/outgoing_events.h"
#include "sender/batches.h"

namespace octroi::gateway {
namespace {

using policies::ProtectedBatch;
using Kind = Receipt::Kind;
using Ids = std::vector<std::string>;

constexpr std::uint64_t kDurable = 20;  // events that the ticket reaches

// The gate as a test sees it.
struct Watched final : SendStart {
  bool Enter() override { return ++entered, says; }
  void Leave() override { ++left; }
  bool says = true;
  std::atomic<int> entered{0}, left{0};
};

class SenderContract : public ::testing::TestWithParam<DestinationKind> {
 protected:
  SenderContract() {
    policies::OutgoingForm form = policies::Form("crm");
    form.lines = there_->Lines();
    maker_ = policies::Made(*ring_, {form});
  }
  // Events first..last; `unwanted`: the one that the destination refuses.
  ProtectedBatch Batch(std::uint64_t first, std::uint64_t last, std::uint64_t unwanted = 0) const {
    ProtectedBatch batch;
    maker_->Begin(0, batch);
    for (std::uint64_t n = first; n <= last; ++n) {
      const std::string number = std::to_string(n == unwanted ? kUnwanted : n);
      policies::Fields fields;
      fields.Set(policies::kAmount, base::JsonType::kInteger, number, number);
      fields.Text(policies::kEmail, kPrivate).Text(policies::kNote, kPrivate);
      EXPECT_TRUE(policies::AddOne(*maker_, 0, n, fields, batch));
    }
    EXPECT_TRUE(maker_->Finish(0, batch));
    return batch;
  }
  Ids IdsOf(const ProtectedBatch& batch) const {
    Ids ids;
    for (std::size_t i = 0; i < batch.count(); ++i) ids.emplace_back(batch.id(i));
    return ids;
  }
  std::unique_ptr<Sender> Made() { return senders_(there_->Plan()); }
  // As after a restart: knows nothing of what went before.
  std::unique_ptr<Sender> MadeAfresh() {
    return SendersOn(there_->Disk(), batches_.clock())(there_->Plan());
  }
  Kind Send(Sender& sender, const ProtectedBatch& batch, SendStart& start = Unhindered()) {
    return sender.Send(batch, batches_.ticket(), start).kind;
  }
  Kind SendUntilAnswered(Sender& sender, const ProtectedBatch& batch) {
    for (;;) {
      const Kind kind = Send(sender, batch);
      if (kind != Kind::kRetry) return kind;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  Ids TakenIds() {
    Ids ids;
    for (const auto& taken : there_->Took())
      ids.insert(ids.end(), taken.ids.begin(), taken.ids.end());
    return ids;
  }
  // Each of them is there once; or, where the destination knows no repeat, it could tell one: the
  // same first event comes under the same key, in the same bytes.
  void ExpectOnce(Ids expected) {
    Ids ids = TakenIds();
    if (there_->Recognises()) {
      std::ranges::sort(ids);
      std::ranges::sort(expected);
      EXPECT_EQ(ids, expected);
      return;
    }
    const auto all = there_->Took();
    for (const auto& one : all) {
      for (const auto& other : all) {
        EXPECT_EQ(one.ids == other.ids, one.key == other.key);
        if (one.ids == other.ids) {
          EXPECT_EQ(one.body, other.body);
        }
      }
    }
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    std::ranges::sort(expected);
    EXPECT_EQ(ids, expected);
  }

  const std::unique_ptr<Destination> there_ = GetParam().make();
  BatchMaker batches_{kDurable};
  LogReader log_;
  std::unique_ptr<crypto::KeyRing> ring_ = crypto::KeyRing::FromRoot("acme", policies::kRoot);
  std::unique_ptr<policies::Pseudonymizer> maker_;
  MakeSender senders_ = SendersOn(there_->Disk(), batches_.clock());
};
OCTROI_ON_EVERY_DESTINATION(SenderContract);

TEST_P(SenderContract, ABatchIsTakenWholeAndInOrder) {
  const auto sender = Made();
  EXPECT_EQ(Send(*sender, Batch(1, 5)), Kind::kDelivered);
  EXPECT_EQ(Send(*sender, Batch(6, 6)), Kind::kDelivered);
  EXPECT_EQ(TakenIds(), IdsOf(Batch(1, 6)));
}

TEST_P(SenderContract, WhatIsGivenAgainIsKnown) {
  const auto sender = Made();
  EXPECT_EQ(Send(*sender, Batch(1, 4)), Kind::kDelivered);
  EXPECT_EQ(Send(*sender, Batch(1, 4)), Kind::kDelivered);
  EXPECT_EQ(Send(*MadeAfresh(), Batch(1, 4)), Kind::kDelivered);
  ExpectOnce(IdsOf(Batch(1, 4)));
  if (!there_->Recognises()) {
    EXPECT_EQ(there_->Took().size(), 3u);
  }
  EXPECT_EQ(Send(*MadeAfresh(), Batch(3, 6)), Kind::kDelivered) << "in other company";
  ExpectOnce(IdsOf(Batch(1, 6)));
}

TEST_P(SenderContract, TwoLanesDoNotGetInEachOthersWay) {
  const auto one = Made(), two = Made();
  const auto deliver = [&](Sender& sender, std::uint64_t parity) {
    for (std::uint64_t n = 1 + parity; n <= kDurable; n += 2)
      EXPECT_EQ(Send(sender, Batch(n, n)), Kind::kDelivered);
  };
  std::thread other([&] { deliver(*two, 1); });
  deliver(*one, 0);
  other.join();
  ExpectOnce(IdsOf(Batch(1, kDurable)));
  EXPECT_EQ(TakenIds().size(), kDurable);
}

TEST_P(SenderContract, AnAnswerThatIsLostIsNoReasonToLoseOrToRepeat) {
  const auto sender = Made();
  ASSERT_EQ(Send(*sender, Batch(1, 1)), Kind::kDelivered);
  there_->Set(Mood::kLosesOne);
  const Kind kind = Send(*sender, Batch(2, 4));
  EXPECT_TRUE(kind == Kind::kRetry || kind == Kind::kDelivered);
  there_->Set(Mood::kWell);
  ExpectOnce(IdsOf(Batch(1, 4)));  // it had been taken
  EXPECT_EQ(SendUntilAnswered(*sender, Batch(2, 4)), Kind::kDelivered);
  EXPECT_EQ(SendUntilAnswered(*MadeAfresh(), Batch(2, 4)), Kind::kDelivered);
  ExpectOnce(IdsOf(Batch(1, 4)));
}

TEST_P(SenderContract, WhatItDoesNotWantIsRefusedAndNothingOfTheBatchTaken) {
  if (!there_->Has(Mood::kRefusesOne)) GTEST_SKIP() << "it takes everything";
  const auto sender = Made();
  there_->Set(Mood::kRefusesOne);
  EXPECT_EQ(Send(*sender, Batch(1, 3, 2)), Kind::kRefused);
  EXPECT_EQ(TakenIds(), Ids{});
  EXPECT_EQ(Send(*sender, Batch(1, 1)), Kind::kDelivered);
  EXPECT_EQ(Send(*sender, Batch(2, 2, 2)), Kind::kRefused);
  EXPECT_EQ(Send(*sender, Batch(3, 3)), Kind::kDelivered);
  EXPECT_EQ(TakenIds(), (Ids{IdsOf(Batch(1, 1))[0], IdsOf(Batch(3, 3))[0]}));
}

// On a connection that is open, on a new one, and where there never was anybody.
TEST_P(SenderContract, WhatIsGoneIsTriedAgain) {
  const auto known = Made(), stranger = Made();
  ASSERT_EQ(Send(*known, Batch(1, 1)), Kind::kDelivered);
  there_->Set(Mood::kGone);
  for (int time = 0; time < 3; ++time) {
    EXPECT_EQ(Send(*known, Batch(2, 4)), Kind::kRetry);
    EXPECT_EQ(Send(*stranger, Batch(5, 6)), Kind::kRetry);
  }
  EXPECT_EQ(TakenIds(), IdsOf(Batch(1, 1)));
  if (const auto nobody = there_->PlanOfNobody()) {
    Watched gate;
    EXPECT_EQ(Send(*senders_(*nobody), Batch(2, 4), gate), Kind::kRetry);
    EXPECT_EQ(gate.entered, 0) << "nothing could have left";
  }
  there_->Set(Mood::kWell);
  EXPECT_EQ(SendUntilAnswered(*known, Batch(2, 4)), Kind::kDelivered);
  EXPECT_EQ(SendUntilAnswered(*stranger, Batch(5, 6)), Kind::kDelivered);
  ExpectOnce(IdsOf(Batch(1, 6)));
}

// A sender without a deadline would never come back here.
TEST_P(SenderContract, SilenceCostsOneDeadline) {
  if (!there_->Has(Mood::kSilent)) GTEST_SKIP() << "a disk answers";
  auto plan = there_->Plan();
  plan.answer_within = 500;
  const auto known = senders_(plan), stranger = senders_(plan);
  ASSERT_EQ(SendUntilAnswered(*known, Batch(1, 1)), Kind::kDelivered);
  there_->Set(Mood::kSilent);
  EXPECT_EQ(Send(*known, Batch(2, 4)), Kind::kRetry) << "on a connection that is open";
  EXPECT_EQ(Send(*stranger, Batch(2, 4)), Kind::kRetry) << "on a new one";
  there_->Set(Mood::kWell);
  EXPECT_EQ(SendUntilAnswered(*known, Batch(2, 4)), Kind::kDelivered);
  ExpectOnce(IdsOf(Batch(1, 4)));
}

// A withdrawal waits for the first byte, never for an answer.
TEST_P(SenderContract, TheGateIsLeftOnceTheFirstByteIsOnItsWay) {
  const auto sender = Made();
  Watched gate;
  ASSERT_EQ(Send(*sender, Batch(1, 1), gate), Kind::kDelivered);
  EXPECT_EQ(gate.entered, 1);
  EXPECT_EQ(gate.left, 1);
  if (!there_->Has(Mood::kSilent)) return;
  there_->Set(Mood::kSilent);
  Watched open;
  std::atomic<bool> answered{false};
  std::thread sending([&] {
    (void)Send(*sender, Batch(2, 2), open);
    answered = true;
  });
  EXPECT_TRUE(Eventually([&] { return open.left == 1; }));
  EXPECT_FALSE(answered);
  there_->Set(Mood::kWell);
  sending.join();
  EXPECT_EQ(open.entered, 1);
  EXPECT_EQ(open.left, 1);
}

TEST_P(SenderContract, NothingLeavesWhenTheGateSaysNo) {
  const auto sender = Made();
  Watched no;
  no.says = false;
  for (int time = 0; time < 2; ++time) {
    EXPECT_EQ(Send(*sender, Batch(1, 3), no), Kind::kNotStarted);
  }
  EXPECT_EQ(no.entered, 2);
  EXPECT_EQ(no.left, 0);
  EXPECT_EQ(TakenIds(), Ids{});
  EXPECT_EQ(Send(*sender, Batch(1, 3)), Kind::kDelivered) << "still fit";
  EXPECT_EQ(TakenIds(), IdsOf(Batch(1, 3)));
}

TEST_P(SenderContract, NothingLeavesThatTheTicketDoesNotReach) {
  const auto sender = Made();
  Watched gate;
  const Receipt receipt = sender->Send(Batch(kDurable, kDurable + 1), batches_.ticket(), gate);
  EXPECT_EQ(receipt.kind, Kind::kRetry);
  EXPECT_EQ(receipt.http_status, 0);
  EXPECT_EQ(gate.entered, 0);
  EXPECT_EQ(TakenIds(), Ids{});
}

TEST_P(SenderContract, AnEmptyBatchIsDeliveredAndNothingLeaves) {
  const auto sender = Made();
  for (const Mood mood : {Mood::kWell, Mood::kGone}) {
    there_->Set(mood);
    Watched gate;
    EXPECT_EQ(Send(*sender, Batch(2, 1), gate), Kind::kDelivered);
    EXPECT_EQ(gate.entered, 0);
  }
  EXPECT_TRUE(there_->Took().empty());
}

}  // namespace
}  // namespace octroi::gateway
