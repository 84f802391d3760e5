#include "gateway/gate.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"
#include "crypto/hmac.h"

namespace octroi::gateway {
namespace {

using base::Error;
using base::ErrorCode;
using base::Outcome;
using base::Reason;

constexpr std::uint16_t kNone = 0xffff;

journal::Fingerprint Cut(const crypto::Digest& digest) {
  journal::Fingerprint cut;
  std::memcpy(cut.data(), digest.data(), cut.size());
  return cut;
}

std::uint64_t First8(const crypto::Digest& digest) {
  std::uint64_t value = 0;
  std::memcpy(&value, digest.data(), sizeof value);
  return value;
}

}  // namespace

// Memory of one thread, kept from request to request so that an event allocates nothing.
struct Gate::Scratch {
  explicit Scratch(const GateKeys& keys) : reader(keys) {}
  EventReader reader;
  rules::Contract::Scratch repairs;
  journal::EventRecord record;
  journal::FramePtr frame;
  std::vector<std::string_view> subject_keys;
  std::vector<policies::ConsentIndex::Subject> subjects;
  std::string encoded, payload, unique_message;
  struct Reserved {
    journal::Fingerprint key{};
    std::uint32_t index = 0;  // of the event in its request
  };
  std::vector<Reserved> reserved;
};

struct Gate::Meters {
  base::Counter* by_outcome[5];
  base::Counter* refused;
  explicit Meters(base::Metrics& metrics)
      : refused(&metrics.CounterOf("octroi_requests_unavailable")) {
    for (const Outcome outcome : {Outcome::kUndecided, Outcome::kRejected, Outcome::kQuarantined,
                                  Outcome::kMerged, Outcome::kAccepted}) {
      by_outcome[static_cast<int>(outcome)] = &metrics.CounterOf(
          "octroi_events", {{base::Id("outcome"), base::Id::OfConfig(base::Name(outcome))}});
    }
  }
};

Gate::Gate(Parts parts)
    : parts_(parts),
      keys_{parts.keys->StorageHmac("fingerprint"), parts.keys->StorageHmac("dedup")},
      meters_(std::make_unique<Meters>(*parts.metrics)) {
  for (unsigned i = 0; i < parts_.threads; ++i) {
    scratch_.push_back(std::make_unique<Scratch>(keys_));
  }
}
Gate::~Gate() = default;

journal::Fingerprint Gate::FingerprintOf(std::string_view id_type,
                                         std::string_view normalised) const {
  std::string message;
  crypto::AppendLp(id_type, message);
  crypto::AppendLp(normalised, message);
  return Cut(crypto::Hmac(keys_.fingerprint, message));
}

// One request's walk: the steps in order, each a named function, every exit in Run.
class Gate::Walk final : public rules::SeenWindow {
 public:
  Walk(Gate& gate, const Submission& in, Scratch& scratch)
      : gate_(gate), in_(in), source_(in.plan->sources[in.source]), s_(scratch) {}

  base::Result<Taken> Run(std::vector<Admitted>& admitted) {
    s_.reserved.clear();
    s_.frame = gate_.parts_.journal->NewFrame();
    const auto request = ReserveRequest();
    if (!request) return request.error();
    while (index_ < in_.events.size()) {
      const std::size_t count = std::min(EventReader::kAtOnce, in_.events.size() - index_);
      for (ReadEvent& read : s_.reader.Read(source_, in_.form, in_.events.subspan(index_, count))) {
        read_ = &read;
        One(admitted.emplace_back());
        if (full_) {
          return GiveUp(
              Error{ErrorCode::kUnavailable, "gate.seen", "memory of seen messages is full"});
        }
        ++index_;
      }
    }
    const auto last = gate_.parts_.journal->Append(s_.frame);
    if (!last) return GiveUp(last.error());
    const std::uint64_t first = *last + 1 - in_.events.size();
    for (const Scratch::Reserved& reserved : s_.reserved) {
      gate_.parts_.seen->Confirm(reserved.key, first + reserved.index);
    }
    for (std::size_t i = 0; i < std::size(outcomes_); ++i) {
      if (outcomes_[i] != 0) gate_.meters_->by_outcome[i]->Add(outcomes_[i]);
    }
    return Taken{first, replay_};
  }

