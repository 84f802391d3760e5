// The processor time of this thread: what a busy machine does not distort. For figures that are
// printed only.
#pragma once

#include <time.h>

namespace octroi::crypto {

inline double ThreadCpuNanos() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

}  // namespace octroi::crypto
