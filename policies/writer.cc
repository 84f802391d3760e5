#include "policies/writer.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "policies/generalise.h"

namespace octroi::policies {
namespace {

constexpr std::size_t kTokenBytes = 32;  // never cut
constexpr std::size_t kRandomBytes = sizeof(RandomToken);

// What an identifier can be made of; true, {} and [] identify nobody.
bool CanIdentify(const base::Value& value) {
  return value.type == base::JsonType::kString || value.type == base::JsonType::kInteger ||
         value.type == base::JsonType::kDecimal;
}

}  // namespace

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
        Begin(segment.text);
        break;
      case Segment::What::kClose:
        Close(segment);
        break;
      default:  // a constant; parts of heads do not stand alone
        Begin(segment.text);
    }
  }
}

void Pseudonymizer::Writer::EventAs(const Segment& segment, const OutgoingEvent& event) {
  const auto found =
      std::ranges::find(segment.names, event.event, &std::pair<std::string, std::string>::first);
  if (found == segment.names.end()) return;
  Begin(segment.text);
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
  batch_.messages_ += plan_.origin_lp();
  AppendU64(event.sequence, batch_.messages_);
  batch_.events_.back().id_at = batch_.body_.size();
  batch_.AwaitDigest(&destination_.event_id, at, kIdBytes);
  batch_.events_.back().id_size = batch_.body_.size() - batch_.events_.back().id_at;
}

bool Pseudonymizer::Writer::Field(const Segment& segment, const OutgoingEvent& event) {
  const PreparedField& field = contract_.fields[segment.field];
  const Leaves leaves = LeavesOf(field, event.may_leave);
  if (leaves == Leaves::kNothing) return false;
  const base::Value& value = event.fields->Field(field.slot);
  if (value.raw.empty() || (segment.present_only && !value.present())) return false;
  if (segment.previous) return Previous(segment, field, leaves, value, event.received);
  if (leaves == Leaves::kToken)
    return Token(segment.instead, *field.instead, value, event.received);
  if (field.key != nullptr) return Token(segment.text, *field.key, value, event.received);
  const std::size_t before = batch_.body_.size();
  Begin(segment.text);
  if (field.form == Form::kRedacted) {
    if (Redacted(value)) return true;
  } else if (field.form != Form::kClear) {  // `as` is of values that leave as they are
    if (AppendGeneralised(field.form, value, batch_.scratch_, batch_.body_)) return true;
  } else if (AppendAs(value, segment.as, batch_.body_)) {
    return true;
  }
  batch_.body_.resize(before);
  return false;
}

bool Pseudonymizer::Writer::Redacted(const base::Value& value) {
  if (value.type != base::JsonType::kString || plan_.redact() == nullptr) return false;
  batch_.scratch_.clear();
  if (!plan_.redact()(value.text, batch_.scratch_)) return false;
  base::AppendJsonString(batch_.scratch_, batch_.body_);
  return true;
}

bool Pseudonymizer::Writer::Previous(const Segment& segment, const PreparedField& field,
                                     Leaves leaves, const base::Value& value,
                                     base::Millis received) {
  if (received >= plan_.previous_until()) return false;
  const bool instead = leaves == Leaves::kToken;
  const TokenKey* const key = instead ? field.instead_prev : field.prev;
  return key != nullptr && Token(instead ? segment.instead : segment.text, *key, value, received);
}

bool Pseudonymizer::Writer::Token(std::string_view text, const TokenKey& key,
                                  const base::Value& value, base::Millis received) {
  std::string& normal = batch_.scratch_;
  if (!CanIdentify(value) || !base::Normalise(key.type, value.text, normal)) return false;
  if (normal.empty() || normal.size() > kLpBytesMax) return false;
  Begin(text);
  if (key.siv) {
    PadToBucket(normal);
    batch_.box_.clear();
    key.siv->Seal(normal, batch_.box_);
    base::AppendBase64Url(batch_.box_, batch_.body_);
    batch_.body_ += '"';
    return true;
  }
  const std::size_t message_at = batch_.messages_.size();
  batch_.messages_ += key.message_head;
  crypto::AppendLp(normal, batch_.messages_);
  if (key.form == Form::kEpoch) {
    const std::size_t epoch = Epoch(key, received);
    batch_.body_.append(batch_.epochs_[epoch].month).append(".");
    batch_.AwaitDigest(nullptr, message_at, kTokenBytes);
    batch_.slots_.back().epoch = epoch;
  } else if (key.form == Form::kRandom) {
    batch_.AwaitDigest(&key.key, message_at, kRandomBytes);
    batch_.slots_.back().random = true;
  } else {
    batch_.AwaitDigest(&key.key, message_at, kTokenBytes);
  }
  batch_.body_ += '"';
  return true;
}

// Its key is derived once a batch.
std::size_t Pseudonymizer::Writer::Epoch(const TokenKey& key, base::Millis received) {
  MonthOf(received, batch_.scratch_);
  auto& epochs = batch_.epochs_;
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    if (epochs[i].of == &key && epochs[i].month == batch_.scratch_) return i;
  }
  epochs.push_back({&key, batch_.scratch_, key.OfEpoch(batch_.scratch_)});
  return epochs.size() - 1;
}

void ProtectedBatch::AwaitDigest(const crypto::HmacKey* key, std::size_t message_at,
                                 std::size_t digest_bytes) {
  slots_.push_back({body_.size(), message_at, messages_.size() - message_at, key, digest_bytes});
  body_.append(base::Base64UrlBytes(digest_bytes), '.');
}

}  // namespace octroi::policies
