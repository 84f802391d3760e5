#include "gateway/change/cells.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "gateway/change/reach.h"

namespace octroi::gateway::change {
namespace {

using base::FieldId;
using policies::CaseRoute;
using policies::CasesAsked;
using policies::CaseSearch;
using Leaving = policies::Pseudonymizer::Leaving;
using Fields = std::vector<FieldId>;

// One of the two configs. Places mean the same in both.
struct Side {
  const ConfigFolder& config;
  config::World world;
  std::shared_ptr<Plan> plan;

  std::string CategoryOf(FieldId field) const {
    const config::DictionaryField* known = world.Field(plan->fields[field]);
    return known ? known->category : std::string();
  }
};

base::Result<Side> Read(const ConfigFolder& config, std::string_view names) {
  config::Findings none;
  auto plan = ask::PlanToAsk(config, names);
  if (!plan) return plan.error();
  return Side{config, config::World::Read(config.files, none), *std::move(plan)};
}

// The event as a contract leaves it that drops some of its fields.
class Without final : public base::FieldReader {
 public:
  Without(const base::FieldReader& fields, const Fields& dropped)
      : fields_(fields), dropped_(dropped) {}
  const base::Value& Field(FieldId field) const override {
    static const base::Value absent;
    if (std::ranges::find(dropped_, field) != dropped_.end()) return absent;
    return fields_.Field(field);
  }

 private:
  const base::FieldReader& fields_;
  const Fields& dropped_;
};

base::Verdict Decide(const Plan& plan, policies::DecisionInput input, std::uint16_t destination,
                     const policies::ConsentIndex& index, const Fields& dropped) {
  const Without fields(*input.fields, dropped);
  if (!dropped.empty()) input.fields = &fields;
  return plan.policies->Decide(input, destination, index);
}

Fields Minus(const Fields& fields, const Fields& less) {
  Fields rest;
  std::ranges::copy_if(fields, std::back_inserter(rest),
                       [&](FieldId field) { return std::ranges::find(less, field) == less.end(); });
  return rest;
}

// One purpose at one destination, one way round: what leaves `here` and not `there`.
class OneWay {
 public:
  OneWay(const Side& here, const Side& there, std::uint16_t destination, std::uint16_t purpose)
      : here_(here), there_(there), destination_(destination), purpose_(purpose) {
    const auto others = RoutesTo(there, destination);
    for (CaseRoute route : RoutesTo(here, destination)) {
      const auto same_contract = [&](const CaseRoute& one) {
        return one.contract == route.contract;
      };
      const auto other = std::ranges::find_if(others, same_contract);
      const Known& known = AddContract(route, other == others.end() ? nullptr : &*other);
      if (known.all.empty()) continue;
      const bool taken_there = std::ranges::any_of(others, [&](const CaseRoute& one) {
        return same_contract(one) && one.source == route.source;
      });
      route.never_there = Minus(route.never_there, known.dropped_here);
      (taken_there ? both_ : only_here_).push_back(std::move(route));
    }
  }

  // Appends what is found; its cases count on.
  void Search(base::Millis now, std::uint64_t cases_max, Cell::What what, Cells& found) {
    for (const auto* routes : {&both_, &only_here_}) {
      const bool taken_there = routes == &both_;
      for (bool more = !routes->empty(); more;) {
        CasesAsked asked;
        asked.destination = destination_;
        asked.purpose = purpose_;
        asked.routes = *routes;
        asked.now = now;
        asked.beside = &*there_.plan->policies;
        asked.cases_max = cases_max - std::min(found.cases, cases_max);
        CaseSearch search = FindCase(
            *here_.plan->policies, asked,
            [&](const base::Verdict& verdict, const CaseRoute& route,
                const policies::DecisionInput& input, const policies::ConsentIndex& index) {
              return Leaves(verdict, route.contract, taken_there, input, index);
            });
        more = search.answer == CaseSearch::Answer::kFound;
        if (search.answer == CaseSearch::Answer::kUndecided) {
          Cell& cell = found.cells.emplace_back();
          cell.destination = NameOfDestination();
          cell.purpose = here_.plan->purposes[purpose_];
          return;
        }
        found.cases += search.cases;
        if (more) Add(*std::move(search.found), what, found);
      }
    }
  }

 private:
  struct Known {
    std::vector<Leaving> all, more;      // that leaves here; and of that what does not leave there
    Fields dropped_here, dropped_there;  // that only one side's contract takes out
  };

