#include "journal/records.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "journal/release_record.h"
#include "journal/replay_record.h"

namespace octroi::journal {
namespace {

using base::ByteReader;
using base::ByteWriter;
using base::Error;
using base::ErrorCode;

Error Malformed(std::string_view kind) {
  return {ErrorCode::kInvalid, "journal.records.decode",
          "malformed " + std::string(kind) + " record"};
}

template <std::size_t N>
void Put(const std::array<std::uint8_t, N>& bytes, ByteWriter& out) {
  out.Raw({reinterpret_cast<const char*>(bytes.data()), N});
}

template <std::size_t N>
void Take(ByteReader& in, std::array<std::uint8_t, N>& into) {
  const std::string_view bytes = in.Raw(N);
  if (bytes.size() == N) std::memcpy(into.data(), bytes.data(), N);
}

void Put(const std::vector<Fingerprint>& subject, ByteWriter& out) {
  out.Varint(subject.size());
  for (const Fingerprint& one : subject) Put(one, out);
}

void Take(ByteReader& in, std::vector<Fingerprint>& into) {
  into.clear();
  for (std::uint64_t left = in.Varint(); left > 0 && in.ok(); --left) Take(in, into.emplace_back());
}

template <class T>
T Narrow(std::uint64_t value) {
  return static_cast<T>(value);
}

bool StartsAs(ByteReader& in, RecordKind kind) {
  return in.Fixed<std::uint8_t>() == static_cast<std::uint8_t>(kind);
}

// EventRecord::flags, bit by bit.
enum : std::uint8_t {
  kUsable = 1,
  kHasPayload = 2,
  kGpc = 4,
  kHasDenials = 8,
  kHasCampaign = 16,
  kRequiredMissing = 32
};

void PutVerdicts(const std::vector<base::Verdict>& verdicts, ByteWriter& out) {
  out.Varint(verdicts.size());
  for (const base::Verdict& verdict : verdicts) {
    out.Varint(verdict.destination);
    out.Fixed<std::uint8_t>(verdict.allowed ? 1 : 0);
    out.Fixed(static_cast<std::uint16_t>(verdict.reason));
    out.Fixed(verdict.purposes);
    out.Varint(verdict.consent);
  }
}

void TakeVerdicts(ByteReader& in, std::vector<base::Verdict>& into) {
  into.clear();
  for (std::uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
    base::Verdict& verdict = into.emplace_back();
    verdict.destination = Narrow<std::uint16_t>(in.Varint());
    verdict.allowed = in.Fixed<std::uint8_t>() == 1;
    verdict.reason = static_cast<base::Reason>(in.Fixed<std::uint16_t>());
    verdict.purposes = in.Fixed<std::uint32_t>();
    verdict.consent = in.Varint();
  }
}

void PutDenials(const std::vector<base::SignalDenial>& denials, ByteWriter& out) {
  out.Varint(denials.size());
  for (const base::SignalDenial& denial : denials) {
    out.Varint(denial.destination);
    out.Fixed(static_cast<std::uint16_t>(denial.reason));
    out.Fixed(denial.purposes);
  }
}

void TakeDenials(ByteReader& in, std::vector<base::SignalDenial>& into) {
  for (std::uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
    base::SignalDenial& denial = into.emplace_back();
    denial.destination = Narrow<std::uint16_t>(in.Varint());
    denial.reason = static_cast<base::Reason>(in.Fixed<std::uint16_t>());
    denial.purposes = in.Fixed<std::uint32_t>();
  }
}

}  // namespace

void EventRecord::Clear() {
  auto keep_subject = std::move(subject);
  auto keep_unique = std::move(unique);
  auto keep_verdicts = std::move(verdicts);
  auto keep_denials = std::move(denials);
  *this = EventRecord{};
  keep_subject.clear();
  keep_unique.clear();
  keep_verdicts.clear();
  keep_denials.clear();
  subject = std::move(keep_subject);
  unique = std::move(keep_unique);
  verdicts = std::move(keep_verdicts);
  denials = std::move(keep_denials);
}

void Encode(const EventRecord& record, std::string& out) {
  ByteWriter w(out);
  w.Fixed(static_cast<std::uint8_t>(RecordKind::kEvent));
  w.Fixed(static_cast<std::uint8_t>(
      (record.usable ? kUsable : 0) | (record.has_payload ? kHasPayload : 0) |
      (record.gpc ? kGpc : 0) | (record.denials.empty() ? 0 : kHasDenials) |
      (record.campaign == 0 ? 0 : kHasCampaign) |
      (record.required_missing ? kRequiredMissing : 0)));
  w.Fixed(static_cast<std::uint8_t>(record.outcome));
  w.Fixed(static_cast<std::uint16_t>(record.reason));
  w.Varint(record.plan);
  w.Varint(record.source);
  w.Fixed(record.event);
  w.Fixed(record.contract);
  w.Fixed(record.received);
  w.Fixed(record.event_time);
  w.Varint(record.evaluated);
  w.Varint(record.failed);
  w.Varint(record.repaired);
  w.Varint(record.denied_purposes);
  w.Varint(record.fingerprint_version);
  w.Varint(record.merged_into);
  Put(record.message, w);
  w.Fixed(record.body_digest);
  Put(record.commitment, w);
  Put(record.subject, w);
  w.Varint(record.unique.size());
  for (const EventRecord::Unique& unique : record.unique) {
    w.Fixed(static_cast<std::uint16_t>(unique.rule));
    Put(unique.key, w);
    w.Fixed(unique.digest);
  }
  PutVerdicts(record.verdicts, w);
  if (!record.denials.empty()) PutDenials(record.denials, w);
  if (record.campaign != 0) w.Fixed(record.campaign);
}

base::Status Decode(std::string_view record, EventRecord& into) {
  ByteReader in(record);
  if (!StartsAs(in, RecordKind::kEvent)) return Malformed("event");
  const auto flags = in.Fixed<std::uint8_t>();
  into.usable = flags & kUsable;
  into.has_payload = flags & kHasPayload;
  into.gpc = flags & kGpc;
  into.required_missing = flags & kRequiredMissing;
  into.outcome = static_cast<base::Outcome>(in.Fixed<std::uint8_t>());
  into.reason = static_cast<base::Reason>(in.Fixed<std::uint16_t>());
  into.plan = Narrow<std::uint32_t>(in.Varint());
  into.source = Narrow<std::uint16_t>(in.Varint());
  into.event = in.Fixed<std::uint16_t>();
  into.contract = in.Fixed<std::uint16_t>();
  into.received = in.Fixed<std::int64_t>();
  into.event_time = in.Fixed<std::int64_t>();
  into.evaluated = in.Varint();
  into.failed = in.Varint();
  into.repaired = in.Varint();
  into.denied_purposes = Narrow<std::uint32_t>(in.Varint());
  into.fingerprint_version = Narrow<std::uint32_t>(in.Varint());
  into.merged_into = in.Varint();
  Take(in, into.message);
  into.body_digest = in.Fixed<std::uint64_t>();
  Take(in, into.commitment);
  Take(in, into.subject);
  into.unique.clear();
  for (std::uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
    EventRecord::Unique& unique = into.unique.emplace_back();
    unique.rule = static_cast<base::Reason>(in.Fixed<std::uint16_t>());
    Take(in, unique.key);
    unique.digest = in.Fixed<std::uint32_t>();
  }
  TakeVerdicts(in, into.verdicts);
  into.denials.clear();
  if ((flags & kHasDenials) != 0) TakeDenials(in, into.denials);
  const bool named = (flags & kHasCampaign) != 0;
  into.campaign = named ? in.Fixed<std::uint64_t>() : 0;
  const bool flagged = (flags & kHasDenials) != 0;
  if (!in.done() || flagged == into.denials.empty() || named != (into.campaign != 0))
    return Malformed("event");
  return base::Ok();
}

void Encode(const OutcomeRecord& record, std::string& out) {
  ByteWriter w(out);
  w.Fixed(static_cast<std::uint8_t>(RecordKind::kOutcome));
  w.Varint(record.plan);
  w.Varint(record.destination);
  w.Fixed(static_cast<std::uint8_t>(record.outcome));
  w.Fixed(static_cast<std::uint16_t>(record.reason));
  w.Fixed(record.at);
  w.Varint(record.attempt);
  w.Fixed(record.http_status);
  w.Varint(record.key_version);
  w.Varint(record.consent);
  w.Varint(record.events.size());
  std::uint64_t last = 0;  // ascending, so differences are small
  for (const std::uint64_t sequence : record.events) {
    w.Varint(sequence - last);
    last = sequence;
  }
}

base::Status Decode(std::string_view record, OutcomeRecord& into) {
  ByteReader in(record);
  if (!StartsAs(in, RecordKind::kOutcome)) return Malformed("outcome");
  into.plan = Narrow<std::uint32_t>(in.Varint());
  into.destination = Narrow<std::uint16_t>(in.Varint());
  into.outcome = static_cast<base::Outcome>(in.Fixed<std::uint8_t>());
  into.reason = static_cast<base::Reason>(in.Fixed<std::uint16_t>());
  into.at = in.Fixed<std::int64_t>();
  into.attempt = Narrow<std::uint32_t>(in.Varint());
  into.http_status = in.Fixed<std::uint16_t>();
  into.key_version = Narrow<std::uint32_t>(in.Varint());
  into.consent = in.Varint();
  into.events.clear();
  std::uint64_t last = 0;
  for (std::uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
    last += in.Varint();
    into.events.push_back(last);
  }
  if (!in.done()) return Malformed("outcome");
  return base::Ok();
}

void Encode(const ReplayRecord& record, std::string& out) {
  ByteWriter w(out);
  w.Fixed(static_cast<std::uint8_t>(kReplayRecord));
  w.Varint(record.plan);
  w.Varint(record.destination);
  w.Fixed(record.at);
  w.Varint(record.uid);
  w.Varint(record.events);
}

base::Status Decode(std::string_view record, ReplayRecord& into) {
  ByteReader in(record);
  if (!StartsAs(in, kReplayRecord)) return Malformed("replay");
  into.plan = Narrow<std::uint32_t>(in.Varint());
  into.destination = Narrow<std::uint16_t>(in.Varint());
  into.at = in.Fixed<std::int64_t>();
  into.uid = Narrow<std::uint32_t>(in.Varint());
  into.events = in.Varint();
  if (!in.done()) return Malformed("replay");
  return base::Ok();
}

void Encode(const ReleaseRecord& record, std::string& out) {
  ByteWriter w(out);
  w.Fixed(static_cast<std::uint8_t>(kReleaseRecord));
  w.Varint(record.plan);
  w.Varint(record.destination);
  w.Fixed(record.at);
  w.Varint(record.events.size());
  for (const ReleaseRecord::Event& event : record.events) {
    w.Varint(event.sequence);
    w.Fixed(static_cast<std::uint16_t>(event.reason));
    w.Fixed(event.purposes);
    w.Varint(event.consent);
  }
}

base::Status Decode(std::string_view record, ReleaseRecord& into) {
  ByteReader in(record);
  if (!StartsAs(in, kReleaseRecord)) return Malformed("release");
  into.plan = Narrow<std::uint32_t>(in.Varint());
  into.destination = Narrow<std::uint16_t>(in.Varint());
  into.at = in.Fixed<std::int64_t>();
  into.events.clear();
  for (std::uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
    ReleaseRecord::Event& event = into.events.emplace_back();
    event.sequence = in.Varint();
    event.reason = static_cast<base::Reason>(in.Fixed<std::uint16_t>());
    event.purposes = in.Fixed<std::uint32_t>();
    event.consent = in.Varint();
  }
  if (!in.done()) return Malformed("release");
  return base::Ok();
}

void Encode(const ConsentRecord& record, std::string& out) {
  ByteWriter w(out);
  w.Fixed(static_cast<std::uint8_t>(RecordKind::kConsent));
  w.Fixed(record.state);
  w.Fixed(record.effective_at);
  w.Fixed(record.recorded_at);
  w.Sized(record.purpose);
  Put(record.subject, w);
  Put(record.commitment, w);
  w.Sized(record.detail);
}

base::Status Decode(std::string_view record, ConsentRecord& into) {
  ByteReader in(record);
  if (!StartsAs(in, RecordKind::kConsent)) return Malformed("consent");
  into.state = in.Fixed<std::uint8_t>();
  into.effective_at = in.Fixed<std::int64_t>();
  into.recorded_at = in.Fixed<std::int64_t>();
  into.purpose = in.Sized();
  Take(in, into.subject);
  Take(in, into.commitment);
  into.detail = in.Sized();
  if (!in.done()) return Malformed("consent");
  return base::Ok();
}

void Encode(const PlanRecord& record, std::string& out) {
  ByteWriter w(out);
  w.Fixed(static_cast<std::uint8_t>(RecordKind::kPlan));
  w.Varint(record.number);
  w.Fixed(record.since);
  w.Sized(record.tenant);
  w.Sized(record.plan_digest);
  w.Sized(record.config_digest);
  w.Sized(record.names);
}

base::Status Decode(std::string_view record, PlanRecord& into) {
  ByteReader in(record);
  if (!StartsAs(in, RecordKind::kPlan)) return Malformed("plan");
  into.number = Narrow<std::uint32_t>(in.Varint());
  into.since = in.Fixed<std::int64_t>();
  into.tenant = in.Sized();
  into.plan_digest = in.Sized();
  into.config_digest = in.Sized();
  into.names = in.Sized();
  if (!in.done()) return Malformed("plan");
  return base::Ok();
}

base::Result<RecordKind> KindOf(std::string_view record) {
  constexpr int kLastOfOld = 7, kTask = 9;
  if (record.empty() || record[0] < 1 || (record[0] > kLastOfOld && record[0] != kTask))
    return Malformed("unknown");
  return static_cast<RecordKind>(record[0]);
}

// Where a field's raw text lies: inside the event's bytes (the usual case, 2 numbers), or stored
// beside them because a repair made it. Text is stored only where it is not simply raw without its
// quotes.
namespace {
enum : std::uint8_t {
  kRawInEvent = 0x10,
  kTextIsRaw = 0x20,
  kTextIsQuotedRaw = 0x40,
  kTypeMask = 0x0f
};

bool Inside(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

// The very same bytes in memory, which most values are, need no comparison.
bool Same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.data() == b.data() || a == b);
}

std::string_view Unquoted(std::string_view raw) {
  return raw.size() >= 2 ? raw.substr(1, raw.size() - 2) : std::string_view{};
}
}  // namespace

