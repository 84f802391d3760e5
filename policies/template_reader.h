// Reads the JSON of a template into its nodes. Internal to policies.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policies/template.h"

namespace octroi::policies {

// `strict_json` is what base::EventParser has found to be strict JSON with an object at its top: it
// only has to be followed.
TemplateFault ReadTemplate(std::string_view strict_json, TemplateNode& root, bool& has_each);
std::vector<std::string> DirectiveNames();  // with `$`

}  // namespace octroi::policies
