#include "policies/decision_cases.h"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

#include "policies/case_entries.h"
#include "policies/case_fields.h"
#include "policies/case_limits.h"

namespace octroi::policies {
namespace {

// Never called. Each line stops compiling when the type gets a member: then say above what it
// means for the cases, give it values in the search below, and only then name it here.
[[maybe_unused]] void Told(const DecisionInput& input, const Signals& signals,
                           const ConditionSpec& condition, const ConditionSpec::Age& age,
                           const OtherwiseSpec& otherwise, const PolicySpec& policy,
                           const PurposeSpec& purpose, const JurisdictionBasis& law,
                           const DestinationSpec& destination,
                           const DestinationSpec::Receives& receives, const PolicySetSpec& set,
                           const ConsentEntry& entry) {
  [[maybe_unused]] const auto& [source, contract, event_time, now, received_at, subjects,
                                identified, accompanying, fields, decisive] = input;
  [[maybe_unused]] const auto& [denied, gpc, denials] = signals;
  [[maybe_unused]] const auto& [consent, subject_age, present, field, person, in, in_list,
                                not_in_list, line] = condition;
  [[maybe_unused]] const auto& [at_least, assume_adult] = age;
  [[maybe_unused]] const auto& [when, reason, its_line] = otherwise;
  [[maybe_unused]] const auto& [id, purposes, destinations, sources, allow_when, lines, file] =
      policy;
  [[maybe_unused]] const auto& [purpose_id, basis, covers, again, categories, advertising, bases,
                                refresh_from, explicit_only, hold_for, leaves] = purpose;
  [[maybe_unused]] const auto& [jurisdiction, its_basis] = law;
  [[maybe_unused]] const auto& [destination_id, serves, received, transfer, safeguard_until, vendor,
                                decides] = destination;
  [[maybe_unused]] const auto& [of_contract, its_fields] = receives;
  [[maybe_unused]] const auto& [all_purposes, all_destinations, policies, observed_until,
                                jurisdictions, jurisdiction_field, ask_at_age, digital_age,
                                controller, category_names] = set;
  [[maybe_unused]] const auto& [state, since, until, reference, by_parent, explicit_word, limits] =
      entry;
}
static_assert(static_cast<int>(ConsentState::kSuppressed) == 11, "a state more: Search::Entries");

std::vector<bool> Values(const std::optional<bool>& asked) {
  return asked ? std::vector{*asked} : std::vector{false, true};
}

class Search {
 public:
  Search(const PolicySet& policies, const CasesAsked& asked, const CaseWanted& wanted)
      : policies_(policies), asked_(asked), wanted_(wanted), denied_(Values(asked.denied)) {
    for (const CaseRoute& route : asked.routes) AddRoute(route);
    limits_ = LimitsToAsk(Sets(), asked);
    const Purposes purposes = PurposesAt(asked.purpose);
    const bool advertising = std::ranges::any_of(purposes, &PurposeSpec::advertising);
    gpc_ = advertising ? Values(asked.gpc) : std::vector{asked.gpc.value_or(false)};
    const bool compared = std::ranges::any_of(
        purposes, [](const PurposeSpec* one) { return one->covers != Covers::kSend; });
    if (compared) back_ = {0, kEarlyGrant, kBeforeGrants};
  }

  CaseSearch Run() {
    const PolicySetSpec& spec = policies_.spec();
    CaseSearch search;
    if (asked_.purpose >= spec.purposes.size()) return search;
    const std::vector<base::Millis> moments = Moments();
    const std::vector<AgeBand> ages = Ages();
    for (const base::Millis moment : moments) {
      const base::Millis unit = UnitOf(PurposesAt(asked_.purpose));
      if (unit == 0) return search;
      for (const AgeBand age : ages) {
        age_ = age;
        if (!Enter({moment, unit})) return search;
        const std::uint64_t cases = Size() * moments.size() * ages.size();
        search.budget = std::max(search.budget, cases);
        if (cases > asked_.cases_max) {
          search.cases = cases;
          return search;
        }
        if (Through()) break;
      }
      if (found_) break;
    }
    search.cases = cases_;
    search.found = std::move(found_);
    search.answer = search.found ? CaseSearch::Answer::kFound : CaseSearch::Answer::kNone;
    const bool surprised =
        std::ranges::any_of(routes_, [](const Route& one) { return one.fields.surprised(); });
    if (surprised && !search.found) search.answer = CaseSearch::Answer::kUndecided;
    return search;
  }

