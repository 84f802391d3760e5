#include "base/memory_limit.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>

namespace octroi::base {
namespace {

// Of one group; "max" is no number, and v1 writes a number that no machine has.
std::uint64_t LimitIn(const std::string& file) {
  std::ifstream in(file);
  std::uint64_t bytes = 0;
  return in >> bytes ? bytes : std::numeric_limits<std::uint64_t>::max();
}

}  // namespace

std::uint64_t MemoryLimit(const std::string& root) {
  std::uint64_t limit = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                        static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // number:controllers:path
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool v2 = controllers == ",,";
    if (!v2 && controllers.find(",memory,") == std::string::npos) continue;
    std::string path = line.substr(second + 1);
    if (path == "/") path.clear();
    for (;;) {
      const std::string group = root + "/sys/fs/cgroup" + (v2 ? "" : "/memory") + path;
      limit = std::min(limit, LimitIn(group + (v2 ? "/memory.max" : "/memory.limit_in_bytes")));
      const std::size_t above = path.find_last_of('/');
      if (above == std::string::npos) break;
      path.resize(above);
    }
  }
  return limit;
}

}  // namespace octroi::base