void EncodePayload(const base::Event& event, std::span<const base::FieldId> fields,
                   const Commitment& opening_key, std::string& out) {
  ByteWriter w(out);
  Put(opening_key, w);
  w.Sized(event.text());
  for (const base::FieldId field : fields) {
    const base::Value& value = event[field];
    if (value.type == base::JsonType::kAbsent) continue;
    auto how = static_cast<std::uint8_t>(value.type);
    const bool in_event = Inside(value.raw, event.text());
    if (in_event) how |= kRawInEvent;
    if (value.type == base::JsonType::kString && Same(value.text, Unquoted(value.raw))) {
      how |= kTextIsQuotedRaw;
    } else if (Same(value.text, value.raw)) {
      how |= kTextIsRaw;
    }
    w.Varint(field + 1u);
    w.Fixed(how);
    if (in_event) {
      w.Varint(static_cast<std::uint64_t>(value.raw.data() - event.text().data()));
      w.Varint(value.raw.size());
    } else {
      w.Sized(value.raw);
    }
    if (!(how & (kTextIsRaw | kTextIsQuotedRaw))) w.Sized(value.text);
  }
  w.Varint(0);
}

base::Status PayloadView::Decode(std::string_view payload) {
  ByteReader in(payload);
  fields_.clear();
  Take(in, opening_key_);
  text_ = in.Sized();
  for (std::uint64_t id = in.Varint(); id != 0 && in.ok(); id = in.Varint()) {
    const auto how = in.Fixed<std::uint8_t>();
    base::Value value;
    value.type = static_cast<base::JsonType>(how & kTypeMask);
    if (how & kRawInEvent) {
      const std::uint64_t at = in.Varint();
      const std::uint64_t size = in.Varint();
      if (!in.ok() || at > text_.size() || size > text_.size() - at) return Malformed("payload");
      value.raw = text_.substr(at, size);
    } else {
      value.raw = in.Sized();
    }
    value.text = how & kTextIsRaw         ? value.raw
                 : how & kTextIsQuotedRaw ? Unquoted(value.raw)
                                          : in.Sized();
    fields_.emplace_back(Narrow<base::FieldId>(id - 1), value);
  }
  if (!in.done()) return Malformed("payload");
  return base::Ok();
}

const base::Value& PayloadView::Field(base::FieldId field) const {
  static const base::Value kAbsent;
  const auto found = std::find_if(fields_.begin(), fields_.end(),
                                  [&](const auto& entry) { return entry.first == field; });
  return found == fields_.end() ? kAbsent : found->second;
}

}  // namespace octroi::journal