 private:
  struct Route {
    CaseRoute route;
    CaseFields fields;
    std::vector<bool> policies;  // of those for the purpose here: whether it applies to the source
  };
  struct People {
    bool identified = true;
    std::vector<ConsentIndex::Subject> subjects;
  };

  // The set that is asked, and the one beside it.
  std::vector<const PolicySetSpec*> Sets() const {
    std::vector<const PolicySetSpec*> sets{&policies_.spec()};
    if (asked_.beside != nullptr) sets.push_back(&asked_.beside->spec());
    return sets;
  }
  Purposes PurposesAt(std::uint16_t place) const {
    Purposes purposes;
    for (const PolicySetSpec* set : Sets()) {
      if (place < set->purposes.size()) purposes.push_back(&set->purposes[place]);
    }
    return purposes;
  }

  std::vector<base::Millis> Moments() const {
    const base::Millis enforced_from = policies_.spec().observe_consent_until;
    base::Millis first = asked_.now, observed_until = 0;
    for (const PolicySetSpec* set : Sets())
      observed_until = std::max(observed_until, set->observe_consent_until);
    first = std::max(first, observed_until + kSecond - 1);
    std::vector<base::Millis> moments{first / kSecond * kSecond};
    const auto add = [&](base::Millis at) {
      at = at / kSecond * kSecond;
      if (at < asked_.now / kSecond * kSecond || (asked_.enforced_only && at < enforced_from))
        return;
      if (std::ranges::find(moments, at) == moments.end()) moments.push_back(at);
    };
    for (const PolicySetSpec* set : Sets()) {
      if (set->observe_consent_until <= asked_.now) continue;
      add(asked_.now);
      add(set->observe_consent_until + kSecond - 1);
    }
    for (const PolicySetSpec* set : Sets()) {
      for (const PurposeSpec& purpose : set->purposes) {
        if (purpose.refresh_from > first - 10 * kLongestUnit)
          add(purpose.refresh_from + 10 * kLongestUnit);
      }
      if (asked_.destination >= set->destinations.size()) continue;
      const DestinationSpec& to = set->destinations[asked_.destination];
      if (to.transfer != Transfer::kSafeguard || to.safeguard_until == 0) continue;
      add(to.safeguard_until);
      add(asked_.now);
      if (asked_.beside != nullptr) add(to.safeguard_until + kSecond);  // the other's may last
    }
    return moments;
  }

  bool Outgrown() const {
    return std::ranges::any_of(Sets(),
                               [](const PolicySetSpec* set) { return set->ask_at_digital_age; });
  }
  // Of the current age; where it matters to neither set, either will do.
  bool ByParent() const {
    return !Outgrown() || age_ == AgeBand::kUnknown || age_ == AgeBand::kChild;
  }

  std::vector<AgeBand> Ages() const {
    bool asks = false;
    for (const PolicySet* set : {&policies_, asked_.beside}) {
      if (set == nullptr) continue;
      for (const ConditionSpec* one :
           ConditionsOf(set->spec(), asked_.purpose, asked_.destination)) {
        asks = asks || one->subject_age;
      }
    }
    using enum AgeBand;
    if (asks) return {kUnknown, kAdult, kMinor, kChild};
    if (RestsOnConsent(PurposesAt(asked_.purpose)))
      return Outgrown() ? std::vector{kUnknown, kMinor, kChild} : std::vector{kUnknown, kChild};
    return {kUnknown};
  }

