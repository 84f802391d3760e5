// From a checked World to the structures of a Plan. Each function trusts what the checks have
// proved.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/identifier.h"
#include "gateway/config/checks.h"
#include "gateway/config/places.h"
#include "gateway/config/world.h"
#include "gateway/plan.h"
#include "policies/policy_spec.h"
#include "rules/spec.h"

namespace octroi::gateway::config {

inline constexpr std::array<std::string_view, 7> kComparisons = {
    "same_as", "before", "after", "not_before", "not_after", "less_than", "greater_than"};

std::size_t BytesOf(std::string_view text);                  // "64 KiB"; huge if out of range
std::uint64_t RatePerSecond(std::string_view text);          // "200/s", "30/min"; at least 1
std::string_view FormatName(rules::Format format);           // as a contract writes it: "email"
base::IdentifierType IdentifierOf(std::string_view format);  // of a dictionary field

// Enters every name, so that places are settled before anything refers to them. Reasons come with
// contracts and policies.
void EnterNames(const World& world, NameTables& names);

rules::ContractSpec ContractSpecOf(const World& world, const Document& contract, const Lists& lists,
                                   NameTables& names);
// Findings of the compilers, at the line and column of the key they are about.
void CheckCompiles(const World& world, const Lists& lists, Findings& findings);

policies::PolicySetSpec PolicySetSpecOf(const World& world, const Lists& lists, NameTables& names);

// Signals that a source reads beside its events: those of its `consent`, and of a Segment source
// always its categories. `purposes` by place.
std::vector<SignalPlan> SignalPlansOf(const Document& source, const Places& purposes);
// What a source that receives people's choices makes of them; nothing: it receives events.
std::optional<ChoicesPlan> ChoicesPlanOf(const Document& source, NameTables& names);
// Whether a signal of this kind has something called so: a TCF purpose, a consent type of Google's.
// Where names are the sender's own, all are known.
bool IsSignalName(std::string_view read, std::string_view name);
// Where a signal is if the config does not say; empty: it has to.
std::string_view UsualField(std::string_view read);

NoticePlan NoticePlanOf(const Document& notice);
CanaryPlan CanaryPlanOf(const Document& canary, NameTables& names);

// Where an event of the source (no CloudEvent) says what, in the order in which a slot is filled.
std::vector<base::PathMap::Entry> EventPathsOf(const World& world, const Document& source,
                                               NameTables& names);
// Without its secret. kInvalid: a path that the event parser refuses.
base::Result<SourcePlan> SourcePlanOf(const World& world, const Document& source,
                                      NameTables& names);
DestinationPlan DestinationPlanOf(const Document& destination, const std::string& folder);
// What a destination's k_anonymity asks of its batches, of the fields as they leave in `form`.
GroupsPlan GroupsPlanOf(const Document& destination, const policies::OutgoingForm& form);
policies::OutgoingForm OutgoingFormOf(const World& world, const Document& destination,
                                      const Files& files, NameTables& names);

GatewaySettings SettingsOf(const World& world, const std::string& folder);

}  // namespace octroi::gateway::config
