// Resolver: a host's addresses. A port, so that a test can answer with whatever DNS could.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace octroi::gateway {

class Resolver {
 public:
  virtual ~Resolver() = default;
  // Every address, as text, not empty. kUnavailable: no such host, no server. kTimeout: not within
  // `within`.
  virtual base::Result<std::vector<std::string>> Resolve(const std::string& host,
                                                         base::Millis within) = 0;
};

// The system's (hosts file, DNS).
std::unique_ptr<Resolver> MakeSystemResolver();

}  // namespace octroi::gateway
