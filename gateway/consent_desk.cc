#include "gateway/consent_desk.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/bytes.h"
#include "base/crash_point.h"
#include "base/log.h"
#include "base/text.h"
#include "base/thread_name.h"
#include "crypto/hmac.h"
#include "crypto/seal.h"
#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

using base::Error;
using base::ErrorCode;
using policies::ConsentEvent;
using policies::ConsentState;
using policies::Fingerprint;

// Slots of a posted consent event; subject members take the source's own field ids.
constexpr base::FieldId kPurpose = base::kSlotEventName, kState = base::kSlotEventType,
                        kId = base::kSlotMessageId, kEffective = base::kSlotEventTime,
                        kNotice = base::kSlotSignal, kEvidence = base::kSlotSignal2;

base::Result<base::PathMap> PathsFor(const Plan& plan, const SourcePlan& source) {
  std::vector<base::PathMap::Entry> entries{{"purpose", kPurpose}, {"state", kState},
                                            {"id", kId},           {"effective_at", kEffective},
                                            {"notice", kNotice},   {"evidence", kEvidence}};
  for (const SourcePlan::Identifier& identifier : source.subject) {
    entries.push_back({"subject." + plan.fields[identifier.field], identifier.field});
  }
  return base::PathMap::Compile(entries);
}

// RFC 9562: bytes of a keyed digest as a UUID of the given version.
std::string UuidFrom(std::string bytes, char version) {
  std::string hex = base::Hex(std::string_view(bytes).substr(0, 16));
  hex[12] = version;
  hex[16] = "89ab"[static_cast<unsigned char>(bytes[8]) & 3];
  for (const std::size_t dash : {8u, 13u, 18u, 23u}) hex.insert(dash, "-");
  return hex;
}

// UUIDv7 whose time is when the person acted, so the same event told twice has the same id.
std::string EventUuid(const crypto::Digest& digest, base::Millis effective_at) {
  std::string bytes(crypto::AsBytes(digest));
  for (int byte = 0; byte < 6; ++byte) {
    bytes[static_cast<std::size_t>(byte)] =
        static_cast<char>(effective_at >> (8 * (5 - byte)) & 0xff);
  }
  return UuidFrom(std::move(bytes), '7');
}

// The first member that nothing reads, as a pointer. It might have been meant to restrict what is
// granted, so it is refused rather than ignored. A name that is none is not repeated.
std::string UnreadMember(const Plan& plan, const SourcePlan& source, std::string_view body) {
  constexpr std::string_view kRead[] = {"subject",      "purpose", "state",   "id",
                                        "effective_at", "notice",  "evidence"};
  const auto pointer = [](std::string_view parent, const std::string& name) {
    const bool plain = name.size() <= 64 && std::ranges::all_of(name, [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                       });
    return std::string(parent) + "/" + (plain ? name : "*");
  };
  const auto event = nlohmann::json::parse(body);  // strictly parsed before: it does not throw
  for (const auto& member : event.items()) {
    if (std::ranges::find(kRead, member.key()) == std::end(kRead)) return pointer("", member.key());
  }
  for (const auto& member : event["subject"].items()) {
    const bool read = std::ranges::any_of(
        source.subject, [&](const auto& key) { return plan.fields[key.field] == member.key(); });
    if (!read) return pointer("/subject", member.key());
  }
  return {};
}

// What the journal's record carries besides its own members, so that the store's row can be made
// from it.
std::string Pack(const ConsentEvent& event) {
  std::string out;
  base::ByteWriter w(out);
  for (const std::string* part :
       {&event.id, &event.record_id, &event.notice, &event.source, &event.detail}) {
    w.Sized(*part);
  }
  w.Fixed(event.valid_until);
  return out;
}

bool Unpack(const journal::ConsentRecord& record, std::uint64_t sequence, ConsentEvent& event) {
  base::ByteReader in(record.detail);
  for (std::string* part :
       {&event.id, &event.record_id, &event.notice, &event.source, &event.detail}) {
    *part = in.Sized();
  }
  event.valid_until = in.Fixed<std::int64_t>();
  event.subject = record.subject;
  event.purpose = record.purpose;
  event.state = static_cast<ConsentState>(record.state);
  event.effective_at = record.effective_at;
  event.recorded_at = record.recorded_at;
  event.sequence = sequence;
  return in.done();
}

Response Invalid(std::string_view code, std::string_view pointer) {
  return ProblemOf(
      422, code,
      "[{\"pointer\":\"" + std::string(pointer) + "\",\"rule\":\"" + std::string(code) + "\"}]");
}

}  // namespace

ConsentDesk::ConsentDesk(Parts parts) : parts_(parts) {}

ConsentDesk::~ConsentDesk() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ConsentDesk::Start() {
  thread_ = std::thread([this] { Run(); });
}

