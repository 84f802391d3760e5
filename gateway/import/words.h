// What importing says to people: a sentence for each code of its own, French and English.
#pragma once

#include <string_view>

#include "gateway/config.h"

namespace octroi::gateway::import {

// Of a code of this module, else what messages.h says of it.
std::string_view ImportSentence(std::string_view code, Language language);

}  // namespace octroi::gateway::import
