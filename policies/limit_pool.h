// LimitPool: the limits that grants of an index have, each once, by number. Internal to policies.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "policies/grant_limits.h"

namespace octroi::policies {

// One writer at a time; any number of readers without locks. Nothing is ever taken out: the notices
// of a company name few lists of recipients. Where a CMP lets everybody choose their own there are
// many; beyond its bounds the pool answers with limits that cover nothing.
class LimitPool {
 public:
  using Number = std::uint16_t;  // 0: not limited

  LimitPool();
  ~LimitPool();

  // The writer. The number of limits that say the same, for good. std::bad_alloc leaves everything
  // as it was.
  Number Keep(const GrantLimits* limits);
  // Any thread. nullptr for 0; what Keep never gave covers nothing.
  const GrantLimits* At(Number number) const;
  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kNumbersMax = 65'535;
  static constexpr std::size_t kBytesMax = std::size_t{16} * 1024 * 1024;
  static constexpr std::size_t kPerPage = 256;
  using Place = std::atomic<const GrantLimits*>;

  std::map<std::string, Number> numbers_;  // by what they say; the writer's
  std::array<std::atomic<Place*>, (kNumbersMax + 1) / kPerPage> pages_{};  // by number
  std::atomic<std::size_t> bytes_ = 0;

  void Put(std::size_t number, const GrantLimits& limits);
};

}  // namespace octroi::policies
