#include "gateway/console/record.h"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text.h"
#include "gateway/change/statement.h"
#include "gateway/consent_report.h"
#include "gateway/consent_state.h"
#include "gateway/console/lineage.h"
#include "gateway/explain_report.h"
#include "journal/records.h"

namespace octroi::gateway::console {
namespace {

using Json = nlohmann::ordered_json;

Json Error(std::string_view code) { return {{"error", code}}; }

std::string TextOf(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

base::Result<std::optional<journal::EventRecord>> RecordOf(store::Store& store,
                                                           std::string_view event_id,
                                                           const std::string& origin) {
  const std::uint64_t sequence = SequenceOf(event_id, origin);
  std::optional<journal::EventRecord> found;
  if (sequence == 0) return found;
  const auto row = store.Find(sequence);
  if (!row) return row.error();
  journal::EventRecord record;
  if (*row && Decode((*row)->record, record)) found = std::move(record);
  return found;
}

}  // namespace

struct RecordReader::Asked {
  std::vector<policies::Fingerprint> person;
  std::optional<base::Millis> at;
  std::string reason;
};

Json RecordReader::Decision(std::string_view event_id) const {
  Json decision = Json::parse(parts_.explain(event_id), nullptr, /*allow_exceptions=*/false);
  if (!decision.is_object()) return Error("store.unavailable");
  if (decision.contains("error")) return decision;
  const auto record = RecordOf(*parts_.store, event_id, parts_.origin);
  if (!record || !*record) return Error("store.unavailable");
  const auto past = parts_.past((*record)->plan);
  decision["identified"] = !(*record)->subject.empty();
  decision["lineage"] = past ? LineageOf(*past, **record) : Json(nullptr);
  return decision;
}

// "": it is whole; else the code of what is wrong.
std::string RecordReader::Read(const Json& order, Asked& asked) const {
  asked.reason = TextOf(order, "reason");
  if (asked.reason.size() > kReasonBytesMax) return "console.reason_long";
  if (!change::IsReason(asked.reason)) return "console.reason";
  if (const std::string at = TextOf(order, "at"); !at.empty()) {
    asked.at = base::ParseRfc3339(at, /*date_allowed=*/true);
    if (!asked.at) return "console.at";
  }
  if (order.contains("event")) {
    const auto record = RecordOf(*parts_.store, TextOf(order, "event"), parts_.origin);
    if (!record) return "store.unavailable";
    if (!*record) return "not_found";
    if ((*record)->subject.empty()) return "subject.missing";
    asked.person = (*record)->subject;
    asked.at = (*record)->received;
    return "";
  }
  if (!order.contains("person") || !order["person"].is_object()) return "console.person";
  auto person = ReadPersonFile(*parts_.plan(), order["person"].dump(), *parts_.keys);
  if (!person) return "console.person";
  asked.person = *std::move(person);
  return "";
}

std::string RecordReader::Recorded(const Asked& asked, std::string_view user) const {
  Json order{{"subject", Json::array()},
             {"reason", "console " + std::string(user) + ": " + asked.reason}};
  for (const policies::Fingerprint& one : asked.person)
    order["subject"].push_back(base::Hex({reinterpret_cast<const char*>(one.data()), one.size()}));
  const Json said = Json::parse(parts_.accesses->ReadRegister(order.dump(), geteuid()), nullptr,
                                /*allow_exceptions=*/false);
  return said.is_object() && said.value("recorded", false) ? "" : "access.unrecorded";
}

Json RecordReader::Person(const Json& order, std::string_view user) const {
  Asked asked;
  if (const std::string wrong = Read(order, asked); !wrong.empty()) return Error(wrong);
  if (const std::string not_so = Recorded(asked, user); !not_so.empty()) return Error(not_so);
  const auto history = PersonHistory::Read(*parts_.store, asked.person);
  if (!history) return Error("store.unavailable");
  const PlanPtr plan = parts_.plan();
  const base::Millis now = parts_.clock->WallNow();
  Json answer{{"now", StateReport(*plan, *parts_.keys, *history, now, now)}};
  if (asked.at) {
    answer["then"] = StateReport(*plan, *parts_.keys, *history, *asked.at, *asked.at);
    answer["then_known_now"] = StateReport(*plan, *parts_.keys, *history, *asked.at, now);
  }
  Json events = Json::array();
  for (const policies::ConsentEvent& event : history->events()) {
    events.push_back(RegisterEvent(*parts_.keys, event));
    events.back()["purpose"] = event.purpose;
  }
  answer["events"] = std::move(events);
  const auto past = parts_.past(plan->number);
  answer["purposes"] = past ? PurposesOf(past->config) : Json::object();
  answer["recorded"] = true;
  return answer;
}

}  // namespace octroi::gateway::console
