#include "gateway/ask/answer.h"

#include <algorithm>
#include <set>
#include <utility>

#include "gateway/ask/in_order.h"

namespace octroi::gateway::ask {
namespace {

using policies::CasesAsked;
using policies::CaseSearch;
using Leaving = policies::Pseudonymizer::Leaving;

std::uint16_t PlaceOf(const std::vector<std::string>& names, std::string_view name) {
  return static_cast<std::uint16_t>(std::ranges::find(names, name) - names.begin());
}

class Asking {
 public:
  Asking(const Question& question, const config::World& world, const Plan& plan, base::Millis now)
      : question_(question), world_(world), plan_(plan), now_(now) {
    for (const config::DictionaryField& field : world.fields()) {
      const bool asked = question.field.empty()
                             ? question.category.empty() || field.category == question.category
                             : field.id == question.field;
      if (asked) fields_.insert(PlaceOf(plan.fields, field.id));
    }
  }

  Answer Ask(const Effort& effort) {
    AddParts();
    std::vector<Leaving> leaving(parts_.size());
    InOrder::Outcome outcome =
        InOrder::Search(parts_.size(), effort.cases_max, effort.threads,
                        [&](std::size_t part, std::uint64_t cases_max, const InOrder::Moot& moot) {
                          return SearchPart(parts_[part], cases_max, moot, leaving[part]);
                        });
    Answer answer;
    answer.cases = outcome.cases;
    if (!outcome.settled) {
      answer.what = Answer::What::kNo;
    } else if (outcome.search.answer == CaseSearch::Answer::kFound) {
      answer.what = Answer::What::kYes;
      answer.leaving = leaving[*outcome.settled];
      answer.example = std::move(outcome.search.found);
    } else {
      answer.domain = plan_.destinations[parts_[*outcome.settled].destination].id;
    }
    return answer;
  }

 private:
  void AddParts() {
    const auto& destinations = plan_.policies->spec().destinations;
    for (std::size_t at = 0; at < destinations.size(); ++at) {
      const auto place = static_cast<std::uint16_t>(at);
      if (!IsAsked(destinations[place].id)) continue;
      for (const std::uint16_t purpose : destinations[place].purposes) {
        if (question_.purpose.empty() || plan_.purposes[purpose] == question_.purpose)
          AddPart(place, purpose);
      }
    }
  }

  bool IsAsked(const std::string& id) const {
    if (id.empty() || (!question_.destination.empty() && id != question_.destination)) return false;
    if (!question_.outside_eea) return true;
    // What does not say where it is, is not inside.
    const config::Document* document = world_.Find("Destination", id);
    const config::Node* recipient = document ? document->root.Find("recipient") : nullptr;
    const config::Node* outside = recipient ? recipient->Find("outside_eea") : nullptr;
    return !outside || outside->kind != config::Node::Kind::kBool || outside->truth;
  }

  // `input`: of the case; none: of any.
  std::optional<Leaving> Leaves(std::uint16_t destination, std::uint16_t contract,
                                std::uint32_t purposes,
                                const policies::DecisionInput* input = nullptr) const {
    for (const Leaving& one :
         plan_.pseudonymizer->LeavingOf(destination, contract, plan_.ExtentOf(purposes))) {
      const bool shape = !question_.shape || ShapeOf(one.form) == *question_.shape;
      if (!shape || !fields_.contains(one.field)) continue;
      if (input == nullptr || !IsAbsent(*input, one.field)) return one;
    }
    return std::nullopt;
  }

  void AddPart(std::uint16_t destination, std::uint16_t purpose) {
    CasesAsked asked;
    asked.destination = destination;
    asked.purpose = purpose;
    asked.now = now_;
    asked.enforced_only = question_.enforced_only;
    for (auto& route : RoutesTo(plan_, destination, question_.source)) {
      if (Leaves(destination, route.contract, 1u << purpose))
        asked.routes.push_back(std::move(route));
    }
    if (asked.routes.empty()) return;
    for (const auto& [name, states] : question_.states)
      asked.states.push_back({PlaceOf(plan_.purposes, name), states});
    asked.person = question_.person;
    asked.identified = question_.identified;
    asked.gpc = question_.gpc;
    if (question_.denied.contains(plan_.purposes[purpose])) asked.denied = true;
    parts_.push_back(std::move(asked));
  }

