// Counts operator new, so that a test can hold the hot path to "allocates nothing once warm". Link
// allocations.cc into that test alone: it replaces the operators.
#pragma once

namespace octroi::testing {

long Allocations();  // by the calling thread, since it began

}  // namespace octroi::testing
