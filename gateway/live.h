// Live: who asked over the admin socket and is still listening. What `octroi tap` and `replay`
// write their lines to while they run.
#pragma once

#include <cstdint>
#include <string_view>

namespace octroi::gateway {

class Live {
 public:
  virtual ~Live() = default;
  virtual std::uint32_t uid() const = 0;  // of the process that asked (SO_PEERCRED)
  // Writes one line; waits a few seconds for a reader that is slow. False: nobody reads any more,
  // or the gateway stops.
  virtual bool Put(std::string_view line) = 0;
  // Waits at most that long. True: who asked wants no more (hung up, or closed their side), or the
  // gateway stops. A last line may still be put.
  virtual bool Done(int wait_ms) = 0;
};

}  // namespace octroi::gateway
