#include "policies/pseudonymizer.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "policies/outgoing_plan.h"
#include "policies/writer.h"

namespace octroi::policies {
namespace {

base::Error Invalid(std::string detail) {
  return {base::ErrorCode::kInvalid, "policies.pseudonymizer", std::move(detail)};
}

}  // namespace

struct Pseudonymizer::State {
  OutgoingPlan plan;
};

Pseudonymizer::Pseudonymizer() = default;
Pseudonymizer::~Pseudonymizer() = default;

base::Result<std::unique_ptr<Pseudonymizer>> Pseudonymizer::Make(
    const crypto::KeyRing& keys, std::string origin, std::vector<OutgoingForm> destinations,
    Redact redact) {
  if (origin.empty() || origin.size() > kLpBytesMax) return Invalid("the origin has no name");
  OutgoingPlan plan(keys, origin, redact);
  for (const OutgoingForm& form : destinations) {
    if (auto added = plan.Add(keys, form); !added) return added.error();
  }
  std::unique_ptr<Pseudonymizer> made(new Pseudonymizer);
  made->state_ = std::make_unique<State>(State{std::move(plan)});
  return made;
}

void Pseudonymizer::Begin(std::uint16_t destination, ProtectedBatch& batch) const {
  const bool known = destination < state_->plan.destinations().size();
  batch.body_.assign(known ? std::string_view(state_->plan.destinations()[destination].frame.before)
                           : std::string_view());
  batch.key_.clear();
  batch.messages_.clear();
  batch.sequences_.assign(state_->plan.origin_lp());
  batch.slots_.clear();
  batch.open_.clear();
  batch.events_.clear();
  batch.epochs_.clear();     // of the keys of a plan that may be gone
  batch.head_.made = false;  // its views may be of a plan that is gone
  batch.maker_ = this;
  batch.destination_ = destination;
  batch.finished_ = false;
  batch.count_ = 0;
  batch.last_sequence_ = 0;
  batch.key_version_ = state_->plan.version();
}

base::Status Pseudonymizer::Add(std::uint16_t destination, const OutgoingEvent& event,
                                ProtectedBatch& batch) const {
  if (batch.maker_ != this || batch.destination_ != destination || batch.finished_) {
    return Invalid("the batch was not begun for this destination");
  }
  const PreparedContract* const contract = state_->plan.Find(destination, event.contract);
  if (contract == nullptr || event.fields == nullptr) {
    return Invalid("the destination does not receive this contract");
  }
  if (contract->needs_received && event.received <= 0) {
    return Invalid("nobody said when the event was received");
  }
  const PreparedDestination& to = state_->plan.destinations()[destination];
  if (batch.count_ > 0 && to.one_event) return Invalid("the template has room for one event only");
  if (batch.count_ > 0) batch.body_ += to.between;
  auto& placed = batch.events_.emplace_back();
  placed.at = batch.body_.size();
  Writer(to, *contract, state_->plan, batch).Write(event);
  placed.size = batch.body_.size() - placed.at;
  AppendU64(event.sequence, batch.sequences_);
  batch.last_sequence_ = std::max(batch.last_sequence_, event.sequence);
  ++batch.count_;
  return base::Ok();
}

base::Status Pseudonymizer::Finish(std::uint16_t destination, ProtectedBatch& batch,
                                   RandomTokens* tokens) const {
  if (batch.maker_ != this || batch.destination_ != destination || batch.finished_ ||
      destination >= state_->plan.destinations().size()) {
    base::Log::Error("pseudonymizer.finish_without_begin");
    std::abort();  // a bug that could give one destination another's tokens
  }
  const PreparedDestination& to = state_->plan.destinations()[destination];
  const std::size_t count = batch.slots_.size();
  batch.jobs_.resize(count + 1);
  batch.digests_.resize(count + 1);
  const std::string_view messages = batch.messages_;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& slot = batch.slots_[i];
    batch.jobs_[i] = {slot.key != nullptr ? slot.key : &batch.epochs_[slot.epoch].key,
                      messages.substr(slot.message_at, slot.message_size), &batch.digests_[i]};
  }
  batch.jobs_[count] = {&to.idempotency, batch.sequences_, &batch.digests_[count]};
  crypto::Hmac(batch.jobs_);
  if (auto resolved = batch.Resolve(to.domain, tokens); !resolved) return resolved;
  auto random = batch.wanted_.begin();
  for (std::size_t i = 0; i < count; ++i) {
    const auto& slot = batch.slots_[i];
    const std::string_view bytes =
        slot.random ? std::string_view(reinterpret_cast<const char*>(random++->token.data()),
                                       sizeof(RandomToken))
                    : crypto::AsBytes(batch.digests_[i]).substr(0, slot.digest_bytes);
    base::WriteBase64Url(bytes, batch.body_.data() + slot.at);
  }
  batch.body_ += to.frame.after;
  base::AppendBase64Url(crypto::AsBytes(batch.digests_[count]).substr(0, kIdBytes), batch.key_);
  batch.finished_ = true;
  return base::Ok();
}

base::Status ProtectedBatch::Resolve(std::string_view domain, RandomTokens* tokens) {
  wanted_.clear();
  const std::string_view messages = messages_;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (!slots_[i].random) continue;
    WantedToken& one = wanted_.emplace_back();
    std::copy_n(digests_[i].begin(), one.subject.size(), one.subject.begin());
    one.message = messages.substr(slots_[i].message_at, slots_[i].message_size);
  }
  if (wanted_.empty()) return base::Ok();
  if (tokens == nullptr) return Invalid("nobody gives random tokens here");
  return tokens->Resolve(domain, wanted_);
}

std::vector<Pseudonymizer::Leaving> Pseudonymizer::LeavingOf(std::uint16_t destination,
                                                             std::uint16_t contract,
                                                             const Extent& may_leave) const {
  std::vector<Leaving> leaving;
  const PreparedContract* const prepared = state_->plan.Find(destination, contract);
  if (prepared == nullptr) return leaving;
  for (const Segment& segment : prepared->layout) {
    if (segment.what != Segment::What::kField || segment.previous) continue;
    const PreparedField& field = prepared->fields[segment.field];
    const Leaves leaves = LeavesOf(field, may_leave);
    if (leaves == Leaves::kNothing) continue;
    leaving.push_back({field.slot, leaves == Leaves::kToken ? Form::kPseudonym : field.form});
  }
  return leaving;
}

std::string Pseudonymizer::OutgoingId(std::uint16_t destination, std::uint64_t sequence) const {
  std::string id;
  if (destination >= state_->plan.destinations().size()) return id;
  std::string message = state_->plan.origin_lp();
  AppendU64(sequence, message);
  const crypto::Digest digest =
      crypto::Hmac(state_->plan.destinations()[destination].event_id, message);
  base::AppendBase64Url(crypto::AsBytes(digest).substr(0, kIdBytes), id);
  return id;
}

}  // namespace octroi::policies
