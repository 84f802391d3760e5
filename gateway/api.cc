#include "gateway/api.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/hmac.h"
#include "gateway/messages.h"
#include "gateway/receipt.h"
#include "gateway/request_events.h"

namespace octroi::gateway {
namespace {

using base::Reason;

constexpr std::string_view kEventsPath = "/v1/events/", kChoicesPath = "/v1/consents/";
constexpr std::string_view kSegmentRoot = "/v1/";
constexpr std::size_t kIdempotencyKeyBytesMax = 255;
constexpr std::string_view kSegmentTypes[] = {"track", "identify", "page",  "screen",
                                              "group", "alias",    "batch", "import"};

// The route, source and Segment type go through the edge as one word; sources keep their place
// across plans.
void* Pack(unsigned route, std::uint16_t source) {
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(route << 16 | source));
}

Handler::Admission Refuse(Response response) {
  Handler::Admission admission;
  admission.refused = true;
  admission.refusal = std::move(response);
  return admission;
}

constexpr base::FieldId kWriteKey = base::kSlotSignal;
constexpr std::uint16_t kInBody = 0xffff;  // the source is not known before its write key is read

// What the head presents: a Basic user name, a Bearer token, or nothing.
struct Presented {
  AuthMethod method = AuthMethod::kHmacSha256;
  std::string key;
};
Presented ReadAuthorization(std::string_view header) {
  const auto after = [&](std::string_view scheme) -> std::string_view {
    if (header.size() <= scheme.size()) return {};
    const bool same = std::equal(scheme.begin(), scheme.end(), header.begin(), [](char a, char b) {
      return a == (b >= 'A' && b <= 'Z' ? b + 32 : b);
    });
    return same ? header.substr(scheme.size()) : std::string_view{};
  };
  if (const auto token = after("bearer "); !token.empty())
    return {AuthMethod::kBearer, std::string(token)};
  if (const auto basic = after("basic "); !basic.empty()) {
    const auto decoded = base::FromBase64(basic);
    return {AuthMethod::kBasic, decoded ? decoded->substr(0, decoded->find(':')) : ""};
  }
  return {};
}

bool Signed(const crypto::Secret& secret, std::string_view header, std::string_view body) {
  constexpr std::string_view kPrefix = "sha256=";
  if (!header.starts_with(kPrefix)) return false;
  const auto presented = base::FromHex(header.substr(kPrefix.size()));
  const crypto::Digest wanted = crypto::Hmac(crypto::HmacKey(secret.bytes), body);
  return presented && crypto::Equal(*presented, crypto::AsBytes(wanted));
}

// An RFC 8941 string or a bare token; empty: not acceptable.
std::string_view IdempotencyKey(std::string_view header) {
  if (header.size() >= 2 && header.front() == '"' && header.back() == '"')
    header = header.substr(1, header.size() - 2);
  return header.size() > kIdempotencyKeyBytesMax ? std::string_view{} : header;
}

}  // namespace

struct Api::Scratch {
  base::EventParser parser;
  base::Event event;
  base::PathMap write_key;
  RequestEvents events;
  std::vector<std::string_view> batch;  // of a body that is read for its key
  std::vector<Admitted> admitted;
};

Api::Api(Parts parts) : parts_(std::move(parts)) {
  const std::vector<base::PathMap::Entry> entries{{"writeKey", kWriteKey}};
  for (unsigned i = 0; i < parts_.threads; ++i) {
    scratch_.push_back(std::make_unique<Scratch>());
    auto compiled = base::PathMap::Compile(entries);
    if (compiled) scratch_.back()->write_key = std::move(*compiled);
  }
}
Api::~Api() = default;

struct Api::Target {
  Route route;
  std::string_view source;  // empty: what the key says
  bool reads() const { return route >= Route::kLive; }
};

