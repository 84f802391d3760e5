// k-anonymity of a batch (standards.md B8; docs/decisions/0031): of the records that would leave
// together, each combination of quasi-identifiers has to be that of at least k people.
#pragma once

#include <string>
#include <vector>

#include "gateway/dispatcher/in_hand.h"
#include "gateway/plan.h"

namespace octroi::gateway {

// Appends how a record would look to its receiver in the fields of `groups`: its contract, and each
// field as it would leave; what does not leave looks the same in all.
void AppendLook(const GroupsPlan& groups, const journal::EventRecord& record,
                const base::FieldReader& fields, const policies::Extent& extent, std::string& out);

// Takes those out of `leaving` whose look fewer than `groups.at_least` different people of it have,
// and returns them. Records of the batch that share an identifier are one person's (people.h), who
// counts once; a record of nobody counts for nobody. Groups do not touch each other, so
// what is left holds.
std::vector<InHand*> TakeSmallGroups(const GroupsPlan& groups, std::vector<InHand*>& leaving);

}  // namespace octroi::gateway