  void AddRoute(const CaseRoute& route) {
    std::vector<const ConditionSpec*> conditions;
    std::vector<ConditionSpec> countries;  // as if a condition asked about each law
    for (const PolicySet* set : {&policies_, asked_.beside}) {
      if (set == nullptr || !set->spec().jurisdiction_field) continue;
      for (const std::string& country : set->spec().jurisdictions) {
        ConditionSpec& one = countries.emplace_back();
        one.field = set->spec().jurisdiction_field;
        one.in = {country};
      }
    }
    conditions.reserve(countries.size());
    for (const ConditionSpec& one : countries) conditions.push_back(&one);
    std::vector<bool> applies;
    for (const PolicySet* set : {&policies_, asked_.beside}) {
      if (set == nullptr) continue;
      for (const ConditionSpec* one :
           ConditionsOf(set->spec(), asked_.purpose, asked_.destination)) {
        conditions.push_back(one);
      }
      for (const PolicySpec& policy : set->spec().policies) {
        if (!AppliesTo(policy, asked_.purpose, asked_.destination)) continue;
        applies.push_back(policy.sources.empty() ||
                          std::ranges::find(policy.sources, route.source) != policy.sources.end());
      }
    }
    for (const Route& one : routes_) {
      if (one.route.contract == route.contract && one.policies == applies &&
          one.route.never_there == route.never_there) {
        return;
      }
    }
    routes_.push_back({route, CaseFields(conditions, route.never_there), std::move(applies)});
  }

  // False: not even the register of another purpose that was asked for can be made.
  bool Enter(const Times& times) {
    times_ = times;
    subjects_.clear();
    others_.clear();
    const PolicySetSpec& spec = policies_.spec();
    index_.emplace(spec.purposes.size());
    for (const CasesAsked::State& one : asked_.states) {
      if (one.purpose == asked_.purpose || one.purpose >= spec.purposes.size()) continue;
      if (one.states == 0) continue;  // no case: Fits
      const Purposes other = PurposesAt(one.purpose);
      const base::Millis unit = UnitOf(other);
      if (unit == 0) return false;
      const auto state = static_cast<ConsentState>(std::countr_zero(one.states));
      others_.emplace_back(one.purpose, EntryFor(state, other, ByParent(), {times.now, unit}));
    }
    for (const ConsentEntry& person : PersonEntries(times)) {
      for (const ConsentEntry& entry :
           PurposeEntries(PurposesAt(asked_.purpose), ByParent(), times, limits_)) {
        Add({entry, person});
      }
    }
    MakePeople();
    return true;
  }

  void Add(const CaseSubject& subject) {
    Fingerprint print{};
    print.fill(static_cast<std::uint8_t>(subjects_.size() + 1));
    index_->Set(print, asked_.purpose, subject.purpose);
    if (subject.person.state != ConsentState::kUnknown)
      index_->Set(print, ConsentIndex::kPerson, subject.person);
    if (age_ != AgeBand::kUnknown) index_->SetAge(print, age_);
    for (const auto& [purpose, entry] : others_) index_->Set(print, purpose, entry);
    subjects_.emplace(index_->Find(print), subject);
  }

  // The plainest first.
  void MakePeople() {
    people_.clear();
    const auto some = [&](bool held) {
      for (const auto& [subject, what] : subjects_) {
        if ((what.person.state != ConsentState::kUnknown) == held)
          people_.push_back({true, {subject}});
      }
    };
    some(false);
    people_.push_back({true, {}});
    people_.push_back({false, {}});
    some(true);
    for (auto one = subjects_.begin(); one != subjects_.end(); ++one) {
      for (auto other = one; other != subjects_.end(); ++other)
        people_.push_back({true, {one->first, other->first}});
    }
  }

  // At most: what the question leaves out is not decided.
  std::uint64_t Size() const {
    std::uint64_t combinations = 0;
    for (const Route& route : routes_) combinations += route.fields.count();
    return combinations * people_.size() * back_.size() * gpc_.size() * denied_.size();
  }