std::optional<Api::Target> Api::TargetOf(const RequestHead& head) {
  const std::string_view path = head.path;
  if (path == "/health/live") return Target{Route::kLive, {}};
  if (path == "/health/ready") return Target{Route::kReady, {}};
  if (path == "/health/canaries") return Target{Route::kCanaries, {}};
  if (path == "/health/keys") return Target{Route::kKeys, {}};
  if (path == "/metrics") return Target{Route::kMetrics, {}};
  if (path == "/v1/consents") return Target{Route::kConsents, head.Header("x-octroi-source")};
  if (path.starts_with(kEventsPath) && path.size() > kEventsPath.size()) {
    return Target{Route::kEvents, path.substr(kEventsPath.size())};
  }
  if (path.starts_with(kChoicesPath) && path.size() > kChoicesPath.size())
    return Target{Route::kChoices, path.substr(kChoicesPath.size())};
  const bool segment =
      path.starts_with(kSegmentRoot) &&
      std::ranges::find(kSegmentTypes, path.substr(kSegmentRoot.size())) != std::end(kSegmentTypes);
  return segment ? std::optional(Target{Route::kSegment, {}}) : std::nullopt;
}

Handler::Admission Api::OnHead(const RequestHead& head, unsigned) {
  SpeakOnThisThread(LanguageOf(head.Header("accept-language"), parts_.language));
  const auto target = TargetOf(head);
  if (!target || (!target->reads() && !parts_.events))
    return Refuse(ProblemOf(404, "route.unknown"));
  const bool reading = head.method == "GET" || head.method == "HEAD";
  if (target->reads() ? !reading : head.method != "POST") {
    Response refusal = ProblemOf(405, "route.method");
    refusal.headers.emplace_back("Allow", target->reads() ? "GET, HEAD" : "POST");
    return Refuse(std::move(refusal));
  }
  if (!target->reads()) return Admit(target->route, *parts_.plan(), head, target->source);
  Admission admission;
  admission.essential = true;
  admission.context = Pack(static_cast<unsigned>(target->route), 0);
  return admission;
}

// Any source may post a consent event; the others say which door they use.
bool Api::Serves(Dialect dialect, Route route) {
  switch (dialect) {
    case Dialect::kEvents:
      return route == Route::kEvents || route == Route::kConsents;
    case Dialect::kSegment:
      return route == Route::kSegment || route == Route::kConsents;
    case Dialect::kChoices:
      return route == Route::kChoices || route == Route::kConsents;
  }
  return false;
}

// Which source speaks. Every candidate is compared, in constant time each; nothing says which one
// was near.
Handler::Admission Api::Admit(Route route, const Plan& plan, const RequestHead& head,
                              std::string_view source_id) const {
  const Presented presented = ReadAuthorization(head.Header("authorization"));
  const bool has_signature = !head.Header("x-octroi-signature").empty();
  int found = -1;
  for (std::size_t i = 0; i < plan.sources.size(); ++i) {
    const SourcePlan& source = plan.sources[i];
    if (source.id.empty() || !Serves(source.dialect, route)) continue;
    if (!source_id.empty() && source.id != source_id) continue;
    if (source.auth == AuthMethod::kHmacSha256) {
      if (has_signature && source.id == source_id)
        found = static_cast<int>(i);  // checked when the body is there
    } else if (presented.method == source.auth && source.secret.Matches(presented.key)) {
      found = static_cast<int>(i);
    }
  }
  if (found < 0 && route == Route::kSegment && head.Header("authorization").empty()) {
    Admission admission;
    admission.context = Pack(static_cast<unsigned>(route), kInBody);
    for (const SourcePlan& source : plan.sources) {
      if (!source.id.empty() && source.dialect == Dialect::kSegment) {
        admission.body_bytes_max = std::max(admission.body_bytes_max, source.body_bytes);
      }
    }
    if (admission.body_bytes_max > 0) return admission;
  }
  if (found < 0) {
    const bool nothing = presented.key.empty() && !has_signature;
    Response refusal = ProblemOf(401, nothing ? "auth.missing" : "auth.invalid");
    refusal.headers.emplace_back("WWW-Authenticate", route == Route::kSegment ? "Basic" : "Bearer");
    return Refuse(std::move(refusal));
  }
  Admission admission;
  admission.essential = route == Route::kConsents || route == Route::kChoices;
  admission.context = Pack(static_cast<unsigned>(route), static_cast<std::uint16_t>(found));
  admission.body_bytes_max = plan.sources[static_cast<std::size_t>(found)].body_bytes;
  return admission;
}

