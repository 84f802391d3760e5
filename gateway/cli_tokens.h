// What verbs about one person, and about keys, share: who it is, and whether it is meant.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "gateway/cli_verbs.h"

namespace octroi::gateway {

// The keyed fingerprints of who stands in the file of --subject, in hex, as that member of the
// order. kOk, or the exit code of what it has complained about.
int ReadSubject(const Arguments& args, const char* member, nlohmann::ordered_json& order);
// Says what will happen on stderr, and asks. Nobody is asked where nobody can answer.
bool Confirmed(const Arguments& args, const std::string& what);

int ForgetTokens(const Arguments& args);  // octroi keys forget: needs a running gateway

}  // namespace octroi::gateway
