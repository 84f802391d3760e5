// Makes the n-th write or sync of this process fail, as a bad or full disk does. SQLite writes with
// pwrite64 and syncs with fdatasync; fault_disk.cc stands in front of both. For single-threaded
// tests.
#pragma once

namespace octroi::testing {

enum class DiskCall { kWrite, kSync, kGrowIndex };  // kGrowIndex: of the WAL, a write of one byte

// From the n-th call of this kind (1 is the next) fails with `error`: that one, or it and all later
// ones.
void FailDisk(DiskCall kind, int nth, int error, bool and_later);
void HealDisk();
int DiskFaults();  // that happened since FailDisk
int DiskSyncs();   // that succeeded since the process started

}  // namespace octroi::testing