void Api::Handle(Exchange& exchange) {
  SpeakOnThisThread(LanguageOf(exchange.head().Header("accept-language"), parts_.language));
  const auto word = reinterpret_cast<std::uintptr_t>(exchange.context());
  const auto route = static_cast<Route>(word >> 16);
  const auto source = static_cast<std::uint16_t>(word & 0xffff);
  Response ok;
  ok.status = 200;
  switch (route) {
    case Route::kLive:
      ok.body = R"({"status":"live"})";
      return exchange.Answer(std::move(ok));
    case Route::kReady:
      if (!parts_.ready()) return exchange.Answer(Busy("overload.journal", 1));
      ok.body = R"({"status":"ready"})";
      return exchange.Answer(std::move(ok));
    case Route::kCanaries:
      if (parts_.canaries && !parts_.canaries())
        return exchange.Answer(ProblemOf(503, "canary.red"));
      ok.body = R"({"status":"good"})";
      return exchange.Answer(std::move(ok));
    case Route::kKeys:
      if (parts_.keys && !parts_.keys())
        return exchange.Answer(ProblemOf(503, "keys.rotation_due"));
      ok.body = R"({"status":"good"})";
      return exchange.Answer(std::move(ok));
    case Route::kMetrics:
      if (parts_.before_metrics) parts_.before_metrics();
      ok.content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
      ok.body = parts_.metrics->Render();
      return exchange.Answer(std::move(ok));
    default:
      break;
  }
  const PlanPtr plan = parts_.plan();
  if (source == kInBody) {
    const auto found = SpeakerInBody(exchange, *plan);
    if (!found) return exchange.Answer(ProblemOf(401, "auth.invalid"));
    return Events(exchange, plan, route, *found);
  }
  const SourcePlan* speaker = source < plan->sources.size() ? &plan->sources[source] : nullptr;
  if (speaker == nullptr || speaker->id.empty())
    return exchange.Answer(ProblemOf(401, "auth.invalid"));
  if (speaker->auth == AuthMethod::kHmacSha256 &&
      !Signed(speaker->secret, exchange.head().Header("x-octroi-signature"),
              exchange.wire_body())) {
    return exchange.Answer(ProblemOf(401, "auth.signature_invalid"));
  }
  if (route == Route::kConsents || route == Route::kChoices)
    return Consents(exchange, plan, route, source);
  Events(exchange, plan, route, source);
}

std::optional<std::uint16_t> Api::SpeakerInBody(Exchange& exchange, const Plan& plan) const {
  Scratch& s = *scratch_[exchange.loop()];
  std::string_view key;
  if (IsSegmentBatch(exchange.head().path)) {
    base::EventParser::Beside beside{"writeKey", {}};
    if (s.parser.Split(exchange.body(), "batch", s.batch, &beside).reason != Reason::kUndecided)
      return std::nullopt;
    key = beside.text;
  } else {
    if (s.parser.Parse(exchange.body(), s.write_key, s.event).reason != Reason::kUndecided)
      return std::nullopt;
    key = s.event[kWriteKey].text;
  }
  std::optional<std::uint16_t> found;
  for (std::size_t i = 0; i < plan.sources.size(); ++i) {
    const SourcePlan& source = plan.sources[i];
    if (source.id.empty() || source.dialect != Dialect::kSegment ||
        source.auth != AuthMethod::kBasic)
      continue;
    if (source.secret.Matches(key)) found = static_cast<std::uint16_t>(i);
  }
  return found;
}

