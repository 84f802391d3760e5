#include "gateway/access/desk.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "gateway/change/statement.h"
#include "gateway/event_reader.h"

namespace octroi::gateway::access {
namespace {

using journal::Access;
using journal::AccessRecord;
using Json = nlohmann::ordered_json;

constexpr std::size_t kIdentifiersMax = 1'000;  // of one person

std::uint64_t IdOf(std::string_view text) {
  std::uint64_t id = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), id, 16);
  const bool whole = fault == std::errc() && end == text.data() + text.size();
  return whole && IdText(id) == text ? id : 0;
}

// "": there is none, or it is no text.
std::string TextOf(const Json& object, const char* name) {
  const bool text = object.is_object() && object.contains(name) && object[name].is_string();
  return text ? object[name].get<std::string>() : std::string();
}

std::string NoteOf(std::string_view order) {
  const Json json = Json::parse(order, nullptr, /*allow_exceptions=*/false);
  return TextOf(json, "note");
}

void AboutTo(const Request& request, AccessRecord& record) {
  record.request = request.id;
  record.domain = request.token.domain;
  record.field = request.field;
  record.subject = {request.subject};
}

}  // namespace

bool AccessDesk::Record(AccessRecord& record, std::string_view reason) {
  record.at = parts_.clock->WallNow();
  record.detail = SealReason(*parts_.keys, record, reason == "-" ? "" : reason);
  const auto frame = parts_.journal->NewFrame();
  frame->Add(record);
  const auto sequence = parts_.journal->Append(frame, journal::Claim::kOutcomes);
  if (!sequence) return false;
  parts_.journal->WaitDurable(*sequence);
  base::Log::Info("access", {{"what", base::Id::OfConfig(Name(record.access))},
                             {"sequence", *sequence},
                             {"uid", record.uid},
                             {"refusal", base::Id::OfConfig(record.refusal)}});
  return true;
}

std::string AccessDesk::Refuse(AccessRecord& record, std::string code, std::string_view reason) {
  record.access = Access::kRefused;
  record.refusal = std::move(code);
  const bool recorded = Record(record, reason);
  return Json{{"error", recorded ? record.refusal : "access.unrecorded"}}.dump();
}

std::string AccessDesk::Check(std::string_view order, const Rules& rules, Said& said) const {
  const auto note = crypto::Note::Parse(NoteOf(order));
  if (!note || note->signatures.size() != 1) return "access.malformed";
  auto statement = Statement::Parse(note->text);
  if (!statement) return "access.malformed";
  said = {*std::move(statement), note->text, nullptr, &rules};
  if (said.statement.tenant != rules.tenant) return "access.tenant";
  const Person* const person = rules.Find(note->signatures.front().name);
  if (person == nullptr) return "access.unknown_person";
  if (!person->key.Signed(*note)) return "access.signature";
  const base::Millis age = parts_.clock->WallNow() - said.statement.at;
  if (age > kFreshMs || age < -kFreshMs) return "access.stale";
  said.person = person;
  return "";
}

std::string AccessDesk::Take(std::string_view order, std::uint32_t uid) {
  const auto rules = parts_.rules();
  if (!rules) return Json{{"error", "access.unrecorded"}}.dump();
  const std::lock_guard lock(mutex_);
  AccessRecord record;
  record.plan = rules->plan;
  record.uid = uid;
  // Beyond that nothing is even recorded, so that nobody fills the journal.
  if (!requests_.MayState(steady_.Now())) return Json{{"error", "access.rate"}}.dump();
  Said said;
  const std::string why =
      rules->configured() ? Check(order, *rules, said) : "access.not_configured";
  if (!why.empty()) return Refuse(record, why, "");
  record.role = said.person->role;
  if (said.statement.act == Act::kAsk) return Ask(said, std::move(record));
  if (said.statement.act == Act::kOpen) return Open(said, std::move(record));
  return Decide(said, std::move(record));
}

