#include "gateway/simulate.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"
#include "gateway/admission.h"
#include "gateway/consent_request.h"
#include "gateway/evaluate.h"

namespace octroi::gateway {
namespace {

using base::Error;
using base::ErrorCode;
using Json = nlohmann::ordered_json;

constexpr std::size_t kRemembered = 4'000'000;
constexpr base::Millis kAnyTime = 1'000;  // until it is known when the person acted

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
  }
  return lines;
}

bool Blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == text.npos; }

const rules::ContractSpec* SpecOf(const Plan& plan, const journal::EventRecord& record) {
  if (record.contract >= plan.contracts.size()) return nullptr;
  return &plan.contracts[record.contract].contract->spec();
}

Json RulesOf(const Plan& plan, const journal::EventRecord& record, std::uint64_t bits) {
  Json ids = Json::array();
  if (const auto* spec = SpecOf(plan, record); spec != nullptr) {
    for (std::size_t i = 0; i < spec->rules.size(); ++i) {
      if (bits >> i & 1) ids.push_back(spec->rules[i].id);
    }
  }
  return ids;
}

}  // namespace

base::Status ReadConsents(std::string_view text, const Plan& plan, const SourcePlan& source,
                          const crypto::KeyRing& keys, ConsentHistory& into) {
  std::vector<policies::ConsentEvent> events;
  std::size_t number = 0;
  for (const std::string_view line : Lines(text)) {
    ++number;
    if (Blank(line)) continue;
    policies::ConsentEvent event;
    if (const auto refused = ReadConsent(plan, source, line, keys, kAnyTime, event)) {
      const Json problem = Json::parse(refused->body, nullptr, /*allow_exceptions=*/false);
      std::string detail = "line " + std::to_string(number) + ": " + problem.value("code", "");
      if (problem.contains("errors")) detail += " " + problem["errors"].dump();
      return Error{ErrorCode::kInvalid, "simulate.consents", detail};
    }
    event.recorded_at = event.effective_at;
    events.push_back(std::move(event));
  }
  std::ranges::stable_sort(events, {}, &policies::ConsentEvent::recorded_at);
  for (policies::ConsentEvent& event : events) into.Add(std::move(event));
  return base::Ok();
}

// The place of an event in the file stands for its sequence.
class Simulation::Memory final : public SeenMemory {
 public:
  explicit Memory(base::Millis at) : at_(at) {}
  std::uint64_t number = 0;

  SeenIndex::Answer Reserve(const journal::Fingerprint& key, std::uint32_t digest,
                            base::Millis window) override {
    const auto answer = seen_.Reserve(key, digest, at_, window);
    if (answer.kind == SeenIndex::Answer::Kind::kNew) seen_.Confirm(key, number);
    return answer;
  }

 private:
  const base::Millis at_;
  SeenIndex seen_{kRemembered};
};

Simulation::Simulation(Parts parts)
    : parts_(parts),
      keys_{parts.keys->StorageHmac("fingerprint"), parts.keys->StorageHmac("dedup")} {}
Simulation::~Simulation() = default;

std::vector<Simulated> Simulation::Run(const std::vector<std::string_view>& events,
                                       const Each& each) {
  EventReader reader(keys_);
  Evaluator evaluator(keys_.dedup);
  Memory memory(parts_.at);
  Circumstances around;
  around.plan = parts_.plan;
  around.source = parts_.source;
  around.at = parts_.at;
  around.consent = parts_.consent;
  around.seen = &memory;
  EventForm form;
  form.cloud_events = parts_.cloud_events;
  const SourcePlan& source = parts_.plan->sources[parts_.source];
  std::vector<Simulated> all(events.size());
  for (std::size_t at = 0; at < events.size(); at += EventReader::kAtOnce) {
    const std::size_t count = std::min(EventReader::kAtOnce, events.size() - at);
    for (ReadEvent& read : reader.Read(source, form, std::span(events).subspan(at, count))) {
      Simulated& one = all[memory.number++];
      evaluator.Evaluate(around, read, one.record);
      one.rule = read.fault.rule;
      one.offset = read.fault.offset;
      if (each) each(memory.number - 1, one, base::EventFields(read.event));
    }
  }
  return all;
}

std::string SimulatedJson(const Plan& plan, std::size_t number, const Simulated& one) {
  const journal::EventRecord& record = one.record;
  const SourcePlan& source = plan.sources[record.source];
  const bool known = record.event < source.accepts.size();
  Json json{{"number", number},
            {"event", known ? source.accepts[record.event].event : ""},
            {"outcome", base::Name(record.outcome)},
            {"reason", plan.ReasonName(record.reason)}};
  if (!one.rule.empty()) {
    json["rule"] = one.rule;
    json["offset"] = one.offset;
  }
  if (record.merged_into != 0) json["merged_into"] = record.merged_into;
  json["failed_rules"] = RulesOf(plan, record, record.failed);
  json["repaired_by"] = RulesOf(plan, record, record.repaired);
  json["deliveries"] = Json::array();
  for (const base::Verdict& verdict : record.verdicts) {
    Json purposes = Json::array();
    for (std::size_t p = 0; p < plan.purposes.size(); ++p) {
      if (verdict.purposes >> p & 1) purposes.push_back(plan.purposes[p]);
    }
    json["deliveries"].push_back({{"destination", plan.destinations[verdict.destination].id},
                                  {"allowed", verdict.allowed},
                                  {"held", IsHeld(verdict)},
                                  {"reason", plan.ReasonName(verdict.reason)},
                                  {"purposes", purposes}});
  }
  return json.dump();
}

std::string SimulatedSums(const Plan& plan, const std::vector<Simulated>& all) {
  std::map<base::Outcome, std::uint64_t> outcomes;
  std::map<std::string, std::uint64_t> reasons;
  struct There {
    std::uint64_t would_send = 0, held = 0, withheld = 0;
    std::map<std::string, std::uint64_t> reasons;
  };
  std::map<std::uint16_t, There> destinations;
  for (const Simulated& one : all) {
    ++outcomes[one.record.outcome];
    if (one.record.outcome != base::Outcome::kAccepted)
      ++reasons[std::string(plan.ReasonName(one.record.reason))];
    for (const base::Verdict& verdict : one.record.verdicts) {
      There& there = destinations[verdict.destination];
      ++(verdict.allowed ? there.would_send : IsHeld(verdict) ? there.held : there.withheld);
      if (!verdict.allowed) ++there.reasons[std::string(plan.ReasonName(verdict.reason))];
    }
  }
  Json json{{"received", all.size()}};
  for (const base::Outcome outcome : {base::Outcome::kRejected, base::Outcome::kQuarantined,
                                      base::Outcome::kMerged, base::Outcome::kAccepted}) {
    json[std::string(base::Name(outcome))] = outcomes[outcome];
  }
  json["reasons"] = reasons;
  json["destinations"] = Json::object();
  for (const auto& [place, there] : destinations) {
    json["destinations"][plan.destinations[place].id] = {
        {"accepted", outcomes[base::Outcome::kAccepted]},
        {"would_send", there.would_send},
        {"held", there.held},
        {"withheld", there.withheld},
        {"reasons", there.reasons}};
  }
  return json.dump();
}

}  // namespace octroi::gateway
