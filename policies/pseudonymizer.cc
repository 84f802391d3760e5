#include "policies/pseudonymizer.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "policies/outgoing_plan.h"

namespace octroi::policies {
namespace {

constexpr std::size_t kIdBytes = 16;     // of event ids and idempotency keys
constexpr std::size_t kTokenBytes = 32;  // never cut

base::Error Invalid(std::string detail) {
  return {base::ErrorCode::kInvalid, "policies.pseudonymizer", std::move(detail)};
}

void AppendU64(std::uint64_t value, std::string& out) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

// What an identifier can be made of; true, {} and [] identify nobody.
bool CanIdentify(const base::Value& value) {
  return value.type == base::JsonType::kString || value.type == base::JsonType::kInteger ||
         value.type == base::JsonType::kDecimal;
}

}  // namespace

struct Pseudonymizer::State {
  OutgoingPlan plan;

  // Appends one member of "data", or nothing.
  static void AddMember(const PreparedField& field, const base::Value& value, bool first,
                        ProtectedBatch& batch);
  // ","event":"...","contract":"...","purposes":[...],"data":{
  static const std::string& HeadOf(const PreparedContract& contract, const OutgoingEvent& event,
                                   ProtectedBatch& batch);
};

const std::string& Pseudonymizer::State::HeadOf(const PreparedContract& contract,
                                                const OutgoingEvent& event, ProtectedBatch& batch) {
  auto& head = batch.head_;
  if (!head.json.empty() && head.contract == event.contract && head.event == event.event &&
      std::ranges::equal(head.purposes, event.purposes)) {
    return head.json;
  }
  head.contract = event.contract;
  head.event = event.event;
  head.purposes.assign(event.purposes.begin(), event.purposes.end());
  head.json = "\",\"event\":";
  base::AppendJsonString(event.event, head.json);
  head.json += contract.head;
  for (std::size_t i = 0; i < event.purposes.size(); ++i) {
    if (i > 0) head.json += ',';
    base::AppendJsonString(event.purposes[i], head.json);
  }
  head.json += "],\"data\":{";
  return head.json;
}

void Pseudonymizer::State::AddMember(const PreparedField& field, const base::Value& value,
                                     bool first, ProtectedBatch& batch) {
  if (field.key == nullptr) {
    if (value.raw.empty()) return;
    if (!first) batch.body_ += ',';
    batch.body_.append(field.member).append(value.raw);
    return;
  }
  std::string& normal = batch.scratch_;
  if (!CanIdentify(value) || !base::Normalise(field.key->type, value.text, normal)) return;
  if (normal.empty() || normal.size() > kLpBytesMax) return;
  if (!first) batch.body_ += ',';
  batch.body_ += field.member;
  const std::size_t message_at = batch.messages_.size();
  batch.messages_ += field.key->message_head;
  crypto::AppendLp(normal, batch.messages_);
  batch.AwaitDigest(field.key->key, message_at, kTokenBytes);
  batch.body_ += '"';
}

void ProtectedBatch::AwaitDigest(const crypto::HmacKey& key, std::size_t message_at,
                                 std::size_t digest_bytes) {
  slots_.push_back({body_.size(), message_at, messages_.size() - message_at, &key, digest_bytes});
  body_.append(base::Base64UrlBytes(digest_bytes), '.');
}

Pseudonymizer::Pseudonymizer() = default;
Pseudonymizer::~Pseudonymizer() = default;

base::Result<std::unique_ptr<Pseudonymizer>> Pseudonymizer::Make(
    const crypto::KeyRing& keys, std::string origin, std::vector<OutgoingForm> destinations) {
  if (origin.empty() || origin.size() > kLpBytesMax) return Invalid("the origin has no name");
  OutgoingPlan plan(keys, origin);
  for (const OutgoingForm& form : destinations) {
    if (auto added = plan.Add(keys, form); !added) return added.error();
  }
  std::unique_ptr<Pseudonymizer> made(new Pseudonymizer);
  made->state_ = std::make_unique<State>(State{std::move(plan)});
  return made;
}

void Pseudonymizer::Begin(std::uint16_t destination, ProtectedBatch& batch) const {
  batch.body_.assign("{\"events\":[");
  batch.key_.clear();
  batch.messages_.clear();
  batch.sequences_.assign(state_->plan.origin_lp());
  batch.slots_.clear();
  batch.head_.json.clear();  // its views may be of a plan that is gone
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
  if (batch.count_ > 0) batch.body_ += ',';
  batch.body_ += "{\"id\":\"";
  const std::size_t id_at = batch.messages_.size();
  batch.messages_ += state_->plan.origin_lp();
  AppendU64(event.sequence, batch.messages_);
  batch.AwaitDigest(state_->plan.destinations()[destination].event_id, id_at, kIdBytes);
  batch.body_ += State::HeadOf(*contract, event, batch);
  const std::size_t members_at = batch.body_.size();
  for (const PreparedField& field : contract->fields) {
    if ((field.category & event.allowed_categories) == 0) continue;
    const bool first = batch.body_.size() == members_at;
    State::AddMember(field, event.fields->Field(field.slot), first, batch);
  }
  batch.body_ += "}}";
  AppendU64(event.sequence, batch.sequences_);
  batch.last_sequence_ = std::max(batch.last_sequence_, event.sequence);
  ++batch.count_;
  return base::Ok();
}

void Pseudonymizer::Finish(std::uint16_t destination, ProtectedBatch& batch) const {
  if (batch.maker_ != this || batch.destination_ != destination || batch.finished_ ||
      destination >= state_->plan.destinations().size()) {
    base::Log::Error("pseudonymizer.finish_without_begin");
    std::abort();  // a bug that could give one destination another's tokens
  }
  batch.body_ += "]}";
  const std::size_t count = batch.slots_.size();
  batch.jobs_.resize(count + 1);
  batch.digests_.resize(count + 1);
  const std::string_view messages = batch.messages_;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& slot = batch.slots_[i];
    batch.jobs_[i] = {slot.key, messages.substr(slot.message_at, slot.message_size),
                      &batch.digests_[i]};
  }
  batch.jobs_[count] = {&state_->plan.destinations()[destination].idempotency, batch.sequences_,
                        &batch.digests_[count]};
  crypto::Hmac(batch.jobs_);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& slot = batch.slots_[i];
    base::WriteBase64Url(crypto::AsBytes(batch.digests_[i]).substr(0, slot.digest_bytes),
                         batch.body_.data() + slot.at);
  }
  base::AppendBase64Url(crypto::AsBytes(batch.digests_[count]).substr(0, kIdBytes), batch.key_);
  batch.finished_ = true;
}

base::Result<std::string> Pseudonymizer::P1Token(const crypto::KeyRing& keys,
                                                 std::string_view domain, base::IdentifierType type,
                                                 std::string_view id_type,
                                                 std::string_view normalised,
                                                 std::uint32_t version) {
  if (normalised.empty() || normalised.size() > kLpBytesMax) {
    return Invalid("only a value of 1 to 65535 bytes has a token");
  }
  const auto key = keys.DeriveHmac("hmac", domain, id_type, base::NormaliserName(type), version);
  if (!key) return key.error();
  std::string message;
  crypto::AppendLp(id_type, message);
  crypto::AppendLp(normalised, message);
  std::string token = TokenHead(domain, version);
  base::AppendBase64Url(crypto::AsBytes(crypto::Hmac(*key, message)), token);
  return token;
}

}  // namespace octroi::policies
