// What `octroi ask` prints for people, French and English.
#pragma once

#include <string>
#include <string_view>

#include "gateway/config.h"

namespace octroi::gateway {

std::string_view AskHelp(Language language);  // the grammar
std::string AnswerText(const std::string& json, Language language);
std::string QuestionFaultText(const std::string& json, Language language);  // with a caret

}  // namespace octroi::gateway
