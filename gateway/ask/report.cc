#include "gateway/ask/report.h"

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace octroi::gateway::ask {
namespace {

using policies::ConsentEntry;
using policies::ConsentState;
using Json = nlohmann::ordered_json;

Json ConsentJson(std::size_t subject, std::string_view purpose, const ConsentEntry& entry) {
  Json json{{"subject", subject},
            {"purpose", purpose},
            {"state", policies::Name(entry.state)},
            {"at", base::FormatRfc3339(base::Millis{entry.since_seconds} * 1000)}};
  if (entry.until_seconds != 0)
    json["valid_until"] = base::FormatRfc3339(base::Millis{entry.until_seconds} * 1000);
  return json;
}

// The events to record, of subjects 1 and 2.
Json ConsentsJson(const policies::DecisionCase& one, const Plan& plan) {
  Json consents = Json::array();
  const auto add = [&](std::size_t subject, std::string_view purpose, const ConsentEntry& entry) {
    if (entry.state != ConsentState::kUnknown)
      consents.push_back(ConsentJson(subject, purpose, entry));
  };
  for (std::size_t i = 0; i < one.subjects.size(); ++i) {
    add(i + 1, plan.purposes[one.purpose], one.subjects[i].purpose);
    add(i + 1, policies::kWholePerson, one.subjects[i].person);
    for (const auto& [purpose, entry] : one.others) add(i + 1, plan.purposes[purpose], entry);
  }
  return consents;
}

}  // namespace

Json ExampleJson(const Answer& answer, const Question& question, const Plan& plan,
                 const Example& example) {
  const policies::DecisionCase& one = *answer.example;
  const config::Say words = InWords(answer, question, plan);
  Json json{{"fr", words.fr},
            {"en", words.en},
            {"source", example.source},
            {"contract", plan.contracts[one.contract].name},
            {"at", base::FormatRfc3339(one.now)},
            {"event_time", base::FormatRfc3339(one.event_time)}};
  json["event"] = Json::parse(example.event_json, nullptr, /*allow_exceptions=*/false);
  if (json["event"].is_discarded()) json["event"] = nullptr;
  json["gpc"] = one.gpc;
  json["identified"] = one.identified;
  json["consents"] = ConsentsJson(one, plan);
  json["destination"] = plan.destinations[one.destination].id;
  json["purpose"] = plan.purposes[one.purpose];
  json["field"] = plan.fields[answer.leaving.field];
  json["form"] = Name(ShapeOf(answer.leaving.form));
  json["reason"] = plan.ReasonName(one.verdict.reason);
  json["policies"] = PolicyLinesOf(one, plan);
  json["confirmed"] = example.confirmed;
  json["not_confirmed"] = example.not_confirmed;
  json["not_as_test"] = example.not_as_test;
  json["test"] = example.test;
  return json;
}

Json AnswerJson(const Answer& answer, const Question& question, const std::string& sentence,
                const Plan& plan, const Example* example) {
  const bool yes = answer.what == Answer::What::kYes;
  const bool no = answer.what == Answer::What::kNo;
  Json json{{"question", sentence},
            {"answer", yes  ? "yes"
                       : no ? "no"
                            : "undecided"},
            {"cases", answer.cases}};
  if (yes && example != nullptr) json["example"] = ExampleJson(answer, question, plan, *example);
  if (!yes && !no) json["destination"] = answer.domain;
  return json;
}

Json FaultJson(const QuestionFault& fault, const std::string& sentence) {
  return {{"error", "ask.question"}, {"question", sentence}, {"column", fault.column},
          {"fr", fault.what.fr},     {"en", fault.what.en},  {"hint_fr", fault.hint.fr},
          {"hint_en", fault.hint.en}};
}

}  // namespace octroi::gateway::ask