 private:
  // The request as a whole: seen before under its Idempotency-Key?
  base::Status ReserveRequest() {
    if (in_.idempotency_key.empty()) return base::Ok();
    std::string message = "request";
    crypto::AppendLp(source_.id, message);
    crypto::AppendLp(in_.idempotency_key, message);
    const journal::Fingerprint key = Cut(crypto::Hmac(gate_.keys_.dedup, message));
    std::string bodies;
    for (const std::string_view event : in_.events)
      bodies.append(crypto::AsBytes(crypto::Sha256(event)));
    const auto digest =
        static_cast<std::uint32_t>(First8(crypto::Hmac(gate_.keys_.dedup, bodies)) | 1);
    request_key_ = key;
    request_digest_ = digest;
    const auto answer = Reserve(key, digest, 0);
    if (full_)
      return Error{ErrorCode::kUnavailable, "gate.seen", "memory of seen messages is full"};
    if (answer.kind == SeenIndex::Answer::Kind::kConflict) {
      return Error{ErrorCode::kInvalid, "gate.idempotency", "the key was used for another body"};
    }
    replay_ = answer.kind == SeenIndex::Answer::Kind::kSeen;
    replay_of_ = answer.sequence;
    return base::Ok();
  }

  // One event, which was read: seen before? -> judge -> decide -> record.
  void One(Admitted& out) {
    Start();
    const base::ParseFault& fault = read_->fault;
    if (fault.reason != Reason::kUndecided) {
      out.rule = fault.rule;
      out.offset = fault.offset;
      out.pointer = fault.pointer;
      return Finish(Outcome::kRejected, fault.reason, out);
    }
    Identify();
    if (replay_)
      return Merge(Reason::kDuplicateRequest, replay_of_ == 0 ? 0 : replay_of_ + index_, out);
    if (SeenMessage(out)) return;
    if (!FindContract(out)) return;
    if (!ReadTime()) return Finish(Outcome::kQuarantined, Reason::kEventTimeInvalid, out);
    Judge(out);
  }

  void Start() {
    s_.record.Clear();
    s_.record.plan = in_.plan->number;
    s_.record.source = in_.source;
    s_.record.received = in_.received;
    s_.record.gpc = in_.gpc;
    if (index_ == 0 && !in_.idempotency_key.empty() && !replay_) {
      s_.record.unique.push_back({Reason::kDuplicateRequest, request_key_, request_digest_});
    }
    s_.repairs.Clear();
    s_.subject_keys.clear();
    s_.subjects.clear();
  }

  void Identify() {
    for (std::size_t i = 0; i < read_->people; ++i) {
      s_.subject_keys.push_back(read_->identifiers[i]);
      s_.record.subject.push_back(read_->subject[i]);
    }
    s_.record.message = read_->message;
    s_.record.body_digest = read_->body_digest;
    s_.record.commitment = read_->commitment;
  }

  SeenIndex::Answer Reserve(const journal::Fingerprint& key, std::uint32_t digest,
                            base::Millis window) {
    const auto answer =
        gate_.parts_.seen->Reserve(key, digest, in_.seen_now != 0 ? in_.seen_now : in_.received,
                                   window == 0 ? source_.deduplicate_for : window);
    if (answer.kind == SeenIndex::Answer::Kind::kNew) s_.reserved.push_back({key, index_});
    if (answer.kind == SeenIndex::Answer::Kind::kFull) full_ = true;
    return answer;
  }

  bool SeenMessage(Admitted& out) {
    if (s_.record.message == journal::Fingerprint{}) return false;
    const auto digest = static_cast<std::uint32_t>(s_.record.body_digest | 1);
    const auto answer = Reserve(s_.record.message, digest, 0);
    if (answer.kind == SeenIndex::Answer::Kind::kSeen) {
      Merge(Reason::kDuplicateMessageId, answer.sequence, out);
      return true;
    }
    if (answer.kind == SeenIndex::Answer::Kind::kConflict) {
      s_.record.message = {};  // it stays the first one's
      Finish(Outcome::kRejected, Reason::kConflictMessageId, out);
      return true;
    }
    return false;
  }

