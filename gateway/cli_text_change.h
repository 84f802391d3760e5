// What the verbs of change control print for people, French and English, from the JSON that
// `--json` prints.
#pragma once

#include <string>
#include <string_view>

#include "gateway/config.h"

namespace octroi::gateway {

std::string ChangeText(const std::string& json, Language language);     // octroi diff
std::string AppliedText(const std::string& json, Language language);    // octroi apply
std::string ProposedText(const std::string& json, Language language);   // octroi propose, approve
std::string ProposalsText(const std::string& json, Language language);  // octroi proposals
std::string VersionsText(const std::string& json, Language language);   // octroi versions
std::string ApprovedText(std::string_view role, Language language);

}  // namespace octroi::gateway
