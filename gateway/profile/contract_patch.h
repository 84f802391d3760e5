// ContractPatch: proposed rules as a change to one contract of a config, to be read, applied with
// `git apply` or `patch -p1`, and brought into force like any other (change control).
//
// A column belongs to a field of the contract by the field's id or a synonym of the dictionary; the
// last part of a path counts too ("customer.email"). No rule is proposed where the contract has one
// that asks the same of the field, and no value or range of a field that is personal data, direct
// or sensitive. A contract holds so many rules: the most valuable ones are proposed, those that
// refuse most rows of which something else is suspect, then those that refuse the fewest wrongly. A
// proposed rule keeps what fails (`on_fail: keep`): to stop it is for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gateway/config.h"
#include "profiles/proposals.h"
#include "profiles/table.h"

namespace octroi::gateway::profile {

struct ContractPatch {
  std::string file;                   // "contracts/lead.yaml"
  std::string text;                   // a unified diff; empty: nothing to propose
  std::string patched;                // the file as it would be
  std::size_t rules = 0;              // proposed
  std::size_t left_out = 0;           // that the contract has no room for
  std::vector<std::size_t> no_field;  // columns that are no field of the contract
};

// kInvalid, with a code that PatchSentence says: "profile.contract_unknown"; "profile.rules_form":
// its rules are not written as a list of blocks, so no line can be put behind them.
base::Result<ContractPatch> PatchOf(const ConfigFolder& config, std::string_view contract,
                                    const profiles::Table& table,
                                    const std::vector<profiles::Proposal>& proposals);
std::string_view PatchSentence(std::string_view code, Language language);

// A rule's expected share of records refused wrongly, in percent, 95 % (Wilson): "0.0 to 0.4".
std::string WronglyText(const profiles::Proposal& proposal, Language language);

}  // namespace octroi::gateway::profile
