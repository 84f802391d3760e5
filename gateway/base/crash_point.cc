#include "base/crash_point.h"

#ifdef OCTROI_CRASH_POINTS
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace octroi::base {
namespace {

struct Chosen {
  const char* name = std::getenv("OCTROI_CRASH_AT");
  const char* colon = name == nullptr ? nullptr : std::strchr(name, ':');
  std::size_t size = colon == nullptr ? 0 : static_cast<std::size_t>(colon - name);
  unsigned long passage = colon == nullptr ? 0 : std::strtoul(colon + 1, nullptr, 10);
};

}  // namespace

void PassCrashPoint(const char* name) {
  static const Chosen chosen;
  static std::atomic<unsigned long> passed{0};
  if (chosen.size == 0 || std::strlen(name) != chosen.size ||
      std::memcmp(name, chosen.name, chosen.size) != 0) {
    return;
  }
  if (++passed == chosen.passage) std::raise(SIGKILL);
}

}  // namespace octroi::base
#endif