  void Merge(Reason reason, std::uint64_t into, Admitted& out) {
    s_.record.merged_into = out.merged_into = into;
    s_.record.message = {};  // the original's record holds it
    Finish(Outcome::kMerged, reason, out);
  }

  bool FindContract(Admitted& out) {
    const std::string_view type =
        in_.type.empty() ? read_->event[base::kSlotEventType].text : in_.type;
    const std::string_view name = read_->event[base::kSlotEventName].text;
    const bool named = source_.dialect == Dialect::kEvents || type == "track";
    if (!(named && Accept(name)) && !Accept(type)) {
      if (name.empty() && type.empty()) {
        Finish(Outcome::kRejected, Reason::kEventTypeMissing, out);
        return false;
      }
      const Outcome outcome =
          source_.unknown == UnknownEvents::kReject ? Outcome::kRejected : Outcome::kQuarantined;
      if (source_.unknown != UnknownEvents::kAccept) {
        Finish(outcome, Reason::kEventUnknown, out);
        return false;
      }
    }
    out.contract = s_.record.contract;
    return true;
  }

  bool Accept(std::string_view name) {
    if (name.empty()) return false;
    for (std::size_t i = 0; i < source_.accepts.size(); ++i) {
      if (source_.accepts[i].event != name) continue;
      s_.record.event = static_cast<std::uint16_t>(i);
      s_.record.contract = source_.accepts[i].contract;
      return true;
    }
    return false;
  }

  bool ReadTime() {
    const base::Value& value = read_->event[base::kSlotEventTime];
    if (!value.present()) return true;
    const auto time = base::ParseRfc3339(value.text);
    if (!time) return false;
    s_.record.event_time = *time;
    return true;
  }

  void Judge(Admitted& out) {
    Outcome outcome = Outcome::kAccepted;
    Reason reason = Reason::kAccepted;
    if (s_.record.contract != kNone) {
      rules::Surroundings around;
      around.received = in_.received;
      if (s_.record.event_time != 0) around.event_time = s_.record.event_time;
      around.subject_keys = s_.subject_keys;
      around.seen = this;
      const rules::Contract& contract = *in_.plan->contracts[s_.record.contract].contract;
      const rules::Judgement judgement = contract.Judge(read_->event, around, s_.repairs);
      s_.record.evaluated = judgement.evaluated;
      s_.record.failed = out.failed_rules = judgement.failed;
      s_.record.repaired = judgement.repaired;
      s_.record.usable = judgement.usable;
      outcome = judgement.outcome;
      reason = judgement.reason;
      if (source_.observe && outcome != Outcome::kAccepted) outcome = Outcome::kAccepted;
    }
    if (outcome == Outcome::kAccepted) Decide();
    Finish(outcome, reason, out);
  }

  // rules::SeenWindow: the window is remembered by fingerprint, and the record carries it through a
  // restart.
  bool SeenBefore(Reason rule, std::string_view key, base::Millis within) override {
    s_.unique_message = "unique";
    crypto::AppendLp(source_.id, s_.unique_message);
    crypto::AppendLp(in_.plan->contracts[s_.record.contract].name, s_.unique_message);
    crypto::AppendLp(in_.plan->ReasonName(rule), s_.unique_message);
    s_.unique_message.append(key);
    const journal::Fingerprint print = Cut(crypto::Hmac(gate_.keys_.dedup, s_.unique_message));
    const auto answer = Reserve(print, 0, within);
    if (answer.kind == SeenIndex::Answer::Kind::kNew) s_.record.unique.push_back({rule, print, 0});
    return answer.kind == SeenIndex::Answer::Kind::kSeen;
  }

