// The command line: `octroi <verb>`. stdout is the result, stderr everything else; `--json` on
// every command. Exit codes (ux.md D.1): 0 ok, 1 the answer is no, 2 usage, 3 config invalid, 4
// cannot reach the gateway or store.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace octroi::gateway {

// How main opens the store it was built with; `folder` is storage.path.
using OpenStore = std::function<base::Result<std::unique_ptr<store::Store>>(
    const std::string& folder, std::function<void(const base::Error&)> fatal)>;

int CommandLine(int argc, char** argv, const OpenStore& open_store);

}  // namespace octroi::gateway
