#include "gateway/replay_walk.h"

#include <algorithm>

#include "gateway/dispatcher/second_decision.h"
#include "journal/records.h"

namespace octroi::gateway {
namespace {

using base::Outcome;
using base::Reason;
using Fate = ReplayCandidate::Fate;

// What the second decision would say now; nothing: the payload is no longer kept.
std::optional<Leave> DecideNow(const ReplayDesk::Parts& parts, const Plan& plan,
                               std::uint16_t destination, const store::EventRow& row) {
  journal::EventRecord record;
  journal::PayloadView fields;
  std::string payload;
  if (!Decode(row.record, record) || !parts.journal->ReadPayload(row.sequence, payload) ||
      !fields.Decode(payload)) {
    return std::nullopt;
  }
  Leave leave =
      DecideAgain(plan, destination, *parts.index, record, fields, parts.clock->WallNow());
  leave.event = {};  // a view into the plan
  return leave;
}

}  // namespace

const store::DeliveryState* StateAt(const store::EventRow& row, std::uint16_t destination) {
  for (const store::DeliveryState& state : row.deliveries) {
    if (state.destination == destination) return &state;
  }
  return nullptr;
}

base::Status ReplayWalk::List() {
  listed_ = true;
  list_ = ask_.events;
  if (list_.empty()) {
    const auto failed = parts_.store->NeedAttention(parts_.attention_max);
    if (!failed) return failed.error();
    paged_ = failed->size() >= parts_.attention_max;  // there may be older ones
    if (paged_) return base::Ok();
    for (const store::Attention& one : *failed) {
      if (one.destination == ask_.destination && one.outcome == Outcome::kFailed)
        list_.push_back(one.sequence);
    }
  }
  std::ranges::sort(list_);
  list_.erase(std::unique(list_.begin(), list_.end()), list_.end());
  return base::Ok();
}

base::Result<std::optional<ReplayWalk::Met>> ReplayWalk::NextMet() {
  if (!paged_) {
    if (at_ == list_.size()) return std::optional<Met>();
    const std::uint64_t sequence = list_[at_++];
    auto row = parts_.store->Find(sequence);
    if (!row) return row.error();
    return std::optional<Met>({sequence, *std::move(row)});
  }
  if (at_ == page_.size()) {
    auto page = parts_.store->Page(next_);
    if (!page) return page.error();
    page_ = *std::move(page);
    at_ = 0;
    if (page_.empty()) return std::optional<Met>();
    next_ = page_.back().sequence + 1;
  }
  store::EventRow& row = page_[at_++];
  return std::optional<Met>({row.sequence, std::move(row)});
}

bool ReplayWalk::Concerned(const store::DeliveryState* state) const {
  if (!ask_.events.empty())  // who names one is told of it
    return state == nullptr || state->outcome != Outcome::kFailed || ask_.status == 0 ||
           state->http_status == ask_.status;
  return state != nullptr && state->outcome == Outcome::kFailed && state->at >= ask_.since &&
         (ask_.status == 0 || state->http_status == ask_.status) &&
         (ask_.reason.empty() || plan_.ReasonName(state->reason) == ask_.reason);
}

base::Result<std::optional<ReplayCandidate>> ReplayWalk::Next() {
  if (!listed_) {
    if (auto done = List(); !done) return done.error();
  }
  for (;;) {
    if (++looked_ % 256 == 0 && live_ != nullptr && live_->Done(0))
      return base::Error{base::ErrorCode::kUnavailable, "replay.look", "nobody listens any more"};
    const auto met = NextMet();
    if (!met) return met.error();
    if (!*met) return std::optional<ReplayCandidate>();
    const std::optional<store::EventRow>& row = (*met)->row;
    const store::DeliveryState* state = row ? StateAt(*row, ask_.destination) : nullptr;
    if (!Concerned(state)) continue;
    if (state == nullptr)
      return std::optional<ReplayCandidate>({Fate::kUnknown, (*met)->sequence, Reason::kUndecided});
    return std::optional<ReplayCandidate>(Judge(*row, *state));
  }
}

ReplayCandidate ReplayWalk::Judge(const store::EventRow& row,
                                  const store::DeliveryState& state) const {
  ReplayCandidate candidate{Fate::kUnknown, row.sequence, Reason::kUndecided};
  if (state.outcome == Outcome::kSent) {
    candidate.fate = Fate::kAlreadySent;
  } else if (state.outcome == Outcome::kInFlight) {
    candidate.fate = Fate::kInFlight;
  } else if (state.outcome == Outcome::kFailed) {
    const auto leave = DecideNow(parts_, plan_, ask_.destination, row);
    candidate.fate = !leave ? Fate::kGone : leave->allowed ? Fate::kWouldGo : Fate::kWithheld;
    if (leave) candidate.reason = leave->reason;
  }
  return candidate;
}

}  // namespace octroi::gateway
