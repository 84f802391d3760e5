#include "gateway/ask/example.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "crypto/hmac.h"
#include "gateway/policy_tests.h"

namespace octroi::gateway::ask {
namespace {

using policies::ConsentEntry;
using policies::ConsentState;
using Json = nlohmann::ordered_json;

constexpr const char* kTestFile = "tests/octroi-ask.yaml";

// A value of nobody that has the format.
Json Synthetic(std::string_view format, base::Millis at) {
  if (format == "email") return "lea@example.org";
  if (format == "phone-e164") return "+33612345678";
  if (format == "iso-country") return "FR";
  if (format == "iso-language") return "fr";
  if (format == "date") return base::FormatRfc3339(at).substr(0, 10);
  if (format == "datetime") return base::FormatRfc3339(at);
  if (format == "siren") return "732829320";
  if (format == "siret") return "73282932000074";
  if (format == "url") return "https://www.example.org/";
  if (format == "ip") return "192.0.2.1";
  if (format == "uuid") return "0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f10";
  if (format == "integer") return 1;
  if (format == "decimal") return 1.5;
  return "1";
}

// Another id for another question, so that their cases can lie in one folder.
std::string IdOf(const std::string& sentence) {
  const crypto::Digest digest = crypto::Sha256(sentence);
  return "octroi-ask-" + base::Hex(crypto::AsBytes(digest).substr(0, 6));
}

class Maker {
 public:
  Maker(const Answer& answer, const Question& question, const ConfigFolder& config,
        const config::World& world, const Plan& plan)
      : answer_(answer),
        question_(question),
        case_(*answer.example),
        config_(config),
        world_(world),
        plan_(plan),
        source_(*world.Find("Source", plan.sources[case_.source].id)) {}

  Example Make(const std::string& sentence) {
    Example example;
    example.source = source_.id;
    if (case_.subjects.size() > 1) example.not_as_test = "linked";
    const bool listed = std::ranges::any_of(case_.fields, &policies::CaseField::listed);
    if (listed) example.not_as_test = "list";
    if (!question_.denied.empty() && !ReadsSignal()) example.not_as_test = "signal";
    // What the contract asks of an event is not part of the answer: from a full event to a bare
    // one.
    for (const bool full : {true, false}) {
      const Json data = Data(full);
      const std::string test = TestText(sentence, data);
      PolicyTestReport report;
      if (!Runs(test, report)) break;
      example.event_json = report.cases.front().event;
      example.test = test;
      if (report.passed()) {
        example.confirmed = true;
        break;
      }
      example.not_confirmed = report.results.front().mismatches.front().found;
    }
    if (example.confirmed) example.not_confirmed.clear();
    if (listed) example.event_json.clear();
    if (!example.not_as_test.empty()) example.test.clear();
    return example;
  }

 private:
  const config::Node* EventTime() const { return source_.root.FindPath({"event_time", "field"}); }
  // A signal in which a purpose can be denied by a name.
  bool ReadsSignal() const {
    const auto& signals = plan_.sources[case_.source].signals;
    return std::ranges::count(signals, SignalKind::kPreferences, &SignalPlan::kind) != 0;
  }

  // By dictionary id. Full: everything that the contract declares and nothing forbids.
  Json Data(bool full) const {
    Json data = Json::object();
    const rules::ContractSpec& contract = plan_.contracts[case_.contract].contract->spec();
    const auto& keys = plan_.sources[case_.source].subject;
    const auto is_key = [&](base::FieldId id) {
      return std::ranges::any_of(keys, [&](const auto& key) { return key.field == id; });
    };
    for (const rules::FieldSpec& field : contract.fields) {
      const bool asked = field.id == answer_.leaving.field;
      if (is_key(field.id) ? !case_.identified && !asked : !full && !field.required && !asked)
        continue;
      data[plan_.fields[field.id]] = Value(contract, field.id);
    }
    for (const auto& key : keys) {
      if (case_.identified) data[plan_.fields[key.field]] = Value(contract, key.field);
    }
    for (const policies::CaseField& field : case_.fields) {
      const std::string& name = plan_.fields[field.field];
      data.erase(name);
      if (field.type == base::JsonType::kArray) data[name] = Json::array();
      if (field.type != base::JsonType::kString) continue;
      data[name] = field.text.starts_with("octroi") ? Outside(field) : Json(field.text);
    }
    SetTime(data);
    if (!question_.denied.empty()) SetSignal(data);
    return data;
  }
  // Any text will do that no policy names: rather one of the field's format.
  Json Outside(const policies::CaseField& field) const {
    const rules::ContractSpec& contract = plan_.contracts[case_.contract].contract->spec();
    for (const Json& one : {Value(contract, field.field), Json("DE"), Json("ES"), Json("JP")}) {
      if (!one.is_string() || !IsNamed(field.field, one.get<std::string>())) return one;
    }
    return field.text;
  }
  bool IsNamed(base::FieldId field, const std::string& text) const {
    const auto names = [&](const policies::ConditionSpec& one) {
      const bool of_person = std::ranges::find(one.person, field) != one.person.end();
      if (one.field != field && !of_person) return false;
      return (one.in_list && one.in_list->Has(text)) ||
             (one.not_in_list && one.not_in_list->Has(text)) ||
             std::ranges::find(one.in, text) != one.in.end();
    };
    return std::ranges::any_of(plan_.policies->spec().policies, [&](const auto& policy) {
      return std::ranges::any_of(policy.allow_when, names) ||
             std::ranges::any_of(policy.otherwise, [&](const auto& line) {
               return std::ranges::any_of(line.when, names);
             });
    });
  }