  // Any thread. What is moot ends at its next case.
  CaseSearch SearchPart(CasesAsked asked, std::uint64_t cases_max, const InOrder::Moot& moot,
                        Leaving& leaving) const {
    asked.cases_max = cases_max;
    return FindCase(*plan_.policies, asked,
                    [&](const base::Verdict& verdict, const policies::CaseRoute& route,
                        const policies::DecisionInput& input, const auto&) {
                      if (moot()) return true;
                      if (!verdict.allowed) return false;
                      const auto found =
                          Leaves(asked.destination, route.contract, verdict.purposes, &input);
                      if (found) leaving = *found;
                      return found.has_value();
                    });
  }

  const Question& question_;
  const config::World& world_;
  const Plan& plan_;
  const base::Millis now_;
  std::set<base::FieldId> fields_;
  std::vector<CasesAsked> parts_;  // one purpose at one destination each
};

// Fields that a contract takes out of every event: the dictionary's that it does not list.
std::vector<base::FieldId> NeverThere(const Plan& plan, const ContractPlan& contract) {
  std::vector<base::FieldId> fields;
  if (contract.contract->spec().extra_fields != rules::ExtraFields::kDrop) return fields;
  for (std::size_t field = 0; field < plan.fields.size(); ++field) {
    const auto id = static_cast<base::FieldId>(field);
    if (std::ranges::find(contract.fields, id) == contract.fields.end()) fields.push_back(id);
  }
  return fields;
}

}  // namespace

base::Result<std::shared_ptr<Plan>> PlanToAsk(const ConfigFolder& config, std::string_view names) {
  const auto keys = crypto::KeyRing::FromRoot(config.settings.tenant, std::string(32, 'a'));
  return CompilePlan(config, *keys, "ask", 1, names, Observing::kAsConfigured, Secrets::kLeftOut);
}

Answer AnswerTo(const Question& question, const config::World& world, const Plan& plan,
                base::Millis now, Effort effort) {
  return Asking(question, world, plan, now).Ask(effort);
}

std::vector<policies::CaseRoute> RoutesTo(const Plan& plan, std::uint16_t destination,
                                          std::string_view source) {
  std::vector<policies::CaseRoute> routes;
  for (const auto& received : plan.policies->spec().destinations[destination].receives) {
    const ContractPlan& contract = plan.contracts[received.contract];
    if (!contract.contract) continue;
    const auto never_there = NeverThere(plan, contract);
    for (std::size_t place = 0; place < plan.sources.size(); ++place) {
      const SourcePlan& one = plan.sources[place];
      if (one.id.empty() || (!source.empty() && one.id != source)) continue;
      const bool accepts = std::ranges::any_of(one.accepts, [&](const auto& accepted) {
        return !accepted.event.empty() && accepted.contract == received.contract;
      });
      if (accepts)
        routes.push_back({static_cast<std::uint16_t>(place), received.contract, never_there});
    }
  }
  return routes;
}

std::vector<std::string> PolicyLinesOf(const policies::DecisionCase& one, const Plan& plan) {
  std::vector<std::string> lines;
  const auto has = [](const std::vector<std::uint16_t>& places, std::uint16_t place) {
    return places.empty() || std::ranges::find(places, place) != places.end();
  };
  for (const policies::PolicySpec& policy : plan.policies->spec().policies) {
    if (!has(policy.purposes, one.purpose) || !has(policy.destinations, one.destination) ||
        !has(policy.sources, one.source)) {
      continue;
    }
    for (const policies::ConditionSpec& condition : policy.allow_when) {
      std::string line = policy.file + ":" + std::to_string(condition.line);
      if (lines.empty() || lines.back() != line) lines.push_back(std::move(line));
    }
  }
  return lines;
}

}  // namespace octroi::gateway::ask