std::optional<Response> ConsentDesk::Submit(
    const PlanPtr& plan, const SourcePlan& source, std::string_view body,
    const std::function<std::shared_ptr<Deferred>()>& defer) {
  thread_local base::EventParser parser;
  thread_local base::Event parsed;
  const auto paths = PathsFor(*plan, source);
  if (!paths) return ProblemOf(500, "internal");
  const base::ParseFault fault = parser.Parse(body, *paths, parsed);
  if (fault.reason != base::Reason::kUndecided) {
    const int status = fault.reason == base::Reason::kJsonLimit ? 413 : 400;
    return ProblemOf(status, base::Name(fault.reason));
  }

  Waiting waiting{plan, {}, nullptr};
  ConsentEvent& event = waiting.event;
  std::string normal;
  for (const SourcePlan::Identifier& identifier : source.subject) {
    const base::Value& value = parsed[identifier.field];
    if (!value.present()) continue;
    if (!base::Normalise(identifier.type, value.text, normal)) {
      return Invalid("consent.subject_invalid", "/subject/" + plan->fields[identifier.field]);
    }
    event.subject.push_back(parts_.gate->FingerprintOf(identifier.id_type, normal));
  }
  if (event.subject.empty()) return Invalid("consent.subject_missing", "/subject");
  event.purpose = parsed[kPurpose].text;
  if (event.purpose.empty() ||
      std::count(plan->purposes.begin(), plan->purposes.end(), event.purpose) == 0) {
    return Invalid("consent.purpose_unknown", "/purpose");
  }
  const auto state = policies::ConsentStateOf(parsed[kState].text);
  if (!state) return Invalid("consent.state_invalid", "/state");
  event.state = *state;
  const auto effective = base::ParseRfc3339(parsed[kEffective].text);
  if (!effective) return Invalid("consent.effective_at_invalid", "/effective_at");
  event.effective_at = *effective;
  event.notice = parsed[kNotice].text;
  if (*state == ConsentState::kGranted) {
    if (event.notice.empty()) return Invalid("consent.notice_missing", "/notice");
    if (parsed[kEvidence].type != base::JsonType::kObject)
      return Invalid("consent.evidence_missing", "/evidence");
  }
  const base::Value& id = parsed[kId];
  if (id.present() && (id.type != base::JsonType::kString || id.text.empty())) {
    return Invalid("consent.id_invalid", "/id");
  }
  if (const std::string unread = UnreadMember(*plan, source, body); !unread.empty()) {
    return Invalid("consent.member_unknown", unread);
  }
  event.source = source.id;
  event.recorded_at = parts_.clock->WallNow();

  const crypto::HmacKey key = parts_.keys->StorageHmac("dedup");
  std::string naming = "consent";
  crypto::AppendLp(source.id, naming);
  if (id.present()) {
    naming.append(id.text);
  } else {
    std::array<std::uint8_t, 16> random{};
    crypto::RandomBytes(random);
    naming.append(reinterpret_cast<const char*>(random.data()), random.size());
  }
  event.id = EventUuid(crypto::Hmac(key, naming), event.effective_at);
  naming = "record";
  crypto::AppendLp(event.purpose, naming);
  naming.append(reinterpret_cast<const char*>(event.subject[0].data()), event.subject[0].size());
  event.record_id = UuidFrom(std::string(crypto::AsBytes(crypto::Hmac(key, naming))), '4');
  parts_.keys->StorageSealer("detail").Seal(event.id, body, event.detail);
  if (const auto valid = policies::Validate(event); !valid) {
    return ProblemOf(422, "consent.invalid", {},
                     valid.error().detail);  // names the member, never its value
  }

  const std::lock_guard lock(mutex_);
  if (queue_.size() >= parts_.waiting_max || stopping_) return Busy("overload.consents", 1);
  waiting.answer = defer();
  queue_.push_back(std::move(waiting));
  work_.notify_one();
  return std::nullopt;
}

void ConsentDesk::Run() {
  base::NameThread("consents");
  for (;;) {
    Waiting waiting;
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      waiting = std::move(queue_.front());
      queue_.pop_front();
    }
    const std::shared_ptr<Deferred> answer = waiting.answer;
    answer->Answer(Take(waiting));
    OCTROI_CRASH_POINT("consent.answered");
  }
}

Response ConsentDesk::Take(Waiting& waiting) {
  ConsentEvent& event = waiting.event;
  event.recorded_at = last_recorded_ =
      std::max(event.recorded_at, last_recorded_);  // never goes back
  const auto sequence = Record(event);
  if (!sequence) return Busy("overload.journal", 1);
  event.sequence = *sequence;
  OCTROI_CRASH_POINT("consent.recorded");
  if (const auto stored = parts_.store->Append(event); !stored) {
    if (stored.error().code == ErrorCode::kInvalid) return ProblemOf(409, "conflict.consent_id");
    return Busy("store.unavailable", 2);
  }
  OCTROI_CRASH_POINT("consent.stored");
  if (const auto indexed = Index(*waiting.plan, event); !indexed)
    return Busy("store.unavailable", 2);
  OCTROI_CRASH_POINT("consent.indexed");
  parts_.sends->AwaitStarted();
  OCTROI_CRASH_POINT("consent.sends_started");
  parts_.metrics
      ->CounterOf("octroi_consents", {{base::Id("state"), base::Id::OfConfig(Name(event.state))}})
      .Add();
  Response response;
  response.status = 201;
  response.body = "{\"id\":\"" + event.id + "\",\"record\":\"" + event.record_id +
                  "\",\"purpose\":\"" + event.purpose + "\",\"state\":\"" +
                  std::string(Name(event.state)) + "\",\"recorded_at\":\"" +
                  base::FormatRfc3339(event.recorded_at) + "\"}";
  return response;
}

