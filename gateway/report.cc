#include "gateway/report.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/names.h"
#include "journal/records.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

Json Error(std::string_view code) { return {{"error", code}}; }

Json SourcesJson(const store::Totals& totals, const Plan& plan, bool& holds) {
  Json sources = Json::object();
  for (const auto& [place, s] : totals.sources) {
    const bool sum = store::Holds(s);
    holds = holds && sum;
    const std::string id = place < plan.sources.size() ? plan.sources[place].id : "";
    sources[id.empty() ? "#" + std::to_string(place) : id] = {
        {"received", s.received}, {"rejected", s.rejected}, {"quarantined", s.quarantined},
        {"merged", s.merged},     {"accepted", s.accepted}, {"sum_holds", sum}};
  }
  return sources;
}

Json DestinationsJson(const store::Totals& totals, const Plan& plan, bool& holds) {
  Json destinations = Json::object();
  for (const auto& [place, d] : totals.destinations) {
    const bool sum = store::Holds(d);
    holds = holds && sum;
    const std::string id = place < plan.destinations.size() ? plan.destinations[place].id : "";
    destinations[id.empty() ? "#" + std::to_string(place) : id] = {
        {"accepted", d.accepted},   {"withheld", d.withheld}, {"sent", d.sent},
        {"in_flight", d.in_flight}, {"failed", d.failed},     {"erased", d.erased},
        {"sum_holds", sum}};
  }
  return destinations;
}

Json TimesJson(const base::Latency& latency) {
  Json times = Json::object();
  const auto counts = latency.Counts();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const bool last = i + 1 == counts.size();
    if (counts[i] != 0) times[last ? "longer" : std::to_string(std::uint64_t{1} << i)] = counts[i];
  }
  return times;
}

Json RulesJson(const std::map<store::RuleKey, store::RuleCount>& counts) {
  Json rules = Json::object();
  for (const auto& [key, count] : counts) {
    Json& rule = rules[key.source][key.contract][key.rule];
    if (rule.is_null()) rule = {{"evaluated", 0}, {"failed", 0}, {"repaired", 0}};
    rule["evaluated"] = rule["evaluated"].get<std::uint64_t>() + count.evaluated;
    rule["failed"] = rule["failed"].get<std::uint64_t>() + count.failed;
    rule["repaired"] = rule["repaired"].get<std::uint64_t>() + count.repaired;
  }
  return rules;
}

}  // namespace

Json ObservedJson(const Plan& plan, base::Millis now) {
  Json sources = Json::array(), contracts = Json::array(), consent;
  for (const SourcePlan& source : plan.sources) {
    if (source.observe && !source.id.empty()) sources.push_back(source.id);
  }
  for (const ContractPlan& contract : plan.contracts) {
    if (contract.contract && contract.contract->spec().observe) contracts.push_back(contract.name);
  }
  if (now < plan.observe_consent_until) {
    consent = {{"until", base::FormatRfc3339(plan.observe_consent_until)},
               {"approved_by", plan.observe_approved_by}};
  }
  return {{"observed",
           {{"consent", std::move(consent)},
            {"sources", std::move(sources)},
            {"contracts", std::move(contracts)}}}};
}

Json RotationJson(const config::RotationDue& key) {
  const auto day = [](base::Millis at) { return base::FormatRfc3339(at).substr(0, 10); };
  Json json = Json::object();
  if (key.since != 0) json["active_since"] = day(key.since);
  if (key.by != 0) json["rotate_by"] = day(key.by);
  json["due"] = key.due;
  return json;
}