void Api::Consents(Exchange& exchange, const PlanPtr& plan, Route route, std::uint16_t source) {
  const SourcePlan& speaker = plan->sources[source];
  const auto defer = [&] { return exchange.Defer(); };
  // The config may have changed since the head was read.
  if (route == Route::kChoices && !speaker.choices)
    return exchange.Answer(ProblemOf(404, "route.unknown"));
  auto refused = route == Route::kChoices
                     ? parts_.consents->SubmitMessage(plan, speaker, exchange.body(), defer)
                     : parts_.consents->Submit(plan, speaker, exchange.body(), defer);
  if (refused) exchange.Answer(std::move(*refused));
}

void Api::Events(Exchange& exchange, const PlanPtr& plan, Route route, std::uint16_t source) {
  Scratch& s = *scratch_[exchange.loop()];
  const RequestHead& head = exchange.head();
  const SourcePlan& speaker = plan->sources[source];
  const bool segment = route == Route::kSegment;
  Submission submission;
  submission.plan = plan.get();
  submission.source = source;
  submission.received = exchange.received();
  if (parts_.steady != nullptr) submission.seen_now = parts_.steady->Now();
  submission.gpc = head.Header("sec-gpc") == "1";
  const std::string_view key_header = head.Header("idempotency-key");
  submission.idempotency_key = IdempotencyKey(key_header);
  if (!key_header.empty() && submission.idempotency_key.empty()) {
    return exchange.Answer(ProblemOf(400, "idempotency.invalid"));
  }
  if (auto refusal = s.events.Find(head, exchange.body(), segment, s.parser))
    return exchange.Answer(std::move(*refusal));
  const CloudEventMode mode = s.events.mode();
  if (mode == CloudEventMode::kBinary && speaker.auth == AuthMethod::kHmacSha256)
    return exchange.Answer(ProblemOf(400, "cloudevents.headers_unsigned"));
  submission.events = s.events.texts();
  submission.form = {mode != CloudEventMode::kNone, s.events.body_at()};
  if (segment && !s.events.batch()) submission.type = head.path.substr(kSegmentRoot.size());

  const int wait = rates_.Take(source, speaker.rate_per_second, submission.events.size(),
                               parts_.clock->BootNowNanos());
  if (wait > 0) return exchange.Answer(TooMany("overload.rate", wait));
  Take(exchange, plan, submission, s.events.batch(), segment);
}

void Api::Take(Exchange& exchange, const PlanPtr& plan, const Submission& submission, bool batch,
               bool segment) {
  std::vector<Admitted>& admitted = scratch_[exchange.loop()]->admitted;
  Receipted receipted{submission.plan, parts_.journal->origin(), {}, &admitted, batch, segment};
  if (submission.events.empty()) {
    admitted.clear();
    return exchange.Answer(ReceiptOf(receipted));
  }
  const auto& wait = plan->sources[submission.source].answer;
  std::optional<ForwardDesk::Announced> announced;
  if (wait && parts_.forward != nullptr) announced.emplace(*parts_.forward);
  const auto taken = parts_.gate->Admit(submission, exchange.loop(), admitted);
  if (!taken) {
    if (taken.error().code == base::ErrorCode::kInvalid) {
      return exchange.Answer(ProblemOf(409, "conflict.idempotency_key"));
    }
    if (taken.error().code == base::ErrorCode::kTooLarge)
      return exchange.Answer(ProblemOf(413, "json.limit"));
    return exchange.Answer(Busy("overload.journal", 1));
  }
  receipted.taken = *taken;
  std::vector<Delivery> deliveries;
  if (announced) {
    deliveries = ForwardDesk::DeliveriesOf(admitted, *wait);
    receipted.deliveries = &deliveries;
  }
  if (std::ranges::any_of(deliveries, [](const Delivery& delivery) {
        return delivery.outcome == base::Outcome::kInFlight;
      })) {
    return parts_.forward->Await(
        *announced,
        {plan, *taken, std::move(admitted), std::move(deliveries), batch, segment, wait->within},
        exchange.Defer());
  }
  exchange.AnswerWhenDurable(taken->first_sequence + submission.events.size() - 1,
                             ReceiptOf(receipted));
}

}  // namespace octroi::gateway