  // `other`: a route by which the other side takes the same contract.
  const Known& AddContract(const CaseRoute& route, const CaseRoute* other) {
    const auto [at, fresh] = contracts_.try_emplace(route.contract);
    Known& known = at->second;
    if (!fresh) return known;
    known.all = LeavingOf(here_, route.contract);
    const auto theirs = LeavingOf(there_, route.contract);
    std::ranges::copy_if(known.all, std::back_inserter(known.more), [&](const Leaving& one) {
      return std::ranges::none_of(theirs, [&](const Leaving& their) {
        return their.field == one.field && ask::ShapeOf(their.form) == ask::ShapeOf(one.form);
      });
    });
    if (other == nullptr) return known;
    known.dropped_here = Minus(route.never_there, other->never_there);
    known.dropped_there = Minus(other->never_there, route.never_there);
    return known;
  }
  static std::vector<CaseRoute> RoutesTo(const Side& side, std::uint16_t destination) {
    const auto& destinations = side.plan->policies->spec().destinations;
    if (destination >= destinations.size() || destinations[destination].id.empty()) return {};
    return ask::RoutesTo(*side.plan, destination, {});
  }
  std::vector<Leaving> LeavingOf(const Side& side, std::uint16_t contract) const {
    return side.plan->pseudonymizer->LeavingOf(destination_, contract,
                                               side.plan->ExtentOf(1u << purpose_));
  }
  std::string NameOfDestination() const { return here_.plan->destinations[destination_].id; }

  // Of categories that are not settled yet.
  std::vector<Leaving> Unsettled(const std::vector<Leaving>& leaving) const {
    std::vector<Leaving> open;
    std::ranges::copy_if(leaving, std::back_inserter(open), [&](const Leaving& one) {
      return !settled_.contains(here_.CategoryOf(one.field));
    });
    return open;
  }

  bool Leaves(base::Verdict verdict, std::uint16_t contract, bool taken_there,
              const policies::DecisionInput& input, const policies::ConsentIndex& index) {
    const Known& known = contracts_.at(contract);
    if (!known.dropped_here.empty())
      verdict = Decide(*here_.plan, input, destination_, index, known.dropped_here);
    if (!verdict.allowed) return false;
    base::Verdict other{destination_, false, base::Reason::kEventUnknown, 0, 0};
    if (taken_there) other = Decide(*there_.plan, input, destination_, index, known.dropped_there);
    leaving_ = Unsettled(other.allowed ? known.more : known.all);
    std::erase_if(leaving_, [&](const Leaving& one) { return IsAbsent(input, one.field); });
    if (leaving_.empty()) return false;
    verdict_ = verdict;
    otherwise_ = other.allowed ? std::string() : std::string(there_.plan->ReasonName(other.reason));
    return true;
  }

  // A cell for each category that the case shows.
  void Add(policies::DecisionCase found, Cell::What what, Cells& cells) {
    found.verdict = verdict_;
    for (const Leaving& one : leaving_) {
      const std::string category = here_.CategoryOf(one.field);
      if (!settled_.insert(category).second) continue;
      Cell& cell = cells.cells.emplace_back();
      cell.what = what;
      cell.destination = NameOfDestination();
      cell.purpose = here_.plan->purposes[purpose_];
      cell.category = category;
      cell.answer.what = ask::Answer::What::kYes;
      cell.answer.example = found;
      cell.answer.leaving = one;
      cell.plan = here_.plan;
      cell.reason_otherwise = otherwise_;
      if (found.denied) cell.question.denied.insert(cell.purpose);
      const std::string title = category + " → " + cell.destination + ", " + cell.purpose;
      cell.example =
          ExampleOf(cell.answer, cell.question, title, here_.config, here_.world, *here_.plan);
    }
  }

  const Side& here_;
  const Side& there_;
  const std::uint16_t destination_, purpose_;
  std::vector<CaseRoute> both_, only_here_;
  std::map<std::uint16_t, Known> contracts_;
  std::set<std::string> settled_;
  // Of the case just found.
  base::Verdict verdict_;
  std::vector<Leaving> leaving_;
  std::string otherwise_;
};

std::set<std::uint16_t> PurposesOf(const Side& side, std::size_t destination) {
  const auto& destinations = side.plan->policies->spec().destinations;
  if (destination >= destinations.size()) return {};
  const auto& purposes = destinations[destination].purposes;
  return {purposes.begin(), purposes.end()};
}

}  // namespace

base::Result<Cells> CellsOf(const ConfigFolder& before, const ConfigFolder& after,
                            const Difference& difference, base::Millis now,
                            std::uint64_t cases_max) {
  const auto was = Read(before, "");
  if (!was) return was.error();
  const auto is = Read(after, was->plan->names);
  if (!is) return is.error();
  const Reach reach(difference, *was->plan, *is->plan);
  Cells cells;
  const std::size_t destinations = std::max(was->plan->policies->spec().destinations.size(),
                                            is->plan->policies->spec().destinations.size());
  for (std::size_t place = 0; place < destinations; ++place) {
    const auto destination = static_cast<std::uint16_t>(place);
    for (const Cell::What what : {Cell::What::kGained, Cell::What::kLost}) {
      const Side& here = what == Cell::What::kGained ? *is : *was;
      const Side& there = what == Cell::What::kGained ? *was : *is;
      for (const std::uint16_t purpose : PurposesOf(here, place)) {
        if (reach.Concerns(purpose, destination))
          OneWay(here, there, destination, purpose).Search(now, cases_max, what, cells);
      }
    }
  }
  return cells;
}

}  // namespace octroi::gateway::change
