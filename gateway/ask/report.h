// An answer as JSON (docs/FORMATS.md, "Answers about policy").
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <variant>

#include "gateway/ask/answer.h"
#include "gateway/ask/example.h"

namespace octroi::gateway::ask {

nlohmann::ordered_json AnswerJson(const Answer& answer, const Question& question,
                                  const std::string& sentence, const Plan& plan,
                                  const Example* example);  // of a yes
nlohmann::ordered_json ExampleJson(const Answer& answer, const Question& question, const Plan& plan,
                                   const Example& example);
nlohmann::ordered_json FaultJson(const QuestionFault& fault, const std::string& sentence);

}  // namespace octroi::gateway::ask