std::string AccessDesk::Ask(const Said& said, AccessRecord record) {
  const std::string& reason = said.statement.reason;
  const base::Millis now = steady_.Now();
  if (!said.person->may_ask) return Refuse(record, "access.role", reason);
  if (!requests_.MayAsk(record.role, now)) return Refuse(record, "access.rate", reason);
  if (reason == "-") return Refuse(record, "access.reason_missing", reason);
  const auto token = policies::ReadToken(said.statement.about);
  if (!token) return Refuse(record, "access.token_unknown", reason);
  record.domain = token->domain;
  const auto opened = Opened(*token, *said.rules);
  if (!opened) return Refuse(record, std::string(opened.error().where), reason);
  record.field = opened->of.field;
  record.subject = {
      FingerprintOf(parts_.keys->StorageHmac("fingerprint"), record.field, opened->value)};
  const Request* const request = requests_.Add({.asked = said.text,
                                                .reason = reason,
                                                .role = said.person->role,
                                                .name = said.person->name,
                                                .asked_at = now,
                                                .token = *token,
                                                .field = record.field,
                                                .subject = record.subject.front()},
                                               now);
  if (request == nullptr) return Refuse(record, "access.full", reason);
  record.request = request->id;
  record.access = Access::kAsked;
  if (!Record(record, reason)) {
    requests_.Remove(record.request);
    return Json{{"error", "access.unrecorded"}}.dump();
  }
  return Json{{"request", IdText(record.request)},
              {"state", "asked"},
              {"until", base::FormatRfc3339(record.at + kApproveWithinMs)}}
      .dump();
}

Request* AccessDesk::RequestOf(const Said& said, AccessRecord& record, std::string& code) {
  const std::uint64_t id = IdOf(said.statement.request);
  Request* const request = id == 0 ? nullptr : requests_.Find(id);
  code = "access.request_unknown";
  if (request == nullptr) return nullptr;
  AboutTo(*request, record);
  code = "access.expired";
  if (steady_.Now() >= request->until()) return nullptr;
  code = "access.other_request";
  return said.statement.about == DigestOf(request->asked) ? request : nullptr;
}

std::string AccessDesk::Decide(const Said& said, AccessRecord record) {
  const std::string& reason = said.statement.reason;
  std::string code;
  Request* const request = RequestOf(said, record, code);
  if (request == nullptr) return Refuse(record, code, reason);
  if (!said.person->may_approve) return Refuse(record, "access.role", reason);
  if (said.statement.act == Act::kRefuse) {
    requests_.Remove(record.request);
    record.access = Access::kRefused;
    record.refusal = "access.declined";
    const bool recorded = Record(record, reason);  // it is gone either way
    return Json{{"request", IdText(record.request)}, {"state", "refused"}, {"recorded", recorded}}
        .dump();
  }
  const Person asker{request->role, request->name, {}, false, false};
  if (SamePerson(*said.person, asker)) return Refuse(record, "access.same_person", reason);
  if (!request->approver.empty()) return Refuse(record, "access.approved_already", reason);
  record.access = Access::kApproved;
  if (!Record(record, reason)) return Json{{"error", "access.unrecorded"}}.dump();
  request->approver = said.person->role;
  request->approved_at = steady_.Now();
  return Json{{"request", IdText(record.request)},
              {"state", "approved"},
              {"until", base::FormatRfc3339(record.at + kOpenWithinMs)}}
      .dump();
}

std::string AccessDesk::Open(const Said& said, AccessRecord record) {
  const std::string& reason = said.statement.reason;
  std::string code;
  Request* const request = RequestOf(said, record, code);
  if (request == nullptr) return Refuse(record, code, reason);
  if (said.person->role != request->role) return Refuse(record, "access.not_theirs", reason);
  if (!said.person->may_ask) return Refuse(record, "access.role", reason);
  if (request->approver.empty()) return Refuse(record, "access.not_approved", reason);
  const Person* const approver = said.rules->Find(request->approver);
  if (approver == nullptr || !approver->may_approve || SamePerson(*approver, *said.person))
    return Refuse(record, "access.approver_gone", reason);
  const auto opened = Opened(request->token, *said.rules);
  if (!opened) return Refuse(record, std::string(opened.error().where), reason);
  record.access = Access::kOpened;
  if (!Record(record, request->reason)) return Json{{"error", "access.unrecorded"}}.dump();
  requests_.Remove(record.request);
  return Json{{"request", IdText(record.request)},
              {"state", "opened"},
              {"destination", record.domain},
              {"field", opened->of.field},
              {"value", opened->value}}
      .dump();
}

