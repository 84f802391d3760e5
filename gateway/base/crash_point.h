// OCTROI_CRASH_POINT("journal.decisions_synced"): a place where the order of durable steps matters,
// and where the fault campaign ends the process as a power switch would (tests/faults/points.py).
//
// Only in builds with the CMake option OCTROI_CRASH_POINTS (the asan preset): anywhere else the
// macro is nothing, and the binary holds neither code nor names. There it costs a comparison and
// allocates nothing. Any thread.
//
// OCTROI_CRASH_AT="name:n" in the environment: SIGKILL at the n-th passage of that point, counted
// over all threads from the start of the process.
#pragma once

#ifdef OCTROI_CRASH_POINTS
namespace octroi::base {
void PassCrashPoint(const char* name);
}
#define OCTROI_CRASH_POINT(name) ::octroi::base::PassCrashPoint(name)
#else
#define OCTROI_CRASH_POINT(name) static_cast<void>(0)
#endif
