#include "gateway/evaluate.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "gateway/admission.h"
#include "gateway/campaign.h"
#include "gateway/event_signals.h"

namespace octroi::gateway {
namespace {

using base::Outcome;
using base::Reason;

constexpr std::uint16_t kNone = 0xffff;

void Finish(Outcome outcome, Reason reason, journal::EventRecord& record) {
  record.outcome = outcome;
  record.reason = reason;
  record.has_payload =
      outcome == Outcome::kQuarantined ||
      std::any_of(record.verdicts.begin(), record.verdicts.end(), [](const base::Verdict& verdict) {
        return OutcomeOf(verdict) == Outcome::kInFlight;
      });
}

}  // namespace

bool Evaluator::Identify(const Circumstances& around, const ReadEvent& read,
                         journal::EventRecord& record) {
  record.Clear();
  record.plan = around.plan->number;
  record.source = around.source;
  record.received = around.at;
  record.gpc = around.gpc;
  if (read.fault.reason != Reason::kUndecided) {
    Finish(Outcome::kRejected, read.fault.reason, record);
    return false;
  }
  for (std::size_t i = 0; i < read.people; ++i) record.subject.push_back(read.subject[i]);
  record.message = read.message;
  record.body_digest = read.body_digest;
  record.commitment = read.commitment;
  return true;
}

void Evaluator::Merge(Reason reason, std::uint64_t into, journal::EventRecord& record) {
  record.merged_into = into;
  record.message = {};  // the original's record holds it
  Finish(Outcome::kMerged, reason, record);
}

void Evaluator::Conclude(const Circumstances& around, ReadEvent& read,
                         journal::EventRecord& record) {
  around_ = &around;
  source_ = &around.plan->sources[around.source];
  read_ = &read;
  record_ = &record;
  NameCampaign();
  if (!NewMessage() || !FindContract()) return;
  if (!ReadTime()) return Finish(Outcome::kQuarantined, Reason::kEventTimeInvalid, record);
  Judge();
}

void Evaluator::NameCampaign() {
  if (!source_->campaign) return;
  const base::Value& value = read_->event[*source_->campaign];
  if (value.present() && !value.text.empty()) {
    record_->campaign = CampaignHash(dedup_, value.text, unique_message_);
  }
}

bool Evaluator::NewMessage() {
  if (around_->seen == nullptr || record_->message == journal::Fingerprint{}) return true;
  const auto digest = static_cast<std::uint32_t>(record_->body_digest | 1);
  const auto answer = around_->seen->Reserve(record_->message, digest, source_->deduplicate_for);
  if (answer.kind == SeenIndex::Answer::Kind::kSeen) {
    Merge(Reason::kDuplicateMessageId, answer.sequence, *record_);
    return false;
  }
  if (answer.kind == SeenIndex::Answer::Kind::kConflict) {
    record_->message = {};  // it stays the first one's
    Finish(Outcome::kRejected, Reason::kConflictMessageId, *record_);
    return false;
  }
  return true;
}

bool Evaluator::FindContract() {
  const std::string_view type =
      around_->type.empty() ? read_->event[base::kSlotEventType].text : around_->type;
  const std::string_view name = read_->event[base::kSlotEventName].text;
  const bool named = source_->dialect == Dialect::kEvents || type == "track";
  if ((named && Accept(name)) || Accept(type)) return true;
  if (name.empty() && type.empty()) {
    Finish(Outcome::kRejected, Reason::kEventTypeMissing, *record_);
    return false;
  }
  if (source_->unknown == UnknownEvents::kAccept) return true;
  const bool reject = source_->unknown == UnknownEvents::kReject;
  Finish(reject ? Outcome::kRejected : Outcome::kQuarantined, Reason::kEventUnknown, *record_);
  return false;
}

bool Evaluator::Accept(std::string_view name) {
  if (name.empty()) return false;
  for (std::size_t i = 0; i < source_->accepts.size(); ++i) {
    if (source_->accepts[i].event != name) continue;
    record_->event = static_cast<std::uint16_t>(i);
    record_->contract = source_->accepts[i].contract;
    return true;
  }
  return false;
}

bool Evaluator::ReadTime() {
  const base::Value& value = read_->event[base::kSlotEventTime];
  if (!value.present()) return true;
  const auto time = base::ParseRfc3339(value.text);
  if (!time) return false;
  record_->event_time = *time;
  return true;
}

void Evaluator::Judge() {
  Outcome outcome = Outcome::kAccepted;
  Reason reason = Reason::kAccepted;
  if (record_->contract != kNone) {
    repairs_.Clear();
    subject_keys_.clear();
    for (std::size_t i = 0; i < read_->people; ++i) subject_keys_.push_back(read_->identifiers[i]);
    rules::Surroundings surroundings;
    surroundings.received = around_->at;
    if (record_->event_time != 0) surroundings.event_time = record_->event_time;
    surroundings.subject_keys = subject_keys_;
    surroundings.seen = around_->seen == nullptr ? nullptr : this;
    const rules::Contract& contract = *around_->plan->contracts[record_->contract].contract;
    const rules::Judgement judgement = contract.Judge(read_->event, surroundings, repairs_);
    record_->evaluated = judgement.evaluated;
    record_->failed = judgement.failed;
    record_->repaired = judgement.repaired;
    record_->usable = judgement.usable;
    record_->required_missing = judgement.required_missing;
    outcome = judgement.outcome;
    reason = judgement.reason;
    if (source_->observe && outcome != Outcome::kAccepted) outcome = Outcome::kAccepted;
  }
  if (outcome == Outcome::kAccepted) Decide();
  Finish(outcome, reason, *record_);
}

// rules::SeenWindow: the window is remembered by fingerprint, and the record carries it through a
// restart.
bool Evaluator::SeenBefore(Reason rule, std::string_view key, base::Millis within) {
  unique_message_ = "unique";
  crypto::AppendLp(source_->id, unique_message_);
  crypto::AppendLp(around_->plan->contracts[record_->contract].name, unique_message_);
  crypto::AppendLp(around_->plan->ReasonName(rule), unique_message_);
  unique_message_.append(key);
  const crypto::Digest digest = crypto::Hmac(dedup_, unique_message_);
  journal::Fingerprint print;
  std::memcpy(print.data(), digest.data(), print.size());
  const base::Millis window = within == 0 ? source_->deduplicate_for : within;
  const auto answer = around_->seen->Reserve(print, 0, window);
  if (answer.kind == SeenIndex::Answer::Kind::kNew) record_->unique.push_back({rule, print, 0});
  return answer.kind == SeenIndex::Answer::Kind::kSeen;
}

void Evaluator::Decide() {
  ReadSignals(*around_->plan, *source_, read_->event, around_->at, around_->metrics, *record_);
  subjects_.clear();
  for (const journal::Fingerprint& print : record_->subject) {
    const auto subject = around_->consent->Find(print);
    if (subject == policies::ConsentIndex::kNobody) continue;
    if (std::find(subjects_.begin(), subjects_.end(), subject) == subjects_.end()) {
      subjects_.push_back(subject);
    }
  }
  const base::EventFields fields(read_->event);
  policies::DecisionInput input;
  input.source = around_->source;
  input.contract = record_->contract;
  input.event_time = record_->event_time == 0 ? around_->at : record_->event_time;
  input.now = around_->at;
  input.received = around_->at;
  input.subjects = subjects_;
  input.identified = !record_->subject.empty();
  input.signals = {record_->denied_purposes, record_->gpc, record_->denials};
  input.fields = &fields;
  input.decisive = around_->decisive;
  const Plan& plan = *around_->plan;
  for (std::size_t d = 0; d < plan.destinations.size(); ++d) {
    if (plan.destinations[d].id.empty()) continue;  // a hole: no longer configured
    const auto place = static_cast<std::uint16_t>(d);
    base::Verdict& verdict = record_->verdicts.emplace_back();
    verdict = plan.policies->Decide(input, place, *around_->consent);
    if (IsHeld(verdict) && !around_->room_to_hold)
      verdict = {place, false, Reason::kHoldFull, 0, verdict.consent};
  }
}

}  // namespace octroi::gateway
