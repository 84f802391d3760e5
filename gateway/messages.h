// What the API says to people: a sentence for each code, French and English, and the answers made
// of them.
#pragma once

#include <string>
#include <string_view>

#include "gateway/config.h"
#include "gateway/edge.h"

namespace octroi::gateway {

// The sentence for a reason or problem code. A code without one (a configured reason) yields the
// code itself.
std::string_view Sentence(std::string_view code, Language language);
// Those of the consent register (messages_consent.cc); "": not one of them.
std::string_view ConsentSentence(std::string_view code, Language language);
// Those of re-identification, keys and tasks (messages_access.cc); "": not one of them.
std::string_view AccessSentence(std::string_view code, Language language);
// Those of the console (console/messages_console.cc); "": not one of them.
std::string_view ConsoleSentence(std::string_view code, Language language);
std::string_view OutcomeName(base::Outcome outcome, Language language);  // "Transmis", "Sent"

// The language of this request; set by the handler from Accept-Language before any answer is made.
// Answers made on other threads use the gateway's default.
Language LanguageOf(std::string_view accept_language, Language otherwise);
void SpeakOnThisThread(Language language);

// A Problem whose title is the code's sentence in the language of this thread.
Response ProblemOf(int status, std::string_view code, std::string_view errors_json = {},
                   std::string_view detail = {});
Response Busy(std::string_view code, int retry_after_seconds);     // 503 with Retry-After
Response TooMany(std::string_view code, int retry_after_seconds);  // 429 with Retry-After

}  // namespace octroi::gateway
