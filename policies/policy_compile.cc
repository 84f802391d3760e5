#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "policies/compiled_policies.h"

namespace octroi::policies {
namespace {

base::Error Wrong(std::string detail) {
  return {base::ErrorCode::kInvalid, "policies.compile", std::move(detail)};
}

bool InRange(const std::vector<std::uint16_t>& places, std::size_t size) {
  return std::ranges::all_of(places, [size](std::uint16_t place) { return place < size; });
}

bool Contains(const std::vector<std::uint16_t>& places, std::uint16_t place) {
  return places.empty() || std::ranges::find(places, place) != places.end();  // empty: all
}

// Exactly one question, about a field that exists.
bool IsWellFormed(const ConditionSpec& condition) {
  const int lists =
      !condition.in.empty() + (condition.in_list != nullptr) + (condition.not_in_list != nullptr);
  const int questions = condition.consent.has_value() + condition.subject_age.has_value() +
                        condition.present.has_value() + condition.field.has_value() +
                        !condition.person.empty();
  const bool about_values = condition.field || !condition.person.empty();
  if (questions != 1 || lists != (about_values ? 1 : 0)) return false;
  if (!condition.person.empty() && !condition.in.empty()) return false;
  const bool in_range = std::ranges::all_of(
      condition.person, [](base::FieldId field) { return field < base::kSlots; });
  return in_range && condition.present.value_or(0) < base::kSlots &&
         condition.field.value_or(0) < base::kSlots;
}

bool AllWellFormed(const std::vector<ConditionSpec>& conditions) {
  return std::ranges::all_of(conditions, IsWellFormed);
}

base::Status CheckPolicy(const PolicySpec& policy, const PolicySetSpec& spec) {
  const std::string name = "policy `" + policy.id + "`: ";
  if (!InRange(policy.purposes, spec.purposes.size())) return Wrong(name + "purpose out of range");
  if (!InRange(policy.destinations, spec.destinations.size())) {
    return Wrong(name + "destination out of range");
  }
  if (policy.otherwise.empty() || !policy.otherwise.back().when.empty()) {
    return Wrong(name + "the last line of `otherwise` needs to be without `when`");
  }
  bool well_formed = AllWellFormed(policy.allow_when);
  for (const OtherwiseSpec& line : policy.otherwise) well_formed &= AllWellFormed(line.when);
  if (!well_formed) return Wrong(name + "a condition needs to ask exactly one thing");
  return base::Ok();
}

base::Status Check(const PolicySetSpec& spec) {
  if (spec.purposes.size() > base::kPurposesMax) {
    return Wrong("more than " + std::to_string(base::kPurposesMax) + " purposes");
  }
  if (spec.jurisdiction_field.value_or(0) >= base::kSlots)
    return Wrong("the field of the jurisdiction is out of range");
  if (spec.destinations.size() > base::kDestinationsMax) {
    return Wrong("more than " + std::to_string(base::kDestinationsMax) + " destinations");
  }
  for (const PurposeSpec& purpose : spec.purposes) {
    if (purpose.ask_again_after < 0) {
      return Wrong("purpose `" + purpose.id + "`: `ask_again_after` is negative");
    }
    if (purpose.hold_for < 0) return Wrong("purpose `" + purpose.id + "`: `hold_for` is negative");
    for (const JurisdictionBasis& line : purpose.bases) {
      if (line.jurisdiction >= spec.jurisdictions.size())
        return Wrong("purpose `" + purpose.id + "`: jurisdiction out of range");
    }
  }
  for (const DestinationSpec& destination : spec.destinations) {
    if (!InRange(destination.purposes, spec.purposes.size())) {
      return Wrong("destination `" + destination.id + "`: purpose out of range");
    }
  }
  for (const PolicySpec& policy : spec.policies) {
    if (base::Status status = CheckPolicy(policy, spec); !status) return status;
  }
  return base::Ok();
}

void SortLists(std::vector<ConditionSpec>& conditions) {
  for (ConditionSpec& condition : conditions) std::ranges::sort(condition.in);
}

CompiledDestination CompileDestination(const PolicySetSpec& spec, std::uint16_t place) {
  const DestinationSpec& destination = spec.destinations[place];
  CompiledDestination compiled;
  compiled.in_force = !destination.id.empty();
  compiled.purposes_in_force =
      !destination.purposes.empty() &&
      std::ranges::none_of(destination.purposes, [&](std::uint16_t purpose) {
        return spec.purposes[purpose].id.empty();
      });
  for (const std::uint16_t purpose : destination.purposes) {
    ServedPurpose served{purpose, {}};
    for (std::size_t at = 0; at < spec.policies.size(); ++at) {
      const PolicySpec& policy = spec.policies[at];
      if (Contains(policy.purposes, purpose) && Contains(policy.destinations, place)) {
        served.policies.push_back(static_cast<std::uint32_t>(at));
      }
    }
    compiled.serves.push_back(std::move(served));
  }
  for (const DestinationSpec::Receives& receives : destination.receives) {
    ReceivedContract received{receives.contract, 0};
    for (const ReceivedField& field : receives.fields) received.categories |= field.category;
    compiled.receives.push_back(received);
  }
  return compiled;
}

}  // namespace

base::Result<PolicySet> PolicySet::Compile(PolicySetSpec spec) {
  if (base::Status status = Check(spec); !status) return status.error();
  PolicySet set;
  set.compiled_ = std::make_unique<Compiled>();
  set.compiled_->spec = std::move(spec);
  set.compiled_->laws_differ = std::ranges::any_of(
      set.compiled_->spec.purposes, [](const PurposeSpec& one) { return !one.bases.empty(); });
  for (PolicySpec& policy : set.compiled_->spec.policies) {
    SortLists(policy.allow_when);
    for (OtherwiseSpec& line : policy.otherwise) SortLists(line.when);
  }
  for (std::size_t at = 0; at < set.compiled_->spec.destinations.size(); ++at) {
    set.compiled_->destinations.push_back(
        CompileDestination(set.compiled_->spec, static_cast<std::uint16_t>(at)));
  }
  return set;
}

PolicySet::PolicySet() = default;
PolicySet::PolicySet(PolicySet&&) noexcept = default;
PolicySet& PolicySet::operator=(PolicySet&&) noexcept = default;
PolicySet::~PolicySet() = default;

const PolicySetSpec& PolicySet::spec() const { return compiled_->spec; }

}  // namespace octroi::policies
