#include "fault_disk.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace octroi::testing {
namespace {

struct Plan {
  DiskCall kind = DiskCall::kWrite;
  int left = 0;  // calls until the fault; 0: none planned
  int error = 0;
  bool and_later = false;
  int faults = 0;
};
Plan plan;
int syncs = 0;

bool Fails(DiskCall kind) {
  if (plan.left == 0 || kind != plan.kind || --plan.left > 0) return false;
  if (plan.and_later) plan.left = 1;
  ++plan.faults;
  errno = plan.error;
  return true;
}

}  // namespace

void FailDisk(DiskCall kind, int nth, int error, bool and_later) {
  plan = {kind, nth, error, and_later, 0};
}
void HealDisk() { plan.left = 0; }
int DiskFaults() { return plan.faults; }
int DiskSyncs() { return syncs; }

extern "C" ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  if (size == 1 && Fails(DiskCall::kGrowIndex)) return -1;
  if (Fails(DiskCall::kWrite)) return -1;
  return syscall(SYS_pwrite64, fd, bytes, size, at);
}

extern "C" int fdatasync(int fd) {
  if (Fails(DiskCall::kSync)) return -1;
  const auto result = static_cast<int>(syscall(SYS_fdatasync, fd));
  if (result == 0) ++syncs;
  return result;
}

}  // namespace octroi::testing
