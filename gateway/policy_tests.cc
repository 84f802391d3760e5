#include "gateway/policy_tests.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gateway/admission.h"
#include "gateway/canary/light.h"
#include "gateway/evaluate.h"
#include "policies/consent.h"

namespace octroi::gateway {
namespace {

using policies::ConsentState;
using Json = nlohmann::ordered_json;

// What the register would hold of the person: a state that is derived is brought about by what it
// is derived from.
void Enter(const PolicyCase& one, const Plan& plan, const ReadEvent& read,
           policies::ConsentIndex& index) {
  const std::span prints(read.subject.data(), read.people);
  for (const policies::Fingerprint& print : prints) index.SetAge(print, one.age);
  for (const PolicyCase::Consent& consent : one.consents) {
    const auto purpose = std::ranges::find(plan.purposes, consent.purpose);
    const bool of_person = consent.purpose == policies::kWholePerson;
    if (consent.state == "unknown" || prints.empty()) continue;
    policies::ConsentEvent event;
    event.id = "test";
    event.state = policies::ConsentStateOf(consent.state).value_or(ConsentState::kGranted);
    event.effective_at = event.recorded_at = consent.since;
    event.by_parent = consent.by_parent;
    event.explicit_word = consent.explicit_word;
    event.limits = consent.limits;
    if (consent.state == "expired") event.valid_until = std::min(one.at - 1'000, consent.since);
    const auto place = of_person ? policies::ConsentIndex::kPerson
                                 : static_cast<std::size_t>(purpose - plan.purposes.begin());
    for (const policies::Fingerprint& print : prints)
      index.Set(print, place, policies::Fold(std::span(&event, 1), one.at));
  }
}

class CaseRun {
 public:
  CaseRun(const PolicyCase& one, const Plan& plan, const GateKeys& keys)
      : case_(one), plan_(plan), keys_(keys) {}

  PolicyCaseResult Run(std::vector<policies::Decisive>& decisive) {
    EventReader reader(keys_);
    Evaluator evaluator(keys_.dedup);
    policies::ConsentIndex index(plan_.purposes.size());
    const SourcePlan* source = plan_.SourceById(case_.source);
    const std::string_view text = case_.event;
    ReadEvent& read = reader.Read(*source, {}, std::span(&text, 1)).front();
    Enter(case_, plan_, read, index);
    Circumstances around;
    around.plan = &plan_;
    around.source = static_cast<std::uint16_t>(source - plan_.sources.data());
    around.at = case_.at;
    around.gpc = case_.gpc;
    around.consent = &index;
    around.decisive = &decisive;
    evaluator.Evaluate(around, read, record_);
    CompareOutcome();
    CompareRules();
    for (const PolicyCase::Delivery& delivery : case_.deliveries) Compare(delivery);
    return std::move(result_);
  }

 private:
  void CompareOutcome() {
    const std::string_view found = base::Name(record_.outcome);
    if (case_.outcome.empty() || case_.outcome == found) return;
    result_.mismatches.push_back(
        {"outcome", case_.outcome,
         std::string(found) + " (" + std::string(plan_.ReasonName(record_.reason)) + ")"});
  }
  void CompareRules() {
    for (const std::string& rule : case_.failed_rules) {
      if (!Failed(rule)) result_.mismatches.push_back({"failed_rules", rule, ""});
    }
  }
  bool Failed(const std::string& rule) const {
    if (record_.contract >= plan_.contracts.size()) return false;
    const auto& rules = plan_.contracts[record_.contract].contract->spec().rules;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (rules[i].id == rule && (record_.failed >> i & 1) != 0) return true;
    }
    return false;
  }
  // What may leave would be under way, and sent once the destination takes it.
  void Compare(const PolicyCase::Delivery& expected) {
    const auto verdict = std::ranges::find_if(record_.verdicts, [&](const base::Verdict& one) {
      return plan_.destinations[one.destination].id == expected.destination;
    });
    const bool decided = verdict != record_.verdicts.end();
    const bool allowed = decided && verdict->allowed;
    const std::string reason = decided ? std::string(plan_.ReasonName(verdict->reason)) : "";
    const bool held = decided && IsHeld(*verdict);
    const bool outcome = allowed ? expected.outcome == "sent" || expected.outcome == "in_flight"
                                 : decided && expected.outcome == (held ? "in_flight" : "withheld");
    if (outcome && (expected.reason.empty() || expected.reason == reason)) return;
    const std::string wanted =
        expected.outcome + (expected.reason.empty() ? "" : " (" + expected.reason + ")");
    const std::string word = !decided  ? std::string(base::Name(record_.outcome))
                             : allowed ? "sent"
                                       : std::string(base::Name(OutcomeOf(*verdict)));
    result_.mismatches.push_back(
        {expected.destination, wanted, reason.empty() ? word : word + " (" + reason + ")"});
  }

  const PolicyCase& case_;
  const Plan& plan_;
  const GateKeys& keys_;
  journal::EventRecord record_;
  PolicyCaseResult result_;
};

std::vector<PolicyLine> LinesOf(const Plan& plan, const std::vector<policies::Decisive>& decisive) {
  std::vector<PolicyLine> lines;
  const auto& policies = plan.policies->spec().policies;
  for (std::size_t p = 0; p < policies.size(); ++p) {
    const auto add = [&](int line, bool condition, auto decides) {
      const auto times = static_cast<std::uint64_t>(std::ranges::count_if(
          decisive,
          [&](const policies::Decisive& one) { return one.policy == p && decides(one); }));
      // Several conditions of one line count as one.
      if (!lines.empty() && lines.back().policy == policies[p].id && lines.back().line == line &&
          lines.back().condition == condition) {
        lines.back().decisive += times;
      } else {
        lines.push_back({policies[p].file, policies[p].id, line, condition, times});
      }
    };
    for (std::size_t c = 0; c < policies[p].allow_when.size(); ++c) {
      add(policies[p].allow_when[c].line, true,
          [&](const policies::Decisive& one) { return one.condition == c; });
    }
    for (std::size_t o = 0; o < policies[p].otherwise.size(); ++o) {
      add(policies[p].otherwise[o].line, false,
          [&](const policies::Decisive& one) { return one.otherwise == o; });
    }
  }
  return lines;
}

}  // namespace

bool PolicyTestReport::passed() const {
  const auto holds = [](const auto& one) { return one.mismatches.empty(); };
  return std::ranges::all_of(results, holds) && std::ranges::all_of(canaries, holds);
}

base::Result<PolicyTestReport> RunPolicyTests(const ConfigFolder& config) {
  const auto keys = crypto::KeyRing::FromRoot(config.settings.tenant, std::string(32, 't'));
  const auto plan =
      CompilePlan(config, *keys, "test", 1, "", Observing::kAsConfigured, Secrets::kLeftOut);
  if (!plan) return plan.error();
  const GateKeys gate_keys{keys->StorageHmac("fingerprint"), keys->StorageHmac("dedup")};
  PolicyTestReport report;
  report.cases = PolicyCases(config);
  std::vector<policies::Decisive> decisive;
  for (const PolicyCase& one : report.cases)
    report.results.push_back(CaseRun(one, **plan, gate_keys).Run(decisive));
  const base::Millis now = base::SystemClock().WallNow();
  for (const CanaryPlan& canary : (*plan)->canaries)
    report.canaries.push_back(WalkCanary(**plan, canary, *keys, now));
  report.lines = LinesOf(**plan, decisive);
  return report;
}

std::string PolicyTestsJson(const PolicyTestReport& report, bool coverage) {
  const auto failed = std::ranges::count_if(
      report.results, [](const auto& one) { return !one.mismatches.empty(); });
  Json json{{"holds", report.passed()},
            {"passed", report.results.size() - static_cast<std::size_t>(failed)},
            {"failed", failed},
            {"cases", Json::array()}};
  for (std::size_t i = 0; i < report.cases.size(); ++i) {
    const PolicyCase& one = report.cases[i];
    Json mismatches = Json::array();
    for (const auto& [what, expected, found] : report.results[i].mismatches)
      mismatches.push_back({{"what", what}, {"expected", expected}, {"found", found}});
    json["cases"].push_back({{"file", one.file},
                             {"line", one.line},
                             {"name", {{"fr", one.name_fr}, {"en", one.name_en}}},
                             {"passed", mismatches.empty()},
                             {"mismatches", std::move(mismatches)},
                             {"not_judged", one.not_judged}});
  }
  json["canaries"] = Json::array();
  for (const CanaryResult& one : report.canaries) {
    Json mismatches = Json::array();
    for (const CanaryMismatch& mismatch : one.mismatches)
      mismatches.push_back(MismatchJson(mismatch));
    json["canaries"].push_back({{"canary", one.canary},
                                {"people", one.people},
                                {"not_judged", one.not_judged},
                                {"mismatches", std::move(mismatches)}});
  }
  if (!coverage) return json.dump();
  json["coverage"] = Json::array();
  for (const PolicyLine& line : report.lines) {
    json["coverage"].push_back({{"file", line.file},
                                {"line", line.line},
                                {"policy", line.policy},
                                {"kind", line.condition ? "allow_when" : "otherwise"},
                                {"decisive", line.decisive}});
  }
  return json.dump();
}

}  // namespace octroi::gateway