std::string StatusReport(const StatusInput& input) {
  const auto totals = input.store->Sum();
  const auto rules = input.store->Rules();
  if (!totals || !rules) return Error("store.unavailable").dump();
  bool holds = true;
  Json json{{"tenant", input.plan->tenant},
            {"as_of", base::FormatRfc3339(input.now)},
            {"plan", input.plan->number},
            {"config", base::Hex(input.plan->config_digest)},
            {"origin", input.journal->origin()},
            {"journal_through", input.journal->durable_through()},
            {"projected_through", input.projected},
            {"pending", input.pending},
            {"held", input.held},
            {"consent_subjects", input.subjects}};
  json.update(ObservedJson(*input.plan, input.now));
  json["canaries"] = CanariesJson(input.canaries);
  json["key"] = RotationJson(input.key);
  json["sources"] = SourcesJson(*totals, *input.plan, holds);
  json["destinations"] = DestinationsJson(*totals, *input.plan, holds);
  std::uint64_t accepted = 0;
  for (const auto& [place, s] : totals->sources) accepted += s.accepted;
  for (const auto& [place, d] : totals->destinations) holds = holds && d.accepted <= accepted;
  constexpr const char* kBreaker[] = {"closed", "open", "probing"};
  for (const DestinationPlan& destination : input.plan->destinations) {
    if (destination.id.empty() || !json["destinations"].contains(destination.id)) continue;
    const StatusInput::Lanes lanes = input.lanes(destination.id);
    json["destinations"][destination.id]["queue"] = lanes.queue;
    json["destinations"][destination.id]["breaker"] = kBreaker[lanes.breaker % 3];
    json["destinations"][destination.id]["sent_within_micros"] = TimesJson(*lanes.sent);
  }
  json["answered_within_micros"] = TimesJson(*input.answered);
  json["withheld_reasons"] = Json::object();
  for (const auto& [why, count] : totals->destination_reasons) {
    if (why.outcome != base::Outcome::kWithheld) continue;
    Json& sum = json["withheld_reasons"][std::string(input.plan->ReasonName(why.reason))];
    sum = (sum.is_null() ? 0 : sum.get<std::uint64_t>()) + count;
  }
  json["rules"] = RulesJson(*rules);
  json["sums_hold"] = holds;
  return json.dump();
}

std::string FailuresReport(std::size_t limit, const std::string& origin, store::Store& store,
                           const PlanNames& names, const Plan& plan) {
  const auto found = store.NeedAttention(limit);
  if (!found) return Error("store.unavailable").dump();
  Json items = Json::array();
  const Names tables =
      Names::Read(names(plan.number));  // places are stable: the newest tables name them all
  for (const store::Attention& one : *found) {
    Json item{{"id", EventId(origin, one.sequence)},
              {"outcome", base::Name(one.outcome)},
              {"reason", tables.ReasonName(one.reason)},
              {"at", base::FormatRfc3339(one.at)}};
    if (one.destination != 0xffff)
      item["destination"] = NameAt(tables.destinations, one.destination);
    items.push_back(item);
  }
  return Json{{"items", items}}.dump();
}

std::string AuditJson(const AuditReport& report, const std::string& origin, const Plan& plan) {
  Json json{{"events", report.events},          {"outcomes", report.outcomes},
            {"accesses", report.accesses},      {"through", EventId(origin, report.through)},
            {"minutes", report.minutes.size()}, {"holds", report.holds}};
  const auto destination = [&](std::uint16_t place) {
    return place < plan.destinations.size() ? plan.destinations[place].id : std::string();
  };
  json["failing_minutes"] = Json::array();
  for (const auto& [key, minute] : report.minutes) {
    if (store::Holds(minute)) continue;
    bool ignored = true;
    json["failing_minutes"].push_back({{"minute", base::FormatRfc3339(key.first)},
                                       {"plan", key.second},
                                       {"sources", SourcesJson(minute, plan, ignored)},
                                       {"destinations", DestinationsJson(minute, plan, ignored)}});
  }
  json["discrepancies_total"] = report.discrepancies.total();
  json["discrepancies"] = Json::array();
  for (const Discrepancy& one : report.discrepancies.first()) {
    Json named{{"id", EventId(origin, one.sequence)}, {"what", one.what}};
    if (one.destination != 0xffff) named["destination"] = destination(one.destination);
    json["discrepancies"].push_back(named);
  }
  return json.dump();
}

}  // namespace octroi::gateway
