// What `octroi consent decode` prints for people, made from the JSON that `--json` prints.
#pragma once

#include <string>
#include <string_view>

#include "gateway/config.h"

namespace octroi::gateway {

// The sentence for a reason of a TC or GPP string ("tcf.expired"); "": no such reason.
std::string_view SignalSentence(std::string_view reason, Language language);
std::string TcfText(const std::string& json, Language language);
std::string GppText(const std::string& json, Language language);

}  // namespace octroi::gateway
