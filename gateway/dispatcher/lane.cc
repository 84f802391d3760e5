#include "gateway/dispatcher/lane.h"

#include <algorithm>

#include "base/crash_point.h"
#include "base/thread_name.h"
#include "gateway/dispatcher/groups.h"
#include "gateway/dispatcher/second_decision.h"

namespace octroi::gateway {
namespace {

constexpr std::size_t kBatchOfRemoved = 256;  // a removed destination has no batch size of its own

}  // namespace

Lane::Lane(Shared& shared, LaneDestination destination, std::uint64_t seed)
    : shared_(shared),
      destination_(std::move(destination)),
      queue_(shared),
      book_(shared, queue_, destination_.id),
      random_(seed),
      place_(*shared.parts.gate) {}

Lane::~Lane() { Join(); }

void Lane::Start() {
  shared_.LaneStarted();
  thread_ = std::thread([this] { Run(); });
}

void Lane::Wake() {
  destination_.breaker->Wake();
  shared_.parts.gate->Wake();
  queue_.Notify();
}

void Lane::Join() {
  if (thread_.joinable()) thread_.join();
}

void Lane::Run() {
  base::NameThread("lane");
  std::vector<InHand*> items;
  while (TakeBatch()) {
    items.clear();
    for (std::size_t i = 0; i < in_hand_count_; ++i) items.push_back(&in_hand_[i]);
    const bool done = SendAbreast(items) && SendUntilFinal(items);
    for (InHand* item : items) item->Release();
    if (!done) break;
  }
  shared_.LaneEnded();
}

bool Lane::TakeBatch() {
  if (!queue_.WaitForItem()) return false;
  UsePlanInForce();
  const DestinationPlan* settings = Settings();
  const std::size_t count =
      settings == nullptr ? kBatchOfRemoved : std::max<std::size_t>(1, settings->batch_up_to);
  if (settings != nullptr && !queue_.WaitForMore(count, settings->batch_after)) return false;
  taken_.clear();
  queue_.Take(OneByOne() ? sender_->abreast_max() : count, taken_);
  in_hand_count_ = taken_.size();
  if (in_hand_.size() < in_hand_count_) in_hand_.resize(in_hand_count_);
  for (std::size_t i = 0; i < in_hand_count_; ++i) in_hand_[i].Assign(std::move(taken_[i]));
  Load(*shared_.parts.journal, {in_hand_.data(), in_hand_count_});
  return true;
}

bool Lane::SendUntilFinal(Items items) {
  const auto open = [](const InHand* item) { return !item->final; };
  const auto stop = [this] { return shared_.draining(); };
  Backoff backoff(random_);
  noted_nanos_ = 0;
  while (std::any_of(items.begin(), items.end(), open)) {
    while (!shared_.parts.gate->Open(shared_.parts.clock->BootNowNanos())) {
      if (stop()) return false;
      shared_.parts.gate->WaitOpen();
    }
    const Breaker::Pass pass = destination_.breaker->Enter(stop);
    if (!pass.granted) return false;
    const std::optional<Receipt> receipt = Attempt(items);
    bool going = true;
    if (!receipt) {
      destination_.breaker->Unused(pass);
      going = unprotected_ ? WaitForTokens() : !shared_.draining();
    } else if (receipt->kind == Receipt::Kind::kRetry) {
      going = Retry(backoff, pass, *receipt);
    } else {
      destination_.breaker->Answered(pass);
      if (receipt->kind == Receipt::Kind::kDelivered) {
        going = Conclude(leaving_, base::Outcome::kSent, base::Reason::kDelivered, *receipt);
      } else if (leaving_.size() == 1 || Settings()->groups.at_least > 1) {
        // one, or a batch whose records may only leave together
        going = Conclude(leaving_, base::Outcome::kFailed, base::Reason::kRefusedByDestination,
                         *receipt);
      } else {
        going = SendSingly();
      }
    }
    if (!going) return false;
  }
  return true;
}

// The destination refused several at once: one of them may be what it cannot take, and the others
// must not suffer. In order, each until it is final.
bool Lane::SendSingly() {
  for (InHand* item : std::vector<InHand*>(leaving_)) {
    if (!SendUntilFinal({&item, 1})) return false;
  }
  return true;
}

std::optional<Receipt> Lane::Attempt(Items items) {
  while (!shared_.draining()) {
    UsePlanInForce();
    decided_by_ = shared_.parts.index->generation();
    const bool ready = Prepare(items);
    if (leaving_.empty()) return std::nullopt;
    if (!ready) continue;
    if (unprotected_) return std::nullopt;
    const std::int64_t begin = shared_.parts.clock->BootNowNanos();
    const Receipt receipt = sender_->Send(batch_, shared_.parts.journal->durable(), *this);
    OCTROI_CRASH_POINT("delivery.answered");
    if (receipt.kind == Receipt::Kind::kNotStarted) {
      const bool open = shared_.parts.gate->Open(shared_.parts.clock->BootNowNanos());
      if (!open) return std::nullopt;  // to wait for it without holding the breaker's pass
      continue;
    }
    destination_.attempts->Record((shared_.parts.clock->BootNowNanos() - begin) / 1000);
    for (InHand* item : leaving_) {
      ++item->attempts;
      if (item->first_try_nanos == 0) item->first_try_nanos = begin;
    }
    return receipt;
  }
  return std::nullopt;
}

// The last look, right before the first byte: a withdrawal that was acknowledged before is obeyed.
// Consent of others changes all the time; only what would decide otherwise is decided again.
bool Lane::Enter() {
  for (;;) {
    const std::uint64_t now = shared_.parts.index->generation();
    if (shared_.parts.plan() != plan_) return false;
    if (now != decided_by_ && !StillLeaving()) return false;
    decided_by_ = now;
    if (!shared_.parts.gate->Open(shared_.parts.clock->BootNowNanos())) return false;
    if (place_.Enter(*shared_.parts.index, decided_by_)) {
      OCTROI_CRASH_POINT("delivery.entered");
      return true;
    }
  }
}

void Lane::Leave() { place_.Leave(); }

bool Lane::StillLeaving() {
  const base::Millis now = shared_.parts.clock->WallNow();
  return std::all_of(leaving_.begin(), leaving_.end(), [&](const InHand* item) {
    const auto again = DecideAgain(*plan_, destination_.place, *shared_.parts.index, item->record(),
                                   item->fields(), now);
    return again.allowed && again.purposes == item->leave.purposes &&
           again.extent == item->leave.extent;
  });
}

void Lane::Finals::Add(InHand* item, journal::OutcomeRecord record) {
  record.attempt = item->attempts;
  record.consent = item->leave.consent;
  const auto same = std::find_if(records.begin(), records.end(), [&](const auto& other) {
    return other.outcome == record.outcome && other.reason == record.reason &&
           other.attempt == record.attempt && other.consent == record.consent;
  });
  (same == records.end() ? records.emplace_back(std::move(record)) : *same)
      .events.push_back(item->sequence());
  items.push_back(item);
}

void Lane::Decide(Items items, Finals& finals) {
  const base::Millis now = shared_.parts.clock->WallNow();
  const std::size_t most = Settings() == nullptr ? kBatchOfRemoved : Settings()->batch_up_to;
  for (InHand* item : items) {
    if (item->final) continue;
    // The batch was taken under another plan: the rest goes with the next attempt.
    if (leaving_.size() >= std::max<std::size_t>(1, most)) break;
    item->leave = {};
    if (!item->readable()) {
      finals.Add(item, OutcomeOf(base::Outcome::kFailed, base::Reason::kPayloadGone));
      continue;
    }
    item->leave = DecideAgain(*plan_, destination_.place, *shared_.parts.index, item->record(),
                              item->fields(), now);
    if (item->leave.allowed) {
      leaving_.push_back(item);
    } else {
      finals.Add(item, OutcomeOf(base::Outcome::kWithheld, item->leave.reason));
    }
  }
}

bool Lane::Prepare(Items items) {
  leaving_.clear();
  unprotected_ = false;
  Finals finals;
  Decide(items, finals);
  if (Settings() != nullptr && Settings()->groups.at_least > 1) {
    for (InHand* item : TakeSmallGroups(Settings()->groups, leaving_))
      finals.Add(item, OutcomeOf(base::Outcome::kWithheld, base::Reason::kGroupTooSmall));
  }
  if (!leaving_.empty()) {
    plan_->pseudonymizer->Begin(destination_.place, batch_);
    std::erase_if(leaving_, [&](InHand* item) {
      const bool added = Protect(*item, batch_);
      if (!added) finals.Add(item, OutcomeOf(base::Outcome::kFailed, base::Reason::kProtectFailed));
      return !added;
    });
    const auto whole =
        plan_->pseudonymizer->Finish(destination_.place, batch_, shared_.parts.tokens);
    unprotected_ = !whole;
  }
  key_version_ = batch_.key_version();
  if (finals.records.empty()) return true;
  Conclude(finals.records, finals.items);
  return false;
}

bool Lane::Protect(InHand& item, policies::ProtectedBatch& batch) {
  return static_cast<bool>(AddLeaving(*plan_, destination_.place, item.sequence(), item.record(),
                                      item.fields(), item.leave, item.purposes, batch));
}

bool Lane::OneByOne() const {
  const DestinationPlan* settings = Settings();
  return settings != nullptr && settings->batch_up_to <= 1;
}

const DestinationPlan* Lane::Settings() const {
  const auto& all = plan_->destinations;
  if (destination_.place >= all.size() || all[destination_.place].id.empty()) return nullptr;
  return &all[destination_.place];
}

}  // namespace octroi::gateway