base::Result<std::uint64_t> ConsentDesk::Record(const ConsentEvent& event) {
  journal::ConsentRecord record;
  record.subject = event.subject;
  record.purpose = event.purpose;
  record.state = static_cast<std::uint8_t>(event.state);
  record.effective_at = event.effective_at;
  record.recorded_at = event.recorded_at;
  record.detail = Pack(event);
  // The box is under a key of ours and bound to the event's id: its digest commits to what was
  // said.
  const crypto::Digest digest = crypto::Sha256(event.detail);
  std::copy(digest.begin(), digest.end(), record.commitment.begin());
  auto frame = std::make_shared<journal::Frame>();
  frame->Add(record);
  const auto last = parts_.journal->Append(frame, journal::Claim::kRegister);
  if (last) parts_.journal->WaitDurable(*last);
  return last;
}

// The fold of everything on file for this person and purpose becomes what decisions read: the
// history of every identifier that some event links to these, or a late event about one could hide
// a withdrawal by another. Where the identifiers lead to several subjects, each gets the fold of
// its own history: nobody's grant reaches another.
base::Status ConsentDesk::Index(const Plan& plan, const ConsentEvent& event,
                                const ConsentHistories* known) {
  const auto purpose = std::find(plan.purposes.begin(), plan.purposes.end(), event.purpose);
  if (purpose == plan.purposes.end())
    return base::Ok();  // no longer in force: nothing decides by it
  const auto place = static_cast<std::size_t>(purpose - plan.purposes.begin());
  const std::lock_guard lock(indexing_);
  const auto history_of =
      [&](const std::vector<Fingerprint>& prints) -> base::Result<std::vector<ConsentEvent>> {
    if (known != nullptr) return known->History(prints, event.purpose);
    return parts_.store->History(prints, event.purpose);
  };
  const auto set = [&](const std::vector<Fingerprint>& prints,
                       const std::vector<ConsentEvent>& history) {
    parts_.index->Set(prints, place, Fold(history, parts_.clock->WallNow()));
  };
  if (parts_.index->SubjectsOf(event.subject).size() <= 1) {
    std::vector<Fingerprint> prints = event.subject;
    for (std::size_t linked = 0;
         linked != prints.size();) {  // events link identifiers to further ones
      linked = prints.size();
      const auto history = history_of(prints);
      if (!history) return history.error();
      for (const ConsentEvent& past : *history) {
        for (const Fingerprint& print : past.subject) {
          if (std::find(prints.begin(), prints.end(), print) == prints.end())
            prints.push_back(print);
        }
      }
      if (linked == prints.size()) set(prints, *history);
    }
    return base::Ok();
  }
  for (const Fingerprint& print : event.subject) {
    const auto history = history_of({print});
    if (!history) return history.error();
    set({print}, *history);
  }
  return base::Ok();
}

base::Status ConsentDesk::Learn(const Plan& plan, const ConsentEvent& event) {
  return Index(plan, event);
}

// What the store refuses for good was answered by a conflict, and is no consent event.
base::Status ConsentDesk::Store(const ConsentEvent& event) {
  auto stored = parts_.store->Append(event);
  if (stored || stored.error().code != ErrorCode::kInvalid) return stored;
  base::Log::Warn("consent.not_recovered", {{"sequence", event.sequence}});
  return base::Ok();
}

base::Status ConsentDesk::Recover(const Plan& plan) {
  const auto last = parts_.store->LastSequence();
  if (!last) return last.error();
  base::Status problem = base::Ok();
  const auto read =
      parts_.journal->Read(*last + 1, parts_.journal->durable_through(),
                           [&](std::uint64_t sequence, std::string_view bytes) {
                             const auto kind = journal::KindOf(bytes);
                             journal::ConsentRecord record;
                             ConsentEvent event;
                             if (!problem || !kind || *kind != journal::RecordKind::kConsent)
                               return;
                             if (!Decode(bytes, record) || !Unpack(record, sequence, event)) {
                               problem = Error{ErrorCode::kInvalid, "consent.recover",
                                               "a consent record of the journal is malformed"};
                             } else {
                               problem = Store(event);
                             }
                           });
  if (!read) return read;
  if (!problem) return problem;
  ConsentHistories known;
  const auto all = parts_.store->ForEach([&](const ConsentEvent& event) {
    last_recorded_ = std::max(last_recorded_, event.recorded_at);
    known.Add(event);
  });
  if (!all) return all;
  for (const ConsentEvent& event : known.events()) {
    if (auto indexed = Index(plan, event, &known); !indexed) return indexed;
  }
  return base::Ok();
}

}  // namespace octroi::gateway
