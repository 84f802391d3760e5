#include "gateway/gate.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "crypto/hmac.h"
#include "gateway/evaluate.h"
#include "gateway/hold_desk.h"

namespace octroi::gateway {
namespace {

using base::Error;
using base::ErrorCode;
using base::Outcome;
using base::Reason;

constexpr std::uint16_t kNone = 0xffff;

std::uint64_t First8(const crypto::Digest& digest) {
  std::uint64_t value = 0;
  std::memcpy(&value, digest.data(), sizeof value);
  return value;
}

}  // namespace

// Memory of one thread, kept from request to request so that an event allocates nothing.
struct Gate::Scratch {
  explicit Scratch(const GateKeys& keys) : reader(keys), evaluator(keys.dedup) {}
  EventReader reader;
  Evaluator evaluator;
  journal::EventRecord record;
  journal::FramePtr frame;
  std::string encoded, payload;
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
  return gateway::FingerprintOf(keys_.fingerprint, id_type, normalised);
}

// One request's walk: the steps in order, each a named function, every exit in Run.
class Gate::Walk final : SeenMemory {
 public:
  Walk(Gate& gate, const Submission& in, Scratch& scratch)
      : gate_(gate),
        in_(in),
        source_(in.plan->sources[in.source]),
        s_(scratch),
        around_{in.plan,
                in.source,
                in.type,
                in.gpc,
                in.received,
                gate.parts_.index,
                this,
                nullptr,
                gate.parts_.metrics,
                gate.parts_.holds == nullptr || gate.parts_.holds->HasRoom()} {}

  base::Result<Taken> Run(std::vector<Admitted>& admitted) {
    s_.reserved.clear();
    s_.frame = gate_.parts_.journal->NewFrame();
    const auto request = ReserveRequest();
    if (!request) return request.error();
    while (index_ < in_.events.size()) {
      const std::size_t count = std::min(EventReader::kAtOnce, in_.events.size() - index_);
      const auto events = s_.reader.Read(source_, in_.form, in_.events.subspan(index_, count));
      if (count > 1) {
        for (const ReadEvent& read : events) gate_.parts_.seen->Prefetch(read.message);
      }
      for (ReadEvent& read : events) {
        read_ = &read;
        One(admitted.emplace_back());
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
    const auto key = RequestPrintOf(gate_.keys_.dedup, source_.id, in_.idempotency_key);
    std::string bodies;
    for (const std::string_view event : in_.events)
      bodies.append(crypto::AsBytes(crypto::Sha256(event)));
    const auto digest =
        static_cast<std::uint32_t>(First8(crypto::Hmac(gate_.keys_.dedup, bodies)) | 1);
    request_key_ = key;
    request_digest_ = digest;
    const auto answer = Reserve(key, digest, source_.deduplicate_for);
    if (answer.kind == SeenIndex::Answer::Kind::kConflict) {
      return Error{ErrorCode::kInvalid, "gate.idempotency", "the key was used for another body"};
    }
    replay_ = answer.kind == SeenIndex::Answer::Kind::kSeen;
    replay_of_ = answer.sequence;
    return base::Ok();
  }

  // One event, which was read: seen before? -> judge -> decide -> record.
  void One(Admitted& out) {
    journal::EventRecord& record = s_.record;
    if (s_.evaluator.Identify(around_, *read_, record)) {
      if (replay_) {
        Evaluator::Merge(Reason::kDuplicateRequest, replay_of_ == 0 ? 0 : replay_of_ + index_,
                         record);
      } else {
        s_.evaluator.Conclude(around_, *read_, record);
      }
    }
    if (index_ == 0 && !in_.idempotency_key.empty() && !replay_) {
      record.unique.push_back({Reason::kDuplicateRequest, request_key_, request_digest_});
    }
    const base::ParseFault& fault = read_->fault;
    out = {record.outcome,  record.reason, record.merged_into, record.failed,
           record.contract, fault.rule,    fault.offset,       fault.pointer};
    if (source_.answer && record.outcome == Outcome::kAccepted) out.verdicts = record.verdicts;
    Record();
  }

  // SeenMemory: reserved until the journal has the request.
  SeenIndex::Answer Reserve(const journal::Fingerprint& key, std::uint32_t digest,
                            base::Millis window) override {
    const auto answer = gate_.parts_.seen->Reserve(
        key, digest, in_.seen_now != 0 ? in_.seen_now : in_.received, window);
    if (answer.kind == SeenIndex::Answer::Kind::kNew) s_.reserved.push_back({key, index_});
    return answer;
  }

  void Record() {
    const journal::EventRecord& record = s_.record;
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
    ++outcomes_[static_cast<std::size_t>(record.outcome)];
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
  const Circumstances around_;
  std::uint32_t index_ = 0;         // of the event in its request
  std::uint64_t outcomes_[5] = {};  // counted once the journal has them
  ReadEvent* read_ = nullptr;       // that event
  bool replay_ = false;
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
