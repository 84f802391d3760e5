// The command line: `octroi <verb>`. stdout is the result, stderr everything else; `--json` on
// every command. Exit codes (ux.md D.1): 0 ok, 1 the answer is no, 2 usage, 3 config invalid, 4
// cannot reach the gateway or store.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "gateway/config.h"
#include "store/store.h"

namespace octroi::gateway {

// The stores that main was built with. `fatal` is called when a write failed for good.
struct Stores {
  using Fatal = std::function<void(const base::Error&)>;
  using Open = std::function<base::Result<std::unique_ptr<store::Store>>(
      const GatewaySettings& settings, Fatal fatal)>;
  Open embedded, postgres;
  // The one that the settings name, to read only; beside a running gateway too.
  std::function<base::Result<std::unique_ptr<store::Store>>(const GatewaySettings& settings)>
      read_only;
  // Creates PostgreSQL's schema or brings it up to date, as its owner.
  std::function<base::Status(const GatewaySettings& settings)> prepare_postgres;
};

int CommandLine(int argc, char** argv, const Stores& stores);

}  // namespace octroi::gateway