  bool Fits(const DecisionInput& input) const {
    if (asked_.identified && input.identified != *asked_.identified) return false;
    if (asked_.person) {
      const auto is = [&](ConsentIndex::Subject one) {
        return subjects_.at(one).person.state == *asked_.person;
      };
      if (!std::ranges::any_of(input.subjects, is)) return false;
    }
    return std::ranges::all_of(asked_.states, [&](const CasesAsked::State& one) {
      const auto state = policies_.StateOf(input, one.purpose, *index_);
      return (one.states >> static_cast<int>(state) & 1) != 0;
    });
  }

  // True: found.
  bool Through() {
    DecisionInput input;
    input.now = times_.now;
    input.received = times_.now;
    const std::uint32_t own = 1u << asked_.purpose;
    for (const bool gpc : gpc_) {
      for (const bool denied : denied_) {
        input.signals = {denied ? ~0u : ~own, gpc, {}};
        for (const People& people : people_) {
          input.identified = people.identified;
          input.subjects = people.subjects;
          if (!Fits(input)) continue;
          for (const int back : back_) {
            input.event_time = times_.now - back * times_.unit;
            if (Routes(input)) return true;
          }
        }
      }
    }
    return false;
  }

  bool Routes(DecisionInput& input) {
    for (Route& route : routes_) {
      input.source = route.route.source;
      input.contract = route.route.contract;
      input.fields = &route.fields;
      route.fields.First();
      do {
        ++cases_;
        const base::Verdict verdict = policies_.Decide(input, asked_.destination, *index_);
        if (!wanted_(verdict, route.route, input, *index_)) continue;
        Keep(input, route, verdict);
        return true;
      } while (route.fields.Next());
    }
    return false;
  }

  void Keep(const DecisionInput& input, const Route& route, const base::Verdict& verdict) {
    DecisionCase& kept = found_.emplace();
    kept.source = input.source;
    kept.contract = input.contract;
    kept.destination = asked_.destination;
    kept.purpose = asked_.purpose;
    kept.now = input.now;
    kept.event_time = input.event_time;
    kept.identified = input.identified;
    kept.gpc = input.signals.gpc;
    kept.age = age_;
    kept.denied = (input.signals.denied_purposes >> asked_.purpose & 1) != 0;
    for (const ConsentIndex::Subject one : input.subjects) {
      CaseSubject& subject = kept.subjects.emplace_back(subjects_.at(one));
      const GrantLimits* const limits = std::exchange(subject.purpose.limits, nullptr);
      if (limits != nullptr) subject.limits = std::make_shared<const GrantLimits>(*limits);
    }
    kept.others = others_;
    kept.fields = route.fields.Current();
    kept.verdict = verdict;
  }

  const PolicySet& policies_;
  const CasesAsked& asked_;
  const CaseWanted& wanted_;
  std::vector<Route> routes_;
  std::vector<SharedLimits> limits_;
  std::vector<bool> gpc_, denied_;
  std::vector<int> back_ = {0};  // of the event's time: units before now
  Times times_;
  AgeBand age_ = AgeBand::kUnknown;
  std::optional<ConsentIndex> index_;
  std::map<ConsentIndex::Subject, CaseSubject> subjects_;
  std::vector<std::pair<std::uint16_t, ConsentEntry>> others_;
  std::vector<People> people_;
  std::uint64_t cases_ = 0;
  std::optional<DecisionCase> found_;
};

}  // namespace

bool IsAbsent(const DecisionInput& input, base::FieldId field) {
  const auto* fields = dynamic_cast<const CaseFields*>(input.fields);
  return fields != nullptr && fields->IsAbsent(field);
}

CaseSearch FindCase(const PolicySet& policies, const CasesAsked& asked, const CaseWanted& wanted) {
  return Search(policies, asked, wanted).Run();
}

}  // namespace octroi::policies
