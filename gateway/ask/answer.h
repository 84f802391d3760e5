// Answer: whether what a question asks about can happen under a plan. Every case that decisions can
// tell apart (policies/decision_cases.h) is decided by PolicySet::Decide, and what leaves then is
// what the writer would write (Pseudonymizer::LeavingOf).
//
// A yes comes with a case. What is not looked at, so that a yes may need an event that no source
// sends: contract rules (every event counts as accepted) and the values of fields that no policy
// asks about. A no holds whatever they are; and for lists as they are now, from `now` on.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/ask/question.h"
#include "gateway/config.h"
#include "gateway/plan.h"
#include "policies/decision_cases.h"

namespace octroi::gateway::ask {

inline constexpr std::uint64_t kCasesMax = 50'000'000;  // of one question

struct Answer {
  enum class What { kNo, kYes, kUndecided } what = What::kUndecided;
  std::uint64_t cases = 0;  // decided; of kUndecided: more than were looked at
  std::optional<policies::DecisionCase> example;  // of kYes
  policies::Pseudonymizer::Leaving leaving;       // of kYes: the field that leaves, and its form
  std::string domain;                             // of kUndecided: the destination it was about
};

// The plan of a folder that is ok(), made with keys that open nothing: what is asked depends on no
// key and no secret. Errors: those of CompilePlan, a list that is not there yet above all.
// `names`: of a plan to be compared with, so that places mean the same (Plan::names).
base::Result<std::shared_ptr<Plan>> PlanToAsk(const ConfigFolder& config,
                                              std::string_view names = {});

struct Effort {
  std::uint64_t cases_max = kCasesMax;
  unsigned threads = 1;  // the caller's among them; the answer is the same with any number
};

// `world` and `plan` are of one config, and the question's names are in it.
Answer AnswerTo(const Question& question, const config::World& world, const Plan& plan,
                base::Millis now, Effort effort = {});

// The routes by which events of accepted contracts come to a destination. `source`: empty: all.
std::vector<policies::CaseRoute> RoutesTo(const Plan& plan, std::uint16_t destination,
                                          std::string_view source);

// A case in words: who is asked about, what the register and the signals say, what leaves.
config::Say InWords(const Answer& answer, const Question& question, const Plan& plan);
// Those of the policies that the case passed: "policies/x.yaml:8".
std::vector<std::string> PolicyLinesOf(const policies::DecisionCase& one, const Plan& plan);

}  // namespace octroi::gateway::ask
