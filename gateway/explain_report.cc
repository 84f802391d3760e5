#include "gateway/explain_report.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/consent_history.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

// The event's own part: what it was and what its contract found.
Json EventJson(const std::string& origin, const store::EventRow& row,
               const journal::EventRecord& record, const Names& names) {
  const std::string source = NameAt(names.sources, record.source);
  const std::string contract = NameAt(names.contracts, record.contract);
  Json failed = Json::array(), repaired = Json::array();
  if (const auto rules = names.rules.find(contract); rules != names.rules.end()) {
    for (std::size_t i = 0; i < rules->second.size(); ++i) {
      if (record.failed >> i & 1) failed.push_back(rules->second[i]);
      if (record.repaired >> i & 1) repaired.push_back(rules->second[i]);
    }
  }
  std::string event;
  if (const auto events = names.events.find(source); events != names.events.end()) {
    event = NameAt(events->second, record.event);
  }
  Json json{{"id", EventId(origin, row.sequence)},
            {"received", base::FormatRfc3339(record.received)},
            {"source", source},
            {"event", event},
            {"contract", contract},
            {"outcome", base::Name(record.outcome)},
            {"reason", names.ReasonName(record.reason)},
            {"usable", record.usable},
            {"failed_rules", failed},
            {"repaired_by", repaired}};
  if (record.event_time != 0) json["event_time"] = base::FormatRfc3339(record.event_time);
  if (record.merged_into != 0) json["merged_into"] = EventId(origin, record.merged_into);
  return json;
}

Json DeliveriesJson(const std::string& origin, const store::EventRow& row,
                    const journal::EventRecord& record, const Names& names) {
  Json deliveries = Json::array();
  for (const store::DeliveryState& state : row.deliveries) {
    Json line{{"destination", NameAt(names.destinations, state.destination)},
              {"outcome", base::Name(state.outcome)},
              {"reason", names.ReasonName(state.reason)},
              {"at", base::FormatRfc3339(state.at)}};
    if (state.attempts != 0) line["attempts"] = state.attempts;
    if (state.http_status != 0) line["http_status"] = state.http_status;
    for (const base::Verdict& verdict : record.verdicts) {
      if (verdict.destination != state.destination) continue;
      line["decided"] = {{"allowed", verdict.allowed},
                         {"reason", names.ReasonName(verdict.reason)}};
      Json purposes = Json::array();
      for (std::size_t p = 0; p < names.purposes.size(); ++p) {
        if (verdict.purposes >> p & 1) purposes.push_back(names.purposes[p]);
      }
      line["decided"]["purposes"] = purposes;
      if (verdict.consent != 0) line["decided"]["consent_event"] = EventId(origin, verdict.consent);
    }
    deliveries.push_back(line);
  }
  return deliveries;
}

// The register as this person's events were known by then.
base::Result<std::unique_ptr<policies::ConsentIndex>> KnownThen(
    store::ConsentStore& store, const Plan& plan, const journal::EventRecord& record) {
  const ReadHistory history = [&](const std::vector<policies::Fingerprint>& subject)
      -> base::Result<std::vector<policies::ConsentEvent>> {
    auto events = store.History(subject, {});
    if (events) {
      std::erase_if(*events, [&](const policies::ConsentEvent& event) {
        return event.recorded_at > record.received;
      });
    }
    return events;
  };
  auto index = std::make_unique<policies::ConsentIndex>(plan.purposes.size());
  const auto known = IndexPeople(plan, record.subject, history, record.received, *index);
  if (!known) return known.error();
  return index;
}

Json Error(std::string_view code) { return {{"error", code}}; }

}  // namespace

std::uint64_t SequenceOf(std::string_view event_id, const std::string& origin) {
  const std::size_t dot = event_id.find('.');
  std::uint64_t sequence = 0;
  const std::string_view digits = dot == std::string_view::npos ? "" : event_id.substr(dot + 1);
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), sequence);
  const bool ours = event_id.substr(0, dot) == origin && end.ec == std::errc{} &&
                    end.ptr == digits.data() + digits.size();
  return ours ? sequence : 0;
}

Json EventReport(const std::string& origin, const store::EventRow& row,
                 const journal::EventRecord& record, const Names& names, const Explainer* explainer,
                 const base::FieldReader* fields) {
  Json json = EventJson(origin, row, record, names);
  json["deliveries"] = DeliveriesJson(origin, row, record, names);
  json["commitment"] = base::Hex(
      {reinterpret_cast<const char*>(record.commitment.data()), record.commitment.size()});
  json["plan"] = record.plan;
  if (explainer == nullptr) return json;
  json["rules"] = explainer->Rules(record);
  for (std::size_t i = 0; i < row.deliveries.size(); ++i)
    json["deliveries"][i].update(
        explainer->Delivery(record, fields, row.deliveries[i].destination));
  return json;
}

std::string ExplainReport(std::string_view event_id, const std::string& origin, store::Store& store,
                          const Explaining& with) {
  const std::uint64_t sequence = SequenceOf(event_id, origin);
  if (sequence == 0) return Error("not_found").dump();
  const auto row = store.Find(sequence);
  if (!row) return Error("store.unavailable").dump();
  journal::EventRecord record;
  if (!*row || !Decode((*row)->record, record)) return Error("not_found").dump();
  const Names names = Names::Read(with.names(record.plan));
  const auto past = with.past(record.plan);
  std::string payload;
  journal::PayloadView view;
  const bool there = with.payload(sequence, payload) && view.Decode(payload);
  Json json;
  if (past && record.source < past->plan->sources.size()) {
    const auto then = KnownThen(store, *past->plan, record);
    if (!then) return Error("store.unavailable").dump();
    const Explainer explainer(*past, **then);
    json = EventReport(origin, **row, record, names, &explainer, there ? &view : nullptr);
  } else {
    json = EventReport(origin, **row, record, names, nullptr, nullptr);
  }
  if (const auto archived = store.ByPlan(record.plan); archived && *archived)
    json["config"] = base::Hex((*archived)->digest);
  return json.dump();
}

}  // namespace octroi::gateway