std::string AccessDesk::Waiting() {
  const auto rules = parts_.rules();
  if (!rules) return Json{{"error", "store.unavailable"}}.dump();
  const std::lock_guard lock(mutex_);
  const base::Millis now = steady_.Now(), wall = parts_.clock->WallNow();
  Json list = Json::array();
  for (const auto& [id, request] : requests_.waiting()) {
    if (now >= request.until()) continue;
    list.push_back({{"request", IdText(id)},
                    {"state", request.approver.empty() ? "asked" : "approved"},
                    {"role", request.role},
                    {"name", request.name},
                    {"reason", request.reason},
                    {"destination", request.token.domain},
                    {"field", request.field},
                    {"until", base::FormatRfc3339(wall + request.until() - now)},
                    {"statement", request.asked}});
  }
  return Json{{"tenant", rules->tenant}, {"requests", std::move(list)}}.dump();
}

base::Result<policies::OpenedToken> AccessDesk::Opened(const policies::TokenParts& token,
                                                       const Rules& rules) const {
  const bool random = token.form == policies::OutgoingField::Form::kRandom;
  if (random && parts_.tokens != nullptr) return parts_.tokens->Open(token);
  return policies::OpenToken(*parts_.keys, token, rules.spaces);
}

std::string AccessDesk::RecordPerson(std::string_view order, std::uint32_t uid,
                                     journal::Access access, AccessRecord& record) {
  const std::string invalid = Json{{"error", "request.invalid"}}.dump();
  const Json json = Json::parse(order, nullptr, /*allow_exceptions=*/false);
  const auto rules = parts_.rules();
  if (!rules || !json.is_object()) return invalid;
  record.plan = rules->plan;
  record.uid = uid;
  record.access = access;
  const Json subject = json.contains("subject") ? json["subject"] : Json::array();
  for (const Json& one : subject) {
    const auto bytes = base::FromHex(one.is_string() ? one.get<std::string>() : std::string());
    journal::Fingerprint& into = record.subject.emplace_back();
    if (!bytes || bytes->size() != into.size() || record.subject.size() > kIdentifiersMax)
      return invalid;
    std::ranges::copy(*bytes, into.begin());
  }
  const std::string said = TextOf(json, "reason"), reason = said.empty() ? "-" : said;
  if (record.subject.empty() || !change::IsReason(reason)) return invalid;
  if (access == Access::kTokensForgotten && reason == "-")
    return Json{{"error", "access.reason_missing"}}.dump();
  const std::lock_guard lock(mutex_);
  return Record(record, reason) ? "" : Json{{"error", "access.unrecorded"}}.dump();
}

std::string AccessDesk::ReadRegister(std::string_view order, std::uint32_t uid) {
  AccessRecord record;
  const std::string why = RecordPerson(order, uid, Access::kRegisterRead, record);
  return why.empty() ? Json{{"recorded", true}}.dump() : why;
}

std::string AccessDesk::ForgetTokens(std::string_view order, std::uint32_t uid) {
  AccessRecord record;
  const std::string why = RecordPerson(order, uid, Access::kTokensForgotten, record);
  if (!why.empty()) return why;
  if (parts_.tokens == nullptr) return Json{{"forgotten", 0}}.dump();
  const auto gone = parts_.tokens->Forget(record.subject);
  if (!gone) return Json{{"error", "access.table_unavailable"}}.dump();
  return Json{{"forgotten", *gone}}.dump();
}

}  // namespace octroi::gateway::access
