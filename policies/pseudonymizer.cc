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

// Renders one event after the other into a batch, segment by segment.
class Pseudonymizer::Writer {
 public:
  Writer(const PreparedDestination& destination, const PreparedContract& contract,
         const std::string& origin_lp, ProtectedBatch& batch)
      : destination_(destination), contract_(contract), origin_lp_(origin_lp), batch_(batch) {}

  void Write(const OutgoingEvent& event);

 private:
  // False: it was left out, with its text.
  bool Field(const Segment& segment, const OutgoingEvent& event);
  bool Token(const Segment& segment, const TokenKey& key, const base::Value& value);
  void Id(const OutgoingEvent& event);
  void EventAs(const Segment& segment, const OutgoingEvent& event);
  void Close(const Segment& segment);
  void Begin(const Segment& segment) {
    const char last = batch_.body_.back();
    if (last != '{' && last != '[') batch_.body_ += ',';
    batch_.body_ += segment.text;
  }
  void RefreshHead(const OutgoingEvent& event);
  static void AppendHead(const Segment& part, const OutgoingEvent& event, std::string& text);

  const PreparedDestination& destination_;
  const PreparedContract& contract_;
  const std::string& origin_lp_;
  ProtectedBatch& batch_;
};

struct Pseudonymizer::State {
  OutgoingPlan plan;
};

void Pseudonymizer::Writer::RefreshHead(const OutgoingEvent& event) {
  auto& head = batch_.head_;
  if (head.made && head.contract == event.contract && head.event == event.event &&
      std::ranges::equal(head.purposes, event.purposes)) {
    return;
  }
  head.made = true;
  head.contract = event.contract;
  head.event = event.event;
  head.purposes.assign(event.purposes.begin(), event.purposes.end());
  for (const Segment& segment : contract_.layout) {
    if (segment.what != Segment::What::kHead) continue;
    if (head.texts.size() <= segment.field) head.texts.resize(segment.field + std::size_t{1});
    std::string& text = head.texts[segment.field];
    text.clear();
    for (const Segment& part : segment.parts) AppendHead(part, event, text);
  }
}

void Pseudonymizer::Writer::AppendHead(const Segment& part, const OutgoingEvent& event,
                                       std::string& text) {
  if (part.what == Segment::What::kText) {
    text += part.text;
  } else if (part.what == Segment::What::kEvent) {
    base::AppendJsonString(event.event, text);
  } else {
    text += '[';
    for (const std::string_view purpose : event.purposes) {
      if (text.back() != '[') text += ',';
      base::AppendJsonString(purpose, text);
    }
    text += ']';
  }
}

void Pseudonymizer::Writer::Write(const OutgoingEvent& event) {
  RefreshHead(event);
  const Layout& layout = contract_.layout;
  for (std::size_t i = 0; i < layout.size(); ++i) {
    const Segment& segment = layout[i];
    switch (segment.what) {
      case Segment::What::kField:
        if (Field(segment, event)) i += segment.skip;
        break;
      case Segment::What::kText:
        batch_.body_ += segment.text;
        break;
      case Segment::What::kHead:
        batch_.body_ += batch_.head_.texts[segment.field];
        break;
      case Segment::What::kId:
        Id(event);
        break;
      case Segment::What::kEventAs:
        EventAs(segment, event);
        break;
      case Segment::What::kOpen:
        batch_.open_.push_back(batch_.body_.size());
        Begin(segment);
        break;
      case Segment::What::kClose:
        Close(segment);
        break;
      default:  // a constant; parts of heads do not stand alone
        Begin(segment);
    }
  }
}

void Pseudonymizer::Writer::EventAs(const Segment& segment, const OutgoingEvent& event) {
  const auto found =
      std::ranges::find(segment.names, event.event, &std::pair<std::string, std::string>::first);
  if (found == segment.names.end()) return;
  Begin(segment);
  batch_.body_ += found->second;
}

void Pseudonymizer::Writer::Close(const Segment& segment) {
  const char last = batch_.body_.back();
  if (last == '{' || last == '[') {
    batch_.body_.resize(batch_.open_.back());
  } else {
    batch_.body_ += segment.text;
  }
  batch_.open_.pop_back();
}

void Pseudonymizer::Writer::Id(const OutgoingEvent& event) {
  const std::size_t at = batch_.messages_.size();
  batch_.messages_ += origin_lp_;
  AppendU64(event.sequence, batch_.messages_);
  batch_.events_.back().id_at = batch_.body_.size();
  batch_.AwaitDigest(destination_.event_id, at, kIdBytes);
  batch_.events_.back().id_size = batch_.body_.size() - batch_.events_.back().id_at;
}

bool Pseudonymizer::Writer::Field(const Segment& segment, const OutgoingEvent& event) {
  const PreparedField& field = contract_.fields[segment.field];
  if ((field.category & event.allowed_categories) == 0) return false;
  const base::Value& value = event.fields->Field(field.slot);
  if (value.raw.empty() || (segment.present_only && !value.present())) return false;
  if (field.key != nullptr) return Token(segment, *field.key, value);
  const std::size_t before = batch_.body_.size();
  Begin(segment);
  if (segment.as == TemplateNode::As::kAsJudged) {
    batch_.body_ += value.raw;
    return true;
  }
  if (AppendAs(value, segment.as, batch_.body_)) return true;
  batch_.body_.resize(before);
  return false;
}

bool Pseudonymizer::Writer::Token(const Segment& segment, const TokenKey& key,
                                  const base::Value& value) {
  std::string& normal = batch_.scratch_;
  if (!CanIdentify(value) || !base::Normalise(key.type, value.text, normal)) return false;
  if (normal.empty() || normal.size() > kLpBytesMax) return false;
  Begin(segment);
  const std::size_t message_at = batch_.messages_.size();
  batch_.messages_ += key.message_head;
  crypto::AppendLp(normal, batch_.messages_);
  batch_.AwaitDigest(key.key, message_at, kTokenBytes);
  batch_.body_ += '"';
  return true;
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
  const bool known = destination < state_->plan.destinations().size();
  batch.body_.assign(known ? std::string_view(state_->plan.destinations()[destination].frame.before)
                           : std::string_view());
  batch.key_.clear();
  batch.messages_.clear();
  batch.sequences_.assign(state_->plan.origin_lp());
  batch.slots_.clear();
  batch.open_.clear();
  batch.events_.clear();
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
  const PreparedDestination& to = state_->plan.destinations()[destination];
  if (batch.count_ > 0 && to.one_event) return Invalid("the template has room for one event only");
  if (batch.count_ > 0) batch.body_ += to.between;
  auto& placed = batch.events_.emplace_back();
  placed.at = batch.body_.size();
  Writer(to, *contract, state_->plan.origin_lp(), batch).Write(event);
  placed.size = batch.body_.size() - placed.at;
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
  batch.body_ += state_->plan.destinations()[destination].frame.after;
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
