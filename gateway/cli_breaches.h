// `octroi breaches`, and what `octroi keys compromised` does besides the key file.
#pragma once

#include <cstdint>
#include <string>

#include "gateway/cli_verbs.h"

namespace octroi::gateway {

int AskBreaches(const Arguments& args);  // needs a running gateway
// Tells the gateway, if one runs, that a key was compromised, so that it opens the breach; says on
// stderr by when the authority has to be told, or that the next start opens it.
void ReportCompromise(const Arguments& args, const std::string& storage_path,
                      std::uint32_t version);

}  // namespace octroi::gateway
