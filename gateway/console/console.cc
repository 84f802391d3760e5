#include "gateway/console/console.h"

#include <charconv>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/log.h"
#include "base/text.h"
#include "crypto/hmac.h"
#include "crypto/password.h"
#include "gateway/messages.h"
#include "gateway/report.h"

namespace octroi::gateway::console {
namespace {

using base::Id;
using base::Log;
using Json = nlohmann::ordered_json;

constexpr std::string_view kApi = "/api/v1/", kSession = "/api/v1/session",
                           kSessionEnd = "/api/v1/session/end", kScorecard = "/api/v1/scorecard",
                           kFlow = "/api/v1/flow", kLive = "/api/v1/live",
                           kDecisions = "/api/v1/decisions/", kLookup = "/api/v1/subjects/lookup";
constexpr std::size_t kBodyBytesMax = 16 * 1024;
constexpr base::Millis kDay = 86'400'000;

Sight SightOf(std::string_view path) {
  if (path == kScorecard) return Sight::kScorecard;
  if (path == kFlow || path == kLive) return Sight::kFlow;
  if (path.starts_with(kDecisions)) return Sight::kDecision;
  return path == kLookup ? Sight::kPerson : Sight::kUndecided;
}

int StatusOf(std::string_view error) {
  if (error == "not_found" || error == "source.unknown") return 404;
  if (error == "store.unavailable" || error == "access.unrecorded") return 503;
  return 400;
}

std::optional<base::Millis> RangeOf(std::string_view text) {
  if (text.empty()) text = "7d";
  for (const auto& [name, days] : {std::pair("1d", 1), {"7d", 7}, {"28d", 28}, {"90d", 90}}) {
    if (text == name) return days * kDay;
  }
  return std::nullopt;
}

// What people read for each reason in it, {"consent.unknown": {"fr", "en"}}.
void Sentences(const Json& json, Json& into) {
  if (!json.is_object() && !json.is_array()) return;
  for (const auto& [key, value] : json.items()) {
    if (key == "withheld_last_minute" || key == "withheld_reasons") {
      for (const auto& [code, count] : value.items()) into[code] = nullptr;
    } else if (key == "reason" && value.is_string()) {
      into[value.get<std::string>()] = nullptr;
    } else {
      Sentences(value, into);
    }
  }
}

std::string CookieOf(const std::string& token, bool secure) {
  return std::string(kCookie) + "=" + token + "; Path=/; HttpOnly; SameSite=Strict" +
         (secure ? "; Secure" : "") + (token.empty() ? "; Max-Age=0" : "");
}

Response JsonResponse(const Json& json) {
  Response response;
  response.status = 200;
  response.body = json.dump();
  return response;
}

}  // namespace

Console::Console(Parts parts)
    : parts_(std::move(parts)),
      records_(parts_.record),
      feed_(parts_.tap, [this] { return parts_.plan()->number; }),
      worker_([this] { Sample(); }) {}

bool Console::IsOurs(std::string_view path, const Assets& assets) {
  return path.starts_with(kApi) || path == "/" || assets.Find(path) != nullptr;
}

Handler::Admission Console::OnHead(const RequestHead& head, unsigned loop) {
  if (!IsOurs(head.path, assets_)) return parts_.other->OnHead(head, loop);
  SpeakOnThisThread(LanguageOf(head.Header("accept-language"), parts_.language));
  const bool reads = head.method == "GET" || head.method == "HEAD";
  const bool posts = head.method == "POST" &&
                     (head.path == kSession || head.path == kSessionEnd || head.path == kLookup);
  const bool only_posts = head.path == kSessionEnd || head.path == kLookup;
  Admission admission;
  if (!posts && (!reads || only_posts)) {
    admission.refused = true;
    admission.refusal = ProblemOf(405, "route.method");
    admission.refusal.headers.emplace_back("Allow", only_posts ? "POST" : "GET, HEAD");
    return admission;
  }
  admission.body_bytes_max = posts ? kBodyBytesMax : 0;
  return admission;
}

void Console::Handle(Exchange& exchange) {
  if (!IsOurs(exchange.head().path, assets_)) return parts_.other->Handle(exchange);
  SpeakOnThisThread(LanguageOf(exchange.head().Header("accept-language"), parts_.language));
  auto request = std::make_shared<const Asking>(Asking::Of(exchange, parts_.language));
  const std::shared_ptr<Deferred> deferred = exchange.Defer();
  const bool taken = worker_.Do([this, request, deferred] {
    SpeakOnThisThread(request->language);
    try {
      deferred->Answer(Answer(*request));
    } catch (const std::exception&) {  // no memory: later perhaps
      Log::Error("console.fault");
      deferred->Answer(Busy("overload.admin", 1));
    }
  });
  if (!taken) deferred->Answer(Busy("overload.admin", 1));
}

Response Console::Answer(const Asking& request) {
  const auto guarded = [](Response response) {
    Guard(response);
    return response;
  };
  if (assets_.empty()) return guarded(ProblemOf(404, "console.left_out"));
  const auto users = Users::Read(parts_.users_path);
  if (!users) {
    Log::Error("console.users", {{"where", Id::OfConfig(users.error().where)},
                                 {"what", Id::OfConfig(users.error().detail)}});
    return guarded(ProblemOf(503, "console.users"));
  }
  if (users->empty()) return guarded(ProblemOf(404, "console.no_user"));
  if (!request.path.starts_with(kApi)) return Page(request);
  try {
    return guarded(Api(request, *users));
  } catch (const Json::exception&) {  // a member of another type, or text that is no UTF-8
    return guarded(ProblemOf(400, "request.invalid"));
  }
}

Response Console::Page(const Asking& request) const {
  const Asset& asset = *assets_.Find(request.path);
  Response response;
  Guard(response, asset.lasts ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.emplace_back("ETag", asset.tag);
  response.headers.emplace_back("Vary", "Accept-Encoding");
  response.content_type = asset.type;
  if (request.none_match == asset.tag) {
    response.status = 304;
    return response;
  }
  response.status = 200;
  const bool gzip = !asset.gzip.empty() && request.encodings.find("gzip") != std::string::npos;
  response.body = gzip ? asset.gzip : std::string(asset.bytes);
  if (gzip) response.headers.emplace_back("Content-Encoding", "gzip");
  return response;
}

Response Console::Api(const Asking& request, const Users& users) {
  Sample();
  if (request.path == kSession && request.method == "POST") return Login(request, users);
  const bool by_hand = request.path != kFlow && request.path != kLive;  // asked by a timer
  const Session* const session = sessions_.Find(request.token, users, Now(), by_hand);
  if (session == nullptr) return ProblemOf(401, "console.login");
  if (request.method == "POST") {
    if (!request.posts_json() || !crypto::Equal(request.csrf, session->csrf))
      return ProblemOf(403, "console.csrf");
  }
  if (request.path == kSession) return SessionAnswer(*session);
  if (request.path == kSessionEnd) {
    Log::Info("console.logout", {{"user", Id::OfConfig(session->user)}});
    sessions_.End(request.token);
    Response response = JsonResponse({{"ended", true}});
    response.headers.emplace_back("Set-Cookie", CookieOf("", request.https));
    return response;
  }
  const Sight sight = SightOf(request.path);
  if (sight == Sight::kUndecided) return ProblemOf(404, "route.unknown");
  if (!May(session->role, sight)) return Refused(*session, sight);
  return Data(request, *session, sight);
}

// A name that nobody has may be anything, a password too: it is not in the log.
Response Console::Login(const Asking& request, const Users& users) {
  if (!request.posts_json()) return ProblemOf(403, "console.csrf");
  if (!request.near && !request.https) return ProblemOf(403, "console.plain");
  const Json order = Json::parse(request.body, nullptr, /*allow_exceptions=*/false);
  if (!order.is_object()) return ProblemOf(400, "request.invalid");
  const std::string name = order.value("user", ""), password = order.value("password", "");
  if (name.empty() || name.size() > 64 || password.size() > kPasswordBytesMax)
    return ProblemOf(401, "console.password");
  const User* const user = users.Find(name);
  const Id known = Id::OfConfig(user == nullptr ? std::string_view() : user->name);
  const bool has = user != nullptr;
  if (const base::Millis wait = tries_.Wait(name, request.client, has, Now()); wait > 0) {
    Log::Warn("console.login_refused", {{"user", known}, {"why", "tries"}});
    return TooMany("console.tries", static_cast<int>(wait / 1000 + 1));
  }
  if (user == nullptr) crypto::PasswordOfNobody(password);
  if (user == nullptr || !crypto::PasswordMatches(password, user->password)) {
    tries_.Bad(name, request.client, has, Now());
    Log::Warn("console.login_refused", {{"user", known}, {"why", "password"}});
    return ProblemOf(401, "console.password");
  }
  tries_.Good(name, request.client);
  const std::string token = sessions_.Begin(*user, Now());
  Log::Info("console.login", {{"user", known}, {"role", Id::OfConfig(Name(user->role))}});
  Response response = SessionAnswer(*sessions_.Find(token, users, Now()));
  response.headers.emplace_back("Set-Cookie", CookieOf(token, request.https));
  return response;
}

Response Console::Refused(const Session& session, Sight sight) const {
  Log::Warn("console.refused", {{"user", Id::OfConfig(session.user)},
                                {"role", Id::OfConfig(Name(session.role))},
                                {"sight", Id::OfConfig(Name(sight))}});
  return ProblemOf(403, "console.role");
}

Response Console::SessionAnswer(const Session& session) const {
  const PlanPtr plan = parts_.plan();
  std::set<std::string> identifiers;  // what people can be found by
  for (const SourcePlan& source : plan->sources) {
    for (const SourcePlan::Identifier& one : source.subject)
      identifiers.insert(plan->fields[one.field]);
  }
  Json json{{"user", session.user},
            {"role", Name(session.role)},
            {"sights", SightsOf(session.role)},
            {"csrf", session.csrf},
            {"tenant", plan->tenant},
            {"ends_in_s", (session.began + kWholeMs - Now()) / 1000},
            {"idle_s", kIdleMs / 1000}};
  if (May(session.role, Sight::kPerson)) json["identifiers"] = identifiers;
  return Enveloped(std::move(json), CompleteUntil());
}

Json Console::Asked(const Asking& request, const Session& session, Sight sight) {
  switch (sight) {
    case Sight::kScorecard: {
      const auto range = RangeOf(request.Query("range"));
      if (!range) return {{"error", "console.range"}};
      const base::Millis now = parts_.clock->WallNow();
      return ScorecardOf(parts_.quality, now - *range, now, session.role);
    }
    case Sight::kFlow: {
      if (request.path == kFlow) return flow_.Look(parts_.status, parts_.clock->BootNowNanos());
      const std::string_view text = request.Query("after");
      std::uint64_t after = 0;
      std::from_chars(text.data(), text.data() + text.size(), after);
      return feed_.Since(after);
    }
    case Sight::kDecision:
      return records_.Decision(std::string_view(request.path).substr(kDecisions.size()));
    case Sight::kPerson: {
      const Json order = Json::parse(request.body, nullptr, /*allow_exceptions=*/false);
      if (!order.is_object()) return {{"error", "request.invalid"}};
      return records_.Person(order, session.user);
    }
    case Sight::kUndecided:
      break;
  }
  return {{"error", "route.unknown"}};
}

Response Console::Data(const Asking& request, const Session& session, Sight sight) {
  const auto until = CompleteUntil();  // before: a reading is a record itself
  Json data = Asked(request, session, sight);
  if (data.contains("error")) {
    const std::string code = data["error"];
    return ProblemOf(StatusOf(code), code);
  }
  Json sentences = Json::object();
  Sentences(data, sentences);
  for (auto& [code, sentence] : sentences.items())
    sentence = {{"fr", Sentence(code, Language::kFrench)},
                {"en", Sentence(code, Language::kEnglish)}};
  data["sentences"] = std::move(sentences);
  return Enveloped(std::move(data), until);
}

void Console::Sample() {
  const base::Millis boot = Now(), wall = parts_.clock->WallNow();
  completeness_.Sample(boot, wall, parts_.progress().durable);
}

std::optional<base::Millis> Console::CompleteUntil() const {
  return completeness_.Until(Now(), parts_.progress().counted);
}

Response Console::Enveloped(Json data, std::optional<base::Millis> until) const {
  const PlanPtr plan = parts_.plan();
  const base::Millis now = parts_.clock->WallNow();
  const std::string at = base::FormatRfc3339(now);
  Json observed = ObservedJson(*plan, now)["observed"];
  const bool observes = !observed["consent"].is_null() || !observed["sources"].empty() ||
                        !observed["contracts"].empty();
  return JsonResponse({{"data", std::move(data)},
                       {"as_of", at},
                       {"complete_until", until ? Json(base::FormatRfc3339(*until)) : Json()},
                       {"config", base::Hex(plan->config_digest)},
                       {"mode", observes ? "observe" : "enforce"},
                       {"observed", std::move(observed)},
                       {"partial", !until || *until + kLagMs < now}});
}

}  // namespace octroi::gateway::console