  Json Value(const rules::ContractSpec& contract, base::FieldId field) const {
    for (const rules::RuleSpec& rule : contract.rules) {
      if (rule.check.field != field || rule.check.in.empty()) continue;
      return rule.check.in.front();
    }
    const config::DictionaryField* known = world_.Field(plan_.fields[field]);
    return Synthetic(known ? known->format : "", case_.now);
  }

  void SetTime(Json& data) const {
    const config::Node* field = EventTime();
    if (case_.event_time == case_.now || (!field && !IsSegment())) return;
    const std::string path = field ? field->text : "timestamp";
    for (const config::Node::Member& entry : source_.root.Map("map")) {
      if (entry.key == path) data.erase(entry.value.text);
    }
    data[path] = base::FormatRfc3339(case_.event_time);
  }
  bool IsSegment() const {
    const config::Node* receive = source_.root.Find("receive");
    return receive && receive->Text("type") == "segment";
  }
  void SetSignal(Json& data) const {
    std::uint32_t denied = 0;
    for (std::size_t place = 0; place < plan_.purposes.size(); ++place) {
      if (question_.denied.contains(plan_.purposes[place])) denied |= 1u << place;
    }
    for (const SignalPlan& signal : plan_.sources[case_.source].signals) {
      if (signal.kind != SignalKind::kPreferences) continue;
      Json preferences = Json::object();
      for (const auto& [name, purposes] : signal.names) {
        if ((purposes & denied) != 0) preferences[name] = false;
      }
      data[signal.field] = preferences;
    }
  }

  Json ConsentOf(const ConsentEntry& entry, const policies::SharedLimits& limits = nullptr) const {
    const bool expired = entry.until_seconds != 0;
    Json consent{{"state", std::string(expired ? "expired" : policies::Name(entry.state))},
                 {"at", base::FormatRfc3339(base::Millis{entry.since_seconds} * 1000)}};
    if (entry.explicit_word) consent["explicit"] = true;
    if (entry.by_parent && case_.age == policies::AgeBand::kChild) consent["by"] = "parent";
    if (limits != nullptr) {
      const auto& [controllers, data_categories, vendors] = *limits;
      if (!controllers.empty()) consent["controllers"] = controllers;
      if (!data_categories.empty()) consent["data_categories"] = data_categories;
      if (!vendors.empty()) consent["vendors"] = vendors;
    }
    return consent;
  }
  Json Consents() const {
    Json consents = Json::object();
    if (case_.subjects.empty()) return consents;
    const policies::CaseSubject& subject = case_.subjects.front();
    if (subject.purpose.state != ConsentState::kUnknown)
      consents[plan_.purposes[case_.purpose]] = ConsentOf(subject.purpose, subject.limits);
    if (subject.person.state != ConsentState::kUnknown)
      consents[std::string(policies::kWholePerson)] = ConsentOf(subject.person);
    for (const auto& [purpose, entry] : case_.others) {
      if (entry.state != ConsentState::kUnknown)
        consents[plan_.purposes[purpose]] = ConsentOf(entry);
    }
    return consents;
  }

  std::string EventName() const {
    for (const auto& accepted : plan_.sources[case_.source].accepts) {
      if (!accepted.event.empty() && accepted.contract == case_.contract) return accepted.event;
    }
    return {};
  }

  // Flow style: JSON is YAML.
  std::string TestText(const std::string& sentence, const Json& data) const {
    const Json name{{"fr", sentence}, {"en", sentence}};
    Json given{{"source", source_.id}, {"event", EventName()}, {"data", data}};
    if (const Json consents = Consents(); !consents.empty()) given["consent"] = consents;
    if (case_.gpc) given["gpc"] = true;
    if (case_.age != policies::AgeBand::kUnknown)
      given["age_band"] = std::string(policies::Name(case_.age));
    const Json expect{{"outcome", "accepted"}, {plan_.destinations[case_.destination].id, "sent"}};
    return "# octroi ask\napiVersion: octroi/v1\nkind: Test\nid: " + IdOf(sentence) +
           "\ntitle: " + name.dump() + "\nat: \"" + base::FormatRfc3339(case_.now) +
           "\"\ncases:\n  - name: " + name.dump() + "\n    given: " + given.dump() +
           "\n    expect: " + expect.dump() + "\n";
  }

  // Alone: the folder's own cases do not run.
  bool Runs(const std::string& test, PolicyTestReport& report) const {
    ConfigFolder alone = config_;
    for (const config::Document* other : world_.Of("Test")) alone.files.erase(other->file);
    alone.files[kTestFile] = test;
    auto ran = RunPolicyTests(alone);
    if (!ran || ran->cases.size() != 1) return false;
    report = *std::move(ran);
    return true;
  }

  const Answer& answer_;
  const Question& question_;
  const policies::DecisionCase& case_;
  const ConfigFolder& config_;
  const config::World& world_;
  const Plan& plan_;
  const config::Document& source_;
};

}  // namespace

Example ExampleOf(const Answer& answer, const Question& question, const std::string& sentence,
                  const ConfigFolder& config, const config::World& world, const Plan& plan) {
  return Maker(answer, question, config, world, plan).Make(sentence);
}

}  // namespace octroi::gateway::ask