  void Decide() {
    ReadSignals();
    for (const journal::Fingerprint& print : s_.record.subject) {
      const auto subject = gate_.parts_.index->Find(print);
      if (subject == policies::ConsentIndex::kNobody) continue;
      if (std::find(s_.subjects.begin(), s_.subjects.end(), subject) == s_.subjects.end()) {
        s_.subjects.push_back(subject);
      }
    }
    const base::EventFields fields(read_->event);
    policies::DecisionInput input;
    input.source = in_.source;
    input.contract = s_.record.contract;
    input.event_time = s_.record.event_time == 0 ? in_.received : s_.record.event_time;
    input.now = in_.received;
    input.subjects = s_.subjects;
    input.identified = !s_.record.subject.empty();
    input.signals = {s_.record.denied_purposes, in_.gpc};
    input.fields = &fields;
    for (std::size_t d = 0; d < in_.plan->destinations.size(); ++d) {
      if (in_.plan->destinations[d].id.empty()) continue;  // a hole: no longer configured
      s_.record.verdicts.push_back(
          in_.plan->policies->Decide(input, static_cast<std::uint16_t>(d), *gate_.parts_.index));
    }
  }

  // What accompanies the event can only restrict: {"purpose or category": false} denies, and a
  // signal that is there but cannot be read as such denies all it could have spoken about.
  void ReadSignals() {
    for (const base::FieldId slot : {base::kSlotSignal, base::kSlotSignal2}) {
      const base::Value& signal = read_->event[slot];
      if (!signal.present()) continue;
      const bool readable =
          signal.type == base::JsonType::kObject && signal.raw.find('\\') == std::string_view::npos;
      for (const auto& [name, purposes] : source_.signal_purposes) {
        if (!readable || Denies(signal.raw, name)) s_.record.denied_purposes |= purposes;
      }
    }
  }

  static bool Denies(std::string_view object, std::string_view name) {
    for (std::size_t at = object.find(name); at != std::string_view::npos;
         at = object.find(name, at + 1)) {
      const std::size_t end = at + name.size();
      if (at == 0 || object[at - 1] != '"' || end >= object.size() || object[end] != '"') continue;
      std::string_view rest = object.substr(end + 1);
      rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n:"), rest.size()));
      if (!rest.starts_with("true")) return true;
    }
    return false;
  }

  void Finish(Outcome outcome, Reason reason, Admitted& out) {
    journal::EventRecord& record = s_.record;
    record.outcome = out.outcome = outcome;
    record.reason = out.reason = reason;
    record.has_payload = outcome == Outcome::kQuarantined ||
                         std::any_of(record.verdicts.begin(), record.verdicts.end(),
                                     [](const base::Verdict& verdict) { return verdict.allowed; });
    s_.encoded.clear();
    Encode(record, s_.encoded);
    s_.frame->AddEncoded(s_.encoded);
    if (record.has_payload) {
      s_.payload.clear();
      std::span<const base::FieldId> fields;
      if (record.contract != kNone) fields = in_.plan->contracts[record.contract].fields;
      journal::EncodePayload(read_->event, fields, read_->opening_key, s_.payload);
      s_.frame->AddPayload(index_, s_.payload);
    }
    ++outcomes_[static_cast<std::size_t>(outcome)];
  }

  // Nothing happened: what this request reserved is free again.
  base::Error GiveUp(base::Error error) {
    for (const Scratch::Reserved& reserved : s_.reserved) gate_.parts_.seen->Release(reserved.key);
    gate_.meters_->refused->Add();
    return error;
  }

  Gate& gate_;
  const Submission& in_;
  const SourcePlan& source_;
  Scratch& s_;
  std::uint32_t index_ = 0;         // of the event in its request
  std::uint64_t outcomes_[5] = {};  // counted once the journal has them
  ReadEvent* read_ = nullptr;       // that event
  bool full_ = false, replay_ = false;
  std::uint64_t replay_of_ = 0;
  journal::Fingerprint request_key_{};
  std::uint32_t request_digest_ = 0;
};

base::Result<Gate::Taken> Gate::Admit(const Submission& submission, unsigned thread,
                                      std::vector<Admitted>& admitted) {
  admitted.clear();
  return Walk(*this, submission, *scratch_[thread]).Run(admitted);
}

}  // namespace octroi::gateway
