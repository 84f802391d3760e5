// A case of an answer as something to run again: an event as its source sends it, what the register
// holds, and the decision expected, in one `Test` file; and whether the whole walk agrees with it.
#pragma once

#include <optional>
#include <string>

#include "gateway/ask/answer.h"
#include "gateway/config.h"

namespace octroi::gateway::ask {

struct Example {
  std::string source, event_json;  // as the source sends it; synthetic values only
  std::string test;                // a `Test` file; empty: `not_as_test` says why
  bool confirmed = false;          // `octroi test` would pass it
  std::string not_confirmed;       // what it found instead: "quarantined (quality.x)"
  // "list": it needs a value of a list, which may be about somebody. "linked": two linked subjects.
  // "signal": the source reads none.
  std::string not_as_test;
};

// `answer` is a yes to `question` about `config`, which is ok(), and `plan` its plan.
Example ExampleOf(const Answer& answer, const Question& question, const std::string& sentence,
                  const ConfigFolder& config, const config::World& world, const Plan& plan);

}  // namespace octroi::gateway::ask
