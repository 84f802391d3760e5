// Several requests of one lane under way at the same time: one sleep for several answers.
#include <algorithm>

#include "base/crash_point.h"
#include "gateway/dispatcher/lane.h"
#include "gateway/dispatcher/second_decision.h"

namespace octroi::gateway {
namespace {

bool SharePerson(const InHand& a, const InHand& b) {
  const auto& others = b.record().subject;
  return std::ranges::any_of(a.record().subject, [&](const journal::Fingerprint& print) {
    return std::ranges::find(others, print) != others.end();
  });
}

}  // namespace

bool Lane::SendAbreast(Items items) {
  if (items.size() < 2) return true;
  const Breaker::Pass pass = destination_.breaker->Enter([this] { return shared_.draining(); });
  if (!pass.granted) return false;
  UsePlanInForce();
  decided_by_ = shared_.parts.index->generation();
  if (pass.probe || !OneByOne() || !PrepareAbreast(items)) {
    destination_.breaker->Unused(pass);
    return true;
  }
  std::vector<const policies::ProtectedBatch*> batches;
  for (std::size_t i = 0; i < leaving_.size(); ++i) batches.push_back(&abreast_[i]);
  std::vector<Receipt> receipts(leaving_.size());
  const std::int64_t begin = shared_.parts.clock->BootNowNanos();
  sender_->SendAbreast(batches, shared_.parts.journal->durable(), *this, receipts);
  OCTROI_CRASH_POINT("delivery.answered");
  const std::int64_t micros = (shared_.parts.clock->BootNowNanos() - begin) / 1000;
  for (std::size_t i = 0; i < receipts.size(); ++i) {
    if (receipts[i].kind == Receipt::Kind::kNotStarted) continue;
    destination_.attempts->Record(micros);
    ++leaving_[i]->attempts;
    if (leaving_[i]->first_try_nanos == 0) leaving_[i]->first_try_nanos = begin;
  }
  return ConcludeAbreast(pass, receipts);
}

bool Lane::PrepareAbreast(Items items) {
  leaving_.clear();
  const std::size_t most = sender_->abreast_max();
  if (abreast_.size() < most) abreast_.resize(most);
  const base::Millis now = shared_.parts.clock->WallNow();
  for (auto item = items.begin(); item != items.end() && leaving_.size() < most; ++item) {
    InHand& one = **item;
    const auto earlier = std::span(items.begin(), item);
    const bool alone = std::ranges::none_of(
        earlier, [&](const InHand* other) { return SharePerson(*other, one); });
    if (!alone || one.final || !one.readable()) continue;
    one.leave = DecideAgain(*plan_, destination_.place, *shared_.parts.index, one.record(),
                            one.fields(), now);
    if (!one.leave.allowed) continue;
    policies::ProtectedBatch& batch = abreast_[leaving_.size()];
    plan_->pseudonymizer->Begin(destination_.place, batch);
    if (!Protect(one, batch)) continue;
    if (!plan_->pseudonymizer->Finish(destination_.place, batch, shared_.parts.tokens))
      return false;
    leaving_.push_back(&one);
  }
  return leaving_.size() > 1;
}

// Those with the same answer share a record.
bool Lane::ConcludeAbreast(Breaker::Pass pass, std::span<const Receipt> receipts) {
  const std::vector<InHand*> tried = leaving_;
  key_version_ = abreast_.front().key_version();
  std::vector<InHand*> retrying;
  Receipt later;
  std::size_t answered = 0;
  for (std::size_t i = 0; i < tried.size(); ++i) {
    if (tried[i]->final || receipts[i].kind == Receipt::Kind::kNotStarted) continue;
    ++answered;
    if (receipts[i].kind == Receipt::Kind::kRetry) {
      retrying.push_back(tried[i]);
      if (receipts[i].retry_after.value_or(0) >= later.retry_after.value_or(0)) later = receipts[i];
      continue;
    }
    std::vector<InHand*> same;
    for (std::size_t j = i; j < tried.size(); ++j) {
      const bool equal = receipts[j].kind == receipts[i].kind &&
                         receipts[j].http_status == receipts[i].http_status;
      if (equal && !tried[j]->final && tried[j]->attempts == tried[i]->attempts) {
        same.push_back(tried[j]);
      }
    }
    const bool sent = receipts[i].kind == Receipt::Kind::kDelivered;
    if (!Conclude(same, sent ? base::Outcome::kSent : base::Outcome::kFailed,
                  sent ? base::Reason::kDelivered : base::Reason::kRefusedByDestination,
                  receipts[i])) {
      return false;
    }
  }
  if (retrying.empty()) {
    answered == 0 ? destination_.breaker->Unused(pass) : destination_.breaker->Answered(pass);
    return true;
  }
  leaving_ = retrying;
  noted_nanos_ = 0;
  Backoff backoff(random_);
  return Retry(backoff, pass, later);
}

}  // namespace octroi::gateway
